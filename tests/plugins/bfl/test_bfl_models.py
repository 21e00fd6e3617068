from __future__ import annotations

import base64
from collections.abc import Mapping

import pytest

import tarash_gateway_bfl as bfl
from simulators.bfl.bodies import complaint
from tarash.tarash_gateway.mapping import Model
from tarash.tarash_gateway.mapping.apply import estimate_cost_usd
from tarash.tarash_gateway.plugin import Media, ValidationError
from tarash.tarash_gateway.testing import call_for, map_for
from tarash.tarash_gateway.testing.simulator import tiny_mp4, tiny_png

PNG = tiny_png()
RAW = base64.b64encode(PNG).decode()
URL = "https://example.org/a.png"
CLIP = "https://example.org/a.mp4"
FRAME = {"image": URL, "type": "first_frame"}
LAST = {"image": PNG, "type": "last_frame"}
REFERENCE = {"image": URL, "type": "reference"}
STYLE = {"image": PNG, "type": "style"}
GARMENT = {"image": PNG, "type": "asset"}
PROMPT = {"prompt": "a paper boat"}


def sent(payload: Mapping[str, object]) -> dict[str, object]:
    """The body that leaves: what waits for the submit is the one local picture of these tests."""
    return {name: RAW if isinstance(value, Media) else value for name, value in payload.items()}


@pytest.mark.parametrize(
    ("model", "fields", "body"),
    [
        pytest.param(
            "flux-2-pro",
            {"size": "1920x1088", "seed": 7},
            {**PROMPT, "width": 1920, "height": 1088, "seed": 7},
            id="pixels",
        ),
        pytest.param(
            "flux-2-pro", {"aspect_ratio": "16:9"}, {**PROMPT, "width": 1280, "height": 720}, id="shape"
        ),
        pytest.param(
            "flux-2-max",
            {"image_list": [REFERENCE, STYLE, FRAME]},
            {**PROMPT, "input_image": URL, "input_image_2": URL, "input_image_3": RAW},
            id="references",
        ),
        pytest.param(
            "flux-2-flex",
            {"extra_params": {"steps": 20, "output_format": "png"}},
            {**PROMPT, "steps": 20, "output_format": "png"},
            id="extra-parameters",
        ),
        pytest.param(
            "flux-3-image",
            {"size": "2k", "aspect_ratio": "7:5", "image_list": [REFERENCE, FRAME]},
            {**PROMPT, "resolution": "2k", "aspect_ratio": "7:5", "images": [URL, URL]},
            id="flux-3",
        ),
        pytest.param(
            "flux-3-image-klein",
            {"seed": 7, "extra_params": {"steps": 8, "safety_tolerance": 4}},
            {**PROMPT, "seed": 7, "steps": 8, "safety_tolerance": 4},
            id="flux-3-klein",
        ),
        pytest.param(
            "flux-kontext-pro",
            {"size": "1920x1080", "image_list": [FRAME]},
            {**PROMPT, "aspect_ratio": "16:9", "input_image": URL},
            id="pixels-choose-the-shape",
        ),
        pytest.param(
            "flux-pro-1.1", {"aspect_ratio": "4:3"}, {**PROMPT, "width": 1024, "height": 768}, id="multiples"
        ),
        pytest.param(
            "flux-pro-1.0-fill",
            {"image_list": [REFERENCE], "mask_image": PNG},
            {**PROMPT, "image": URL, "mask": RAW},
            id="fill",
        ),
        pytest.param(
            "flux-tools/erase-v1",
            {"prompt": "", "image_list": [FRAME], "mask_image": PNG},
            {"image": URL, "mask": RAW},
            id="erase",
        ),
        pytest.param(
            "flux-tools/outpainting-v1",
            {"prompt": "", "image_list": [FRAME], "size": "2048x1024"},
            {"input_image": URL, "width": 2048, "height": 1024},
            id="outpaint",
        ),
        pytest.param(
            "flux-tools/vto-v1",
            {"image_list": [REFERENCE, GARMENT]},
            {**PROMPT, "person": URL, "garment": RAW},
            id="try-on",
        ),
        pytest.param(
            "flux-2-klein-9b-preview",
            {"image_list": [REFERENCE] * 4},
            {**PROMPT, "input_image": URL, **{f"input_image_{n}": URL for n in (2, 3, 4)}},
            id="preview",
        ),
    ],
)
def test_an_image_request_becomes_the_body_of_its_endpoint(
    model: str, fields: dict[str, object], body: dict[str, object]
) -> None:
    payload = map_for(bfl, call_for(bfl, model, "image"), **fields).payload
    assert sent(payload) == body
    assert complaint(model.removesuffix("-preview"), body) is None


