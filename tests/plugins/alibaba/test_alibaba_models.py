from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import cast

import pytest

import tarash_gateway_alibaba as alibaba
from simulators.alibaba.bodies import IMAGE_MODELS, VIDEO_MODELS, image_complaint, video_complaint
from tarash.tarash_gateway import plan_image
from tarash.tarash_gateway.mapping import Model
from tarash.tarash_gateway.mapping.apply import estimate_cost_usd
from tarash.tarash_gateway.plugin import Media, ValidationError
from tarash.tarash_gateway.testing import call_for, map_for
from tarash.tarash_gateway.testing.simulator import tiny_mp4, tiny_png
from tarash_gateway_alibaba.routes import route_of

PNG = tiny_png()
DATA_URI = f"data:image/png;base64,{base64.b64encode(PNG).decode()}"
URL = "https://example.org/a.png"
CLIP = "https://example.org/a.mp4"
SOUND = "https://example.org/a.mp3"
FRAME = {"image": URL, "type": "first_frame"}
LAST = {"image": URL, "type": "last_frame"}
REFERENCE = {"image": URL, "type": "reference"}
PROMPT = "a paper boat"
VIDEOS = "video-generation/video-synthesis"


def item(kind: str, url: object = URL) -> dict[str, object]:
    return {"type": kind, "url": url}


