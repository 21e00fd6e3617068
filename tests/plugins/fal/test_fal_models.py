from __future__ import annotations

import pytest

import tarash_gateway_fal as fal
from plugins.fal.fal_calls import image_payload, video_payload
from tarash.tarash_gateway.mapping import Model
from tarash.tarash_gateway.plugin import Media, ValidationError
from tarash.tarash_gateway.testing import call_for, map_for

ROWS = fal.tarash_models().rows
FIRST = "https://example.com/first.png"
LAST = "https://example.com/last.png"
CLIP = "https://example.com/clip.mp4"


def _text(value: object) -> object:
    """Media as the address they have; lists item by item."""
    if isinstance(value, list):
        return [_text(item) for item in value]
    return value.url if isinstance(value, Media) else value


def _frames(first: bool = True, last: bool = True) -> list[dict[str, str]]:
    given = []
    if first:
        given.append({"image": FIRST, "type": "first_frame"})
    if last:
        given.append({"image": LAST, "type": "last_frame"})
    return given


@pytest.mark.parametrize(
    ("model", "seconds", "wire"),
    [
        ("fal-ai/veo3.1", 8, "8s"),
        ("fal-ai/veo3.1/extend-video", 7, "7s"),
        ("fal-ai/veo2", 5, "5s"),
        ("fal-ai/sora-2/text-to-video", 12, 12),
        ("fal-ai/kling-video/v2.6/pro/text-to-video", 10, "10"),
        ("fal-ai/kling-video/v3/pro/text-to-video", 15, "15"),
        ("fal-ai/minimax/hailuo-2.3/standard/text-to-video", 6, "6"),
        ("minimax/h3-max/text-to-video", 7, 7),
        ("alibaba/happy-horse/v1.1/text-to-video", 7, 7),
        ("google/gemini-omni-flash/v1.1/text-to-video", 3, 3),
        ("fal-ai/wan-25-preview/text-to-video", 12, "12"),
        ("fal-ai/bytedance/seedance/v1/pro/text-to-video", 2, "2"),
        ("bytedance/seedance-2.5/text-to-video", 30, "30"),
        ("wan/v2.6/text-to-video", 15, "15"),
        ("fal-ai/wan/v2.7/text-to-video", 11, 11),
        ("alibaba/wan-3.0/text-to-video", 30, 30),
        ("lightricks/ltx-2.5/text-to-video/fast", 14, 14),
        ("fal-ai/ltx-2/text-to-video", 8, 8),
        ("blackforestlabs/flux-3/text-to-video", 20, 20),
        ("fal-ai/luma-dream-machine/ray-2", 9, "9s"),
        ("luma/agent/ray/v3.2/text-to-video", 10, "10s"),
        ("fal-ai/pixverse/v5.5/text-to-video", 10, "10"),
        ("fal-ai/pixverse/v6/text-to-video", 3, 3),
        ("fal-ai/vidu/q3/text-to-video", 16, 16),
        ("xai/grok-imagine-video/text-to-video", 6, 6),
        ("fal-ai/pika/v2.2/text-to-video", 5, "5"),
        ("moonvalley/marey/t2v", 10, "10s"),
        ("some-owner/some-model/text-to-video", 5, "5"),
    ],
)
def test_a_duration_has_the_type_and_form_of_the_family(model: str, seconds: int, wire: object) -> None:
    payload = video_payload(model, duration_seconds=seconds, video=CLIP if "extend" in model else None)
    assert payload["duration"] == wire
    assert type(payload["duration"]) is type(wire)


@pytest.mark.parametrize(
    ("model", "seconds", "frames"),
    [
        ("fal-ai/wan/v2.2-a14b/text-to-video", 5, 81),
        ("fal-ai/wan/v2.2-5b/text-to-video", 5, 121),
        ("fal-ai/ltx-2-19b/text-to-video", 5, 126),
        ("fal-ai/longcat-video/text-to-video/720p", 5.4, 162),
    ],
)
def test_models_that_count_frames_get_frames(model: str, seconds: float, frames: int) -> None:
    assert video_payload(model, duration_seconds=seconds)["num_frames"] == frames


