from __future__ import annotations

import base64
from pathlib import Path

import pytest

import tarash_gateway_minimax as minimax
from simulators.minimax.bodies import V1_MODELS, V2_RESOLUTIONS, image_complaint, v1_complaint, v2_complaint
from tarash.tarash_gateway.mapping import Model
from tarash.tarash_gateway.mapping.apply import estimate_cost_usd
from tarash.tarash_gateway.plugin import Call, ValidationError
from tarash.tarash_gateway.testing import call_for, map_for
from tarash.tarash_gateway.testing.simulator import tiny_png
from tarash_gateway_minimax.routes import H3_IMAGES, IMAGES, V1, V2, route_of

PNG = tiny_png()
DATA_URI = f"data:image/png;base64,{base64.b64encode(PNG).decode()}"
URL = "https://example.org/a.png"
CLIP = "https://example.org/a.mp4"
FRAME = {"image": URL, "type": "first_frame"}
LAST = {"image": URL, "type": "last_frame"}
REFERENCE = {"image": URL, "type": "reference"}
TEXT = {"type": "text", "text": "a paper boat"}
CHECKS = {V2: v2_complaint, V1: v1_complaint, IMAGES: image_complaint}


def item(kind: str, role: str, url: str) -> dict[str, object]:
    return {"type": kind, kind: {"url": url}, "role": role}


@pytest.mark.parametrize(
    ("model", "fields", "body"),
    [
        pytest.param(
            "MiniMax-H3",
            {},
            {"content": [TEXT], "duration": 5, "resolution": "768P", "ratio": "16:9"},
            id="text-alone-says-everything",
        ),
        pytest.param(
            "MiniMax-H3",
            {
                "duration_seconds": 6,
                "resolution": "2k",
                "image_list": [{"image": PNG, "type": "first_frame"}, LAST],
            },
            {
                "content": [
                    TEXT,
                    item("image_url", "first_frame", DATA_URI),
                    item("image_url", "last_frame", URL),
                ],
                "duration": 6,
                "resolution": "2K",
            },
            id="frames-set-the-shape",
        ),
        pytest.param(
            "MiniMax-H3",
            {
                "image_list": [REFERENCE, {"image": URL, "type": "style"}],
                "video": CLIP,
                "aspect_ratio": "adaptive",
                "extra_params": {"reference_audio": "https://example.org/a.mp3", "aigc_watermark": True},
            },
            {
                "content": [
                    TEXT,
                    item("image_url", "reference_image", URL),
                    item("image_url", "reference_image", URL),
                    item("video_url", "reference_video", CLIP),
                    item("audio_url", "reference_audio", "https://example.org/a.mp3"),
                ],
                "duration": 5,
                "resolution": "768P",
                "ratio": "adaptive",
                "aigc_watermark": True,
            },
            id="references",
        ),
        pytest.param(
            "MiniMax-H3-Max",
            {"resolution": "480p", "aspect_ratio": "9:16", "duration_seconds": 15},
            {"content": [TEXT], "duration": 15, "resolution": "480P", "ratio": "9:16"},
            id="max",
        ),
        pytest.param(
            "MiniMax-Hailuo-2.3",
            {
                "duration_seconds": 6,
                "resolution": "768p",
                "enhance_prompt": True,
                "image_list": [{"image": PNG, "type": "first_frame"}],
            },
            {
                "prompt": "a paper boat",
                "duration": 6,
                "resolution": "768P",
                "first_frame_image": DATA_URI,
                "prompt_optimizer": True,
            },
            id="hailuo",
        ),
        pytest.param(
            "MiniMax-Hailuo-02",
            {"image_list": [FRAME, LAST], "resolution": "512p", "duration_seconds": 10},
            {
                "prompt": "a paper boat",
                "duration": 10,
                "resolution": "512P",
                "first_frame_image": URL,
                "last_frame_image": URL,
            },
            id="hailuo-02-between-frames",
        ),
        pytest.param(
            "S2V-01",
            {"image_list": [REFERENCE]},
            {"prompt": "a paper boat", "subject_reference": [{"type": "character", "image": [URL]}]},
            id="subject",
        ),
        pytest.param(
            "T2V-01",
            {"duration_seconds": 6, "generate_audio": False},
            {"prompt": "a paper boat"},
            id="only-one-length",
        ),
    ],
)
def test_a_video_request_becomes_the_body_of_its_endpoint(
    model: str, fields: dict[str, object], body: dict[str, object]
) -> None:
    call = call_for(minimax, model)
    payload = map_for(minimax, call, **fields).payload
    assert payload == {"model": model, **body}
    assert CHECKS[route_of(call)](payload) is None