@pytest.mark.parametrize(
    ("model", "fields", "inputs", "parameters"),
    [
        pytest.param(
            "wan3.0-video",
            {
                "duration_seconds": 12,
                "resolution": "480p",
                "aspect_ratio": "adaptive",
                "generate_audio": False,
                "seed": 7,
                "negative_prompt": "blur",
                "enhance_prompt": False,
                "extra_params": {"watermark": True, "enable_thinking": True},
            },
            {"prompt": PROMPT, "negative_prompt": "blur"},
            {
                "duration": 12,
                "resolution": "480P",
                "ratio": "adaptive",
                "audio": False,
                "seed": 7,
                "prompt_extend": False,
                "watermark": True,
                "enable_thinking": True,
            },
            id="wan3-text",
        ),
        pytest.param(
            "wan3.0-video-prime",
            {"image_list": [{"image": PNG, "type": "first_frame"}, LAST]},
            {"prompt": PROMPT, "media": [item("first_frame", DATA_URI), item("last_frame")]},
            {},
            id="wan3-frames",
        ),
        pytest.param(
            "wan3.0-video",
            {
                "image_list": [REFERENCE, {"image": PNG, "type": "style"}],
                "video": CLIP,
                "extra_params": {"reference_audio": [SOUND], "link": "https://example.org/story"},
            },
            {
                "prompt": PROMPT,
                "media": [
                    item("reference_image"),
                    item("reference_image", DATA_URI),
                    item("reference_video", CLIP),
                    item("reference_audio", SOUND),
                    item("link", "https://example.org/story"),
                ],
            },
            {},
            id="wan3-references-of-every-kind",
        ),
        pytest.param(
            "wan2.7-t2v-2026-06-12",
            {"aspect_ratio": "9:16", "generate_audio": True, "extra_params": {"audio_url": SOUND}},
            {"prompt": PROMPT, "audio_url": SOUND},
            {"ratio": "9:16"},
            id="wan27-text-of-a-dated-version",
        ),
        pytest.param(
            "wan2.7-i2v",
            {"prompt": "", "image_list": [FRAME, LAST], "extra_params": {"driving_audio": SOUND}},
            {"media": [item("first_frame"), item("last_frame"), item("driving_audio", SOUND)]},
            {},
            id="wan27-frames-with-sound",
        ),
        pytest.param(
            "wan2.7-i2v",
            {"video": CLIP, "image_list": [LAST]},
            {"prompt": PROMPT, "media": [item("last_frame"), item("first_clip", CLIP)]},
            {},
            id="wan27-continues-a-clip",
        ),
        pytest.param(
            "wan2.7-r2v",
            {"image_list": [FRAME, REFERENCE], "duration_seconds": 10},
            {"prompt": PROMPT, "media": [item("first_frame"), item("reference_image")]},
            {"duration": 10},
            id="wan27-references",
        ),
        pytest.param(
            "wan2.7-r2v",
            {"video": CLIP},
            {"prompt": PROMPT, "media": [item("reference_video", CLIP)]},
            {},
            id="wan27-a-clip-is-reference-enough",
        ),
        pytest.param(
            "wan2.7-r2v",
            {"extra_params": {"media": [{**item("reference_image"), "reference_voice": SOUND}]}},
            {"prompt": PROMPT, "media": [{**item("reference_image"), "reference_voice": SOUND}]},
            {},
            id="a-list-of-the-user's-own",
        ),
        pytest.param(
            "wan2.7-videoedit",
            {"video": CLIP, "image_list": [REFERENCE], "extra_params": {"audio_setting": "origin"}},
            {"prompt": PROMPT, "media": [item("video", CLIP), item("reference_image")]},
            {"audio_setting": "origin"},
            id="wan27-edit",
        ),
        pytest.param(
            "wan2.6-t2v",
            {
                "aspect_ratio": "4:3",
                "resolution": "720p",
                "duration_seconds": 15,
                "extra_params": {"shot_type": "multi"},
            },
            {"prompt": PROMPT},
            {"size": "1088*832", "duration": 15, "shot_type": "multi"},
            id="wan26-size",
        ),
        pytest.param(
            "wan2.6-i2v-flash",
            {"image_list": [FRAME], "resolution": "1080p", "generate_audio": False},
            {"prompt": PROMPT, "img_url": URL},
            {"resolution": "1080P", "audio": False},
            id="wan26-frame",
        ),
        pytest.param(
            "wan2.6-r2v",
            {"image_list": [REFERENCE], "video": CLIP, "aspect_ratio": "1:1"},
            {"prompt": PROMPT, "reference_urls": [URL, CLIP]},
            {"size": "1440*1440"},
            id="wan26-references",
        ),
        pytest.param(
            "wan2.5-t2v-preview",
            {"aspect_ratio": "9:16", "resolution": "480p", "generate_audio": True},
            {"prompt": PROMPT},
            {"size": "480*832", "audio": True},
            id="wan25",
        ),
        pytest.param(
            "happyhorse-1.1-t2v",
            {"aspect_ratio": "21:9", "resolution": "480p", "duration_seconds": 3},
            {"prompt": PROMPT},
            {"ratio": "21:9", "resolution": "480P", "duration": 3},
            id="happyhorse-text",
        ),
        pytest.param(
            "happyhorse-1.0-i2v",
            {"prompt": "", "image_list": [FRAME], "extra_params": {"watermark": False}},
            {"media": [item("first_frame")]},
            {"watermark": False},
            id="happyhorse-frame",
        ),
        pytest.param(
            "happyhorse-1.1-r2v",
            {"image_list": [REFERENCE] * 9},
            {"prompt": PROMPT, "media": [item("reference_image")] * 9},
            {},
            id="happyhorse-references",
        ),
        pytest.param(
            "happyhorse-1.0-video-edit",
            {"video": CLIP},
            {"prompt": PROMPT, "media": [item("video", CLIP)]},
            {},
            id="happyhorse-edit",
        ),
    ],
)
def test_a_video_request_becomes_the_body_of_its_protocol(
    model: str, fields: dict[str, object], inputs: dict[str, object], parameters: dict[str, object]
) -> None:
    call = call_for(alibaba, model)
    payload = map_for(alibaba, call, **fields).payload
    expected: dict[str, object] = {"model": model, "input": inputs}
    assert payload == (expected | {"parameters": parameters} if parameters else expected)
    assert route_of(call) == VIDEOS
    assert video_complaint(model, inputs, parameters) is None