@pytest.mark.parametrize(
    ("model", "first", "last"),
    [
        ("fal-ai/veo3.1/image-to-video", "image_url", None),
        ("fal-ai/veo3.1/fast/first-last-frame-to-video", "first_frame_url", "last_frame_url"),
        ("fal-ai/kling-video/v2.5-turbo/pro/image-to-video", "image_url", "tail_image_url"),
        ("fal-ai/kling-video/v2.6/pro/image-to-video", "start_image_url", "end_image_url"),
        ("fal-ai/kling-video/v3/standard/image-to-video", "start_image_url", "end_image_url"),
        ("fal-ai/kling-video/v3/turbo/pro/image-to-video", "image_url", None),
        ("fal-ai/kling-video/o1/image-to-video", "start_image_url", "end_image_url"),
        ("fal-ai/kling-video/o3/pro/image-to-video", "image_url", "end_image_url"),
        ("fal-ai/pixverse/v6/transition", "first_image_url", "end_image_url"),
        ("alibaba/wan-3.0-prime/image-to-video", "start_image_url", "end_image_url"),
        ("bytedance/seedance-2.0/fast/image-to-video", "image_url", "end_image_url"),
        ("fal-ai/minimax/hailuo-02/pro/image-to-video", "image_url", "end_image_url"),
        ("fal-ai/wan/v2.2-a14b/image-to-video", "image_url", "end_image_url"),
        ("blackforestlabs/flux-3/first-last-frame-to-video", "start_image_url", "end_image_url"),
        ("some-owner/some-model/image-to-video", "image_url", "end_image_url"),
    ],
)
def test_frames_go_where_the_version_wants_them(model: str, first: str, last: str | None) -> None:
    payload = video_payload(model, image_list=_frames(last=last is not None))
    expected = {first: FIRST} | ({last: LAST} if last else {})
    assert {name: _text(payload[name]) for name in expected} == expected


@pytest.mark.parametrize(
    ("model", "wire"),
    [
        ("fal-ai/veo3.1/reference-to-video", "image_urls"),
        ("bytedance/seedance-2.5/reference-to-video", "image_urls"),
        ("fal-ai/bytedance/seedance/v1/lite/reference-to-video", "reference_image_urls"),
        ("fal-ai/wan/v2.7/reference-to-video", "reference_image_urls"),
        ("minimax/h3/reference-to-video", "reference_image_urls"),
        ("xai/grok-imagine-video/reference-to-video", "reference_image_urls"),
        ("google/gemini-omni-flash/v1.1/reference-to-video", "image_urls"),
        ("alibaba/wan-3.0/reference-to-video", "reference_image_urls"),
    ],
)
def test_references_go_into_a_list(model: str, wire: str) -> None:
    payload = video_payload(model, image_list=[{"image": FIRST}, {"image": LAST, "type": "asset"}])
    assert _text(payload[wire]) == [FIRST, LAST]


@pytest.mark.parametrize(
    ("model", "wire"),
    [
        ("fal-ai/veo3.1", "generate_audio"),
        ("fal-ai/pixverse/v5.6/text-to-video", "generate_audio_switch"),
        ("alibaba/wan-3.0/text-to-video", "audio"),
        ("fal-ai/vidu/q3/text-to-video", "audio"),
        ("fal-ai/vidu/q2/text-to-video", "bgm"),
        ("wan/v2.6/reference-to-video/flash", "enable_audio"),
    ],
)
def test_sound_has_the_family_s_own_switch(model: str, wire: str) -> None:
    assert video_payload(model, generate_audio=False)[wire] is False


@pytest.mark.parametrize(
    ("model", "resolution", "wire"),
    [
        ("fal-ai/veo3.1", "4k", "4k"),
        ("fal-ai/ltx-2/text-to-video", "4k", "2160p"),
        ("minimax/h3/text-to-video", "1080p", "2K"),
        ("minimax/h3-max/text-to-video", "1080p", "1080P"),
        ("fal-ai/minimax/hailuo-02/standard/image-to-video", "720p", "768P"),
        ("fal-ai/kandinsky5-pro/text-to-video", "1024p", "1024P"),
    ],
)
def test_a_resolution_is_spelt_as_the_family_spells_it(model: str, resolution: str, wire: str) -> None:
    images = _frames(last=False) if "image-to-video" in model else []
    assert video_payload(model, resolution=resolution, image_list=images)["resolution"] == wire


@pytest.mark.parametrize(("given", "wire"), [(None, "balanced"), (True, "balanced"), (False, "disabled")])
def test_h3_is_always_told_how_to_treat_the_prompt(given: bool | None, wire: str) -> None:
    payload = video_payload("minimax/h3-max/text-to-video", enhance_prompt=given)
    assert payload["prompt_expansion_mode"] == wire


