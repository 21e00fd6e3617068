"""What `unsupported` does with a value that a model does not take: each row of its table, for a primary and for a fallback."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from PIL import Image

from core.mapping.rows import MODES, Mode, changes, map_image, map_video, row
from tarash.tarash_gateway import ValidationError, VideoGenerationConfig
from tarash.tarash_gateway.mapping import (
    FieldMapper,
    Mapped,
    Model,
    Rule,
    aspect_ratio_field_mapper,
    choice_field_mapper,
    duration_field_mapper,
    frame_size_field_mapper,
    image_ratio_field_mapper,
    mask_image_field_mapper,
    passthrough_field_mapper,
    quality_field_mapper,
    resolution_field_mapper,
    single_image_field_mapper,
    size_field_mapper,
    style_field_mapper,
    switch_field_mapper,
    video_url_field_mapper,
)

URL = "https://x.example/a.png"
FRAME = [{"image": URL, "type": "first_frame"}]
PROMPT = {"prompt": passthrough_field_mapper("prompt")}
Map = Callable[..., Mapped]


def test_nearest_is_the_default() -> None:
    assert VideoGenerationConfig(provider="fal", model="m").unsupported == "nearest"


NEAR = [
    pytest.param(duration_field_mapper("int", (5, 10)), "duration_seconds", 4, 5, id="4-s-of-5"),
    pytest.param(duration_field_mapper("int", (4, 6, 8)), "duration_seconds", 7, 8, id="a-tie-to-the-longer"),
    pytest.param(
        duration_field_mapper("int", (8, 6)), "duration_seconds", 7, 8, id="a-tie-whatever-the-order"
    ),
    pytest.param(duration_field_mapper("int", (3,)), "duration_seconds", 1, 3, id="2-s-longer"),
    pytest.param(duration_field_mapper("int", (15,)), "duration_seconds", 20, 15, id="25-percent-shorter"),
    pytest.param(
        duration_field_mapper(minimum=2, maximum=10), "duration_seconds", 12, 10, id="above-a-range"
    ),
    pytest.param(
        duration_field_mapper(minimum=2, maximum=10), "duration_seconds", 4.5, 5.0, id="half-a-second"
    ),
    pytest.param(resolution_field_mapper(["480p", "720p"]), "resolution", "1080p", "720p", id="a-step-down"),
    pytest.param(resolution_field_mapper(["720p", "4k"]), "resolution", "1080p", "720p", id="down-before-up"),
    pytest.param(
        resolution_field_mapper(["1080p", "4k"]), "resolution", "720p", "1080p", id="up-if-none-below"
    ),
    pytest.param(resolution_field_mapper(["512p", "768p"]), "resolution", "720p", "768p", id="the-same-step"),
    pytest.param(resolution_field_mapper(["1080p"]), "resolution", "4k", "1080p", id="4k-to-1080p"),
    pytest.param(
        resolution_field_mapper(["1280x720", "720p"]),
        "resolution",
        "1080p",
        "720p",
        id="a-step-before-pixels",
    ),
    pytest.param(
        resolution_field_mapper(["960x960", "1280x720", "1920x1080"]),
        "resolution",
        "1152x648",
        "1280x720",
        id="pixels-of-the-same-shape",
    ),
    pytest.param(aspect_ratio_field_mapper(["16:9"]), "aspect_ratio", "32:18", "16:9", id="the-same-shape"),
    pytest.param(aspect_ratio_field_mapper(["16:9"]), "aspect_ratio", "auto", None, id="nothing-asked-for"),
]

FAR = [
    pytest.param(duration_field_mapper("int", (5, 10)), "duration_seconds", 30, 10, id="30-s-of-10"),
    pytest.param(duration_field_mapper("int", (8,)), "duration_seconds", 5, 8, id="3-s-longer"),
    pytest.param(
        duration_field_mapper(minimum=2, maximum=10), "duration_seconds", 14, 10, id="far-above-a-range"
    ),
    pytest.param(resolution_field_mapper(["480p"]), "resolution", "1080p", "480p", id="two-steps-down"),
    pytest.param(
        resolution_field_mapper(["480p", "4k"]), "resolution", "1080p", "4k", id="not-up-if-one-is-below"
    ),
    pytest.param(resolution_field_mapper(["4k"]), "resolution", "720p", "4k", id="two-steps-up"),
    pytest.param(
        resolution_field_mapper(["720p"]), "resolution", "720x1280", "720p", id="a-step-loses-the-shape"
    ),
    pytest.param(aspect_ratio_field_mapper(["1:1"]), "aspect_ratio", "16:9", "1:1", id="16:9-of-1:1"),
    pytest.param(aspect_ratio_field_mapper(["3:2"]), "aspect_ratio", "16:9", "3:2", id="another-shape"),
]


@pytest.mark.parametrize("is_fallback", [False, True], ids=["primary", "fallback"])
@pytest.mark.parametrize(("mapper", "field", "asked", "used"), NEAR)
def test_a_near_value_is_taken_and_listed(
    mapper: FieldMapper, field: str, asked: object, used: object, is_fallback: bool
) -> None:
    modes: tuple[Mode, ...] = ("nearest", "adjust")
    for mode in modes:
        mapped = map_video(mapper, mode, is_fallback, **{field: asked})
        assert changes(mapped) == [(field, asked, used)]
        assert mapped.values.get(field) == used
    with pytest.raises(ValidationError, match=f"{field}=.* is not offered; use ") as caught:
        map_video(mapper, "error", is_fallback, **{field: asked})
    told = int(used) if isinstance(used, float) else used
    assert used is None or f"nearest is {told}" in caught.value.message


@pytest.mark.parametrize("is_fallback", [False, True], ids=["primary", "fallback"])
@pytest.mark.parametrize(("mapper", "field", "asked", "used"), FAR)
def test_a_value_that_is_not_near_is_taken_only_when_asked(
    mapper: FieldMapper, field: str, asked: object, used: object, is_fallback: bool
) -> None:
    modes: tuple[Mode, ...] = ("nearest", "error")
    for mode in modes:
        with pytest.raises(ValidationError, match=f"use .*; the nearest is {used}") as caught:
            map_video(mapper, mode, is_fallback, **{field: asked})
        assert not caught.value.allows_fallback, "a mistake is told at call time, not passed over"
    assert changes(map_video(mapper, "adjust", is_fallback, **{field: asked})) == [(field, asked, used)]


@pytest.mark.parametrize(
    ("mapper", "asked", "used"),
    [
        pytest.param(
            size_field_mapper(["1024x1024", "1536x1024"]), "2048x2048", "1024x1024", id="the-same-shape"
        ),
        pytest.param(
            size_field_mapper(["1280x720", "1920x1080", "720x1280"]),
            "1920x1088",
            "1920x1080",
            id="the-closest-area",
        ),
        pytest.param(
            size_field_mapper(["square_hd", "landscape_16_9"]),
            "1600x900",
            "landscape_16_9",
            id="a-shape-word",
        ),
        pytest.param(size_field_mapper(["1k", "2k"]), "4k", "2k", id="a-step-down"),
    ],
)
def test_a_size_of_the_same_shape_is_near(mapper: FieldMapper, asked: str, used: str) -> None:
    assert changes(map_image(mapper, "nearest", size=asked)) == [("size", asked, used)]


@pytest.mark.parametrize(
    ("mapper", "asked"),
    [
        pytest.param(size_field_mapper(["1024x1024"]), {"size": "1536x1024"}, id="pixels"),
        pytest.param(
            size_field_mapper(["1024x1024"], takes_ratio=True), {"aspect_ratio": "16:9"}, id="ratio"
        ),
        pytest.param(image_ratio_field_mapper(["1:1"]), {"size": "1920x1080"}, id="pixels-without-a-size"),
        pytest.param(size_field_mapper(["1k"]), {"size": "4k"}, id="two-steps"),
    ],
)
def test_a_size_of_another_shape_is_not_near(mapper: FieldMapper, asked: dict[str, str]) -> None:
    with pytest.raises(ValidationError, match=r"is not offered|has no exact size"):
        map_image(mapper, "nearest", **asked)
    assert map_image(mapper, "adjust", **asked).adjustments


def test_exact_pixels_become_a_step_where_the_ratio_keeps_their_shape() -> None:
    table = row({"ratio": aspect_ratio_field_mapper(["16:9"]), "lines": resolution_field_mapper(["720p"])})
    mapped = map_video(table, "nearest", resolution="1280x720", aspect_ratio="16:9")
    assert mapped.payload == {"ratio": "16:9", "lines": "720p"}
    sizes = frame_size_field_mapper({("16:9", "720p"): "1280:720", ("9:16", "720p"): "720:1280"})
    assert map_video(sizes, "nearest", resolution="1366x768").payload == {"wire": "1280:720"}
    with pytest.raises(ValidationError, match="resolution='1000x1300' is not offered"):
        map_video(sizes, "nearest", resolution="1000x1300")


@pytest.mark.parametrize(
    ("asked", "used"),
    [
        pytest.param({"resolution": "1080p", "aspect_ratio": "9:16"}, "720x1280", id="the-shape-asked-for"),
        pytest.param({"resolution": "1080p"}, "1280x720", id="no-shape-asked-for"),
    ],
)
def test_a_step_becomes_exact_pixels_of_the_shape_that_is_asked_for(
    asked: dict[str, object], used: str
) -> None:
    sizes = resolution_field_mapper(["1280x720", "720x1280", "640x640"])
    table = row({"size": sizes, "ratio": aspect_ratio_field_mapper([])})
    mapped = map_video(table, "nearest", **asked)
    assert changes(mapped) == [("resolution", "1080p", used)]


def test_a_fixed_value_and_a_rule_are_allowed_values_like_any_other() -> None:
    only = row(PROMPT, fixed={"duration_seconds": 5})
    assert changes(map_video(only, "nearest", duration_seconds=4)) == [("duration_seconds", 4, 5)]
    with pytest.raises(ValidationError, match="always uses duration_seconds=5"):
        map_video(only, "nearest", duration_seconds=30)
    seconds = duration_field_mapper("int", (5, 8, 10))
    rule = Rule(
        when={"resolution": ("1080p",)}, allow={"duration_seconds": (8,)}, reason="with resolution=1080p"
    )
    table = row({"s": seconds, "r": resolution_field_mapper(["720p", "1080p"])}, rules=(rule,))
    assert changes(map_video(table, "nearest", resolution="1080p", duration_seconds=10)) == [
        ("duration_seconds", 10, 8)
    ]
    with pytest.raises(ValidationError, match="is not offered with resolution=1080p; use 8"):
        map_video(table, "nearest", resolution="1080p", duration_seconds=5)


WISHES: list[Any] = [
    pytest.param(map_video, row(PROMPT), "seed", 7, id="seed"),
    pytest.param(map_video, row(PROMPT), "negative_prompt", "blur", id="negative-prompt"),
    pytest.param(map_video, row(PROMPT), "enhance_prompt", True, id="enhance-prompt"),
    pytest.param(map_image, row(PROMPT, modality="image"), "style", "vivid", id="style"),
    pytest.param(map_image, row(PROMPT, modality="image"), "quality", "high", id="quality"),
    pytest.param(map_image, quality_field_mapper(["hd"]), "quality", "high", id="another-quality"),
    pytest.param(map_image, style_field_mapper(["natural"]), "style", "vivid", id="another-style"),
]


@pytest.mark.parametrize(("apply", "table", "field", "asked"), WISHES)
def test_a_wish_is_left_out_by_a_fallback_only(apply: Map, table: Model, field: str, asked: object) -> None:
    for mode, is_fallback in (("nearest", True), ("adjust", False), ("adjust", True)):
        assert changes(apply(table, mode, is_fallback, **{field: asked})) == [(field, asked, None)]
    for mode, is_fallback in (("nearest", False), ("error", False), ("error", True)):
        with pytest.raises(ValidationError, match=f"{field}=.* is not ") as caught:
            apply(table, mode, is_fallback, **{field: asked})
        assert not caught.value.allows_fallback


SILENT: list[Any] = [
    pytest.param(row(PROMPT), id="no-option"),
    pytest.param(row(PROMPT, fixed={"generate_audio": False}), id="always-silent"),
    pytest.param(choice_field_mapper("generate_audio", [False]), id="may-only-be-silent"),
]


@pytest.mark.parametrize("table", SILENT)
def test_a_fallback_without_the_sound_that_is_asked_for_is_passed_over(table: Model) -> None:
    with pytest.raises(ValidationError, match="generate_audio=True") as primary:
        map_video(table, "nearest", generate_audio=True)
    assert not primary.value.allows_fallback
    with pytest.raises(ValidationError, match="m would lose the sound: generate_audio=True") as fallback:
        map_video(table, "nearest", True, generate_audio=True)
    assert fallback.value.allows_fallback
    for is_fallback in (False, True):
        with pytest.raises(ValidationError, match="generate_audio=True") as strict:
            map_video(table, "error", is_fallback, generate_audio=True)
        assert not strict.value.allows_fallback
        assert map_video(table, "adjust", is_fallback, generate_audio=True).adjustments


@pytest.mark.parametrize("mode", MODES)
def test_silence_needs_no_option(mode: Mode) -> None:
    assert map_video(row(PROMPT), mode, generate_audio=False).adjustments == ()
    speaking = switch_field_mapper("generate_audio", when_true="native", when_false="off")
    assert map_video(speaking, mode, generate_audio=False).payload == {"wire": "off"}


LOST: list[Any] = [
    pytest.param(map_video, row(PROMPT), "first_frame", {"image_list": FRAME}, id="image"),
    pytest.param(map_video, row(PROMPT), "video", {"video": "https://x.example/a.mp4"}, id="video"),
    pytest.param(map_image, row(PROMPT, modality="image"), "mask_image", {"mask_image": URL}, id="mask"),
    pytest.param(
        map_video,
        single_image_field_mapper("first_frame"),
        "first_frame",
        {"image_list": FRAME * 2},
        id="too-many",
    ),
    pytest.param(
        map_video,
        row(
            {"v": single_image_field_mapper("first_frame"), "s": passthrough_field_mapper("seed")},
            rules=(Rule(when={"seed": ()}, allow={"first_frame": ()}, reason="with a seed"),),
        ),
        "first_frame",
        {"image_list": FRAME, "seed": 1},
        id="a-rule",
    ),
]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(("apply", "table", "field", "asked"), LOST)
def test_an_input_is_never_lost(
    apply: Map, table: Model, field: str, asked: dict[str, object], mode: Mode
) -> None:
    with pytest.raises(ValidationError, match=f"{field}=") as primary:
        apply(table, mode, **asked)
    assert not primary.value.allows_fallback
    with pytest.raises(ValidationError, match=f"m would lose {field}: {field}=") as fallback:
        apply(table, mode, True, **asked)
    assert fallback.value.allows_fallback


class Forgetful(type(mask_image_field_mapper())):  # type: ignore[misc]  # the class of a mapper is not public
    """A mapper of somebody's plugin that drops what it does not take."""

    def fit(self, values: dict[str, object], adjustments: object) -> None:
        values.pop("mask_image", None)