@pytest.mark.parametrize(
    ("model", "fields", "route", "inputs", "parameters"),
    [
        pytest.param(
            "qwen-image-2.0",
            {"size": "1024x768", "n": 2, "negative_prompt": "blur", "seed": 3},
            "multimodal-generation/generation",
            {"messages": [{"role": "user", "content": [{"text": PROMPT}]}]},
            {"size": "1024*768", "n": 2, "negative_prompt": "blur", "seed": 3},
            id="qwen",
        ),
        pytest.param(
            "qwen-image-3.0-pro",
            {"aspect_ratio": "16:9", "image_list": [REFERENCE, {"image": PNG, "type": "first_frame"}]},
            "multimodal-generation/generation",
            {
                "messages": [
                    {"role": "user", "content": [{"image": URL}, {"image": DATA_URI}, {"text": PROMPT}]}
                ]
            },
            {"size": "2688*1536", "n": 1},
            id="qwen-edits",
        ),
        pytest.param(
            "qwen-image-plus",
            {"aspect_ratio": "9:16", "extra_params": {"prompt_extend": False}},
            "multimodal-generation/generation",
            {"messages": [{"role": "user", "content": [{"text": PROMPT}]}]},
            {"size": "928*1664", "n": 1, "prompt_extend": False},
            id="qwen-of-five-sizes",
        ),
        pytest.param(
            "wan2.7-image-pro",
            {"size": "4k", "extra_params": {"thinking_mode": False}},
            "image-generation/generation",
            {"messages": [{"role": "user", "content": [{"text": PROMPT}]}]},
            {"size": "4K", "n": 1, "thinking_mode": False},
            id="wan27",
        ),
        pytest.param(
            "wan2.7-image",
            {"n": 12, "extra_params": {"enable_sequential": True}},
            "image-generation/generation",
            {"messages": [{"role": "user", "content": [{"text": PROMPT}]}]},
            {"n": 12, "enable_sequential": True},
            id="wan27-set",
        ),
        pytest.param(
            "wan2.5-t2i-preview",
            {"size": "1280x1280", "negative_prompt": "blur"},
            "text2image/image-synthesis",
            {"prompt": PROMPT, "negative_prompt": "blur"},
            {"size": "1280*1280", "n": 1},
            id="wan25-text",
        ),
        pytest.param(
            "wan2.5-i2i-preview",
            {"image_list": [REFERENCE, REFERENCE], "n": 4},
            "image2image/image-synthesis",
            {"prompt": PROMPT, "images": [URL, URL]},
            {"n": 4},
            id="wan25-images",
        ),
    ],
)
def test_an_image_request_becomes_the_body_of_its_protocol(
    model: str,
    fields: dict[str, object],
    route: str,
    inputs: dict[str, object],
    parameters: dict[str, object],
) -> None:
    call = call_for(alibaba, model, "image")
    assert map_for(alibaba, call, **fields).payload == {
        "model": model,
        "input": inputs,
        "parameters": parameters,
    }
    assert route_of(call) == route


def test_every_model_of_the_simulator_has_a_row_and_the_other_way_round() -> None:
    rows = alibaba.tarash_models().rows
    assert {row.id for row in rows if row.modality == "video" and not row.generic} == set(VIDEO_MODELS)
    assert {row.id for row in rows if row.modality == "image" and not row.generic} == set(IMAGE_MODELS)


@pytest.mark.parametrize(
    "row", [pytest.param(row, id=row.id) for row in alibaba.tarash_models().rows if row.modality == "image"]
)
def test_one_image_is_asked_for_although_some_models_make_four(row: Model) -> None:
    call = call_for(alibaba, row.example_name, "image")
    payload = map_for(alibaba, call, image_list=[REFERENCE] if row.accepts("reference") else []).payload
    parameters = cast("Mapping[str, object]", payload["parameters"])
    assert parameters["n"] == 1
    if not row.generic:
        images: list[object] = [URL] if row.accepts("reference") else []
        assert image_complaint(row.id, images, PROMPT, parameters) is None


