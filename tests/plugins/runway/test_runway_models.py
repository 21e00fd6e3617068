"""Proves what is sent for each family of models; every body is one that the types of the official SDK accept."""

from __future__ import annotations

import pytest

import tarash_gateway_runway as runway
from simulators.runway.schema import issues
from tarash.tarash_gateway.plugin import ValidationError
from tarash.tarash_gateway.testing import call_for, map_for
from tarash_gateway_runway.payload import endpoint

FRAME = "https://example.com/first.png"
LAST = "https://example.com/last.png"
CLIP = "https://example.com/clip.mp4"
FIRST_FRAME = [{"type": "first_frame", "image": FRAME}]
BOTH_FRAMES = [*FIRST_FRAME, {"type": "last_frame", "image": LAST}]
REFERENCE = [{"type": "reference", "image": FRAME}]
POSITIONED = [{"uri": FRAME, "position": "first"}, {"uri": LAST, "position": "last"}]

VIDEO_BODIES = [
    pytest.param(
        "hailuo3",
        {},
        "text_to_video",
        {"promptText": "a paper boat", "ratio": "16:9"},
        id="hailuo wants a shape when there is nothing to adapt to",
    ),
    pytest.param(
        "gen4.5",
        {},
        "text_to_video",
        {"promptText": "a paper boat", "duration": 5, "ratio": "1280:720"},
        id="gen4.5 takes 5 seconds and 16:9 when nothing is said",
    ),
    pytest.param(
        "gen4.5",
        {"image_list": FIRST_FRAME, "aspect_ratio": "21:9", "duration_seconds": 7, "seed": 3},
        "image_to_video",
        {
            "promptText": "a paper boat",
            "promptImage": POSITIONED[:1],
            "duration": 7,
            "ratio": "1584:672",
            "seed": 3,
        },
        id="gen4.5 has more shapes with a frame",
    ),
    pytest.param(
        "gen4_turbo",
        {"prompt": "", "image_list": FIRST_FRAME},
        "image_to_video",
        {"promptImage": POSITIONED[:1], "duration": 5, "ratio": "1280:720"},
        id="gen4_turbo needs no prompt",
    ),
    pytest.param(
        "veo3.1",
        {"resolution": "1080p", "aspect_ratio": "9:16", "generate_audio": False, "negative_prompt": "rain"},
        "text_to_video",
        {"promptText": "a paper boat", "ratio": "1080:1920", "audio": False, "negativePrompt": "rain"},
        id="veo",
    ),
    pytest.param(
        "veo3.1_fast",
        {"image_list": BOTH_FRAMES, "duration_seconds": 8},
        "image_to_video",
        {"promptText": "a paper boat", "promptImage": POSITIONED, "duration": 8, "ratio": "1280:720"},
        id="veo between two frames",
    ),
    pytest.param(
        "klingO3_pro",
        {"image_list": [*BOTH_FRAMES, *REFERENCE], "resolution": "1080p", "aspect_ratio": "1:1"},
        "image_to_video",
        {
            "promptText": "a paper boat",
            "promptImage": POSITIONED,
            "references": [{"uri": FRAME}],
            "ratio": "1440:1440",
        },
        id="kling O3 with frames and references",
    ),
    pytest.param(
        "klingO3_4k",
        {"video": CLIP, "extra_params": {"providerSettings": {"keepOriginalSound": False}}},
        "video_to_video",
        {"promptText": "a paper boat", "promptVideo": CLIP, "providerSettings": {"keepOriginalSound": False}},
        id="kling O3 edits a video",
    ),
    pytest.param(
        "kling2.5_turbo_pro",
        {"image_list": FIRST_FRAME, "duration_seconds": 10, "extra_params": {"cfgScale": 0.7}},
        "image_to_video",
        {"promptText": "a paper boat", "promptImage": POSITIONED[:1], "duration": 10, "cfgScale": 0.7},
        id="kling 2.5 follows the frame's shape",
    ),
    pytest.param(
        "kling_4",
        {"video": CLIP, "resolution": "1080p"},
        "video_to_video",
        {"promptText": "a paper boat", "videoUri": CLIP, "ratio": "auto_1080p"},
        id="kling 4 keeps the clip's shape",
    ),
    pytest.param(
        "hailuo3",
        {"image_list": REFERENCE, "aspect_ratio": "adaptive", "resolution": "2k"},
        "text_to_video",
        {
            "promptText": "a paper boat",
            "references": [{"uri": FRAME}],
            "ratio": "adaptive",
            "resolution": "2k",
        },
        id="hailuo with references adapts",
    ),
    pytest.param(
        "seedance2",
        {"aspect_ratio": "4:3", "resolution": "4k", "duration_seconds": 15},
        "text_to_video",
        {"promptText": "a paper boat", "ratio": "3840:2880", "duration": 15},
        id="seedance in 4k",
    ),
    pytest.param(
        "seedance2_fast",
        {"aspect_ratio": "1:1"},
        "text_to_video",
        {"promptText": "a paper boat", "ratio": "960:960"},
        id="a shape alone means 720p",
    ),
    pytest.param(
        "seedance2_5",
        {"video": CLIP, "image_list": REFERENCE, "extra_params": {"mode": "extend", "duration": "auto"}},
        "video_to_video",
        {
            "promptText": "a paper boat",
            "promptVideo": CLIP,
            "references": [{"uri": FRAME}],
            "mode": "extend",
            "duration": "auto",
        },
        id="seedance 2.5 extends a video",
    ),
    pytest.param(
        "seedance2_5",
        {"prompt": "", "extra_params": {"draftTaskId": "17f20503"}},
        "text_to_video",
        {"draftTaskId": "17f20503"},
        id="a draft is rendered from its id alone",
    ),
    pytest.param(
        "wan3",
        {"image_list": BOTH_FRAMES, "resolution": "1080p"},
        "image_to_video",
        {"promptText": "a paper boat", "promptImage": POSITIONED, "ratio": "auto_1080p"},
        id="wan follows the first frame",
    ),
    pytest.param(
        "gemini_omni_flash_1.1",
        {"resolution": "360p", "aspect_ratio": "9:16"},
        "text_to_video",
        {"promptText": "a paper boat", "ratio": "360:640"},
        id="gemini omni",
    ),
    pytest.param(
        "grok_imagine_1_5",
        {"image_list": REFERENCE, "resolution": "720p", "aspect_ratio": "2:3"},
        "text_to_video",
        {"promptText": "a paper boat", "references": [{"uri": FRAME}], "resolution": "720p", "ratio": "2:3"},
        id="grok with references",
    ),
    pytest.param(
        "grok_imagine_1_5_lite",
        {"resolution": "480p", "aspect_ratio": "3:2"},
        "text_to_video",
        {"promptText": "a paper boat", "ratio": "720:480"},
        id="grok lite",
    ),
    pytest.param(
        "h3_max",
        {"enhance_prompt": False, "resolution": "768p", "seed": 1},
        "text_to_video",
        {"promptText": "a paper boat", "promptExpansionMode": "disabled", "resolution": "768p", "seed": 1},
        id="h3 leaves the prompt alone",
    ),
    pytest.param(
        "aleph2",
        {"video": CLIP, "aspect_ratio": "21:9", "extra_params": {"keyframes": [{"at": 0.5, "uri": FRAME}]}},
        "video_to_video",
        {
            "promptText": "a paper boat",
            "videoUri": CLIP,
            "targetAspectRatio": "21:9",
            "keyframes": [{"at": 0.5, "uri": FRAME}],
        },
        id="aleph",
    ),
    pytest.param(
        "act_two",
        {"prompt": "", "video": CLIP, "image_list": REFERENCE, "aspect_ratio": "1:1"},
        "character_performance",
        {
            "character": {"uri": FRAME, "type": "image"},
            "reference": {"uri": CLIP, "type": "video"},
            "ratio": "960:960",
        },
        id="act two with a picture",
    ),
    pytest.param(
        "act_two",
        {
            "prompt": "",
            "video": CLIP,
            "extra_params": {"character": {"type": "video", "uri": CLIP}, "bodyControl": True},
        },
        "character_performance",
        {
            "reference": {"uri": CLIP, "type": "video"},
            "character": {"type": "video", "uri": CLIP},
            "bodyControl": True,
        },
        id="act two with a clip",
    ),
    pytest.param(
        "gwm1_avatars",
        {"extra_params": {"avatar": {"type": "runway-preset", "presetId": "influencer"}}},
        "avatar_videos",
        {
            "avatar": {"type": "runway-preset", "presetId": "influencer"},
            "speech": {"type": "text", "text": "a paper boat"},
        },
        id="an avatar speaks the prompt",
    ),
    pytest.param(
        "gwm1_avatars",
        {
            "prompt": "",
            "extra_params": {
                "avatar": {"type": "custom", "avatarId": "a1"},
                "speech": {"type": "audio", "audio": "https://example.com/a.mp3"},
            },
        },
        "avatar_videos",
        {
            "avatar": {"type": "custom", "avatarId": "a1"},
            "speech": {"type": "audio", "audio": "https://example.com/a.mp3"},
        },
        id="an avatar moves to a recording",
    ),
    pytest.param(
        "magnific_video_upscaler_creative",
        {"prompt": "", "video": CLIP, "resolution": "4k", "extra_params": {"flavor": "vivid"}},
        "video_upscale",
        {"videoUri": CLIP, "resolution": "4k", "flavor": "vivid"},
        id="video upscaler",
    ),
    pytest.param(
        "enhance_frame_rate",
        {"prompt": "", "video": CLIP, "extra_params": {"targetFramerate": "60"}},
        "video_upscale",
        {"videoUri": CLIP, "targetFramerate": "60"},
        id="frame rate",
    ),
    pytest.param("ruby", {"prompt": "", "video": CLIP}, "video_to_hdr", {"videoUri": CLIP}, id="hdr"),
]

