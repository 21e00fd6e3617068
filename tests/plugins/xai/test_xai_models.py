from __future__ import annotations

import base64
from pathlib import Path

import pytest

import tarash_gateway_xai as xai
from simulators.xai.bodies import complaint
from tarash.tarash_gateway.mapping import Model
from tarash.tarash_gateway.mapping.apply import estimate_cost_usd
from tarash.tarash_gateway.plugin import ValidationError
from tarash.tarash_gateway.testing import call_for, map_for
from tarash.tarash_gateway.testing.simulator import tiny_png
from tarash_gateway_xai.payload import endpoint

PNG = tiny_png()
DATA_URI = f"data:image/png;base64,{base64.b64encode(PNG).decode()}"
URL = "https://example.org/a.png"
CLIP = "https://example.org/a.mp4"
FRAME = {"image": URL, "type": "first_frame"}
LAST = {"image": URL, "type": "last_frame"}
REFERENCE = {"image": URL, "type": "reference"}


@pytest.mark.parametrize(
    ("model", "fields", "path", "body"),
    [
        pytest.param(
            "grok-imagine-video-1.5",
            {
                "duration_seconds": 6,
                "aspect_ratio": "16:9",
                "resolution": "720p",
                "image_list": [{"image": PNG, "type": "first_frame"}],
            },
            "/videos/generations",
            {"duration": 6, "aspect_ratio": "16:9", "resolution": "720p", "image": {"url": DATA_URI}},
            id="first-frame",
        ),
        pytest.param(
            "grok-imagine-video",
            {"image_list": [REFERENCE, {"image": PNG, "type": "style"}], "generate_audio": False},
            "/videos/generations",
            {"reference_images": [{"url": URL}, {"url": DATA_URI}], "generate_audio": False},
            id="references",
        ),
        pytest.param(
            "grok-imagine-video-1.5",
            {"image_list": [FRAME, LAST, REFERENCE]},
            "/videos/generations",
            {"image": {"url": URL}, "last_frame": {"url": URL}, "reference_images": [{"url": URL}]},
            id="pinned-frames-beside-references",
        ),
        pytest.param(
            "grok-imagine-video", {"video": CLIP}, "/videos/edits", {"video": {"url": CLIP}}, id="edit"
        ),
        pytest.param(
            "grok-imagine-video",
            {"video": CLIP, "duration_seconds": 4, "extra_params": {"mode": "extend"}},
            "/videos/extensions",
            {"video": {"url": CLIP}, "duration": 4, "mode": "extend"},
            id="extend",
        ),
        pytest.param(
            "grok-imagine-video-1.5",
            {"extra_params": {"reference_audios": [{"voice_id": "ara"}], "user": "u1"}},
            "/videos/generations",
            {"reference_audios": [{"voice_id": "ara"}], "user": "u1"},
            id="extra-parameters",
        ),
    ],
)
def test_a_video_request_becomes_the_body_of_its_endpoint(
    model: str, fields: dict[str, object], path: str, body: dict[str, object]
) -> None:
    call = call_for(xai, model)
    payload = map_for(xai, call, **fields).payload
    assert payload == {"model": model, "prompt": "a paper boat", **body}
    assert endpoint(call, payload) == path
    sent = {name: value for name, value in payload.items() if name != "mode"}
    assert complaint(f"/v1{path}", sent) is None


@pytest.mark.parametrize(
    ("fields", "path", "body"),
    [
        pytest.param(
            {"n": 2, "aspect_ratio": "16:9", "size": "2k"},
            "/images/generations",
            {"n": 2, "aspect_ratio": "16:9", "resolution": "2k"},
            id="shape-and-size",
        ),
        pytest.param(
            {"size": "1536x1024", "quality": "low"},
            "/images/generations",
            {"aspect_ratio": "3:2", "quality": "low"},
            id="pixels-choose-the-shape",
        ),
        pytest.param(
            {"image_list": [{"image": PNG}]}, "/images/edits", {"image": {"url": DATA_URI}}, id="one-image"
        ),
        pytest.param(
            {"image_list": [FRAME, REFERENCE]},
            "/images/edits",
            {"images": [{"url": URL}, {"url": URL}]},
            id="two-images",
        ),
        pytest.param(
            {"image_list": [REFERENCE] * 5, "aspect_ratio": "21:9", "quality": "auto"},
            "/images/edits",
            {"images": [{"url": URL}] * 5, "aspect_ratio": "21:9", "quality": "auto"},
            id="what-only-2.0-takes",
        ),
    ],
)
def test_an_image_request_becomes_the_body_of_its_endpoint(
    fields: dict[str, object], path: str, body: dict[str, object]
) -> None:
    call = call_for(xai, "grok-imagine-image-2.0", "image")
    payload = map_for(xai, call, **fields).payload
    common = {"model": "grok-imagine-image-2.0", "prompt": "a paper boat", "response_format": "url"}
    assert payload == {**common, **body}
    assert endpoint(call, payload) == path
    assert complaint(f"/v1{path}", payload) is None