@pytest.mark.parametrize(
    ("model", "fields", "expected"),
    [
        pytest.param(
            "fal-ai/kling-video/v3/pro/text-to-video",
            {"duration_seconds": 5, "aspect_ratio": "9:16", "extra_params": {"cfg_scale": 0.3}},
            {"duration": "5", "aspect_ratio": "9:16", "cfg_scale": 0.3},
            id="kling",
        ),
        pytest.param(
            "fal-ai/sora-2/image-to-video/pro",
            {"resolution": "1080p", "aspect_ratio": "auto", "image_list": _frames(last=False)},
            {"resolution": "1080p", "aspect_ratio": "auto", "image_url": FIRST},
            id="sora",
        ),
        pytest.param(
            "fal-ai/kling-video/o3/pro/video-to-video/edit",
            {"video": CLIP},
            {"video_url": CLIP},
            id="edit of a clip",
        ),
        pytest.param(
            "wan/v2.6/reference-to-video", {"video": CLIP}, {"video_urls": [CLIP]}, id="clip in a list"
        ),
        pytest.param(
            "wan/v2.6/reference-to-video",
            {"extra_params": {"video_urls": [CLIP, FIRST]}},
            {"video_urls": [CLIP, FIRST]},
            id="several clips",
        ),
        pytest.param(
            "minimax/h3-max/reference-to-video",
            {"video": CLIP, "aspect_ratio": "adaptive"},
            {
                "reference_video_urls": [CLIP],
                "aspect_ratio": "adaptive",
                "prompt_expansion_mode": "balanced",
            },
            id="h3 from a clip",
        ),
        pytest.param(
            "google/gemini-omni-flash/v1.1/reference-to-video",
            {"resolution": "4k", "aspect_ratio": "9:16", "video": CLIP},
            {"resolution": "4k", "aspect_ratio": "9:16", "reference_video_urls": [CLIP]},
            id="gemini omni",
        ),
        pytest.param(
            "luma/agent/ray/v3.2/reframe",
            {"video": CLIP, "aspect_ratio": "21:9"},
            {"video_url": CLIP, "aspect_ratio": "21:9"},
            id="reframe",
        ),
        *(
            pytest.param(
                model,
                {
                    "prompt": "",
                    "video": CLIP,
                    "image_list": [{"image": FIRST, "type": role}],
                    "extra_params": extra,
                },
                {"video_url": CLIP, "image_url": FIRST, **extra},
                id=f"{model} of a {role}",
            )
            for role in ("reference", "first_frame")
            for model, extra in (
                ("fal-ai/wan/v2.2-14b/animate/replace", {}),
                ("fal-ai/pixverse/swap", {}),
                ("fal-ai/kling-video/v3/pro/motion-control", {"character_orientation": "image"}),
            )
        ),
        pytest.param(
            "fal-ai/bytedance/omnihuman/v1.5",
            {"image_list": [{"image": FIRST}], "extra_params": {"audio_url": CLIP}},
            {"image_url": FIRST, "audio_url": CLIP},
            id="avatar",
        ),
        pytest.param(
            "moonvalley/marey/t2v", {"aspect_ratio": "4:3"}, {"dimensions": "1536x1152"}, id="dimensions"
        ),
        pytest.param(
            "fal-ai/pixverse/v6/text-to-video",
            {"enhance_prompt": True},
            {"thinking_type": "enabled"},
            id="thinking",
        ),
    ],
)
def test_a_video_request_becomes_the_model_s_input(
    model: str, fields: dict[str, object], expected: dict[str, object]
) -> None:
    payload = video_payload(model, **fields)
    assert {name: _text(value) for name, value in payload.items()} == expected