@pytest.mark.parametrize("mode", MODES)
def test_an_input_that_a_mapper_drops_is_noticed(mode: Mode) -> None:
    mapper = Forgetful(roles=("mask_image",))
    with pytest.raises(ValidationError, match=r"mask_image=.* is more than the model takes"):
        map_image(mapper, mode, mask_image=URL)


@pytest.mark.parametrize("mode", MODES)
def test_a_lone_image_without_a_role_is_the_first_frame(mode: Mode) -> None:
    mapped = map_video(single_image_field_mapper("first_frame"), mode, image_list=[{"image": URL}])
    assert mapped.payload == {"wire": URL}
    assert changes(mapped) == [("image_list", "reference", "first_frame")]


@pytest.mark.parametrize("others", [[], [{"image": URL + "?end", "type": "end_frame"}]])
def test_an_image_without_a_role_is_the_frame_that_the_model_requires(others: list[object]) -> None:
    start = single_image_field_mapper("first_frame", required=True)
    table = row({"start": start, "end": single_image_field_mapper("last_frame")})
    mapped = map_video(table, "error", image_list=[{"image": URL}, *others])
    assert mapped.payload["start"] == URL
    assert changes(mapped) == [("image_list", "reference", "first_frame")]


def test_an_image_without_a_role_is_refused_where_it_might_be_either_frame() -> None:
    table = row({"a": single_image_field_mapper("first_frame"), "b": single_image_field_mapper("last_frame")})
    with pytest.raises(ValidationError, match="it takes first_frame, last_frame"):
        map_video(table, "nearest", image_list=[{"image": URL}])


