from __future__ import annotations

from typing import Literal

import pytest

import tarash_gateway_replicate as replicate
from tarash.tarash_gateway.mapping import Model
from tarash.tarash_gateway.mapping.apply import estimate_cost_usd
from tarash.tarash_gateway.models.modality import modality_named
from tarash.tarash_gateway.plugin import Media, ValidationError
from tarash.tarash_gateway.testing import call_for, map_for
from tarash.tarash_gateway.testing.simulator import tiny_png

URL = "https://example.org/a.png"
OTHER = "https://example.org/b.png"
CLIP = "https://example.org/a.mp4"
FIRST = {"image": URL, "type": "first_frame"}
LAST = {"image": OTHER, "type": "last_frame"}
REFERENCE = {"image": URL, "type": "reference"}
STYLE = {"image": OTHER, "type": "style"}
FULL_VIDEO = {"duration_seconds": 5, "aspect_ratio": "16:9", "resolution": "1080p"}

VIDEOS = [
    ("luma/ray", {"image_list": [FIRST, LAST]}, {"start_image_url": URL, "end_image_url": OTHER}),
    (
        "google/veo-3.1-fast",
        {"duration_seconds": 4, "resolution": "720p", "aspect_ratio": "16:9", "generate_audio": True},
        {"duration": 4, "resolution": "720p", "aspect_ratio": "16:9", "generate_audio": True},
    ),
    (
        "google/veo-3",
        {"duration_seconds": 8, "image_list": [FIRST], "seed": 7, "negative_prompt": "rain"},
        {"duration": 8, "image": URL, "seed": 7, "negative_prompt": "rain"},
    ),
    (
        "google/veo-3.1",
        {"image_list": [REFERENCE, STYLE], "duration_seconds": 8, "aspect_ratio": "16:9"},
        {"reference_images": [URL, OTHER], "duration": 8, "aspect_ratio": "16:9"},
    ),
    ("google/veo-3.1-lite", {"image_list": [FIRST, LAST]}, {"image": URL, "last_frame": OTHER}),
    (
        "openai/sora-2-pro",
        {
            "duration_seconds": 12,
            "aspect_ratio": "9:16",
            "resolution": "1080p",
            "generate_audio": True,
            "image_list": [FIRST],
            "extra_params": {"openai_api_key": "sk-x"},
        },
        {
            "seconds": 12,
            "aspect_ratio": "portrait",
            "resolution": "high",
            "input_reference": URL,
            "openai_api_key": "sk-x",
        },
    ),
    (
        "kwaivgi/kling-v3-video",
        {**FULL_VIDEO, "generate_audio": False, "image_list": [FIRST, LAST]},
        {
            "duration": 5,
            "aspect_ratio": "16:9",
            "mode": "pro",
            "generate_audio": False,
            "start_image": URL,
            "end_image": OTHER,
        },
    ),
    (
        "kwaivgi/kling-v3-motion-control",
        {"resolution": "720p", "image_list": [REFERENCE], "video": CLIP, "generate_audio": True},
        {"mode": "std", "image": URL, "video": CLIP, "keep_original_sound": True},
    ),
    (
        "kwaivgi/kling-v2.1",
        {"duration_seconds": 10, "resolution": "1080p", "image_list": [FIRST, LAST]},
        {"duration": 10, "mode": "pro", "start_image": URL, "end_image": OTHER},
    ),
    (
        "bytedance/seedance-2.0",
        {"duration_seconds": 15, "aspect_ratio": "adaptive", "image_list": [REFERENCE], "video": CLIP},
        {
            "duration": 15,
            "aspect_ratio": "adaptive",
            "reference_images": [URL],
            "reference_videos": [CLIP],
        },
    ),
    (
        "minimax/hailuo-02",
        {"duration_seconds": 10, "resolution": "720p", "image_list": [FIRST], "enhance_prompt": False},
        {"duration": 10, "resolution": "768p", "first_frame_image": URL, "prompt_optimizer": False},
    ),
    (
        "minimax/video-01:5aa835260ff7f40f4069c41185f72036accf",
        {"duration_seconds": 6, "image_list": [FIRST]},
        {"first_frame_image": URL},
    ),
    (
        "wan-video/wan-2.2-t2v-fast",
        {"duration_seconds": 7.5, "enhance_prompt": True},
        {"num_frames": 121, "optimize_prompt": True},
    ),
    (
        "wan-video/wan-2.2-i2v-fast",
        {"duration_seconds": 5, "image_list": [FIRST, LAST]},
        {"num_frames": 81, "image": URL, "last_image": OTHER},
    ),
    ("wan-video/wan-2.7-i2v", {"image_list": [FIRST, LAST]}, {"first_frame": URL, "last_frame": OTHER}),
    ("alibaba/happyhorse-1.1", {"image_list": [REFERENCE], "generate_audio": True}, {"images": [URL]}),
    (
        "luma/ray-3.2",
        {"duration_seconds": 5, "resolution": "540p", "image_list": [FIRST, LAST]},
        {"duration": 5, "resolution": "540p", "start_image": URL, "end_image": OTHER},
    ),
    (
        "luma/ray-flash-2-720p",
        {"duration_seconds": 9, "resolution": "720p", "image_list": [FIRST, LAST]},
        {"duration": 9, "start_image_url": URL, "end_image_url": OTHER},
    ),
    ("lightricks/ltx-2.5-fast", {"resolution": "4k", "generate_audio": False},
     {"resolution": "4k", "generate_audio": False}),
    (
        "pixverse/pixverse-v6",
        {"resolution": "540p", "generate_audio": True},
        {"quality": "540p", "generate_audio_switch": True},
    ),
    ("runwayml/gen4-aleph", {"video": CLIP, "image_list": [REFERENCE]},
     {"video": CLIP, "reference_image": URL}),
    ("xai/grok-imagine-video-1.5", {"duration_seconds": 15, "aspect_ratio": "auto"},
     {"duration": 15, "aspect_ratio": "auto"}),
    (
        "black-forest-labs/flux-3",
        {"duration_seconds": 5, "image_list": [FIRST]},
        {"duration": "5", "images": [URL]},
    ),
    ("tencent/hunyuan-video", {"duration_seconds": 5}, {"video_length": 121}),
    (
        "acme/community-video",
        {**FULL_VIDEO, "image_list": [FIRST]},
        {"duration": 5, "aspect_ratio": "16:9", "resolution": "1080p", "image": URL},
    ),
]  # fmt: skip
IMAGES = [
    (
        "black-forest-labs/flux-1.1-pro",
        {"aspect_ratio": "3:2", "image_list": [REFERENCE], "seed": 7},
        {"aspect_ratio": "3:2", "image_prompt": URL, "seed": 7},
    ),
    ("black-forest-labs/flux-2-dev", {"image_list": [REFERENCE, STYLE]}, {"input_images": [URL, OTHER]}),
    (
        "black-forest-labs/flux-fill-dev",
        {"image_list": [REFERENCE], "mask_image": OTHER, "n": 2},
        {"image": URL, "mask": OTHER, "num_outputs": 2},
    ),
    (
        "black-forest-labs/flux-schnell",
        {"aspect_ratio": "16:9", "n": 4, "extra_params": {"megapixels": "0.25"}},
        {"aspect_ratio": "16:9", "num_outputs": 4, "megapixels": "0.25"},
    ),
    ("black-forest-labs/flux-schnell", {"size": "1024x1024"}, {"aspect_ratio": "1:1"}),
    (
        "black-forest-labs/flux-2-pro",
        {"aspect_ratio": "auto", "image_list": [REFERENCE, STYLE]},
        {"aspect_ratio": "match_input_image", "input_images": [URL, OTHER]},
    ),
    (
        "black-forest-labs/flux-fill-pro",
        {"image_list": [REFERENCE], "mask_image": OTHER},
        {"image": URL, "mask": OTHER},
    ),
    (
        "google/nano-banana-2",
        {"aspect_ratio": "16:9", "size": "2k", "image_list": [REFERENCE]},
        {"aspect_ratio": "16:9", "resolution": "2K", "image_input": [URL]},
    ),
    (
        "openai/gpt-image-1.5",
        {"n": 3, "quality": "low", "aspect_ratio": "3:2"},
        {"number_of_images": 3, "quality": "low", "aspect_ratio": "3:2"},
    ),
    ("openai/gpt-image-2.5-flare", {"size": "1024x1536"}, {"size": "1024x1536"}),
    (
        "bytedance/seedream-4.5",
        {"n": 4, "size": "4k"},
        {"max_images": 4, "sequential_image_generation": "auto", "size": "4K"},
    ),
    ("bytedance/seedream-4", {"size": "1k"}, {"size": "1K"}),
    (
        "ideogram-ai/ideogram-v3-turbo",
        {"style": "realistic", "aspect_ratio": "10:16"},
        {"style_type": "Realistic", "aspect_ratio": "10:16"},
    ),
    ("recraft-ai/recraft-v4-svg", {"aspect_ratio": "4:3"}, {"aspect_ratio": "4:3"}),
    (
        "luma/photon-flash",
        {"image_list": [REFERENCE, STYLE]},
        {"image_reference_url": URL, "style_reference_url": OTHER},
    ),
    (
        "stability-ai/stable-diffusion-3.5-large",
        {"negative_prompt": "rain", "extra_params": {"cfg": 4.5}},
        {"negative_prompt": "rain", "cfg": 4.5},
    ),
    ("minimax/image-01", {"n": 2, "image_list": [REFERENCE]},
     {"number_of_images": 2, "subject_reference": URL}),
    ("acme/sdxl", {"n": 2, "mask_image": OTHER}, {"num_outputs": 2, "mask": OTHER}),
]  # fmt: skip