IMAGE_BODIES = [
    pytest.param("gen4_image", {}, {"ratio": "1920:1080"}, id="gen4 in its default size"),
    pytest.param(
        "gen4_image",
        {"size": "720p", "aspect_ratio": "9:16", "image_list": REFERENCE, "seed": 9},
        {"ratio": "720:1280", "referenceImages": [{"uri": FRAME}], "seed": 9},
        id="a size word and a shape",
    ),
    pytest.param("gen4_image", {"size": "1808x768"}, {"ratio": "1808:768"}, id="exact pixels"),
    pytest.param(
        "gen4_image", {"aspect_ratio": "3:4", "size": "1080p"}, {"ratio": "1080:1440"}, id="a gap in the set"
    ),
    pytest.param(
        "gpt_image_2",
        {"n": 3, "quality": "high"},
        {"ratio": "auto", "outputCount": 3, "quality": "high"},
        id="gpt chooses the size itself",
    ),
    pytest.param("gpt_image_2_5_flare", {"aspect_ratio": "5:4"}, {"ratio": "1920:1536"}, id="gpt in a shape"),
    pytest.param(
        "gemini_image3_pro",
        {"size": "4k", "aspect_ratio": "21:9", "n": 4},
        {"ratio": "6336:2688", "outputCount": 4},
        id="gemini",
    ),
    pytest.param("grok_imagine_image_2", {"size": "auto"}, {"ratio": "auto_1k"}, id="automatic shape"),
    pytest.param(
        "grok_imagine_image_2",
        {"aspect_ratio": "auto", "size": "2k"},
        {"ratio": "auto_2k"},
        id="automatic shape in 2k",
    ),
    pytest.param("seedream5_lite", {"size": "2000x2000"}, {"ratio": "2000:2000"}, id="free pixels"),
    pytest.param("recraft_v4_1_flash", {"size": "1280x896"}, {"ratio": "1280:896"}, id="an odd pair"),
    pytest.param("recraft_v4_1_vector", {}, {}, id="a ratio that may be left out"),
    pytest.param(
        "ideogram_4_5", {"aspect_ratio": "16:9", "size": "1k"}, {"ratio": "1280:720"}, id="ideogram"
    ),
    pytest.param(
        "ideogram_4_5",
        {"aspect_ratio": "16:9", "size": "1k", "image_list": REFERENCE},
        {"ratio": "1024:576", "referenceImages": [{"uri": FRAME}]},
        id="ideogram with an input image has smaller wide sizes",
    ),
    pytest.param(
        "ideogram_4_5",
        {"image_list": REFERENCE, "extra_params": {"maskUri": LAST}, "quality": "very_low"},
        {"referenceImages": [{"uri": FRAME}], "maskUri": LAST, "quality": "very_low"},
        id="ideogram repaints what is black in its own mask",
    ),
    pytest.param("muse_image", {"size": "1920x1280"}, {"ratio": "1920:1280"}, id="a set without size words"),
]


