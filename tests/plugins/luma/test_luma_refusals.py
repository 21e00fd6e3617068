from __future__ import annotations

import base64
from pathlib import Path

import pytest

import tarash_gateway_luma as luma
from plugins.luma.luma_calls import BOAT, CLIP, image, make_call
from tarash.tarash_gateway.plugin import ValidationError
from tarash.tarash_gateway.testing import map_for
from tarash.tarash_gateway.testing.simulator import tiny_mp4, tiny_png

PNG = base64.b64encode(tiny_png()).decode()
EDIT: dict[str, object] = {"video": CLIP}
REFRAME: dict[str, object] = {"video": CLIP, "type": "video_reframe"}


@pytest.mark.parametrize(
    ("fields", "settings", "words"),
    [
        pytest.param({"duration_seconds": 9}, {}, "use 5 or 10; the nearest is 10", id="length"),
        pytest.param({"resolution": "4k"}, {}, "nearest is 1080p", id="resolution"),
        pytest.param({"seed": 1}, {}, "seed=1 is not an option", id="seed"),
        pytest.param(
            {**EDIT, "duration_seconds": 5}, {}, "whose length the result keeps", id="length of an edit"
        ),
        pytest.param({"prompt": "x" * 6001}, {}, "at most 6000", id="long prompt"),
        pytest.param({"prompt": ""}, {}, "prompt is required", id="no prompt"),
        pytest.param(
            {"type": "image"}, {}, "use video, video_edit, video_reframe", id="type of another modality"
        ),
        pytest.param({"type": "video_edit"}, {}, "give one as video", id="edit without a video"),
        pytest.param({**EDIT, "type": "video"}, {}, "takes no input video", id="creation with a video"),
        pytest.param(REFRAME, {"hdr": True}, "video.hdr is not offered", id="hdr reframe"),
        pytest.param({"resolution": "360p"}, {"hdr": True}, "use 720p or 1080p", id="hdr draft"),
        pytest.param({}, {"exr_export": True}, "only offered with video.hdr", id="exr without hdr"),
        pytest.param({"duration_seconds": 10}, {"loop": True}, "video.loop is only offered", id="long loop"),
        pytest.param(EDIT, {"loop": True}, "video.loop is only offered", id="loop of an edit"),
        pytest.param(
            {}, {"keyframes": [{"url": BOAT}]}, "1 keyframes and 0 keyframe_indexes", id="lone keyframe"
        ),
        pytest.param(
            {}, {"keyframes": [{"url": BOAT}], "keyframe_indexes": [121]}, "use 0 to 120", id="off the grid"
        ),
        pytest.param(
            {},
            {"keyframes": [{"url": BOAT}] * 2, "keyframe_indexes": [5, 5]},
            "an index twice",
            id="index twice",
        ),
        pytest.param(
            {},
            {"keyframes": [{"url": BOAT}] * 65, "keyframe_indexes": list(range(65))},
            "give 1 to 64",
            id="too many keyframes",
        ),
        pytest.param(
            {"image_list": [image("first_frame")]},
            {"keyframes": [{"url": BOAT}], "keyframe_indexes": [5]},
            "excludes start_frame",
            id="keyframes beside a first frame",
        ),
        pytest.param(
            {"duration_seconds": 10, "image_list": [image("first_frame")]},
            {"keyframes": [{"url": BOAT}], "keyframe_indexes": [5]},
            "give them as keyframes too",
            id="the same in a long clip",
        ),
        pytest.param(
            {"duration_seconds": 10},
            {"start_frame": {"generation_id": "7"}},
            "extending a clip",
            id="long extension",
        ),
        pytest.param(
            {}, {"edit": {"strength": "flex_1"}}, "only offered for type 'video_edit'", id="edit of nothing"
        ),
        pytest.param(
            EDIT, {"edit": {"strength": "flex_9"}}, "strength='flex_9' is not offered", id="strength"
        ),
        pytest.param(
            EDIT,
            {"edit": {"controls": {"depth": {"blur": 2}}}},
            "depth.blur=2 is out of range",
            id="control share",
        ),
        pytest.param(
            EDIT,
            {"edit": {"controls": {"pose": {"strength": "firm"}}}},
            "use precise, coarse",
            id="control word",
        ),
        pytest.param(
            {**EDIT, "image_list": [image("first_frame")]},
            {"edit": {"keyframes": [{"url": BOAT}], "keyframe_indexes": [0]}},
            "excludes a first frame",
            id="edit keyframes beside a first frame",
        ),
        pytest.param(
            {}, {"source_position": {"x_norm": 0}}, "type 'video_reframe'", id="position of nothing"
        ),
        pytest.param(
            REFRAME, {"source_position": {"x_norm": 0}}, "lacks y_norm, w_norm, h_norm", id="half a position"
        ),
        pytest.param(
            REFRAME,
            {"source_position": {"x_norm": -1, "y_norm": 0, "w_norm": 3, "h_norm": 1}},
            "w_norm is out of range",
            id="wide position",
        ),
    ],
)
def test_ray_3_2_refuses_what_luma_would_refuse(
    fields: dict[str, object], settings: dict[str, object], words: str
) -> None:
    extra: dict[str, object] = {"video": settings} if settings else {}
    extra |= {"type": fields["type"]} if "type" in fields else {}
    request = {name: value for name, value in fields.items() if name != "type"}
    with pytest.raises(ValidationError, match=words):
        map_for(luma, make_call("ray-3.2"), **request, extra_params=extra)


