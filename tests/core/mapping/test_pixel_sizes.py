"""Pixels of images by size, step and shape, for models that take any size within limits."""

from __future__ import annotations

import itertools

import pytest

from core.mapping.rows import changes, map_image
from tarash.tarash_gateway import ValidationError
from tarash.tarash_gateway.mapping import FieldMapper, Size, pixel_size_field_mapper

STEPS = {"1k": "1K", "2k": "2K", "4k": "4K"}
BY_AREA = pixel_size_field_mapper(
    STEPS, usual_pixels=2048**2, min_pixels=2560 * 1440, max_pixels=4096**2, steepest=16
)
BY_SIDES = pixel_size_field_mapper(
    usual_pixels=1024 * 768, min_side=256, max_side=1440, multiple_of=32, form="object"
)
BY_THIRDS = pixel_size_field_mapper(usual_pixels=1024 * 768, min_side=300, max_side=2000)


@pytest.mark.parametrize(
    ("mapper", "asked", "sent"),
    [
        pytest.param(BY_AREA, {"size": "3000x2000"}, "3000x2000", id="pixels"),
        pytest.param(BY_AREA, {"size": "2k"}, "2K", id="step"),
        pytest.param(BY_AREA, {"aspect_ratio": "16:9"}, "2720x1530", id="shape"),
        pytest.param(BY_AREA, {"aspect_ratio": "1:1"}, "2048x2048", id="square"),
        pytest.param(BY_AREA, {"aspect_ratio": "9:16", "size": "4k"}, "3060x5440", id="shape-and-step"),
        pytest.param(BY_AREA, {"aspect_ratio": "2.39:1"}, "3166x1324", id="shape-with-a-fraction"),
        pytest.param(BY_AREA, {"aspect_ratio": "3:2", "size": "3000x2000"}, "3000x2000", id="same-shape"),
        pytest.param(BY_SIDES, {"size": "1024x768"}, {"width": 1024, "height": 768}, id="object"),
        pytest.param(BY_SIDES, {"aspect_ratio": "21:9"}, {"width": 1344, "height": 576}, id="multiples"),
        pytest.param(BY_SIDES, {"aspect_ratio": "5:1"}, {"width": 1440, "height": 288}, id="longest-side"),
    ],
)
def test_what_is_asked_for_becomes_pixels(
    mapper: FieldMapper, asked: dict[str, object], sent: object
) -> None:
    mapped = map_image(mapper, **asked)
    assert mapped.payload == {"wire": sent}
    assert mapped.adjustments == ()


def test_a_shape_that_is_left_to_the_model_sends_nothing() -> None:
    mapped = map_image(BY_AREA, aspect_ratio="auto")
    assert (mapped.payload, mapped.values, mapped.adjustments) == (
        {},
        {"prompt": ""} if mapped.values else {},
        (),
    )


@pytest.mark.parametrize(
    ("mapper", "asked", "used"),
    [
        pytest.param(BY_AREA, {"size": "800x600"}, "2218x1663", id="too-few-pixels"),
        pytest.param(BY_AREA, {"size": "8000x6000"}, "4728x3546", id="too-many-pixels"),
        pytest.param(BY_SIDES, {"size": "1920x1080"}, "1440x800", id="too-long-a-side"),
        pytest.param(BY_SIDES, {"size": "1000x750"}, "992x736", id="no-multiple"),
        pytest.param(BY_AREA, {"size": "3k"}, "4k", id="step"),
    ],
)
def test_another_size_of_the_same_shape_is_near(
    mapper: FieldMapper, asked: dict[str, object], used: str
) -> None:
    mapped = map_image(mapper, "nearest", **asked)
    assert changes(mapped) == [("size", asked["size"], used)]
    with pytest.raises(ValidationError, match=f"nearest is {used}"):
        map_image(mapper, "error", **asked)


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        pytest.param(
            {"size": "huge"}, "use 1k, 2k, 4k or WIDTHxHEIGHT with 3686400 to 16777216 pixels", id="word"
        ),
        pytest.param({"aspect_ratio": "20:1"}, "nearest is 16:1", id="steep"),
        pytest.param({"aspect_ratio": "1:20"}, "nearest is 1:16", id="steep-upright"),
        pytest.param({"aspect_ratio": "1:1", "size": "3000x2000"}, "contradicts size='3000x2000'", id="both"),
    ],
)
def test_another_shape_is_not_near(asked: dict[str, object], says: str) -> None:
    with pytest.raises(ValidationError, match=says):
        map_image(BY_AREA, "nearest", **asked)


def test_with_adjust_the_pixels_win_over_a_shape_that_contradicts_them() -> None:
    mapped = map_image(BY_AREA, "adjust", aspect_ratio="1:1", size="3000x2000")
    assert mapped.payload == {"wire": "3000x2000"}
    assert changes(mapped) == [("aspect_ratio", "1:1", None)]


@pytest.mark.parametrize(
    ("mapper", "asked", "used", "sent"),
    [
        pytest.param(BY_AREA, "20:1", "16:1", "8192x512", id="steep"),
        pytest.param(BY_AREA, "1:20", "1:16", "512x8192", id="steep-upright"),
        pytest.param(BY_THIRDS, "20:1", "6.6666:1", "2000x300", id="a-fraction-without-end"),
        pytest.param(BY_THIRDS, "1:20", "1:6.6666", "300x2000", id="such-a-fraction-upright"),
    ],
)
def test_with_adjust_the_steepest_shape_is_sent(
    mapper: FieldMapper, asked: str, used: str, sent: str
) -> None:
    mapped = map_image(mapper, "adjust", aspect_ratio=asked)
    assert changes(mapped) == [("aspect_ratio", asked, used)]
    assert mapped.payload == {"wire": sent}


@pytest.mark.parametrize(
    ("limits", "told"),
    [
        ({}, "WIDTHxHEIGHT"),
        ({"min_side": 64}, "WIDTHxHEIGHT with sides of 64 or more"),
        ({"max_side": 2048}, "WIDTHxHEIGHT with sides of 1 to 2048"),
        (
            {"max_pixels": 1024**2, "multiple_of": 16},
            "WIDTHxHEIGHT in multiples of 16 with at most 1048576 pixels",
        ),
        ({"min_pixels": 4096, "max_pixels": 8192}, "WIDTHxHEIGHT with 4096 to 8192 pixels"),
    ],
)
def test_the_limits_are_told(limits: dict[str, int], told: str) -> None:
    mapper = pixel_size_field_mapper(usual_pixels=4096, **limits)  # type: ignore[arg-type] # a table's cells
    assert mapper.describe()[0].note == told


@pytest.mark.parametrize("mapper", [BY_AREA, BY_SIDES], ids=["area", "sides"])
def test_every_pixel_size_has_a_valid_one_near_it(mapper: FieldMapper) -> None:
    for width, height in itertools.product((64, 255, 700, 1024, 1441, 3001, 9000), repeat=2):
        mapped = map_image(mapper, "adjust", size=f"{width}x{height}")
        sent = mapped.payload["wire"]
        size = Size(**sent) if isinstance(sent, dict) else Size.parse(str(sent))
        assert size is not None
        # what was chosen is taken as it is
        assert map_image(mapper, "error", size=str(size)).payload["wire"] == sent
