from __future__ import annotations

import base64

import pytest

import tarash_gateway_bytedance as bytedance
from simulators.bytedance.bodies import image_complaint, task_complaint
from tarash.tarash_gateway.mapping import Model
from tarash.tarash_gateway.mapping.apply import estimate_cost_usd
from tarash.tarash_gateway.plugin import ValidationError
from tarash.tarash_gateway.testing import call_for, map_for
from tarash.tarash_gateway.testing.simulator import tiny_png

PNG = tiny_png()
DATA_URI = f"data:image/png;base64,{base64.b64encode(PNG).decode()}"
URL = "https://example.org/a.png"
CLIP = "https://example.org/a.mp4"
FRAME = {"image": URL, "type": "first_frame"}
LAST = {"image": PNG, "type": "last_frame"}
REFERENCE = {"image": URL, "type": "reference"}
STYLE = {"image": PNG, "type": "style"}
PRO = "seedance-1-5-pro-251215"
NEWER = "dreamina-seedance-2-0-260128"
TEXT = {"type": "text", "text": "a paper boat"}


def picture(role: str, url: str = URL) -> dict[str, object]:
    return {"type": "image_url", "image_url": {"url": url}, "role": role}


@pytest.mark.parametrize(
    ("model", "fields", "body"),
    [
        pytest.param(
            PRO,
            {
                "duration_seconds": 6,
                "aspect_ratio": "16:9",
                "resolution": "1080p",
                "seed": 7,
                "generate_audio": False,
                "image_list": [FRAME, LAST],
            },
            {
                "content": [TEXT, picture("first_frame"), picture("last_frame", DATA_URI)],
                "duration": 6,
                "ratio": "16:9",
                "resolution": "1080p",
                "seed": 7,
                "generate_audio": False,
            },
            id="frames",
        ),
        pytest.param(
            NEWER,
            {"image_list": [REFERENCE, STYLE], "video": CLIP},
            {
                "content": [
                    TEXT,
                    picture("reference_image"),
                    picture("reference_image", DATA_URI),
                    {"type": "video_url", "video_url": {"url": CLIP}, "role": "reference_video"},
                ]
            },
            id="references",
        ),
        pytest.param(
            NEWER,
            {"image_list": [REFERENCE], "extra_params": {"reference_audio": ["https://example.org/a.wav"]}},
            {
                "content": [
                    TEXT,
                    picture("reference_image"),
                    {
                        "type": "audio_url",
                        "audio_url": {"url": "https://example.org/a.wav"},
                        "role": "reference_audio",
                    },
                ]
            },
            id="sound",
        ),
        pytest.param(
            PRO,
            {"prompt": "", "image_list": [FRAME], "extra_params": {"watermark": True}},
            {"content": [picture("first_frame")], "watermark": True},
            id="a-frame-without-words",
        ),
        pytest.param(
            PRO,
            {"extra_params": {"content": [TEXT, picture("first_frame", "asset://a-1")]}},
            {"content": [TEXT, picture("first_frame", "asset://a-1")]},
            id="a-list-of-the-users-own",
        ),
    ],
)
def test_a_video_request_becomes_a_task(
    model: str, fields: dict[str, object], body: dict[str, object]
) -> None:
    payload = map_for(bytedance, call_for(bytedance, model), **fields).payload
    assert payload == {"model": model, **body}
    assert task_complaint(payload) is None