@pytest.mark.parametrize(
    ("model", "fields", "words"),
    [
        pytest.param("uni-1", {"aspect_ratio": "4:3"}, "nearest is 3:2", id="ratio"),
        pytest.param("uni-1", {"n": 2}, "n=2 is not an option", id="count"),
        pytest.param("uni-1", {"style": "oil"}, "use auto or manga", id="style word"),
        pytest.param("uni-1", {"image_list": [image("reference")] * 10}, "at most 9", id="ten references"),
        pytest.param(
            "uni-1",
            {"image_list": [image("first_frame"), *[image("reference")] * 9]},
            "at most 8",
            id="nine references beside a source",
        ),
        pytest.param(
            "uni-1", {"extra_params": {"type": "image_edit"}}, "give an image of type", id="edit of nothing"
        ),
        pytest.param(
            "uni-1",
            {"image_list": [image("first_frame")], "extra_params": {"type": "image"}},
            "type='image' takes no image",
            id="creation with a source",
        ),
        pytest.param(
            "uni-1",
            {"prompt": "x" * 501, "image_list": [image("first_frame")], "extra_params": {"type": "layering"}},
            "at most 500",
            id="long layering prompt",
        ),
        pytest.param(
            "uni-1-max",
            {"image_list": [image("first_frame")], "extra_params": {"type": "layering"}},
            "use uni-1",
            id="layering on max",
        ),
        pytest.param("uni-1", {"extra_params": {"output_format": "gif"}}, "use png, jpeg", id="format"),
        pytest.param(
            "uni-1", {"image_list": [image("reference", "gs://a/b.png")]}, "public http", id="bucket"
        ),
        pytest.param("photon-1", {"style": "manga"}, "style=.manga. is not an option", id="word for photon"),
        pytest.param("photon-1", {"image_list": [image("reference")] * 5}, "at most 4", id="five references"),
        pytest.param("photon-1", {"extra_params": {"format": "webp"}}, "use jpg, png", id="photon format"),
        pytest.param(
            "photon-1",
            {"image_list": [image("first_frame")], "extra_params": {"generation_type": "reframe_image"}},
            "needs aspect_ratio",
            id="reframe without a shape",
        ),
    ],
)
def test_image_models_refuse_what_luma_would_refuse(
    model: str, fields: dict[str, object], words: str
) -> None:
    with pytest.raises(ValidationError, match=words):
        map_for(luma, make_call(model, "image"), **fields)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        pytest.param({"duration_seconds": 10}, "use 5 or 9; the nearest is 9", id="length"),
        pytest.param({"prompt": ""}, "prompt is required without", id="no prompt"),
        pytest.param({"prompt": "no"}, "at least 3", id="short prompt"),
        pytest.param({"prompt": "x" * 5001}, "at most 5000", id="long prompt"),
        pytest.param({"generate_audio": True}, "generate_audio=True is not an option", id="sound"),
        pytest.param({"video": CLIP}, "needs mode; give extra_params", id="modify without mode"),
        pytest.param({"video": CLIP, "extra_params": {"mode": "flex_9"}}, "mode='flex_9'", id="unknown mode"),
        pytest.param(
            {"video": CLIP, "aspect_ratio": "1:1", "extra_params": {"mode": "flex_1"}},
            "aspect_ratio=.1:1. cannot be chosen",
            id="shape of a modification",
        ),
        pytest.param(
            {"video": CLIP, "resolution": "720p", "extra_params": {"mode": "flex_1"}},
            "whose length and resolution",
            id="size of a modification",
        ),
        pytest.param(
            {"video": CLIP, "extra_params": {"generation_type": "reframe_video"}},
            "needs aspect_ratio",
            id="reframe",
        ),
        pytest.param(
            {"image_list": [image("last_frame")], "extra_params": {"loop": True}},
            "loop is not offered",
            id="loop",
        ),
        pytest.param({"extra_params": {"generation_type": "image"}}, "use video, modify_video", id="kind"),
        pytest.param(
            {"prompt": "", "extra_params": {"generation_type": "upscale_video"}},
            "needs generation_id",
            id="upscale",
        ),
        pytest.param(
            {"extra_params": {"media": {"url": CLIP}, "mode": "flex_1"}, "image_list": [image("last_frame")]},
            "last frame is not offered",
            id="last frame of a modification",
        ),
    ],
)
def test_ray_2_refuses_what_luma_would_refuse(fields: dict[str, object], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        map_for(luma, make_call("ray-2"), **fields)


@pytest.mark.parametrize("form", ["bytes", "path", "base64", "data"])
def test_local_files_are_refused_by_dream_machine_in_either_mode_with_what_to_do(
    form: str, tmp_path: Path
) -> None:
    path = tmp_path / "boat.png"
    path.write_bytes(tiny_png())
    given = {"bytes": tiny_png(), "path": str(path), "base64": PNG, "data": f"data:image/png;base64,{PNG}"}[
        form
    ]
    for mode in ("error", "adjust"):
        with pytest.raises(ValidationError, match=r"host the file first, or use ray-3\.2 or uni-1"):
            map_for(
                luma,
                make_call("ray-2", unsupported=mode),
                image_list=[image("first_frame", given)],
            )
        with pytest.raises(ValidationError, match="only takes public"):
            map_for(
                luma,
                make_call("photon-1", "image", unsupported=mode),
                image_list=[image("asset", given)],
            )
    video = map_for(luma, make_call("ray-3.2"), image_list=[image("first_frame", given)]).payload["video"]
    assert video == {"start_frame": {"data": PNG, "media_type": "image/png"}}


def test_a_local_video_is_refused_by_dream_machine_and_sent_inline_to_the_agents_api() -> None:
    with pytest.raises(ValidationError, match="host the file first"):
        map_for(luma, make_call("ray-2"), video=tiny_mp4(), extra_params={"mode": "flex_1"})
    source = map_for(luma, make_call("ray-3.2"), video=tiny_mp4()).payload["source"]
    assert source == {"data": base64.b64encode(tiny_mp4()).decode(), "media_type": "video/mp4"}


def test_a_setting_that_luma_does_not_have_is_refused() -> None:
    with pytest.raises(ValidationError, match=r"luma has no settings; use extra_params"):
        make_call("ray-3.2", provider_config={"priority": "low"})
