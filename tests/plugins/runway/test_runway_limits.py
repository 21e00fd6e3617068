"""Proves what is refused, adjusted, sent inline and priced."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

import tarash_gateway_runway as runway
from tarash.tarash_gateway.mapping.apply import estimate_cost_usd
from tarash.tarash_gateway.plugin import Media, ValidationError
from tarash.tarash_gateway.testing import call_for, map_for
from tarash.tarash_gateway.testing.simulator import tiny_mp4, tiny_png

FRAME = "https://example.com/first.png"
LAST = "https://example.com/last.png"
CLIP = "https://example.com/clip.mp4"
FIRST_FRAME = [{"type": "first_frame", "image": FRAME}]
BOTH_FRAMES = [*FIRST_FRAME, {"type": "last_frame", "image": LAST}]
REFERENCE = [{"type": "reference", "image": FRAME}]


@pytest.mark.parametrize(
    ("model", "fields", "message"),
    [
        pytest.param("gen4_turbo", {}, "first_frame is required", id="no text arm"),
        pytest.param("gen4.5", {"aspect_ratio": "1:1"}, "use 16:9 or 9:16", id="a shape of another arm"),
        pytest.param("gen4.5", {"duration_seconds": 12}, "nearest is 10", id="too long"),
        pytest.param("gen4.5", {"video": CLIP}, "it takes first_frame", id="no video arm"),
        pytest.param("gen4.5", {"image_list": REFERENCE * 2}, "it takes first_frame", id="no references"),
        pytest.param("gen4.5", {"prompt": "🚤" * 501}, "1002 UTF-16 units", id="emoji count twice"),
        pytest.param(
            "veo3.1",
            {"image_list": BOTH_FRAMES[1:]},
            "first_frame is required together with last_frame",
            id="last alone",
        ),
        pytest.param(
            "seedance2",
            {"image_list": [*FIRST_FRAME, *REFERENCE]},
            "reference",
            id="frames and references mixed",
        ),
        pytest.param(
            "grok_imagine_1_5", {"image_list": REFERENCE, "resolution": "1080p"}, "480p or 720p", id="capped"
        ),
        pytest.param("hailuo3", {"aspect_ratio": "adaptive"}, "not offered", id="nothing to adapt to"),
        pytest.param("act_two", {"prompt": "", "video": CLIP}, "reference is required", id="no character"),
        pytest.param("gen4.5", {"seed": 2**32}, "out of range", id="seed"),
    ],
)
def test_what_an_arm_does_not_take_is_refused_with_what_it_takes(
    model: str, fields: dict[str, object], message: str
) -> None:
    with pytest.raises(ValidationError, match=message):
        map_for(runway, call_for(runway, model), **fields)


@pytest.mark.parametrize(
    ("model", "fields", "message"),
    [
        pytest.param("gen4_image", {"size": "4k"}, "use 720p, 1k, 1080p; the nearest is", id="size word"),
        pytest.param("gen4_image", {"size": "1900x1000"}, "nearest is 1920x1080", id="pixels"),
        pytest.param(
            "gen4_image", {"size": "1k", "aspect_ratio": "9:16"}, "with aspect_ratio='9:16'", id="gap"
        ),
        pytest.param(
            "gen4_image", {"size": "1280x720", "aspect_ratio": "1:1"}, "contradicts", id="contradiction"
        ),
        pytest.param("gen4_image", {"aspect_ratio": "5:4"}, "nearest is 4:3", id="shape"),
        pytest.param("seedream5_lite", {"size": "640x640"}, "3686400 to 16777216", id="free pixels"),
        pytest.param("gemini_image3_pro", {"n": 2}, "use 1 or 4", id="count"),
        pytest.param("gen4_image_turbo", {}, "required", id="needs a reference"),
        pytest.param(
            "ideogram_4_5",
            {"mask_image": LAST, "image_list": REFERENCE},
            "mask_image=.* is not an input of this model",
            id="a mask that it would read the wrong way round",
        ),
        pytest.param(
            "ideogram_4_5",
            {"mask_image": LAST},
            "mask_image=.* is not an input",
            id="a mask without a picture",
        ),
        pytest.param("gen4_image", {"image_list": [{"image": b"GIF89a" + b"0" * 40}]}, "image/png", id="gif"),
    ],
)
def test_an_image_model_refuses_with_what_it_takes(
    model: str, fields: dict[str, object], message: str
) -> None:
    with pytest.raises(ValidationError, match=message):
        map_for(runway, call_for(runway, model, "image"), **fields)


def test_settings_are_refused_because_there_are_none() -> None:
    with pytest.raises(ValidationError, match="runway has no settings"):
        map_for(runway, call_for(runway, "gen4.5", provider_config={"queue": "fast"}))


def test_adjusting_takes_the_nearest_and_says_so() -> None:
    mapped = map_for(
        runway,
        call_for(runway, "gen4.5", unsupported="adjust"),
        aspect_ratio="1:1",
        duration_seconds=30,
        resolution="1080p",
    )
    assert mapped.payload == {
        "model": "gen4.5",
        "promptText": "a paper boat",
        "duration": 10,
        "ratio": "1280:720",
    }
    assert {item.field for item in mapped.adjustments} == {
        "aspect_ratio",
        "duration_seconds",
        "resolution",
    }


def test_adjusting_an_image_keeps_the_shape_of_the_pixels() -> None:
    mapped = map_for(runway, call_for(runway, "gen4_image", "image", unsupported="adjust"), size="1900x1000")
    assert mapped.payload["ratio"] == "1920:1080"


@pytest.mark.parametrize("form", ["path", "bytes", "base64", "data"])
def test_local_media_are_sent_inline_whatever_form_they_have(form: str, tmp_path: Path) -> None:
    picture = tmp_path / "first.png"
    picture.write_bytes(tiny_png())
    text = base64.b64encode(tiny_png()).decode()
    forms: dict[str, object] = {
        "path": picture,
        "bytes": tiny_png(),
        "base64": text,
        "data": f"data:image/png;base64,{text}",
    }
    payload = map_for(
        runway, call_for(runway, "gen4.5"), image_list=[{"type": "first_frame", "image": forms[form]}]
    ).payload
    assert payload["promptImage"] == [{"uri": f"data:image/png;base64,{text}", "position": "first"}]


def test_media_too_large_for_a_data_uri_are_left_to_be_uploaded() -> None:
    large = tiny_mp4() + bytes(4 * 1024 * 1024)
    payload = map_for(runway, call_for(runway, "aleph2"), video=large).payload
    assert isinstance(payload["videoUri"], Media)


@pytest.mark.parametrize(
    ("model", "fields", "usd"),
    [
        pytest.param("gen4.5", {}, 0.6, id="the duration that is taken by default"),
        pytest.param("veo3.1", {"duration_seconds": 8}, 3.2, id="with sound"),
        pytest.param("veo3.1", {"duration_seconds": 8, "generate_audio": False}, 1.6, id="without sound"),
        pytest.param("seedance2", {"duration_seconds": 10, "resolution": "1080p"}, 4.0, id="by resolution"),
        pytest.param("seedance2_5", {"resolution": "480p"}, 1.0, id="documented default duration"),
        pytest.param("seedance2_5", {}, 1.5, id="documented default resolution"),
        pytest.param(
            "seedance2_5", {"resolution": "480p", "video": CLIP}, None, id="the input's length is not known"
        ),
        pytest.param(
            "grok_imagine_1_5",
            {"duration_seconds": 5, "resolution": "480p", "image_list": REFERENCE},
            0.51,
            id="surcharge",
        ),
        pytest.param("gemini_omni_flash", {"duration_seconds": 5, "image_list": FRAME}, 0.51, id="frame"),
        pytest.param(
            "hailuo3", {"duration_seconds": 5, "resolution": "768p", "image_list": REFERENCE}, 0.52, id="two"
        ),
        pytest.param(
            "hailuo3", {"duration_seconds": 5, "resolution": "768p", "image_list": FRAME}, None, id="unknown"
        ),
        pytest.param("kling_4", {"duration_seconds": 5}, None, id="no price known"),
    ],
)
def test_the_cost_is_estimated_where_it_is_certain(
    model: str, fields: dict[str, object], usd: float | None
) -> None:
    call = call_for(runway, model)
    assert (
        estimate_cost_usd(call.row, map_for(runway, call, **fields).values, count_field="number_of_videos")
        == usd
    )


@pytest.mark.parametrize(
    ("fields", "usd"),
    [({}, 0.25), ({"quality": "low"}, 0.04), ({"image_list": REFERENCE}, None)],
    ids=["default-quality", "quality", "another-default-with-references"],
)
def test_an_image_of_ideogram_is_priced_by_its_quality(fields: dict[str, object], usd: float | None) -> None:
    call = call_for(runway, "ideogram_4_5", "image")
    assert estimate_cost_usd(call.row, map_for(runway, call, **fields).values, count_field="n") == usd


@pytest.mark.parametrize(
    ("fields", "usd"), [({}, 0.08), ({"size": "720p"}, 0.05), ({"size": "1024x1024"}, None)]
)
def test_an_image_is_priced_by_its_size(fields: dict[str, object], usd: float | None) -> None:
    call = call_for(runway, "gen4_image", "image")
    assert estimate_cost_usd(call.row, map_for(runway, call, **fields).values, count_field="n") == usd


def test_a_row_tells_what_its_other_arms_allow() -> None:
    row = call_for(runway, "gen4.5").row
    ratio = next(item for item in row.capabilities() if item.field == "aspect_ratio")
    assert ratio.allowed == ("16:9", "9:16")
    assert "with image input: 16:9, 9:16, 1:1, 4:3, 3:4, 21:9" in ratio.note
    assert row.tasks() == ("text-to-video", "image-to-video")