def as_texts(value: object) -> object:
    if isinstance(value, Media):
        return value.url
    return [as_texts(item) for item in value] if isinstance(value, list) else value


@pytest.mark.parametrize(("model", "fields", "wire"), VIDEOS)
def test_a_video_request_becomes_the_models_input(
    model: str, fields: dict[str, object], wire: dict[str, object]
) -> None:
    payload = map_for(replicate, call_for(replicate, model), **fields).payload
    assert {name: as_texts(value) for name, value in payload.items()} == {"prompt": "a paper boat", **wire}
    for name, value in wire.items():
        assert type(as_texts(payload[name])) is type(value)


@pytest.mark.parametrize(("model", "fields", "wire"), IMAGES)
def test_an_image_request_becomes_the_models_input(
    model: str, fields: dict[str, object], wire: dict[str, object]
) -> None:
    payload = map_for(replicate, call_for(replicate, model, "image"), **fields).payload
    assert {name: as_texts(value) for name, value in payload.items()} == {"prompt": "a paper boat", **wire}


@pytest.mark.parametrize(
    ("model", "fields", "says"),
    [
        ("google/veo-3.1", {"duration_seconds": 5}, "use 4, 6 or 8"),
        ("google/veo-3.1", {"resolution": "4k"}, "use 720p or 1080p"),
        ("google/veo-3.1", {"image_list": [REFERENCE], "aspect_ratio": "9:16"}, "with reference images"),
        ("google/veo-3.1", {"image_list": [LAST]}, "first_frame is required"),
        ("google/veo-3.1-fast", {"image_list": [REFERENCE]}, "is not an input of this model"),
        ("kwaivgi/kling-v2.5-turbo-pro", {"seed": 1}, "is not an option of this model"),
        ("kwaivgi/kling-v2.1", {}, "first_frame is required"),
        ("kwaivgi/kling-v2.1", {"image_list": [FIRST, LAST]}, "resolution is required"),
        ("bytedance/seedance-2.0", {"image_list": [FIRST, REFERENCE]}, "together with reference images"),
        ("bytedance/seedance-2.0-fast", {"resolution": "1080p"}, "use 480p or 720p"),
        ("minimax/hailuo-02", {"duration_seconds": 10}, "10 s at 768p only"),
        ("minimax/video-01", {"duration_seconds": 5}, "always uses duration_seconds=6"),
        ("luma/ray-3.2", {"duration_seconds": 10, "image_list": [FIRST]}, "with duration_seconds=10"),
        ("luma/ray-2-720p", {"resolution": "540p"}, "always uses resolution='720p'"),
        ("google/veo-3", {"number_of_videos": 2}, "number_of_videos"),
    ],
)
def test_what_a_model_does_not_do_is_refused_with_what_it_does(
    model: str, fields: dict[str, object], says: str
) -> None:
    with pytest.raises(ValidationError, match=says):
        map_for(replicate, call_for(replicate, model), **fields)


