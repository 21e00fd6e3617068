from __future__ import annotations

import base64

import pytest

import tarash_gateway_kling as kling
from plugins.kling.kling_calls import KEY_PAIR
from simulators.kling.bodies import check_legacy_body, check_path_body
from tarash.tarash_gateway.mapping import Model
from tarash.tarash_gateway.mapping.apply import estimate_cost_usd
from tarash.tarash_gateway.plugin import ValidationError
from tarash.tarash_gateway.testing import call_for, map_for
from tarash.tarash_gateway.testing.simulator import tiny_png
from tarash_gateway_kling.payload import endpoint, serving_call

URL = "https://example.org/a.png"
OTHER = "https://example.org/b.png"
CLIP = "https://example.org/a.mp4"
RAW = base64.b64encode(tiny_png()).decode()
FRAME = {"image": URL, "type": "first_frame"}
LAST = {"image": OTHER, "type": "last_frame"}


@pytest.mark.parametrize(
    ("model", "fields", "path", "body"),
    [
        pytest.param(
            "kling-3.0",
            {"duration_seconds": 8, "resolution": "1080p", "aspect_ratio": "16:9", "generate_audio": True},
            "/text-to-video/kling-3.0",
            {
                "prompt": "a paper boat",
                "settings": {
                    "resolution": "1080p",
                    "aspect_ratio": "16:9",
                    "duration": 8,
                    "audio": "native",
                    "multi_shot": False,
                },
            },
            id="text to video: the prompt is a member",
        ),
        pytest.param(
            "kling-3.0",
            {"image_list": [FRAME, {"image": tiny_png(), "type": "last_frame"}], "generate_audio": False},
            "/image-to-video/kling-3.0",
            {
                "contents": [
                    {"type": "prompt", "text": "a paper boat"},
                    {"type": "first_frame", "url": URL},
                    {"type": "last_frame", "url": RAW},
                ],
                "settings": {"audio": "off", "multi_shot": False},
            },
            id="image to video: the prompt is one of the contents, bytes are raw base64",
        ),
        pytest.param(
            "kling-3.0",
            {
                "image_list": [FRAME],
                "extra_params": {
                    "contents": [{"type": "element", "element_id": "163", "id": "hero"}],
                    "settings": {"multi_shot": True},
                    "options": {"watermark_info": {"enabled": True}},
                },
            },
            "/image-to-video/kling-3.0",
            {
                "contents": [
                    {"type": "prompt", "text": "a paper boat"},
                    {"type": "first_frame", "url": URL},
                    {"type": "element", "element_id": "163", "id": "hero"},
                ],
                "settings": {"multi_shot": True},
                "options": {"watermark_info": {"enabled": True}},
            },
            id="elements are appended, settings merged",
        ),
        pytest.param(
            "kling-2.6",
            {"generate_audio": True},
            "/text-to-video/kling-2.6",
            {"prompt": "a paper boat", "settings": {"resolution": "1080p", "audio": "native"}},
            id="2.6 with sound needs 1080p",
        ),
        pytest.param(
            "kling-3.0-omni",
            {"image_list": [{"image": URL}, {"image": OTHER, "type": "asset"}]},
            "/omni-video/kling-3.0-omni",
            {
                "contents": [
                    {"type": "prompt", "text": "a paper boat"},
                    {"type": "refer_image", "url": URL, "id": "image_1"},
                    {"type": "refer_image", "url": OTHER, "id": "image_2"},
                ],
                "settings": {"aspect_ratio": "16:9", "multi_shot": False},
            },
            id="omni references, with the aspect ratio it insists on",
        ),
        pytest.param(
            "kling-3.0-omni",
            {"video": CLIP, "generate_audio": True},
            "/omni-video/kling-3.0-omni",
            {
                "contents": [
                    {"type": "prompt", "text": "a paper boat"},
                    {"type": "base_video", "url": CLIP, "id": "video_1"},
                ],
                "settings": {"audio": "original", "multi_shot": False},
            },
            id="omni edits a video and keeps its sound",
        ),
        pytest.param(
            "kling-3.0-omni",
            {"video": CLIP, "extra_params": {"video_role": "feature"}},
            "/omni-video/kling-3.0-omni",
            {
                "contents": [
                    {"type": "prompt", "text": "a paper boat"},
                    {"type": "feature_video", "url": CLIP, "id": "video_1"},
                ],
                "settings": {"multi_shot": True},
            },
            id="omni refers to a video",
        ),
        pytest.param(
            "kling-o1",
            {"image_list": [FRAME], "duration_seconds": 10},
            "/omni-video/kling-o1",
            {
                "contents": [{"type": "prompt", "text": "a paper boat"}, {"type": "first_frame", "url": URL}],
                "settings": {"duration": 10},
            },
            id="O1 with a first frame",
        ),
        pytest.param(
            "kling-3.0-motion-control",
            {"image_list": [{"image": URL}], "video": CLIP, "generate_audio": False},
            "/motion-control/kling-3.0",
            {
                "contents": [
                    {"type": "prompt", "text": "a paper boat"},
                    {"type": "image", "url": URL},
                    {"type": "video", "url": CLIP},
                ],
                "settings": {"audio": "off", "character_orientation": "video"},
            },
            id="motion control",
        ),
        pytest.param(
            "kling-5.0",
            {"duration_seconds": 20, "resolution": "4k"},
            "/text-to-video/kling-5.0",
            {"prompt": "a paper boat", "settings": {"duration": 20, "resolution": "4k"}},
            id="unknown names pass through the path-based design",
        ),
        pytest.param(
            "kling-4.0",
            {"duration_seconds": 20, "image_list": [{"image": URL}]},
            "/omni-video/kling-4.0",
            {
                "contents": [
                    {"type": "prompt", "text": "a paper boat"},
                    {"type": "refer_image", "url": URL, "id": "image_1"},
                ],
                "settings": {"duration": 20},
            },
            id="4.0 chooses its operation by the inputs",
        ),
        pytest.param(
            "kling-4.0-flash",
            {"duration_seconds": 20, "resolution": "720p", "aspect_ratio": "4:3"},
            "/text-to-video/kling-4.0-flash",
            {
                "prompt": "a paper boat",
                "settings": {"duration": 20, "resolution": "720p", "aspect_ratio": "4:3"},
            },
            id="4.0 flash",
        ),
        pytest.param(
            "kling-v2.6",
            {
                "image_list": [FRAME],
                "negative_prompt": "blur",
                "resolution": "1080p",
                "duration_seconds": 5,
                "generate_audio": True,
            },
            "/v1/videos/image2video",
            {
                "model_name": "kling-v2-6",
                "prompt": "a paper boat",
                "negative_prompt": "blur",
                "image": URL,
                "mode": "pro",
                "duration": "5",
                "sound": "on",
            },
            id="legacy image to video: durations are texts, the name has a dash",
        ),
        pytest.param(
            "kling-v1",
            {"aspect_ratio": "1:1", "extra_params": {"cfg_scale": 0.7}},
            "/v1/videos/text2video",
            {"model_name": "kling-v1", "prompt": "a paper boat", "aspect_ratio": "1:1", "cfg_scale": 0.7},
            id="legacy text to video",
        ),
        pytest.param(
            "kling-v1-6",
            {"image_list": [{"image": URL}, {"image": tiny_png()}]},
            "/v1/videos/multi-image2video",
            {
                "model_name": "kling-v1-6",
                "prompt": "a paper boat",
                "image_list": [{"image": URL}, {"image": RAW}],
            },
            id="legacy several images",
        ),
        pytest.param(
            "kling-v3-omni",
            {"image_list": [{"image": OTHER}, FRAME, {"image": URL, "type": "last_frame"}]},
            "/v1/videos/omni-video",
            {
                "model_name": "kling-v3-omni",
                "prompt": "a paper boat",
                "image_list": [
                    {"image_url": OTHER},
                    {"image_url": URL, "type": "first_frame"},
                    {"image_url": URL, "type": "end_frame"},
                ],
            },
            id="legacy omni calls the last frame end_frame",
        ),
        pytest.param(
            "kling-v3-omni",
            {"video": CLIP, "generate_audio": True},
            "/v1/videos/omni-video",
            {
                "model_name": "kling-v3-omni",
                "prompt": "a paper boat",
                "video_list": [{"video_url": CLIP, "refer_type": "base", "keep_original_sound": "yes"}],
            },
            id="legacy omni edits a video",
        ),
        pytest.param(
            "kling-avatar",
            {"image_list": [FRAME], "extra_params": {"sound_file": "https://example.org/a.mp3"}},
            "/v1/videos/avatar/image2video",
            {"prompt": "a paper boat", "image": URL, "sound_file": "https://example.org/a.mp3"},
            id="avatar names no model",
        ),
        pytest.param(
            "kling-effects",
            {
                "prompt": "",
                "image_list": [FRAME, LAST | {"type": "reference"}],
                "extra_params": {"effect_scene": "hug_pro"},
            },
            "/v1/videos/effects",
            {"effect_scene": "hug_pro", "input": {"images": [URL, OTHER]}},
            id="effects with two people",
        ),
        pytest.param(
            "kling-video-extend",
            {"extra_params": {"video_id": "v1"}},
            "/v1/videos/video-extend",
            {"prompt": "a paper boat", "video_id": "v1"},
            id="extend",
        ),
    ],
)
def test_a_video_request_becomes_the_body_of_kling(
    model: str, fields: dict[str, object], path: str, body: dict[str, object]
) -> None:
    call = call_for(kling, model)
    mapped = map_for(kling, call, **fields)
    assert mapped.payload == body
    assert endpoint(serving_call(call), mapped.payload) == path