@pytest.mark.parametrize(
    ("model", "fields", "body"),
    [
        pytest.param(
            "flux-3-video",
            {"duration_seconds": 8, "aspect_ratio": "16:9", "resolution": "1080p", "generate_audio": False},
            {
                "mode": "t2v",
                **PROMPT,
                "duration": 8,
                "aspect_ratio": "16:9",
                "resolution": "fhd",
                "generate_audio": False,
            },
            id="text",
        ),
        pytest.param(
            "flux-3-video", {"image_list": [FRAME]}, {"mode": "i2v", **PROMPT, "keyframes": [URL]}, id="frame"
        ),
        pytest.param(
            "flux-3-video",
            {"image_list": [FRAME, LAST]},
            {"mode": "i2v", **PROMPT, "keyframes": [URL, RAW]},
            id="frames",
        ),
        pytest.param(
            "flux-3-video", {"video": CLIP}, {"mode": "v2v", **PROMPT, "start_video": CLIP}, id="continued"
        ),
        pytest.param(
            "flux-3-video",
            {"extra_params": {"keyframes": [[0, URL], [4.5, URL]], "draft": True}},
            {"mode": "i2v", **PROMPT, "keyframes": [[0, URL], [4.5, URL]], "draft": True},
            id="keyframes-of-the-users-own",
        ),
        pytest.param(
            "flux-3-video",
            {"prompt": "", "extra_params": {"draft_cache": "QUJD", "safety_tolerance": 1}},
            {"mode": "draft_enhance", "draft_cache": "QUJD", "safety_tolerance": 1},
            id="draft-in-full-quality",
        ),
        pytest.param(
            "flux-tools/video-upscale-v1",
            {"prompt": "", "video": CLIP, "extra_params": {"upscale_factor": 1.5}},
            {"input_video": CLIP, "upscale_factor": 1.5},
            id="upscale",
        ),
    ],
)
def test_a_video_request_becomes_the_body_of_its_mode(
    model: str, fields: dict[str, object], body: dict[str, object]
) -> None:
    assert map_for(bfl, call_for(bfl, model), **fields).payload == body
    assert complaint(model, body) is None


def test_an_image_for_an_endpoint_that_fetches_none_waits_for_its_download() -> None:
    payload = map_for(bfl, call_for(bfl, "flux-pro-1.1-ultra", "image"), image_list=[REFERENCE]).payload
    image = payload["image_prompt"]
    assert isinstance(image, Media)
    assert image.url == URL


def test_a_local_clip_travels_as_base64() -> None:
    payload = map_for(bfl, call_for(bfl, "flux-3-video"), video=tiny_mp4()).payload
    assert payload["start_video"] == base64.b64encode(tiny_mp4()).decode()


@pytest.mark.parametrize(
    "row", [pytest.param(row, id=row.id) for row in bfl.tarash_models().rows if not row.generic]
)
def test_every_row_with_all_its_inputs_is_taken_by_its_endpoint(row: Model) -> None:
    call = call_for(bfl, row.id, row.modality)
    roles = {item.field: int(item.maximum or 1) for item in row.capabilities()}
    images = [
        {"image": PNG, "type": role}
        for role, name in (
            ("reference", "reference"),
            ("first_frame", "first_frame"),
            ("last_frame", "last_frame"),
            ("asset", "asset"),
        )
        if name in roles and (name != "first_frame" or row.modality == "video")
    ]
    fields: dict[str, object] = {"image_list": images, "extra_params": dict(row.example_params)}
    fields["prompt"] = "a paper boat" if row.accepts("prompt") else ""
    if row.accepts("mask_image"):
        fields["mask_image"] = PNG
    if row.accepts("size"):
        fields["size"] = "1440x1024"
    if row.needs("video"):
        fields["video"] = CLIP
    if row.accepts("aspect_ratio") and not row.accepts("size"):
        fields["aspect_ratio"] = "21:9"
    payload = map_for(bfl, call, **fields).payload
    assert complaint(row.id, sent(payload)) is None