@pytest.mark.parametrize(
    "row", [pytest.param(row, id=row.id) for row in xai.tarash_models().rows if not row.generic]
)
def test_every_row_with_its_largest_values_is_taken_by_its_endpoint(row: Model) -> None:
    call = call_for(xai, row.id, row.modality)
    if row.modality == "video":
        fields: dict[str, object] = {"duration_seconds": 15, "aspect_ratio": "2:3", "image_list": [FRAME]}
        fields["resolution"] = row.prices[-1].when["resolution"]
        payload = map_for(xai, call, **fields).payload
    else:
        quality = {"quality": "medium"} if row.accepts("quality") else {}
        payload = map_for(xai, call, n=10, aspect_ratio="19.5:9", size="2k", **quality).payload
    assert complaint(f"/v1{endpoint(call, payload)}", payload) is None


@pytest.mark.parametrize(
    ("model", "fields", "says"),
    [
        pytest.param("grok-imagine-video", {"duration_seconds": 16}, "nearest is 15", id="too-long"),
        pytest.param("grok-imagine-video", {"resolution": "1080p"}, "nearest is 720p", id="too-sharp"),
        pytest.param("grok-imagine-video", {"aspect_ratio": "21:9"}, "use 16:9", id="shape"),
        pytest.param("grok-imagine-video", {"seed": 1}, "is not an option", id="seed"),
        pytest.param("grok-imagine-video", {"number_of_videos": 2}, "number_of_videos=1", id="one-per-call"),
        pytest.param("grok-imagine-video", {"image_list": [LAST]}, "is not an input", id="no-last-frame"),
        pytest.param(
            "grok-imagine-video", {"image_list": [FRAME, REFERENCE]}, "together with reference", id="both"
        ),
        pytest.param(
            "grok-imagine-video",
            {"image_list": [FRAME, {"image": URL, "type": "style"}]},
            "together with reference",
            id="both-with-a-style",
        ),
        pytest.param("grok-imagine-video", {"image_list": [REFERENCE] * 8}, "at most 7", id="eight"),
        pytest.param(
            "grok-imagine-video-1.5",
            {"resolution": "1080p", "image_list": [REFERENCE]},
            "with reference images; use 480p or 720p",
            id="references-are-small",
        ),
        pytest.param(
            "grok-imagine-video",
            {"video": CLIP, "duration_seconds": 4},
            "input video",
            id="edit-has-no-length",
        ),
        pytest.param(
            "grok-imagine-video",
            {"video": CLIP, "duration_seconds": 12, "extra_params": {"mode": "extend"}},
            "nearest is 10",
            id="extended-too-far",
        ),
        pytest.param(
            "grok-imagine-video",
            {"extra_params": {"mode": "edit"}},
            "give one as video",
            id="nothing-to-edit",
        ),
        pytest.param(
            "grok-imagine-video",
            {"video": CLIP, "extra_params": {"mode": "redo"}},
            "edit or extend",
            id="mode",
        ),
        pytest.param("grok-imagine-video", {"prompt": ""}, "prompt is required", id="no-prompt"),
        pytest.param("grok-imagine-video", {"prompt": "x" * 4097}, "at most 4096", id="long-prompt"),
    ],
)
def test_what_a_video_model_does_not_take_is_refused_with_what_it_takes(
    model: str, fields: dict[str, object], says: str
) -> None:
    with pytest.raises(ValidationError, match=says):
        map_for(xai, call_for(xai, model), **fields)