@pytest.mark.parametrize(
    ("model", "fields", "path", "body"),
    [
        pytest.param(
            "kling-v3",
            {"size": "2k", "aspect_ratio": "16:9", "n": 2},
            "/v1/images/generations",
            {
                "model_name": "kling-v3",
                "prompt": "a paper boat",
                "resolution": "2k",
                "aspect_ratio": "16:9",
                "n": 2,
            },
            id="text to image",
        ),
        pytest.param(
            "kling-v3",
            {"size": "1920x1080"},
            "/v1/images/generations",
            {"model_name": "kling-v3", "prompt": "a paper boat", "aspect_ratio": "16:9"},
            id="exact pixels choose the shape",
        ),
        pytest.param(
            "kling-v2-1",
            {"image_list": [{"image": tiny_png()}]},
            "/v1/images/generations",
            {"model_name": "kling-v2-1", "prompt": "a paper boat", "image": RAW},
            id="one image",
        ),
        pytest.param(
            "kling-v2-1",
            {"image_list": [{"image": URL}, {"image": OTHER}, {"image": URL, "type": "style"}]},
            "/v1/images/multi-image2image",
            {
                "model_name": "kling-v2-1",
                "prompt": "a paper boat",
                "subject_image_list": [{"subject_image": URL}, {"subject_image": OTHER}],
                "style_image": URL,
            },
            id="several images and a style",
        ),
        pytest.param(
            "kling-image-o1",
            {"image_list": [{"image": URL}], "aspect_ratio": "auto"},
            "/v1/images/omni-image",
            {
                "model_name": "kling-image-o1",
                "prompt": "a paper boat",
                "image_list": [{"image": URL}],
                "aspect_ratio": "auto",
            },
            id="omni image",
        ),
        pytest.param(
            "kling-image-expand",
            {"image_list": [{"image": URL}], "extra_params": {"up_expansion_ratio": 0.5}},
            "/v1/images/editing/expand",
            {"prompt": "a paper boat", "image": URL, "up_expansion_ratio": 0.5},
            id="outpainting",
        ),
    ],
)
def test_an_image_request_becomes_the_body_of_kling(
    model: str, fields: dict[str, object], path: str, body: dict[str, object]
) -> None:
    call = call_for(kling, model, "image")
    mapped = map_for(kling, call, **fields)
    assert mapped.payload == body
    assert endpoint(serving_call(call), mapped.payload) == path