@pytest.mark.parametrize(("model", "fields", "path", "body"), VIDEO_BODIES)
def test_a_video_request_becomes_this_body(
    model: str, fields: dict[str, object], path: str, body: dict[str, object]
) -> None:
    call = call_for(runway, model)
    payload = map_for(runway, call, **fields).payload
    assert payload == {"model": model, **body}
    assert endpoint(call, payload) == f"/v1/{path}"
    if "draftTaskId" not in body:
        assert issues(path, payload) == []


@pytest.mark.parametrize(("model", "fields", "body"), IMAGE_BODIES)
def test_an_image_request_becomes_this_body(
    model: str, fields: dict[str, object], body: dict[str, object]
) -> None:
    call = call_for(runway, model, "image")
    payload = map_for(runway, call, **fields).payload
    assert payload == {"model": model, "promptText": "a paper boat", **body}
    assert endpoint(call, payload) == "/v1/text_to_image"
    assert issues("text_to_image", payload) == [] or body == {"ratio": "2000:2000"}


def test_a_picture_is_enlarged() -> None:
    call = call_for(runway, "magnific_precision_upscaler_v2", "image")
    payload = map_for(
        runway, call, prompt="", image_list=REFERENCE, style="photo", extra_params={"scaleFactor": 4}
    ).payload
    assert payload == {"model": call.model, "imageUri": FRAME, "flavor": "photo", "scaleFactor": 4}
    assert endpoint(call, payload) == "/v1/image_upscale"
    assert issues("image_upscale", payload) == []