@pytest.mark.parametrize(
    ("model", "fields", "says"),
    [
        pytest.param("grok-imagine-image", {"quality": "low"}, "is not an option", id="no-quality"),
        pytest.param("grok-imagine-image-2.0", {"quality": "high"}, "use auto, medium or low", id="quality"),
        pytest.param("grok-imagine-image", {"n": 11}, "nearest is 10", id="eleven"),
        pytest.param("grok-imagine-image", {"image_list": [REFERENCE] * 4}, "at most 3", id="four-inputs"),
        pytest.param("grok-imagine-image", {"mask_image": PNG}, "is not an input", id="mask"),
    ],
)
def test_what_an_image_model_does_not_take_is_refused_with_what_it_takes(
    model: str, fields: dict[str, object], says: str
) -> None:
    with pytest.raises(ValidationError, match=says):
        map_for(xai, call_for(xai, model, "image"), **fields)


def test_a_setting_is_refused_with_where_parameters_go() -> None:
    with pytest.raises(ValidationError, match="'user', but xai has no settings"):
        call_for(xai, "grok-imagine-video", provider_config={"user": "u1"})


@pytest.mark.parametrize(
    ("model", "given"),
    [
        pytest.param("grok-imagine-image", {"images": {"url": URL}}, id="images"),
        pytest.param("grok-imagine-video", {"reference_images": URL}, id="references"),
    ],
)
def test_inputs_that_extra_params_give_in_a_form_of_their_own_are_sent_as_they_are(
    model: str, given: dict[str, object]
) -> None:
    payload = map_for(xai, call_for(xai, model), extra_params=given).payload
    assert {name: payload[name] for name in given} == given


def test_a_frame_needs_no_prompt() -> None:
    payload = map_for(xai, call_for(xai, "grok-imagine-video"), prompt="", image_list=[FRAME]).payload
    assert payload == {"model": "grok-imagine-video", "image": {"url": URL}}


@pytest.mark.parametrize("form", ["path", "bytes", "base64", "data-uri"])
def test_a_local_frame_travels_as_a_data_uri_in_whatever_form_it_is_given(form: str, tmp_path: Path) -> None:
    path = tmp_path / "fox.png"
    path.write_bytes(PNG)
    given = {"path": path, "bytes": PNG, "base64": DATA_URI.partition(",")[2], "data-uri": DATA_URI}[form]
    frame = {"image": given, "type": "first_frame"}
    assert map_for(xai, call_for(xai, "grok-imagine-video"), image_list=[frame]).payload["image"] == {
        "url": DATA_URI
    }


@pytest.mark.parametrize(
    ("model", "fields", "usd"),
    [
        pytest.param("grok-imagine-video", {}, 0.4, id="defaults"),
        pytest.param(
            "grok-imagine-video-1.5", {"resolution": "1080p", "duration_seconds": 10}, 2.5, id="sharp"
        ),
        pytest.param("grok-imagine-video", {"image_list": [FRAME]}, 0.402, id="frame"),
        pytest.param("grok-imagine-video", {"video": CLIP}, None, id="edit"),
        pytest.param(
            "grok-imagine-video", {"video": CLIP, "extra_params": {"mode": "extend"}}, None, id="extend"
        ),
    ],
)
def test_a_video_costs_by_the_second_as_far_as_its_length_is_known(
    model: str, fields: dict[str, object], usd: float | None
) -> None:
    call = call_for(xai, model)
    assert (
        estimate_cost_usd(call.row, map_for(xai, call, **fields).values, count_field="number_of_videos")
        == usd
    )


@pytest.mark.parametrize(
    ("model", "fields", "usd"),
    [
        pytest.param("grok-imagine-image-2.0", {}, 0.12, id="no-quality-may-be-medium"),
        pytest.param("grok-imagine-image-2.0", {"quality": "medium", "size": "2k"}, 0.16, id="medium-2k"),
        pytest.param("grok-imagine-image-2.0", {"quality": "low"}, 0.08, id="low"),
        pytest.param("grok-imagine-image-2.0", {"quality": "low", "size": "2k"}, 0.12, id="low-2k"),
        pytest.param("grok-imagine-image-2.0", {"image_list": [FRAME, FRAME]}, 0.14, id="inputs"),
        pytest.param("grok-imagine-image-quality", {}, 0.08, id="served-by-2.0-in-low"),
    ],
)
def test_an_image_costs_by_quality_and_size(model: str, fields: dict[str, object], usd: float) -> None:
    call = call_for(xai, model, "image")
    assert estimate_cost_usd(call.row, map_for(xai, call, n=2, **fields).values, count_field="n") == usd