@pytest.mark.parametrize(
    ("model", "fields", "expected"),
    [
        ("openai/gpt-image-2", {"size": "1280x720"}, {"image_size": {"width": 1280, "height": 720}}),
        ("openai/gpt-image-2", {"aspect_ratio": "16:9"}, {"image_size": "landscape_16_9"}),
        ("fal-ai/gpt-image-1.5", {"size": "1536x1024"}, {"image_size": "1536x1024"}),
        (
            "fal-ai/nano-banana-2",
            {"aspect_ratio": "8:1", "size": "4k", "n": 4},
            {"aspect_ratio": "8:1", "resolution": "4K", "num_images": 4},
        ),
        ("fal-ai/nano-banana-pro", {"size": "1024x1024"}, {"aspect_ratio": "1:1"}),
        ("xai/grok-imagine-image/edit", {"size": "2k"}, {"resolution": "2k"}),
        ("xai/grok-imagine-image", {"size": "4k"}, {"resolution": "4K"}),
        (
            "fal-ai/flux-2/edit",
            {"size": "square_hd", "n": 2, "image_list": [{"image": FIRST}]},
            {"image_size": "square_hd", "num_images": 2, "image_urls": [FIRST]},
        ),
        (
            "fal-ai/flux-pro/v1/fill",
            {"image_list": [{"image": FIRST}], "mask_image": LAST},
            {"image_url": FIRST, "mask_url": LAST},
        ),
        (
            "fal-ai/gpt-image-1.5/edit",
            {"image_list": [{"image": FIRST}], "mask_image": LAST},
            {"image_urls": [FIRST], "mask_image_url": LAST},
        ),
        (
            "fal-ai/ideogram/v3",
            {"quality": "high", "style": "design", "image_list": [{"image": FIRST, "type": "style"}]},
            {"rendering_speed": "QUALITY", "style": "DESIGN", "image_urls": [FIRST]},
        ),
        ("fal-ai/bytedance/seedream/v4.5/text-to-image", {"size": "auto_4k"}, {"image_size": "auto_4K"}),
        ("bria/fibo/generate", {"size": "4mp", "seed": 7}, {"resolution": "4MP", "seed": 7}),
        ("fal-ai/recraft/v3/text-to-image", {"style": "digital_illustration"}, {"style": "digital_illustration"}),
        (
            "bytedance/seedream/v5/pro/layerize",
            {"image_list": [{"image": FIRST}], "size": "auto_2k"},
            {"image_url": FIRST, "image_size": "auto_2K"},
        ),
        (
            "fal-ai/luma-photon/modify",
            {"image_list": [{"image": FIRST}], "aspect_ratio": "1:1", "extra_params": {"strength": 0.2}},
            {"image_url": FIRST, "aspect_ratio": "1:1", "strength": 0.2},
        ),
        (
            "fal-ai/ideogram/v3/reframe",
            {"prompt": "", "image_list": [{"image": FIRST}], "aspect_ratio": "16:9"},
            {"image_url": FIRST, "image_size": "landscape_16_9"},
        ),
        ("fal-ai/flux-pro/v1.1/redux", {"image_list": [{"image": FIRST}]}, {"image_url": FIRST}),
        ("some-owner/some-image-model", {"n": 3, "size": "640x480"}, {"num_images": 3, "image_size": {"width": 640, "height": 480}}),
        ("fal-ai/clarity-upscaler", {"image_list": [{"image": FIRST}]}, {"image_url": FIRST}),
        ("fal-ai/birefnet/v2", {"image_list": [{"image": FIRST, "type": "reference"}]}, {"image_url": FIRST}),
        ("some-owner/some-image-model", {"image_list": [{"image": FIRST}, {"image": LAST}]}, {"image_urls": [FIRST, LAST]}),
        ("some-owner/some-image-edit", {"image_list": [{"image": FIRST}]}, {"image_urls": [FIRST]}),
        ("fal-ai/bagel/edit", {"image_list": [{"image": FIRST}]}, {"image_url": FIRST}),
        ("fal-ai/step1x-edit", {"image_list": [{"image": FIRST}]}, {"image_url": FIRST}),
        ("fal-ai/ideogram/v2/edit", {"image_list": [{"image": FIRST}], "mask_image": LAST}, {"image_url": FIRST, "mask_url": LAST}),
        ("fal-ai/hy-wu-edit", {"image_list": [{"image": FIRST}]}, {"image_urls": [FIRST]}),
        ("fal-ai/glm-image/image-to-image", {"image_list": [{"image": FIRST}]}, {"image_urls": [FIRST]}),
        (
            "some-owner/some-image-model",
            {"image_list": [{"image": FIRST}], "extra_params": {"image_url": LAST}},
            {"image_url": LAST, "image_urls": [FIRST]},
        ),
        (
            "fal-ai/gemini-3-pro-image-preview/edit",
            {"image_list": [{"image": FIRST}], "size": "4k"},
            {"image_urls": [FIRST], "resolution": "4K"},
        ),
    ],
)  # fmt: skip
def test_an_image_request_becomes_the_model_s_input(
    model: str, fields: dict[str, object], expected: dict[str, object]
) -> None:
    payload = image_payload(model, **fields)
    assert {name: _text(value) for name, value in payload.items()} == expected