def test_an_image_without_a_role_is_a_reference_where_the_model_takes_one_or_more_are_given() -> None:
    both = {"frame": single_image_field_mapper("first_frame"), "look": single_image_field_mapper("reference")}
    mapped = map_video(row(both), "nearest", image_list=[{"image": URL}])
    assert (mapped.payload, mapped.adjustments) == ({"look": URL}, ())
    with pytest.raises(
        ValidationError, match=r"reference=.* is not an input of this model; it takes first_frame"
    ):
        map_video(single_image_field_mapper("first_frame"), "nearest", image_list=[{"image": URL}] * 2)


def test_an_input_that_is_missing_is_told_before_what_it_would_decide() -> None:
    table = row(
        {
            "image": single_image_field_mapper("first_frame", required=True),
            "r": aspect_ratio_field_mapper(["5:3"]),
        }
    )
    with pytest.raises(
        ValidationError, match="first_frame is required for this model; it only animates an image"
    ):
        map_video(table, "nearest", aspect_ratio="16:9")


def wide_png() -> bytes:
    """A picture of 16:9."""
    kept = io.BytesIO()
    Image.new("RGB", (160, 90)).save(kept, "png")
    return kept.getvalue()


BY_FRAME = row({"image": single_image_field_mapper("first_frame")})
BY_VIDEO = row({"clip": video_url_field_mapper()})
WITHOUT_FRAME = row(
    {"image": single_image_field_mapper("first_frame"), "r": aspect_ratio_field_mapper(["16:9", "9:16"])},
    rules=(Rule(when={"first_frame": ()}, allow={"aspect_ratio": ()}, reason="with first_frame"),),
)