@pytest.mark.parametrize(
    ("model", "fields", "body"),
    [
        pytest.param(
            "image-01",
            {"aspect_ratio": "16:9", "n": 2, "seed": 7, "extra_params": {"prompt_optimizer": False}},
            {"aspect_ratio": "16:9", "n": 2, "seed": 7, "prompt_optimizer": False},
            id="shape",
        ),
        pytest.param("image-01", {"size": "1024x768"}, {"width": 1024, "height": 768}, id="pixels"),
        pytest.param(
            "image-01",
            {"image_list": [{"image": PNG}]},
            {"subject_reference": [{"type": "character", "image_file": DATA_URI}]},
            id="subject",
        ),
        pytest.param(
            "image-01-live", {"size": "1280x720"}, {"aspect_ratio": "16:9"}, id="live-has-shapes-only"
        ),
        pytest.param("MiniMax-H3-Image", {"size": "2k", "n": 3}, {"area": "2K", "n": 3}, id="h3-step"),
        pytest.param("MiniMax-H3-Image", {"size": "1600x1200"}, {"size": "1600x1200"}, id="h3-pixels"),
    ],
)
def test_an_image_request_becomes_the_body_of_its_endpoint(
    model: str, fields: dict[str, object], body: dict[str, object]
) -> None:
    call = call_for(minimax, model, "image")
    payload = map_for(minimax, call, **fields).payload
    assert payload == {"model": model, "prompt": "a paper boat", "response_format": "url", **body}
    if route_of(call) != H3_IMAGES:
        assert image_complaint(payload) is None


def inputs_of(row: Model) -> list[dict[str, str]]:
    """The input pictures without which a row refuses to run."""
    return [{"image": URL, "type": role} for role in ("first_frame", "reference") if row.needs(role)]


@pytest.mark.parametrize(
    "row",
    [
        pytest.param(row, id=f"{row.modality}-{row.id}")
        for row in minimax.tarash_models().rows
        if row.route in CHECKS
    ],
)
def test_every_row_with_what_it_needs_is_taken_by_its_endpoint(row: Model) -> None:
    name = {"*": "MiniMax-H3" if row.modality == "video" else "image-01"}.get(row.id, row.id)
    call = call_for(minimax, name, row.modality).with_row(row)
    if row.modality == "image":
        payload = map_for(minimax, call, n=9, aspect_ratio="9:16").payload
    else:
        payload = map_for(minimax, call, duration_seconds=6, image_list=inputs_of(row)).payload
    assert CHECKS[route_of(call)](payload) is None


def test_every_model_of_the_simulator_has_a_row() -> None:
    assert {
        row.id for row in minimax.tarash_models().rows if row.modality == "video" and not row.generic
    } == {
        *V1_MODELS,
        *V2_RESOLUTIONS,
    }


@pytest.mark.parametrize(
    ("model", "fields", "says"),
    [
        pytest.param("MiniMax-H3", {"resolution": "720p"}, "nearest is 768p", id="no-720p"),
        pytest.param("MiniMax-H3", {"resolution": "1080p"}, "nearest is 2k", id="no-1080p"),
        pytest.param("MiniMax-H3", {"duration_seconds": 3}, "nearest is 4", id="too-short"),
        pytest.param("MiniMax-H3-Max", {"duration_seconds": 4}, "nearest is 5", id="too-short-for-max"),
        pytest.param("MiniMax-H3", {"generate_audio": False}, "generate_audio=True", id="always-with-sound"),
        pytest.param("MiniMax-H3", {"seed": 1}, "is not an option", id="seed"),
        pytest.param("MiniMax-H3", {"aspect_ratio": "adaptive"}, "nothing to adapt to", id="adaptive-text"),
        pytest.param(
            "MiniMax-H3", {"aspect_ratio": "9:16", "image_list": [FRAME]}, "shape the video takes", id="shape"
        ),
        pytest.param("MiniMax-H3", {"image_list": [LAST]}, "first_frame is required", id="last-alone"),
        pytest.param("MiniMax-H3", {"image_list": [FRAME, REFERENCE]}, "with a first frame", id="both"),
        pytest.param(
            "MiniMax-H3",
            {"image_list": [FRAME, {"image": URL, "type": "style"}]},
            "with a first frame",
            id="both-with-a-style",
        ),
        pytest.param("MiniMax-H3", {"image_list": [REFERENCE] * 10}, "at most 9", id="ten"),
        pytest.param(
            "MiniMax-H3-Max", {"image_list": [REFERENCE]}, "is not an input", id="max-without-references"
        ),
        pytest.param(
            "MiniMax-H3",
            {"extra_params": {"reference_audio": "https://e.org/a.mp3"}},
            "to go with it",
            id="sound",
        ),
        pytest.param(
            "MiniMax-H3",
            {"extra_params": {"content": [TEXT], "reference_audio": "https://e.org/a.mp3"}},
            "add its items to that list",
            id="two-contents",
        ),
        pytest.param(
            "MiniMax-Hailuo-02",
            {"resolution": "1080p", "duration_seconds": 10},
            "with resolution='1080p'; use 6",
            id="sharp-is-short",
        ),
        pytest.param("MiniMax-Hailuo-02", {"resolution": "512p"}, "first_frame is required", id="512p"),
        pytest.param("MiniMax-Hailuo-2.3-Fast", {}, "first_frame is required", id="fast-needs-frame"),
        pytest.param("MiniMax-Hailuo-2.3", {"aspect_ratio": "9:16"}, "is not an option", id="no-shape"),
        pytest.param("T2V-01", {"duration_seconds": 10}, "duration_seconds=6", id="six-seconds"),
        pytest.param("S2V-01", {}, "reference is required", id="no-subject"),
        pytest.param(
            "MiniMax-H3",
            {"image_list": [{"image": b"GIF89a and so on", "type": "first_frame"}]},
            "image/jpeg",
            id="gif",
        ),
    ],
)
def test_what_a_video_model_does_not_take_is_refused_with_what_it_takes(
    model: str, fields: dict[str, object], says: str
) -> None:
    with pytest.raises(ValidationError, match=says):
        map_for(minimax, call_for(minimax, model), **fields)