@pytest.mark.parametrize(
    ("model", "fields", "words"),
    [
        ("fal-ai/minimax/hailuo-2.3/pro/text-to-video", {"duration_seconds": 6}, "duration_seconds"),
        ("fal-ai/kling-video/v3/pro/text-to-video", {"seed": 1}, "seed"),
        ("fal-ai/kling-video/v3/pro/text-to-video", {"resolution": "1080p"}, "resolution"),
        ("fal-ai/sora-2/text-to-video", {"duration_seconds": 5}, "4, 8, 12, 16 or 20"),
        ("fal-ai/ltx-2/text-to-video", {"resolution": "720p"}, "1080p"),
        ("fal-ai/veo3.1/lite", {"resolution": "4k"}, "720p or 1080p"),
        ("fal-ai/pixverse/v5/text-to-video", {"resolution": "1080p", "duration_seconds": 8}, "1080p"),
        ("fal-ai/veo3.1", {"number_of_videos": 2}, "number_of_videos"),
        ("minimax/h3-max/text-to-video", {"aspect_ratio": "auto"}, "21:9, 16:9"),
        ("minimax/h3-max/text-to-video", {"aspect_ratio": "adaptive"}, "21:9, 16:9"),
        ("minimax/h3-max/image-to-video", {"aspect_ratio": "16:9"}, "aspect_ratio"),
        ("google/gemini-omni-flash/v1.1/text-to-video", {"aspect_ratio": "1:1"}, "16:9 or 9:16"),
        (
            "xai/grok-imagine-video/reference-to-video",
            {"duration_seconds": 15, "image_list": [{"image": FIRST}]},
            "1 to 10 seconds",
        ),
        ("wan/v2.6/reference-to-video", {}, "video is required"),
        (
            "fal-ai/kling-video/o1/reference-to-video",
            {"image_list": [{"image": FIRST, "type": "reference"}] * 8},
            "at most 7",
        ),
        (
            "wan/v2.6/reference-to-video/flash",
            {"image_list": [{"image": FIRST, "type": "reference"}] * 6},
            "at most 5",
        ),
        ("fal-ai/ltx-2.3/extend-video", {"video": CLIP, "duration_seconds": 21}, "20"),
    ],
)
def test_what_a_video_model_does_not_take_is_refused_before_anything_is_sent(
    model: str, fields: dict[str, object], words: str
) -> None:
    with pytest.raises(ValidationError, match=words):
        video_payload(model, **fields)