@pytest.mark.parametrize("is_fallback", [False, True], ids=["primary", "fallback"])
@pytest.mark.parametrize(
    ("table", "asked"),
    [
        pytest.param(BY_FRAME, {"image": wide_png(), "aspect_ratio": "16:9"}, id="the-shape-of-the-picture"),
        pytest.param(BY_FRAME, {"image": wide_png(), "aspect_ratio": "auto"}, id="any-shape"),
        pytest.param(BY_FRAME, {"image": URL, "aspect_ratio": "16:9"}, id="a-picture-at-a-url"),
        pytest.param(BY_VIDEO, {"video": "https://x.example/a.mp4", "aspect_ratio": "16:9"}, id="a-video"),
        pytest.param(WITHOUT_FRAME, {"image": wide_png(), "aspect_ratio": "16:9"}, id="by-a-rule"),
    ],
)
def test_the_shape_of_an_input_is_that_of_the_output(
    table: Model, asked: dict[str, object], is_fallback: bool
) -> None:
    (name,) = asked.keys() - {"aspect_ratio"}
    modes: tuple[Mode, ...] = ("nearest", "adjust")
    for mode in modes:
        mapped = map_video(table, mode, is_fallback, **asked)
        change = next(change for change in mapped.adjustments if change.field == "aspect_ratio")
        assert (change.requested, change.used) == (asked["aspect_ratio"], None)
        shaping = "first_frame" if name == "image" else name
        assert change.reason == f"is left to the {shaping}, whose shape the output has"
        assert list(mapped.payload) == ["clip" if name == "video" else name]
    with pytest.raises(ValidationError, match=r"aspect_ratio=.* is not "):
        map_video(table, "error", is_fallback, **asked)


@pytest.mark.parametrize("table", [BY_FRAME, WITHOUT_FRAME], ids=["no-field", "by-a-rule"])
def test_an_input_of_another_shape_does_not_stand_in_for_the_aspect_ratio(table: Model) -> None:
    asked = {"image": wide_png(), "aspect_ratio": "9:16"}
    with pytest.raises(ValidationError, match="aspect_ratio='9:16' is not "):
        map_video(table, "nearest", **asked)
    assert ("aspect_ratio", "9:16", None) in changes(map_video(table, "adjust", **asked))