@pytest.mark.parametrize(
    ("model", "fields", "says"),
    [
        pytest.param("wan3.0-video", {"duration_seconds": 31}, "nearest is 30", id="too-long"),
        pytest.param("wan3.0-video", {"image_list": [FRAME, REFERENCE]}, "exclude frames", id="both"),
        pytest.param("wan3.0-video", {"image_list": [FRAME], "video": CLIP}, "exclude frames", id="clip"),
        pytest.param("wan3.0-video", {"image_list": [LAST]}, "first_frame is required", id="end-alone"),
        pytest.param("wan3.0-video", {"image_list": [REFERENCE] * 11}, "at most 10", id="eleven"),
        pytest.param("wan2.7-t2v", {"generate_audio": False}, "always uses", id="never-silent"),
        pytest.param("wan2.7-t2v", {"resolution": "480p"}, "use 720p or 1080p", id="too-small"),
        pytest.param("wan2.7-t2v", {"image_list": [FRAME]}, "is not an input", id="text-only"),
        pytest.param("wan2.7-i2v", {}, "first_frame is required", id="nothing-to-animate"),
        pytest.param("wan2.7-i2v", {"image_list": [FRAME], "video": CLIP}, "continues", id="clip-or-frame"),
        pytest.param(
            "wan2.7-i2v", {"image_list": [FRAME], "aspect_ratio": "1:1"}, "not an option", id="shape"
        ),
        pytest.param("wan2.7-r2v", {}, "reference or asset or style_image is required", id="no-reference"),
        pytest.param("wan2.7-videoedit", {}, "video is required", id="nothing-to-edit"),
        pytest.param("wan2.6-t2v", {"duration_seconds": 7}, "use 5, 10 or 15", id="between"),
        pytest.param("wan2.6-t2v", {"resolution": "480p"}, "use 1080p or 720p", id="no-480p"),
        pytest.param("wan2.6-t2v", {"prompt": "x" * 1501}, "at most 1500", id="long-prompt"),
        pytest.param("happyhorse-1.0-t2v", {"resolution": "480p"}, "use 720p or 1080p", id="horse-480p"),
        pytest.param("happyhorse-1.0-t2v", {"negative_prompt": "blur"}, "not an option", id="no-negative"),
        pytest.param("happyhorse-1.1-r2v", {"image_list": [REFERENCE] * 10}, "at most 9", id="ten"),
        pytest.param("happyhorse-1.1-t2v", {"number_of_videos": 2}, "number_of_videos=1", id="one-per-call"),
    ],
)
def test_what_a_video_model_does_not_take_is_refused_with_what_it_takes(
    model: str, fields: dict[str, object], says: str
) -> None:
    with pytest.raises(ValidationError, match=says):
        map_for(alibaba, call_for(alibaba, model), **fields)


@pytest.mark.parametrize(
    ("model", "fields", "says"),
    [
        pytest.param("qwen-image-2.0", {"size": "3000x3000"}, "9000000 pixels", id="too-many-pixels"),
        pytest.param("qwen-image-2.0", {"size": "256x256"}, "512x512 to 2048x2048", id="too-few-pixels"),
        pytest.param("qwen-image-2.0", {"n": 7}, "nearest is 6", id="seven"),
        pytest.param("qwen-image-edit-plus", {}, "is required", id="nothing-to-edit"),
        pytest.param("qwen-image-plus", {"size": "512x512"}, "1328x1328", id="five-sizes"),
        pytest.param("qwen-image-plus", {"n": 2}, "always uses n=1", id="one-only"),
        pytest.param("wan2.7-image", {"size": "4k"}, "1k, 2k", id="four-k-is-pro"),
        pytest.param("wan2.7-image", {"n": 5}, "nearest is 4", id="five-need-a-set"),
        pytest.param("wan2.7-image", {"negative_prompt": "blur"}, "not an option", id="no-negative"),
        pytest.param("z-image-turbo", {"image_list": [REFERENCE]}, "not an input", id="text-only"),
    ],
)
def test_what_an_image_model_does_not_take_is_refused_with_what_it_takes(
    model: str, fields: dict[str, object], says: str
) -> None:
    with pytest.raises(ValidationError, match=says):
        map_for(alibaba, call_for(alibaba, model, "image"), **fields)


def test_a_refusal_of_the_mapping_names_provider_and_model() -> None:
    with pytest.raises(ValidationError, match="pixels") as caught:
        plan_image("alibaba/qwen-image-2.0", prompt="a boat", size="3000x3000", api_key="k")
    assert (caught.value.provider, caught.value.model) == ("alibaba", "qwen-image-2.0")