@pytest.mark.parametrize(
    ("model", "fields", "body"),
    [
        pytest.param("seedream-4-5-251128", {"size": "2k"}, {"size": "2K"}, id="step"),
        pytest.param("seedream-4-5-251128", {"size": "3840x2160"}, {"size": "3840x2160"}, id="pixels"),
        pytest.param(
            "seedream-4-0-250828",
            {"aspect_ratio": "9:16", "size": "4k"},
            {"size": "3060x5440"},
            id="shape-and-step",
        ),
        pytest.param(
            "seedream-5-0-pro-260628", {"aspect_ratio": "1:1"}, {"size": "1024x1024"}, id="usual-step"
        ),
        pytest.param(
            "dola-seedream-5-5-261028",
            {"size": "1.5k", "extra_params": {"background": "transparent"}},
            {"size": "1.5K", "background": "transparent"},
            id="transparent",
        ),
        pytest.param("seedream-5-0-lite-260128", {"size": "3k"}, {"size": "3K"}, id="another-name"),
        pytest.param("seedream-4-5-251128", {"image_list": [FRAME]}, {"image": URL}, id="one-image"),
        pytest.param(
            "seedream-4-5-251128",
            {"image_list": [REFERENCE, STYLE]},
            {"image": [URL, DATA_URI]},
            id="two-images",
        ),
        pytest.param(
            "seedream-5-0-260128",
            {"extra_params": {"output_format": "png", "watermark": False}},
            {"output_format": "png", "watermark": False},
            id="extra-parameters",
        ),
    ],
)
def test_an_image_request_becomes_its_body(
    model: str, fields: dict[str, object], body: dict[str, object]
) -> None:
    payload = map_for(bytedance, call_for(bytedance, model, "image"), **fields).payload
    assert payload == {"model": model, "prompt": "a paper boat", "response_format": "url", **body}
    assert image_complaint(payload) is None


@pytest.mark.parametrize(
    "row", [pytest.param(row, id=row.id) for row in bytedance.tarash_models().rows if not row.generic]
)
def test_every_row_with_its_largest_values_is_taken(row: Model) -> None:
    call = call_for(bytedance, row.id, row.modality)
    if row.modality == "image":
        steps = next(item.allowed for item in row.capabilities() if item.field == "size")
        images = [REFERENCE] * 10 if row.accepts("reference") else []
        size = {"size": steps[-1]} if steps else {}
        payload = map_for(bytedance, call, aspect_ratio="16:9", image_list=images, **size).payload
        assert image_complaint(payload) is None
        return
    found = {item.field: item for item in row.capabilities()}
    fields: dict[str, object] = {
        "duration_seconds": found["duration_seconds"].maximum,
        "resolution": found["resolution"].allowed[-1],
        "aspect_ratio": "21:9",
        "seed": 2**32 - 1,
        "image_list": [FRAME] if row.accepts("first_frame") else [],
    }
    assert task_complaint(map_for(bytedance, call, **fields).payload) is None


@pytest.mark.parametrize(
    ("model", "fields", "says"),
    [
        pytest.param(PRO, {"duration_seconds": 20}, "nearest is 12", id="too-long"),
        pytest.param(
            "dreamina-seedance-2-0-mini", {"resolution": "1080p"}, "nearest is 720p", id="too-sharp"
        ),
        pytest.param("seedance-1-0-pro-250528", {"generate_audio": True}, "is not an option", id="silent"),
        pytest.param(PRO, {"negative_prompt": "rain"}, "is not an option", id="no-negative-prompt"),
        pytest.param(PRO, {"number_of_videos": 2}, "number_of_videos=1", id="one-per-call"),
        pytest.param(PRO, {"image_list": [REFERENCE, REFERENCE]}, "is not an input", id="no-references"),
        pytest.param(PRO, {"image_list": [LAST]}, "first_frame is required", id="last-without-first"),
        pytest.param(NEWER, {"image_list": [FRAME, REFERENCE]}, "with a first frame", id="both"),
        pytest.param(NEWER, {"image_list": [REFERENCE] * 10}, "at most 9", id="ten"),
        pytest.param(NEWER, {"video": PNG}, "public", id="video-by-url-only"),
        pytest.param(
            "seedance-1-0-pro-250528", {"aspect_ratio": "adaptive"}, "first_frame is required", id="adapts"
        ),
        pytest.param(PRO, {"prompt": ""}, "a prompt is required", id="nothing"),
        pytest.param(
            PRO,
            {"extra_params": {"content": [TEXT], "reference_audio": "https://example.org/a.wav"}},
            "add its items to that list",
            id="sound-beside-a-list",
        ),
    ],
)
def test_what_a_video_model_does_not_take_is_refused_with_what_it_takes(
    model: str, fields: dict[str, object], says: str
) -> None:
    with pytest.raises(ValidationError, match=says):
        map_for(bytedance, call_for(bytedance, model), **fields)