def test_the_router_gets_the_wishes_in_plain_words() -> None:
    call = call_for(runway, "router:cheap")
    payload = map_for(
        runway,
        call,
        aspect_ratio="21:9",
        resolution="1080p",
        duration_seconds=6,
        generate_audio=True,
        image_list=[*BOTH_FRAMES, *REFERENCE],
        video=CLIP,
    ).payload
    assert payload == {
        "configId": "cheap",
        "input": {
            "promptText": "a paper boat",
            "aspectRatio": "21:9",
            "resolution": "1080p",
            "duration": 6,
            "audio": True,
            "referenceImages": [
                {"uri": FRAME, "role": "first"},
                {"uri": LAST, "role": "last"},
                {"uri": FRAME, "role": "reference"},
            ],
            "referenceVideos": [{"uri": CLIP, "role": "source"}],
        },
    }
    assert endpoint(call, payload) == "/v1/generate/video"
    assert issues("generate/video", payload) == []


def test_the_router_for_images_takes_a_size_word() -> None:
    call = call_for(runway, "router:cheap", "image")
    payload = map_for(runway, call, size="2k", aspect_ratio="4:5", n=2, image_list=REFERENCE).payload
    assert payload["configId"] == "cheap"
    assert payload["input"] == {
        "promptText": "a paper boat",
        "aspectRatio": "4:5",
        "resolution": "2k",
        "outputCount": 2,
        "referenceImages": [{"uri": FRAME}],
    }
    assert endpoint(call, payload) == "/v1/generate/image"
    assert issues("generate/image", payload) == []


def test_the_router_without_a_config_is_refused() -> None:
    with pytest.raises(ValidationError, match="does not name a router config"):
        map_for(runway, call_for(runway, "router:"))


@pytest.mark.parametrize(
    ("fields", "path", "member"),
    [
        pytest.param({}, "text_to_video", "promptText", id="text"),
        pytest.param({"image_list": BOTH_FRAMES}, "image_to_video", "promptImage", id="frames"),
        pytest.param({"image_list": REFERENCE}, "text_to_video", "references", id="references"),
        pytest.param({"video": CLIP}, "video_to_video", "videoUri", id="video"),
        pytest.param(
            {"extra_params": {"promptVideo": CLIP}},
            "video_to_video",
            "promptVideo",
            id="video by its wire name",
        ),
    ],
)
def test_an_unknown_model_is_served_by_the_generic_row(
    fields: dict[str, object], path: str, member: str
) -> None:
    call = call_for(runway, "gen9")
    payload = map_for(runway, call, aspect_ratio="9:16", duration_seconds=4, **fields).payload
    assert payload["model"] == "gen9"
    assert (payload["ratio"], payload["duration"]) == ("720:1280", 4)
    assert member in payload
    assert endpoint(call, payload) == f"/v1/{path}"


def test_an_unknown_image_model_gets_the_pixels_asked_for() -> None:
    payload = map_for(runway, call_for(runway, "gen9_image", "image"), size="1000x500").payload
    assert payload == {"model": "gen9_image", "promptText": "a paper boat", "ratio": "1000:500"}