@pytest.mark.parametrize(
    ("model", "fields", "kept"),
    [
        pytest.param("wan3.0-video", {"video": tiny_mp4()}, ("input", "media", 0, "url"), id="clip"),
        pytest.param(
            "wan2.7-t2v",
            {"extra_params": {"audio_url": b"RIFF\x24\x00\x00\x00WAVEfmt " + bytes(32)}},
            ("input", "audio_url"),
            id="sound",
        ),
        pytest.param(
            "wan3.0-video",
            {"image_list": [{"image": PNG + bytes(8_000_000), "type": "first_frame"}]},
            ("input", "media", 0, "url"),
            id="large-image",
        ),
    ],
)
def test_what_cannot_travel_inline_is_left_for_the_upload(
    model: str, fields: dict[str, object], kept: tuple[str | int, ...]
) -> None:
    found: object = map_for(alibaba, call_for(alibaba, model), **fields).payload
    for step in kept:
        found = cast("dict[str | int, object]", found)[step]
    assert isinstance(found, Media)


@pytest.mark.parametrize(
    ("model", "region", "fields", "usd"),
    [
        pytest.param("wan3.0-video", "ap-southeast-1", {}, 1.0, id="defaults"),
        pytest.param(
            "wan3.0-video", "ap-southeast-1", {"resolution": "480p", "duration_seconds": 10}, 0.5, id="small"
        ),
        pytest.param("wan2.7-t2v", "cn-beijing", {"resolution": "720p"}, 0.43006, id="in-beijing"),
        pytest.param("wan2.7-t2v", "us-east-1", {}, None, id="in-virginia"),
        pytest.param("wan3.0-video", "ap-southeast-1", {"video": CLIP}, None, id="input-is-charged-too"),
        pytest.param(
            "wan3.0-video",
            "ap-southeast-1",
            {"extra_params": {"media": [item("reference_video", CLIP)]}},
            None,
            id="input-in-a-list-of-the-user's-own",
        ),
        pytest.param("wan2.6-t2v", "ap-southeast-1", {}, None, id="price-unknown"),
    ],
)
def test_a_video_costs_by_the_second_as_far_as_its_price_is_known(
    model: str, region: str, fields: dict[str, object], usd: float | None
) -> None:
    call = call_for(alibaba, model, provider_config={"region": region})
    values = map_for(alibaba, call, **fields).values
    assert estimate_cost_usd(call.row, values, count_field="number_of_videos") == usd


def test_images_cost_by_the_piece() -> None:
    call = call_for(alibaba, "qwen-image-2.0-pro", "image")
    assert estimate_cost_usd(call.row, map_for(alibaba, call, n=3).values, count_field="n") == 0.225


@pytest.mark.parametrize(
    ("model", "modality", "served_by"),
    [
        ("wan2.7-i2v-2026-04-25", "video", "wan2.7-i2v"),
        ("qwen-image-2.0-pro-2026-03-03", "image", "qwen-image-2.0-pro"),
        ("qwen-image-edit-plus-2025-12-15", "image", "qwen-image-edit-plus"),
        ("qwen-image-4.0", "image", "*"),
        ("qwen-image", "image", "*"),
        ("wan4.0-video", "video", "*"),
    ],
)
def test_a_dated_name_finds_its_row_and_a_new_one_the_generic_row(
    model: str, modality: str, served_by: str
) -> None:
    assert call_for(alibaba, model, modality).row.id == served_by


def test_a_new_video_model_gets_its_inputs_as_a_list_and_an_old_one_between_frames_by_name() -> None:
    frames = [FRAME, LAST]
    new = map_for(alibaba, call_for(alibaba, "wan4.0-video"), image_list=frames).payload
    old_call = call_for(alibaba, "wan2.2-kf2v-flash")
    old = map_for(alibaba, old_call, image_list=frames).payload
    assert new["input"] == {"prompt": PROMPT, "media": [item("first_frame"), item("last_frame")]}
    assert old["input"] == {"prompt": PROMPT, "first_frame_url": URL, "last_frame_url": URL}
    assert route_of(old_call) == "image2video/video-synthesis"


def test_members_of_the_wire_may_be_given_where_they_stand() -> None:
    extra = {"input": {"template": "flying"}, "parameters": {"camera": "still"}}
    payload = map_for(alibaba, call_for(alibaba, "wan4.0-video"), extra_params=extra).payload
    assert payload["input"] == {"prompt": PROMPT, "template": "flying"}
    assert payload["parameters"] == {"camera": "still"}