@pytest.mark.parametrize(
    ("model", "fields", "says"),
    [
        pytest.param("seedream-4-5-251128", {"size": "1k"}, "nearest is 2k", id="step"),
        pytest.param("seedream-4-5-251128", {"size": "512x512"}, "nearest is 1920x1920", id="small"),
        pytest.param("seedream-4-5-251128", {"n": 2}, "n=1", id="two"),
        pytest.param("seedream-4-5-251128", {"seed": 1}, "is not an option", id="seed"),
        pytest.param("seedream-4-5-251128", {"mask_image": PNG}, "is not an input", id="mask"),
        pytest.param(
            "seedream-3-0-t2i-250415", {"image_list": [REFERENCE]}, "is not an input", id="text-only"
        ),
        pytest.param("seedream-5-0-pro-260628", {"image_list": [REFERENCE] * 11}, "at most 10", id="eleven"),
        pytest.param("dola-seedream-5-0-pro-260628", {"size": "4k"}, "2k", id="four-k"),
        pytest.param(
            "seedream-4-5-251128", {"extra_params": {"stream": True}}, "stream=True is not", id="stream"
        ),
    ],
)
def test_what_an_image_model_does_not_take_is_refused_with_what_it_takes(
    model: str, fields: dict[str, object], says: str
) -> None:
    with pytest.raises(ValidationError, match=says):
        map_for(bytedance, call_for(bytedance, model, "image"), **fields)


@pytest.mark.parametrize(
    ("model", "fields", "usd"),
    [
        pytest.param(PRO, {"duration_seconds": 10}, 0.5184, id="with-sound"),
        pytest.param(PRO, {"duration_seconds": 10, "generate_audio": False}, 0.2592, id="silent"),
        pytest.param(
            PRO, {"duration_seconds": 10, "extra_params": {"service_tier": "flex"}}, 0.2592, id="flex"
        ),
        pytest.param(
            PRO, {"duration_seconds": 10, "extra_params": {"service_tier": "default"}}, 0.5184, id="at-once"
        ),
        pytest.param("doubao-seedance-2-5-260628", {"duration_seconds": 10}, 2.16, id="listed"),
        pytest.param("doubao-seedance-2-5-260628", {}, None, id="length-of-the-models-choice"),
        pytest.param(
            "doubao-seedance-2-0-260128", {"duration_seconds": 5, "video": CLIP}, None, id="input-video"
        ),
        pytest.param(NEWER, {"duration_seconds": 5}, None, id="unknown"),
    ],
)
def test_a_video_costs_by_the_second(model: str, fields: dict[str, object], usd: float | None) -> None:
    call = call_for(bytedance, model)
    values = map_for(bytedance, call, **fields).values
    assert estimate_cost_usd(call.row, values, count_field="number_of_videos") == usd


def test_the_number_of_a_batch_of_images_is_not_known() -> None:
    call = call_for(bytedance, "seedream-4-5-251128", "image")
    batch = {"sequential_image_generation": "auto"}
    assert estimate_cost_usd(call.row, map_for(bytedance, call).values, count_field="n") == 0.04
    values = map_for(bytedance, call, extra_params=batch).values
    assert estimate_cost_usd(call.row, values, count_field="n") is None


@pytest.mark.parametrize(
    ("fields", "usd"),
    [
        ({}, 0.035),
        ({"size": "1.5k"}, 0.02),
        ({"image_list": [REFERENCE]}, None),
        ({"size": "1024x1024"}, None),
    ],
    ids=["usual-size", "smaller", "input-image", "pixels"],
)
def test_an_image_of_seedream_5_5_costs_by_its_size(fields: dict[str, object], usd: float | None) -> None:
    call = call_for(bytedance, "dola-seedream-5-5-261028", "image")
    assert estimate_cost_usd(call.row, map_for(bytedance, call, **fields).values, count_field="n") == usd


def test_the_webhook_url_is_passed_on_for_videos() -> None:
    url = "https://me.example.org/hook"
    call = call_for(bytedance, PRO, webhook_url=url)
    assert map_for(bytedance, call).payload["callback_url"] == url
    image = map_for(bytedance, call_for(bytedance, "seedream-4-5-251128", "image", webhook_url=url))
    assert "callback_url" not in image.payload
    assert not image.takes_webhook_url


def test_an_endpoint_of_the_users_own_takes_what_models_have_in_common() -> None:
    payload = map_for(
        bytedance, call_for(bytedance, "ep-20261127-abc"), duration_seconds=45, resolution="2k", seed=1
    ).payload
    assert (payload["duration"], payload["resolution"], payload["seed"]) == (45, "2k", 1)