def test_adjusting_takes_the_nearest_value_and_says_so() -> None:
    mapped = map_for(
        kling,
        call_for(kling, "kling-2.6", unsupported="adjust"),
        duration_seconds=7,
        aspect_ratio="4:3",
        image_list=[FRAME],
    )
    assert mapped.payload["settings"] == {"duration": 5}
    assert [(change.field, change.requested, change.used) for change in mapped.adjustments] == [
        ("duration_seconds", 7, 5),
        # first the nearest that the model has, then none, as the frame has its own
        ("aspect_ratio", "4:3", None),
    ]


@pytest.mark.parametrize(
    ("model", "twin"),
    [
        ("kling-3.0", "kling-v3"),
        ("kling-2.6", "kling-v2-6"),
        ("kling-o1", "kling-video-o1"),
        ("kling-3.0-omni", "kling-v3-omni"),
    ],
)
def test_with_a_key_pair_a_model_is_served_by_its_legacy_twin(model: str, twin: str) -> None:
    call = call_for(kling, model, api_key=KEY_PAIR)
    mapped = map_for(kling, call, duration_seconds=5)
    assert mapped.payload["model_name"] == twin
    assert mapped.payload["duration"] == "5"
    assert endpoint(serving_call(call), mapped.payload).startswith("/v1/videos/")