@pytest.mark.parametrize(
    ("model", "fields"),
    [
        ("fal-ai/flux-2-pro", {"n": 2}),
        ("fal-ai/recraft/v4/text-to-image", {"n": 2}),
        ("fal-ai/recraft/v4/text-to-image", {"style": "vector"}),
        ("openai/gpt-image-2", {"size": "1000x1000"}),
        ("fal-ai/nano-banana-pro", {"aspect_ratio": "8:1"}),
        ("alibaba/qwen-image-3/text-to-image", {"n": 7}),
        ("fal-ai/wan-25-preview/text-to-image", {"n": 5}),
    ],
)
def test_what_an_image_model_does_not_take_is_refused(model: str, fields: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        image_payload(model, **fields)


@pytest.mark.parametrize(
    ("model", "most"),
    [
        ("fal-ai/flux-2/edit", 4),
        ("fal-ai/flux-2/turbo/edit", 4),
        ("fal-ai/flux-2/klein/9b/edit", 4),
        ("fal-ai/flux-2/lora/edit", 3),
        ("fal-ai/hunyuan-image/v3/instruct/edit", 3),
        ("fal-ai/kling-image/o1", 10),
        ("fal-ai/kling-image/o3/image-to-image", 10),
        ("fal-ai/qwen-image-2/pro/edit", 3),
        ("fal-ai/wan-25-preview/image-to-image", 2),
        ("xai/grok-imagine-image/edit", 3),
    ],
)
def test_input_pictures_that_fal_would_drop_are_refused(model: str, most: int) -> None:
    picture = {"image": FIRST, "type": "reference"}
    assert image_payload(model, image_list=[picture] * most)["image_urls"]
    with pytest.raises(ValidationError, match=f"at most {most}"):
        image_payload(model, image_list=[picture] * (most + 1))


def test_the_nearest_length_is_taken_where_the_caller_allows_it() -> None:
    mapped = map_for(fal, call_for(fal, "fal-ai/veo3.1", unsupported="adjust"), duration_seconds=5)
    assert mapped.payload["duration"] == "6s"
    assert [change.field for change in mapped.adjustments] == ["duration_seconds"]


@pytest.mark.parametrize(
    ("model", "row"),
    [
        ("fal-ai/veo3.1/fast", "fal-ai/veo3.1/fast"),
        ("fal-ai/kling-video/v3/ultra/text-to-video", "fal-ai/kling-video/v3/*/text-to-video"),
        ("fal-ai/kling-video/v3/pro/text-to-video", "fal-ai/kling-video/v3/pro/text-to-video"),
        ("fal-ai/kling-video/v3/turbo/pro/image-to-video", "fal-ai/kling-video/v3/turbo/pro/image-to-video"),
        ("fal-ai/pixverse/v4.5/text-to-video/fast", "fal-ai/pixverse/*/text-to-video/fast"),
        ("fal-ai/wan/v2.2-a14b/text-to-video/lora", "fal-ai/wan/v2.2-a14b/text-to-video"),
        ("fal-ai/minimax/speech-2.8-hd", "*"),
        ("fal-ai/minimax-music/v2", "*"),
        ("fal-ai/wan/v2.2-14b/animate/move", "fal-ai/wan/v2.2-14b/animate/move"),
        ("alibaba/happy-horse/v1.1/text-to-video", "alibaba/happy-horse/v1.1/text-to-video"),
        ("google/gemini-omni-flash/v1.1/edit", "google/gemini-omni-flash/v1.1/edit"),
        ("fal-ai/pixverse/v4.5/effects", "fal-ai/pixverse/*/effects"),
        ("fal-ai/veo3.1-next", "fal-ai/veo3.1"),
        ("fal-ai/veo3.11", "*"),
        ("fal-ai/kling-video/lipsync/audio-to-video", "*"),
    ],
)
def test_a_video_endpoint_is_served_by_the_row_of_its_arm(model: str, row: str) -> None:
    found = fal.tarash_models().lookup(model, "video")
    assert found is not None
    assert found.id == row


@pytest.mark.parametrize(
    ("model", "row"),
    [
        ("fal-ai/flux-2", "fal-ai/flux-2"),
        ("fal-ai/flux-2-pro", "fal-ai/flux-2-pro"),
        ("fal-ai/flux-2-lora-gallery/realism", "fal-ai/flux-2-lora-gallery/realism"),
        ("fal-ai/qwen-image-layered", "fal-ai/qwen-image-layered"),
        ("fal-ai/qwen-image-edit-2509-lora-gallery/next-scene", "fal-ai/qwen-image-edit-*-lora-gallery/*"),
        ("fal-ai/wan/v2.7/edit", "fal-ai/wan/v2.7/edit"),
        ("fal-ai/minimax/image-01", "*"),
        ("xai/grok-imagine-image", "xai/grok-imagine-image"),
    ],
)
def test_an_image_endpoint_is_served_by_the_row_of_its_arm(model: str, row: str) -> None:
    found = fal.tarash_models().lookup(model, "image")
    assert found is not None
    assert found.id == row


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.modality} {row.id}")
def test_every_row_serves_its_example_and_says_where_it_was_read(row: Model) -> None:
    assert fal.tarash_models().lookup(row.example_name, row.modality) is row
    assert row.source
    taken = [name for mapper in row.fields.values() for name in mapper.fields]
    assert len(taken) == len(set(taken)), "a unified field is sent twice"
    for price in row.prices:
        assert price.usd > 0
        assert price.source
        assert all(row.accepts(name) for name in price.when), "a price depends on what cannot be asked"


@pytest.mark.parametrize(
    "model",
    ["fal-ai/sora-2/text-to-video", "fal-ai/sora-2/image-to-video/pro", "fal-ai/imagen4/preview/ultra"],
)
def test_deprecated_models_say_so(model: str) -> None:
    row = fal.tarash_models().lookup(model, "image" if "imagen" in model else "video")
    assert row is not None
    assert row.lifecycle is not None


@pytest.mark.parametrize(
    "model", ["v3/pro/text-to-video", "v3/turbo/pro/text-to-video", "o3/pro/text-to-video"]
)
def test_the_prompts_of_the_shots_take_the_place_of_the_prompt(model: str) -> None:
    shots = [{"prompt": "a boat", "duration": "5"}]
    payload = video_payload(f"fal-ai/kling-video/{model}", extra_params={"multi_prompt": shots})
    assert "prompt" not in payload
    assert payload["multi_prompt"] == shots