@pytest.mark.parametrize(
    ("model", "fields", "says"),
    [
        pytest.param("image-01", {"size": "1000x1001"}, "multiples of 8|any WIDTHxHEIGHT", id="odd-pixels"),
        pytest.param("image-01", {"size": "1024x768", "aspect_ratio": "1:1"}, "with size", id="both"),
        pytest.param(
            "image-01-live", {"aspect_ratio": "21:9"}, "nearest is 16:9", id="live-is-not-that-wide"
        ),
        pytest.param("image-01", {"n": 10}, "nearest is 9", id="ten"),
        pytest.param("image-01", {"quality": "high"}, "is not an option", id="quality"),
    ],
)
def test_what_an_image_model_does_not_take_is_refused_with_what_it_takes(
    model: str, fields: dict[str, object], says: str
) -> None:
    with pytest.raises(ValidationError, match=says):
        map_for(minimax, call_for(minimax, model, "image"), **fields)


def test_adjusting_takes_the_nearest_step_and_a_real_shape() -> None:
    call = call_for(minimax, "MiniMax-H3", unsupported="adjust")
    mapped = map_for(minimax, call, resolution="1080p", aspect_ratio="adaptive")
    assert (mapped.payload["resolution"], mapped.payload["ratio"]) == ("2K", "16:9")
    assert [change.field for change in mapped.adjustments] == ["resolution", "aspect_ratio"]


def test_a_content_list_of_ones_own_is_left_alone() -> None:
    own = [TEXT, item("image_url", "first_frame", "mm_file://205")]
    payload = map_for(minimax, call_for(minimax, "MiniMax-H3"), extra_params={"content": own}).payload
    assert payload["content"] == own
    assert "ratio" not in payload


def test_the_address_for_webhooks_is_passed_on() -> None:
    for model in ("MiniMax-H3", "MiniMax-Hailuo-02"):
        call = call_for(minimax, model, webhook_url="https://example.org/hook")
        assert map_for(minimax, call).payload["callback_url"] == "https://example.org/hook"
    image = map_for(minimax, call_for(minimax, "image-01", "image", webhook_url="https://example.org/hook"))
    assert "callback_url" not in image.payload
    assert not image.takes_webhook_url


def test_a_setting_is_refused_as_there_are_none() -> None:
    with pytest.raises(ValidationError, match="adopt_lost_tasks"):
        map_for(minimax, call_for(minimax, "MiniMax-H3", provider_config={"adopt_lost_tasks": True}))


@pytest.mark.parametrize("form", ["path", "bytes", "base64", "data-uri"])
def test_a_local_frame_travels_as_a_data_uri_in_whatever_form_it_is_given(form: str, tmp_path: Path) -> None:
    path = tmp_path / "fox.png"
    path.write_bytes(PNG)
    given = {"path": path, "bytes": PNG, "base64": DATA_URI.partition(",")[2], "data-uri": DATA_URI}[form]
    frame = {"image": given, "type": "first_frame"}
    assert (
        map_for(minimax, call_for(minimax, "I2V-01"), image_list=[frame]).payload["first_frame_image"]
        == DATA_URI
    )


@pytest.mark.parametrize(
    ("model", "fields", "usd"),
    [
        ("MiniMax-H3", {}, 0.4),
        ("MiniMax-H3", {"resolution": "2k", "duration_seconds": 10}, 1.3),
        ("MiniMax-H3", {"image_list": [REFERENCE] * 7}, 0.48),
        ("MiniMax-H3-Max", {"resolution": "480p", "duration_seconds": 10}, 0.5),
        ("MiniMax-Hailuo-02", {}, 0.28),
        ("MiniMax-Hailuo-02", {"duration_seconds": 10}, 0.56),
        ("MiniMax-Hailuo-02", {"resolution": "1080p"}, 0.49),
        ("MiniMax-Hailuo-02", {"resolution": "512p", "image_list": [FRAME]}, None),
        ("MiniMax-Hailuo-2.3-Fast", {"image_list": [FRAME]}, 0.19),
        ("T2V-01", {}, 0.43),
        ("S2V-01", {"image_list": [REFERENCE]}, 0.65),
    ],
)
def test_h3_costs_by_the_second_and_the_older_models_by_the_clip(
    model: str, fields: dict[str, object], usd: float | None
) -> None:
    call: Call = call_for(minimax, model)
    values = map_for(minimax, call, **fields).values
    assert estimate_cost_usd(call.row, values, count_field="number_of_videos") == usd
