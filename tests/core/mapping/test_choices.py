"""Durations, resolutions, ratios and words: what is sent, what is refused, and what stands in when adjusted."""

from __future__ import annotations

import pytest

from core.mapping.rows import changes, map_video
from tarash.tarash_gateway import ValidationError
from tarash.tarash_gateway.mapping import (
    FieldMapper,
    aspect_ratio_field_mapper,
    choice_field_mapper,
    duration_field_mapper,
    frame_size_field_mapper,
    nearest,
    passthrough_field_mapper,
    resolution_field_mapper,
    switch_field_mapper,
)

SIZES = {("16:9", "720p"): "1280:720", ("9:16", "720p"): "720:1280", ("16:9", "1080p"): "1920:1080"}


@pytest.mark.parametrize(
    ("mapper", "asked", "payload_value"),
    [
        pytest.param(duration_field_mapper(allowed_values=(4, 8)), 8, 8, id="whole-seconds"),
        pytest.param(duration_field_mapper("str", allowed_values=(5, 10)), 5, "5", id="digits"),
        pytest.param(duration_field_mapper("str", allowed_values=(4, 8), suffix="s"), 8, "8s", id="suffix"),
        pytest.param(
            duration_field_mapper("str", allowed_values=("4.5s", "8s")), 4.5, "4.5s", id="half-a-second"
        ),
        pytest.param(duration_field_mapper("float", minimum=1, maximum=20), 2.5, 2.5, id="float"),
        pytest.param(duration_field_mapper("float", minimum=1, maximum=20), 3, 3.0, id="whole-float"),
        pytest.param(duration_field_mapper(minimum=3, maximum=15), 15, 15, id="range"),
        pytest.param(
            duration_field_mapper("frames", frames_per_second=16, extra_frames=1), 5, 81, id="frames-and-one"
        ),
        pytest.param(duration_field_mapper(allowed_values=(4, 8)), 8.0, 8, id="eight-point-zero"),
    ],
)
def test_a_duration_in_the_providers_form(mapper: FieldMapper, asked: float, payload_value: object) -> None:
    sent = map_video(mapper, duration_seconds=asked).payload["wire"]
    assert (sent, type(sent)) == (payload_value, type(payload_value))


def test_a_choice_is_sent_in_the_providers_words() -> None:
    mapper = choice_field_mapper("resolution", {"720p": "HD", "1080p": {"lines": 1080}})
    assert map_video(mapper, resolution="720p").payload == {"wire": "HD"}
    assert map_video(mapper, resolution="1080p").payload == {"wire": {"lines": 1080}}


@pytest.mark.parametrize(
    ("mapper", "asked", "used", "told"),
    [
        pytest.param(
            duration_field_mapper(allowed_values=(4, 6, 8)),
            5,
            6,
            "use 4, 6 or 8; the nearest is 6",
            id="a-tie-goes-to-the-longer",
        ),
        pytest.param(duration_field_mapper(allowed_values=(5, 10)), 60, 10, "nearest is 10", id="too-long"),
        pytest.param(duration_field_mapper(allowed_values=(5, 10)), 0.1, 5, "nearest is 5", id="too-short"),
        pytest.param(
            duration_field_mapper(minimum=3, maximum=15),
            2,
            3,
            "use 3 to 15 seconds in whole seconds",
            id="range",
        ),
        pytest.param(duration_field_mapper(minimum=3, maximum=15), 7.4, 7, "nearest is 7", id="rounded"),
        pytest.param(duration_field_mapper(minimum=3, maximum=15), 7.5, 8, "nearest is 8", id="half-goes-up"),
        pytest.param(
            duration_field_mapper("float", minimum=1.5, maximum=20), 1, 1.5, "use 1.5 to 20", id="float"
        ),
        pytest.param(duration_field_mapper(minimum=2.5, maximum=9.5), 1, 3, "nearest is 3", id="odd-bounds"),
        pytest.param(
            duration_field_mapper(minimum=2.5, maximum=9.5), 12, 9, "nearest is 9", id="odd-maximum"
        ),
    ],
)
def test_a_duration_that_is_not_offered(mapper: FieldMapper, asked: float, used: float, told: str) -> None:
    with pytest.raises(ValidationError) as caught:
        map_video(mapper, duration_seconds=asked)
    assert told in caught.value.message
    assert (caught.value.provider, caught.value.model) == ("acme", "m")
    adjusted = map_video(mapper, "adjust", duration_seconds=asked)
    assert adjusted.payload == {"wire": used}
    assert changes(adjusted) == [("duration_seconds", asked, used)]
    assert adjusted.values["duration_seconds"] == used


@pytest.mark.parametrize(
    ("mapper", "field", "asked", "used"),
    [
        (resolution_field_mapper(["720p", "1080p"]), "resolution", "480p", "720p"),
        (resolution_field_mapper(["720p", "1080p"]), "resolution", "4k", "1080p"),
        (resolution_field_mapper(["480p", "4k"]), "resolution", "1440p", "4k"),
        (resolution_field_mapper(["720p", "1080p"]), "resolution", "1920x1080", "1080p"),
        (aspect_ratio_field_mapper(["16:9", "9:16", "1:1"]), "aspect_ratio", "5:4", "1:1"),
        (aspect_ratio_field_mapper(["16:9", "9:16", "1:1"]), "aspect_ratio", "21:9", "16:9"),
        (aspect_ratio_field_mapper(["16:9", "9:16"]), "aspect_ratio", "1:1", "16:9"),
        (aspect_ratio_field_mapper(["16:9", "9:16"]), "aspect_ratio", "auto", None),
    ],
)
def test_the_nearest_of_what_is_offered(
    mapper: FieldMapper, field: str, asked: str, used: str | None
) -> None:
    with pytest.raises(ValidationError, match="is not offered"):
        map_video(mapper, **{field: asked})
    adjusted = map_video(mapper, "adjust", **{field: asked})
    assert adjusted.payload == ({} if used is None else {"wire": used})
    assert changes(adjusted) == [(field, asked, used)]