@pytest.mark.parametrize(
    ("model", "sent"),
    [
        ("kling-v3.0", "kling-v3"),
        ("kling-v3", "kling-v3"),
        ("kling-v3.0-omni", "kling-v3-omni"),
        ("kling-v2.6", "kling-v2-6"),
        ("kling-v2.1-master", "kling-v2-1-master"),
    ],
)
def test_a_version_with_a_dot_is_sent_in_klings_spelling(model: str, sent: str) -> None:
    frame = [FRAME] if "v2.1" in model else []
    mapped = map_for(kling, call_for(kling, model), duration_seconds=5, image_list=frame)
    assert mapped.payload["model_name"] == sent


@pytest.mark.parametrize("model", ["kling-v3", "kling-v3-omni"])
def test_the_prompts_of_the_shots_take_the_place_of_the_prompt(model: str) -> None:
    shots = [{"index": 1, "prompt": "a boat", "duration": "5"}]
    extra = {"multi_shot": True, "shot_type": "customize", "multi_prompt": shots}
    mapped = map_for(kling, call_for(kling, model), duration_seconds=5, extra_params=extra)

    assert "prompt" not in mapped.payload
    assert mapped.payload["multi_prompt"] == shots
    assert [(change.field, change.used) for change in mapped.adjustments] == [("prompt", None)]


def test_with_a_key_pair_motion_control_is_the_legacy_endpoint() -> None:
    call = call_for(kling, "kling-3.0-motion-control", api_key=KEY_PAIR)
    mapped = map_for(kling, call, image_list=[{"image": URL}], video=CLIP)
    assert mapped.payload["model_name"] == "kling-v3"
    assert mapped.payload["image_url"] == URL
    assert endpoint(serving_call(call), mapped.payload) == "/v1/videos/motion-control"


@pytest.mark.parametrize("model", ["kling-3.0-turbo", "kling-4.0", "kling-9.9"])
def test_a_model_without_a_twin_asks_for_an_api_key(model: str) -> None:
    with pytest.raises(ValidationError, match="needs an API key"):
        map_for(kling, call_for(kling, model, api_key=KEY_PAIR), duration_seconds=5)


@pytest.mark.parametrize(
    ("model", "fields", "usd"),
    [
        pytest.param("kling-3.0", {}, 0.42, id="defaults: 5 s, silent, 720p"),
        pytest.param("kling-3.0", {"generate_audio": True, "duration_seconds": 10}, 1.26, id="sound"),
        pytest.param("kling-3.0-turbo", {"resolution": "1080p"}, 0.7, id="turbo"),
        pytest.param("kling-2.6", {"generate_audio": True}, 0.7, id="2.6 with sound is 1080p"),
        pytest.param("kling-o1", {"video": CLIP}, 0.63, id="with an input video"),
        pytest.param("kling-v3", {}, 0.42, id="the legacy design costs the same"),
        pytest.param("kling-video-o1", {"resolution": "1080p"}, 0.56, id="legacy omni"),
        pytest.param(
            "kling-2.6-motion-control",
            {"image_list": [{"image": URL}], "video": CLIP},
            None,
            id="length of the clip",
        ),
        pytest.param(
            "kling-v1-6",
            {
                "resolution": "1080p",
                "duration_seconds": 10,
                "image_list": [{"image": URL, "type": "first_frame"}],
            },
            0.98,
            id="a retired model by the clip",
        ),
        pytest.param("kling-v2-1-master", {}, 1.4, id="master"),
        pytest.param("kling-v9", {"duration_seconds": 5}, None, id="unknown is not free"),
    ],
)
def test_the_cost_is_estimated_from_the_table(
    model: str, fields: dict[str, object], usd: float | None
) -> None:
    call = call_for(kling, model)
    values = map_for(kling, call, **fields).values
    assert estimate_cost_usd(call.row, values, count_field="number_of_videos") == usd