def test_lip_sync_takes_a_video_and_no_prompt() -> None:
    call = call_for(replicate, "kwaivgi/kling-lip-sync")
    mapped = map_for(replicate, call, prompt="", video=CLIP, extra_params={"text": "hello"})
    texts = {name: as_texts(value) for name, value in mapped.payload.items()}
    assert texts == {"video_url": CLIP, "text": "hello"}


def test_a_mask_is_refused_where_black_is_repainted() -> None:
    for mode in ("error", "adjust"):
        call = call_for(replicate, "ideogram-ai/ideogram-v3-turbo", "image", unsupported=mode)
        with pytest.raises(ValidationError, match="repaints black"):
            map_for(replicate, call, mask_image=tiny_png())


def test_recraft_takes_a_size_or_a_ratio() -> None:
    with pytest.raises(ValidationError, match="together with a size"):
        map_for(
            replicate,
            call_for(replicate, "recraft-ai/recraft-v3", "image"),
            size="1024x1024",
            aspect_ratio="1:1",
        )


@pytest.mark.parametrize(
    ("model", "modality", "fields", "usd"),
    [
        ("kwaivgi/kling-v3-video", "video", {**FULL_VIDEO, "generate_audio": True}, 1.68),
        ("kwaivgi/kling-v3-video", "video", {**FULL_VIDEO, "generate_audio": False}, 1.12),
        ("luma/ray-3.2", "video", {"duration_seconds": 10, "resolution": "1080p"}, 3.60),
        ("lightricks/ltx-2.5-fast", "video", {"duration_seconds": 10, "resolution": "2k"}, 1.2),
        ("xai/grok-imagine-video-1.5", "video", {}, 0.4),
        # the result is as long as the input
        ("xai/grok-imagine-video-1.5", "video", {"video": "https://example.com/a.mp4"}, None),
        ("google/veo-3", "video", {"generate_audio": False}, 1.6),
        ("google/veo-3-fast", "video", {}, None),
        ("recraft-ai/recraft-v3-svg", "image", {}, 0.08),
        ("black-forest-labs/flux-schnell", "image", {"n": 4}, 0.012),
        ("google/nano-banana-2", "image", {"size": "4k"}, None),
        ("acme/community-video", "video", {"duration_seconds": 5}, None),
    ],
)
def test_costs_are_estimated_where_the_price_is_known(
    model: str, modality: Literal["video", "image"], fields: dict[str, object], usd: float | None
) -> None:
    call = call_for(replicate, model, modality)
    values = map_for(replicate, call, **fields).values
    count_field = modality_named(modality).count_field
    assert estimate_cost_usd(call.row, values, count_field=count_field) == usd