def test_a_choice_has_its_payload_value() -> None:
    mapper = resolution_field_mapper({"720p": "768P", "1080p": "1080P"})
    assert map_video(mapper, resolution="720p").payload == {"wire": "768P"}
    assert mapper.describe()[0].allowed == ("720p", "1080p")


def test_any_word_will_do_where_none_is_listed() -> None:
    assert map_video(choice_field_mapper("resolution", ()), resolution="900p").payload == {"wire": "900p"}


@pytest.mark.parametrize("field", ["duration_seconds", "resolution", "aspect_ratio"])
def test_what_is_not_asked_for_is_not_sent(field: str) -> None:
    mappers = {
        "duration_seconds": duration_field_mapper(allowed_values=(5,)),
        "resolution": resolution_field_mapper(["720p"]),
        "aspect_ratio": aspect_ratio_field_mapper(["1:1"]),
    }
    assert map_video(mappers[field]).payload == {}


@pytest.mark.parametrize("field", ["duration_seconds", "resolution"])
def test_what_is_required_is_asked_for(field: str) -> None:
    mappers = {
        "duration_seconds": duration_field_mapper(allowed_values=(5,), required=True),
        "resolution": resolution_field_mapper(["720p"], required=True),
    }
    for mode in ("error", "adjust"):
        with pytest.raises(ValidationError, match=f"{field} is required for this model"):
            map_video(mappers[field], mode)


@pytest.mark.parametrize(
    ("asked", "payload_value", "used"),
    [
        ({"aspect_ratio": "9:16"}, "720:1280", None),
        ({"resolution": "1080p"}, "1920:1080", None),
        ({"aspect_ratio": "16:9", "resolution": "1080p"}, "1920:1080", None),
        ({"resolution": "1280x720"}, "1280:720", None),
        ({"resolution": "720x1280"}, "720:1280", None),
        ({"aspect_ratio": "9:16", "resolution": "1080p"}, "720:1280", ("resolution", "1080p", "720p")),
        ({"aspect_ratio": "3:4"}, "720:1280", ("aspect_ratio", "3:4", "9:16")),
        ({"resolution": "4k"}, "1920:1080", ("resolution", "4k", "1080p")),
        ({"resolution": "700x1300"}, "720:1280", ("resolution", "700x1300", "720p")),
    ],
)
def test_ratio_and_resolution_name_one_frame_size(
    asked: dict[str, str], payload_value: str, used: tuple[str, str, str] | None
) -> None:
    mapper = frame_size_field_mapper(SIZES)
    if used is not None:
        with pytest.raises(ValidationError, match=used[0]):
            map_video(mapper, **asked)
    adjusted = map_video(mapper, "adjust", **asked)
    assert (adjusted.payload["wire"], changes(adjusted)) == (payload_value, [used] if used else [])


def test_a_frame_size_is_sent_unasked_only_where_the_provider_wants_it() -> None:
    assert map_video(frame_size_field_mapper(SIZES)).payload == {}
    assert map_video(frame_size_field_mapper(SIZES, always=True)).payload == {"wire": "1280:720"}


@pytest.mark.parametrize(("asked", "payload_value"), [(True, "native"), (False, "off")])
def test_a_switch_has_two_words(asked: bool, payload_value: str) -> None:
    mapper = switch_field_mapper("generate_audio", when_true="native", when_false="off")
    assert map_video(mapper, generate_audio=asked).payload == {"wire": payload_value}


def test_a_number_is_kept_within_its_bounds() -> None:
    mapper = passthrough_field_mapper("seed", minimum=0, maximum=100)
    assert map_video(mapper, seed=7).payload == {"wire": 7}
    with pytest.raises(ValidationError, match="use 0 to 100; the nearest is 100"):
        map_video(mapper, seed=101)
    assert map_video(mapper, "adjust", seed=-4).payload == {"wire": 0}


@pytest.mark.parametrize("mode", ["error", "adjust"])
def test_a_text_that_is_too_long_is_never_cut(mode: str) -> None:
    mapper = passthrough_field_mapper("prompt", max_length=10)
    with pytest.raises(ValidationError, match="has 11 characters; at most 10 are allowed"):
        map_video(mapper, mode, prompt="x" * 11)  # type: ignore[arg-type]  # the table's words are the literal's


@pytest.mark.parametrize(
    ("requested", "allowed", "expected"),
    [
        (5, (4, 6), 6),
        (5, (6, 4), 6),
        (5.1, (4, 6), 6),
        ("4:3", ("16:9", "1:1", "3:4"), "16:9"),
        ("1000p", ("720p", "1080p"), "1080p"),
        ("vivid", ("natural", "dark"), None),
        (True, (1, 0), None),
        (5, ("auto",), None),
        ("16:9", (), None),
    ],
)
def test_nearest(requested: object, allowed: tuple[object, ...], expected: object) -> None:
    assert nearest(requested, allowed) == expected