@pytest.mark.parametrize(
    ("model", "modality", "fields", "says"),
    [
        pytest.param("flux-2-pro", "image", {"size": "4096x4096"}, "nearest is 2048x2048", id="too-large"),
        pytest.param("flux-2-pro", "image", {"n": 2}, "n=1", id="two"),
        pytest.param("flux-2-pro", "image", {"image_list": [REFERENCE] * 9}, "at most 8", id="nine"),
        pytest.param("flux-2-klein-4b", "image", {"image_list": [REFERENCE] * 5}, "at most 4", id="five"),
        pytest.param("flux-2-pro", "image", {"negative_prompt": "rain"}, "is not an option", id="negative"),
        pytest.param("flux-2-pro", "image", {"mask_image": PNG}, "is not an input", id="no-mask"),
        pytest.param("flux-2-pro", "image", {"size": "1920x1080"}, "multiples of 16", id="2-size"),
        pytest.param("flux-pro-1.1", "image", {"size": "1920x1080"}, "nearest is 1440x800", id="1.1-size"),
        pytest.param("flux-kontext-pro", "image", {"aspect_ratio": "3:1"}, "use 21:9", id="shape"),
        pytest.param("flux-3-image", "image", {"seed": 7}, "seed", id="seed"),
        pytest.param("flux-3-image", "image", {"image_list": [REFERENCE] * 11}, "at most 10", id="eleven"),
        pytest.param("flux-pro-1.0-fill", "image", {}, "reference or first_frame is required", id="no-image"),
        pytest.param(
            "flux-tools/erase-v1",
            "image",
            {"prompt": "", "image_list": [FRAME]},
            "mask_image is required",
            id="mask",
        ),
        pytest.param("flux-3-video", "video", {"duration_seconds": 30}, "nearest is 20", id="too-long"),
        pytest.param("flux-3-video", "video", {"resolution": "4k"}, "nearest is 1080p", id="too-sharp"),
        pytest.param("flux-3-video", "video", {"seed": 1}, "is not an option", id="seed"),
        pytest.param("flux-3-video", "video", {"image_list": [LAST]}, "first_frame is required", id="last"),
        pytest.param(
            "flux-3-video", "video", {"image_list": [FRAME], "video": CLIP}, "with an input video", id="both"
        ),
        pytest.param(
            "flux-3-video",
            "video",
            {"image_list": [FRAME], "extra_params": {"keyframes": [URL]}},
            "take the place of frames",
            id="frames-and-keyframes",
        ),
        pytest.param(
            "flux-3-video",
            "video",
            {"video": CLIP, "extra_params": {"keyframes": [URL]}},
            "cannot be combined",
            id="video-and-keyframes",
        ),
        pytest.param(
            "flux-3-video",
            "video",
            {"duration_seconds": 8, "extra_params": {"draft_cache": "QUJD"}},
            "is not an option",
            id="a-draft-fixes-everything",
        ),
    ],
)
def test_what_a_model_does_not_take_is_refused_with_what_it_takes(
    model: str, modality: str, fields: dict[str, object], says: str
) -> None:
    with pytest.raises(ValidationError, match=says):
        map_for(bfl, call_for(bfl, model, modality), **fields)


@pytest.mark.parametrize(
    ("model", "fields", "usd"),
    [
        pytest.param("flux-2-pro", {}, 0.03, id="usual-size"),
        pytest.param("flux-2-pro", {"size": "1920x1088"}, 0.045, id="two-begun-megapixels"),
        pytest.param("flux-2-max", {"size": "2048x2048"}, 0.16, id="four-megapixels"),
        pytest.param("flux-2-pro", {"image_list": [REFERENCE]}, None, id="input-image"),
        pytest.param("flux-kontext-max", {"image_list": [REFERENCE]}, 0.08, id="by-the-image"),
        pytest.param("flux-3-image", {}, 0.048, id="flux-3"),
        pytest.param("flux-3-image", {"size": "4k"}, 0.607, id="flux-3-4k"),
        pytest.param("flux-3-image", {"image_list": [REFERENCE]}, None, id="flux-3-input-image"),
        pytest.param("flux-3-image-klein", {"size": "2k"}, 0.014, id="flux-3-klein"),
        pytest.param("flux-tools/vto-v1", {"image_list": [REFERENCE, GARMENT]}, None, id="unknown"),
    ],
)
def test_an_image_costs_by_its_size(model: str, fields: dict[str, object], usd: float | None) -> None:
    call = call_for(bfl, model, "image")
    assert estimate_cost_usd(call.row, map_for(bfl, call, **fields).values, count_field="n") == usd
