"""Size, ratio, quality, style and count of images, in the many forms that providers want."""

from __future__ import annotations

import pytest

from core.mapping.rows import changes, map_image
from tarash.tarash_gateway import ValidationError
from tarash.tarash_gateway.mapping import (
    FieldMapper,
    image_ratio_field_mapper,
    n_images_field_mapper,
    quality_field_mapper,
    size_field_mapper,
    style_field_mapper,
)

FIXED = size_field_mapper(["1024x1024", "1536x1024", "1024x1536", "auto"])
FIXED_BY_RATIO = size_field_mapper(["1024x1024", "1536x1024", "1024x1536"], takes_ratio=True)
PRESETS = size_field_mapper(
    ["square_hd", "landscape_16_9", "portrait_16_9"], form="object", maximum=2048, takes_ratio=True
)
FREE = size_field_mapper(multiple_of=16, minimum=256, maximum=2048)
RATIOS = image_ratio_field_mapper({"1:1": "SQUARE", "16:9": "WIDE", "9:16": "TALL"})


@pytest.mark.parametrize(
    ("mapper", "asked", "payload_value"),
    [
        pytest.param(FIXED, {"size": "1536x1024"}, "1536x1024", id="fixed"),
        pytest.param(FIXED, {"size": "auto"}, "auto", id="word"),
        pytest.param(FREE, {"size": "512x768"}, "512x768", id="free"),
        pytest.param(FREE, {"size": "256x2048"}, "256x2048", id="the-bounds-themselves"),
        pytest.param(PRESETS, {"size": "square_hd"}, "square_hd", id="preset"),
        pytest.param(PRESETS, {"size": "800x600"}, {"width": 800, "height": 600}, id="object"),
        pytest.param(FIXED_BY_RATIO, {"aspect_ratio": "3:2"}, "1536x1024", id="by-ratio"),
        pytest.param(PRESETS, {"aspect_ratio": "16:9"}, "landscape_16_9", id="preset-by-ratio"),
        pytest.param(RATIOS, {"aspect_ratio": "16:9"}, "WIDE", id="ratio-word"),
        pytest.param(RATIOS, {"size": "1920x1080"}, "WIDE", id="ratio-of-a-size"),
        pytest.param(size_field_mapper({"1k": "1K"}), {"size": "1K"}, "1K", id="payload-word"),
        pytest.param(quality_field_mapper(["low", "high"]), {"quality": "high"}, "high", id="quality"),
        pytest.param(quality_field_mapper({"high": "hd"}), {"quality": "high"}, "hd", id="quality-word"),
        pytest.param(style_field_mapper(), {"style": "noir"}, "noir", id="any-style"),
        pytest.param(n_images_field_mapper(maximum=4), {"n": 3}, 3, id="count"),
    ],
)
def test_what_is_offered_is_sent_in_the_providers_form(
    mapper: FieldMapper, asked: dict[str, object], payload_value: object
) -> None:
    assert map_image(mapper, **asked).payload == {"wire": payload_value}


@pytest.mark.parametrize(
    ("mapper", "asked", "used", "told"),
    [
        pytest.param(FIXED, {"size": "1920x1080"}, "1536x1024", "nearest is 1536x1024", id="fixed"),
        pytest.param(FIXED, {"size": "1080x1920"}, "1024x1536", "nearest is 1024x1536", id="fixed-upright"),
        pytest.param(
            FIXED_BY_RATIO, {"aspect_ratio": "16:9"}, "1536x1024", "has no exact size", id="inexact-ratio"
        ),
        pytest.param(RATIOS, {"aspect_ratio": "4:3"}, "SQUARE", "use 1:1, 16:9 or 9:16", id="ratio"),
        pytest.param(RATIOS, {"size": "1000x800"}, "SQUARE", "nearest is 1:1", id="ratio-of-a-size"),
        pytest.param(n_images_field_mapper(maximum=4), {"n": 9}, 4, "nearest is 4", id="count"),
        pytest.param(
            quality_field_mapper(["low", "high"]), {"quality": "ultra"}, None, "use low or high", id="quality"
        ),
        pytest.param(FREE, {"size": "auto"}, None, "use any WIDTHxHEIGHT", id="word-where-sizes-are-free"),
    ],
)
def test_what_is_not_offered_is_refused_or_replaced(
    mapper: FieldMapper, asked: dict[str, object], used: object, told: str
) -> None:
    with pytest.raises(ValidationError) as caught:
        map_image(mapper, **asked)
    assert told in caught.value.message
    adjusted = map_image(mapper, "adjust", **asked)
    assert adjusted.payload == ({} if used is None else {"wire": used})
    assert len(adjusted.adjustments) == 1
    assert "None" not in caught.value.message, "there is no nearest, so none is named"


def test_a_ratio_that_contradicts_the_size() -> None:
    asked = {"size": "1024x1024", "aspect_ratio": "16:9"}
    with pytest.raises(ValidationError, match="contradicts size='1024x1024'"):
        map_image(FIXED_BY_RATIO, **asked)
    adjusted = map_image(FIXED_BY_RATIO, "adjust", **asked)
    assert (adjusted.payload, changes(adjusted)) == ({"wire": "1024x1024"}, [("aspect_ratio", "16:9", None)])


def test_a_ratio_that_repeats_the_size_is_fine() -> None:
    mapped = map_image(FIXED_BY_RATIO, size="1024x1024", aspect_ratio="1:1")
    assert (mapped.payload, mapped.adjustments) == ({"wire": "1024x1024"}, ())


def test_one_image_is_what_is_rendered_anyway() -> None:
    assert map_image(n_images_field_mapper(maximum=4), n=1).payload == {}
