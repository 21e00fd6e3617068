from __future__ import annotations

import pytest

import tarash_gateway_kling as kling
from tarash.tarash_gateway.plugin import ValidationError
from tarash.tarash_gateway.testing import call_for, map_for

URL = "https://example.org/a.png"
CLIP = "https://example.org/a.mp4"
FRAME = {"image": URL, "type": "first_frame"}
LAST = {"image": URL, "type": "last_frame"}


@pytest.mark.parametrize(
    ("model", "fields", "message"),
    [
        pytest.param(
            "kling-3.0", {"aspect_ratio": "16:9", "image_list": [FRAME]}, "aspect_ratio", id="shape"
        ),
        pytest.param("kling-3.0", {"image_list": [LAST]}, "first_frame is required", id="last frame alone"),
        pytest.param("kling-3.0", {"seed": 1}, "seed", id="no seed"),
        pytest.param(
            "kling-3.0-omni",
            {"extra_params": {"settings": "x"}},
            r"extra_params\['settings'\] must be",
            id="settings",
        ),
        pytest.param("kling-5.0", {"extra_params": {"options": []}}, "must be a mapping", id="options"),
        pytest.param(
            "kling-3.0", {"extra_params": {"contents": {"type": "element"}}}, "must be a list", id="contents"
        ),
        pytest.param("kling-3.0", {"negative_prompt": "x"}, "negative_prompt", id="no negative prompt"),
        pytest.param("kling-3.0", {"duration_seconds": 20}, "3 to 15 seconds", id="duration"),
        pytest.param(
            "kling-3.0-turbo", {"generate_audio": False}, "generate_audio", id="turbo always sounds"
        ),
        pytest.param(
            "kling-2.6", {"generate_audio": True, "resolution": "720p"}, "1080p", id="sound at 720p"
        ),
        pytest.param("kling-o1", {"generate_audio": True}, "generate_audio", id="O1 makes no sound"),
        pytest.param(
            "kling-o1", {"image_list": [FRAME], "duration_seconds": 7}, "5 or 10", id="O1 first frame"
        ),
        pytest.param(
            "kling-o1",
            {"image_list": [FRAME, LAST, {"image": URL}]},
            "reference",
            id="O1 frames and references",
        ),
        pytest.param(
            "kling-3.0-omni",
            {"video": CLIP, "image_list": [{"image": URL}] * 5},
            "at most 4",
            id="images with a video",
        ),
        pytest.param(
            "kling-3.0-omni", {"video": CLIP, "image_list": [FRAME]}, "video_role", id="frame of an edit"
        ),
        pytest.param("kling-3.0-omni", {"video": "data:video/mp4;base64,AAAA"}, "public", id="local video"),
        pytest.param(
            "kling-3.0-omni",
            {"video": CLIP, "generate_audio": True, "extra_params": {"video_role": "feature"}},
            "generate_audio",
            id="sound with a reference video",
        ),
        pytest.param(
            "kling-3.0-omni",
            {"video": CLIP, "extra_params": {"video_role": "x"}},
            "base",
            id="role of the video",
        ),
        pytest.param("kling-3.0-turbo", {"prompt": ""}, "prompt is required", id="no prompt"),
        pytest.param("kling-3.0-turbo", {"prompt": "x" * 2501, "image_list": [FRAME]}, "2500", id="long"),
        pytest.param("kling-4.0", {}, "duration_seconds is required", id="4.0 wants a duration"),
        pytest.param("kling-4.0-flash", {"duration_seconds": 21}, "nearest is 20", id="4.0 flash is shorter"),
        pytest.param(
            "kling-v3", {"prompt": ""}, "prompt is required", id="legacy text to video without text"
        ),
        pytest.param("kling-v2-1", {}, "first_frame or reference is required", id="image only"),
        pytest.param(
            "kling-3.0",
            {"image_list": [{"image": b"RIFF\0\0\0\0WEBPVP8 ", "type": "first_frame"}]},
            "format",
            id="webp",
        ),
    ],
)
def test_what_a_model_does_not_take_is_refused_before_anything_is_sent(
    model: str, fields: dict[str, object], message: str
) -> None:
    with pytest.raises(ValidationError, match=message):
        map_for(kling, call_for(kling, model), **fields)


@pytest.mark.parametrize(
    ("model", "fields", "message"),
    [
        pytest.param("kling-v3", {"image_list": [{"image": URL}] * 2}, "at most 1", id="one image only"),
        pytest.param("kling-v3", {"seed": 1}, "seed", id="no seed"),
        pytest.param("kling-v3", {"size": "4k"}, "1k or 2k", id="no 4k"),
        pytest.param("kling-v3", {"n": 10}, "nearest is 9", id="too many"),
        pytest.param(
            "kling-v2-1",
            {"image_list": [{"image": URL}], "negative_prompt": "blur"},
            "negative_prompt",
            id="negative prompt with an image",
        ),
        pytest.param(
            "kling-v2-1", {"image_list": [{"image": URL, "type": "style"}]}, "style", id="style alone"
        ),
        pytest.param("kling-image-expand", {}, "reference is required", id="nothing to expand"),
    ],
)
def test_what_an_image_model_does_not_take_is_refused(
    model: str, fields: dict[str, object], message: str
) -> None:
    with pytest.raises(ValidationError, match=message):
        map_for(kling, call_for(kling, model, "image"), **fields)


def test_the_legacy_omni_video_refuses_an_unknown_role_of_the_video() -> None:
    with pytest.raises(ValidationError, match="base"):
        map_for(kling, call_for(kling, "kling-v3-omni"), video=CLIP, extra_params={"video_role": "x"})