@pytest.mark.parametrize("row", kling.tarash_models().rows, ids=lambda row: f"{row.modality} {row.id}")
def test_every_row_makes_a_body_that_the_simulator_accepts(row: Model) -> None:
    call = call_for(kling, row.example_name, row.modality)
    fields: dict[str, object] = {} if row.accepts("prompt") else {"prompt": ""}
    needs_image = "image-to-video" in row.tasks() and "text-to-video" not in row.tasks()
    if needs_image or row.id == "kling-image-expand":
        fields["image_list"] = [{"image": URL}]
    if row.needs("video"):
        fields["video"] = CLIP
    if row.needs("duration_seconds"):
        fields["duration_seconds"] = 5
    mapped = map_for(kling, call, **fields)
    path = endpoint(serving_call(call), mapped.payload).lstrip("/")
    if path.startswith("v1/"):
        check_legacy_body(path.removeprefix("v1/"), mapped.payload)
    else:
        operation, model = path.split("/")
        check_path_body(operation, model, mapped.payload)


@pytest.mark.parametrize("model", ["kling-3.0-omni", "kling-o1"])
def test_frames_beside_a_video_to_edit_are_never_left_out(model: str) -> None:
    call = call_for(kling, model, unsupported="adjust", is_fallback=True)
    with pytest.raises(ValidationError, match="would lose first_frame") as caught:
        map_for(kling, call, video=CLIP, image_list=[FRAME, LAST], aspect_ratio="16:9")
    assert caught.value.allows_fallback


@pytest.mark.parametrize("model", ["kling-3.0-omni", "kling-o1"])
def test_a_shape_beside_a_video_to_edit_is_left_out_and_listed(model: str) -> None:
    call = call_for(kling, model, unsupported="adjust")
    mapped = map_for(kling, call, video=CLIP, aspect_ratio="16:9")
    assert mapped.payload["contents"] == [
        {"type": "prompt", "text": "a paper boat"},
        {"type": "base_video", "url": CLIP, "id": "video_1"},
    ]
    assert {item.field for item in mapped.adjustments} == {"aspect_ratio"}


def test_sound_beside_a_reference_video_is_left_out_and_listed() -> None:
    mapped = map_for(
        kling,
        call_for(kling, "kling-3.0-omni", unsupported="adjust"),
        video=CLIP,
        generate_audio=True,
        extra_params={"video_role": "feature"},
    )
    assert [(item.field, item.used) for item in mapped.adjustments] == [("generate_audio", None)]


@pytest.mark.parametrize(
    ("model", "frames"), [("kling-o1", [FRAME, LAST]), ("kling-v1-6", [FRAME])], ids=["o1", "v1-6"]
)
def test_a_style_image_is_a_reference_to_the_rules_too(model: str, frames: list[object]) -> None:
    images = [*frames, {"image": URL, "type": "style"}]
    with pytest.raises(ValidationError, match="style_image"):
        map_for(kling, call_for(kling, model), image_list=images)


@pytest.mark.parametrize("role", ["reference", "asset", "style"])
def test_no_image_goes_with_a_negative_prompt(role: str) -> None:
    with pytest.raises(ValidationError, match="negative_prompt"):
        map_for(
            kling,
            call_for(kling, "kling-v3", "image"),
            image_list=[{"image": URL, "type": role}],
            negative_prompt="blur",
        )