@pytest.mark.parametrize(
    ("model", "modality", "row"),
    [
        ("minimax/video-01:5aa8", "video", "minimax/video-01"),
        ("google/veo-3-fast", "video", "google/veo-3-fast"),
        ("google/veo-3-next", "video", "google/veo-3"),
        ("google/veo-3.1-fast:abc", "video", "google/veo-3.1-fast"),
        ("xai/grok-imagine-video", "video", "xai/grok-imagine-video"),
        ("kwaivgi/kling-v2.6-motion-control", "video", "kwaivgi/kling-v*-motion-control"),
        ("kwaivgi/kling-v3-omni-video", "video", "kwaivgi/"),
        ("google/imagen-4-ultra", "image", "google/imagen-4"),
        ("black-forest-labs/flux-3", "image", "*"),
        ("c0ffee" + "0" * 58, "video", "*"),
    ],
)
def test_a_name_finds_its_row(model: str, modality: Literal["video", "image"], row: str) -> None:
    found = replicate.tarash_models().lookup(model, modality)
    assert found is not None
    assert found.id == row


@pytest.mark.parametrize("row", replicate.tarash_models().rows, ids=lambda row: f"{row.modality}-{row.id}")
def test_every_row_is_found_by_its_example_and_cites_a_source(row: Model) -> None:
    assert replicate.tarash_models().lookup(row.example_name, row.modality) is row
    assert row.source
    assert all(price.source for price in row.prices)


def test_a_discontinued_model_is_told_and_not_refused() -> None:
    call = call_for(replicate, "openai/sora-2")
    assert call.row.lifecycle is not None
    assert map_for(replicate, call).payload == {"prompt": "a paper boat"}
