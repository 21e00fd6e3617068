from __future__ import annotations

import base64
from dataclasses import replace
from pathlib import Path

import pytest

import tarash_gateway_luma as luma
from plugins.luma.luma_calls import BOAT, CLIP, STREET, image, make_call, map_image, map_video
from simulators.luma_agents_rules import check_generation
from simulators.luma_dream_rules import check_dream
from simulators.luma_media_refs import MediaReferences
from tarash.tarash_gateway.mapping import estimate_cost_usd
from tarash.tarash_gateway.plugin import ValidationError
from tarash.tarash_gateway.testing.simulator import tiny_mp4, tiny_png

ANY_REFERENCE = MediaReferences(set(), lambda _: True, lambda _: True)
PNG = base64.b64encode(tiny_png()).decode()


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        pytest.param({}, {"type": "video"}, id="prompt only"),
        pytest.param(
            {
                "aspect_ratio": "16:9",
                "duration_seconds": 5,
                "resolution": "720p",
                "image_list": [image("first_frame")],
            },
            {
                "type": "video",
                "aspect_ratio": "16:9",
                "video": {"duration": "5s", "resolution": "720p", "start_frame": {"url": BOAT}},
            },
            id="the documentation's example",
        ),
        pytest.param(
            {"duration_seconds": 10, "image_list": [image("first_frame"), image("last_frame", STREET)]},
            {
                "type": "video",
                "video": {
                    "duration": "10s",
                    "keyframes": [{"url": BOAT}, {"url": STREET}],
                    "keyframe_indexes": [0, 240],
                },
            },
            id="ten seconds take keyframes",
        ),
        pytest.param(
            {"image_list": [image("last_frame")], "extra_params": {"video": {"hdr": True}}},
            {
                "type": "video",
                "video": {"hdr": True, "keyframes": [{"url": BOAT}], "keyframe_indexes": [120]},
            },
            id="hdr takes keyframes",
        ),
        pytest.param(
            {"video": CLIP, "extra_params": {"video": {"edit": {"strength": "flex_1"}}}},
            {
                "type": "video_edit",
                "source": {"url": CLIP, "media_type": "video/mp4"},
                "video": {"edit": {"strength": "flex_1"}},
            },
            id="a video is edited",
        ),
        pytest.param(
            {"video": f"{CLIP[:-4]}", "aspect_ratio": "9:16", "extra_params": {"type": "video_reframe"}},
            {
                "type": "video_reframe",
                "aspect_ratio": "9:16",
                "source": {"url": CLIP[:-4], "media_type": "video/mp4"},
            },
            id="or reframed, whatever its name",
        ),
        pytest.param(
            {"image_list": [image("style", tiny_png()), image("reference")]},
            {"type": "video", "image_ref": [{"url": BOAT}, {"data": PNG, "media_type": "image/png"}]},
            id="bytes travel inline",
        ),
        pytest.param(
            {"extra_params": {"video": {"start_frame": {"generation_id": "7"}}, "user_id": "u1"}},
            {"type": "video", "user_id": "u1", "video": {"start_frame": {"generation_id": "7"}}},
            id="an earlier clip is extended",
        ),
    ],
)
def test_ray_3_2_is_sent_as_the_agents_api_takes_it(
    fields: dict[str, object], expected: dict[str, object]
) -> None:
    payload = map_video(make_call("ray-3.2"), **fields).payload
    assert payload == {"model": "ray-3.2", "prompt": "a paper boat", **expected}
    check_generation(payload, ANY_REFERENCE)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        pytest.param({}, {"type": "image"}, id="prompt only"),
        pytest.param({"size": "2048x1152"}, {"type": "image", "aspect_ratio": "16:9"}, id="size is a shape"),
        pytest.param(
            {"style": "manga", "image_list": [image("reference"), image("asset", STREET)]},
            {"type": "image", "style": "manga", "image_ref": [{"url": BOAT}, {"url": STREET}]},
            id="references beside a style word",
        ),
        pytest.param(
            {"style": "manga", "image_list": [image("style")]},
            {"type": "image", "style": "manga", "image_ref": [{"url": BOAT}]},
            id="style image beside a style word",
        ),
        pytest.param(
            {"image_list": [image("first_frame"), image("reference", STREET)]},
            {"type": "image_edit", "source": {"url": BOAT}, "image_ref": [{"url": STREET}]},
            id="the first frame is edited",
        ),
        pytest.param(
            {"image_list": [image("reference")], "extra_params": {"type": "image_edit"}},
            {"type": "image_edit", "source": {"url": BOAT}},
            id="or the first reference, when asked",
        ),
        pytest.param(
            {
                "image_list": [image("first_frame")],
                "extra_params": {"type": "layering", "layering": {"resolution": "2k"}},
            },
            {"type": "layering", "source": {"url": BOAT}, "layering": {"resolution": "2k"}},
            id="layering",
        ),
        pytest.param(
            {"extra_params": {"output_format": "jpeg", "web_search": True}},
            {"type": "image", "output_format": "jpeg", "web_search": True},
            id="extras",
        ),
    ],
)
def test_uni_1_is_sent_as_the_agents_api_takes_it(
    fields: dict[str, object], expected: dict[str, object]
) -> None:
    payload = map_image(make_call("uni-1", "image"), **fields).payload
    assert payload == {"model": "uni-1", "prompt": "a paper boat", **expected}
    check_generation(payload, ANY_REFERENCE)


FRAME0 = {"type": "image", "url": BOAT}
MEDIA = {"url": CLIP}


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        pytest.param(
            {
                "duration_seconds": 5,
                "resolution": "720p",
                "aspect_ratio": "16:9",
                "image_list": [image("first_frame")],
            },
            {
                "generation_type": "video",
                "duration": "5s",
                "resolution": "720p",
                "aspect_ratio": "16:9",
                "keyframes": {"frame0": FRAME0},
            },
            id="the documentation's example",
        ),
        pytest.param(
            {
                "duration_seconds": 9,
                "resolution": "4k",
                "image_list": [image("first_frame"), image("last_frame", STREET)],
                "extra_params": {"concepts": [{"key": "dolly_zoom"}]},
            },
            {
                "generation_type": "video",
                "duration": "9s",
                "resolution": "4k",
                "keyframes": {"frame0": FRAME0, "frame1": {"type": "image", "url": STREET}},
                "concepts": [{"key": "dolly_zoom"}],
            },
            id="first and last frame",
        ),
        pytest.param(
            {"extra_params": {"keyframes": {"frame0": {"type": "generation", "id": "7"}}, "loop": True}},
            {
                "generation_type": "video",
                "keyframes": {"frame0": {"type": "generation", "id": "7"}},
                "loop": True,
            },
            id="an earlier clip is extended",
        ),
        pytest.param(
            {"video": CLIP, "image_list": [image("first_frame")], "extra_params": {"mode": "flex_2"}},
            {
                "generation_type": "modify_video",
                "media": MEDIA,
                "mode": "flex_2",
                "first_frame": {"url": BOAT},
            },
            id="a video is modified",
        ),
        pytest.param(
            {
                "video": CLIP,
                "aspect_ratio": "9:21",
                "extra_params": {"generation_type": "reframe_video", "x_start": 10},
            },
            {"generation_type": "reframe_video", "media": MEDIA, "aspect_ratio": "9:21", "x_start": 10},
            id="or reframed",
        ),
    ],
)
def test_ray_2_is_sent_as_dream_machine_takes_it(
    fields: dict[str, object], expected: dict[str, object]
) -> None:
    payload = map_video(make_call("ray-2"), **fields).payload
    assert payload == {"model": "ray-2", "prompt": "a paper boat", **expected}
    check_dream(payload, str(expected["generation_type"]))


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        pytest.param(
            {"image_list": [image("reference"), image("style", STREET)]},
            {"generation_type": "image", "image_ref": [{"url": BOAT}], "style_ref": [{"url": STREET}]},
            id="references and style",
        ),
        pytest.param(
            {"image_list": [image("asset"), image("asset", STREET)]},
            {"generation_type": "image", "character_ref": {"identity0": {"images": [BOAT, STREET]}}},
            id="one character, two pictures",
        ),
        pytest.param(
            {"image_list": [image("first_frame")], "extra_params": {"format": "png"}},
            {"generation_type": "image", "modify_image_ref": {"url": BOAT}, "format": "png"},
            id="the first frame is modified",
        ),
        pytest.param(
            {
                "aspect_ratio": "21:9",
                "image_list": [image("first_frame")],
                "extra_params": {"generation_type": "reframe_image"},
            },
            {"generation_type": "reframe_image", "aspect_ratio": "21:9", "media": {"url": BOAT}},
            id="or reframed",
        ),
    ],
)
def test_photon_is_sent_as_dream_machine_takes_it(
    fields: dict[str, object], expected: dict[str, object]
) -> None:
    payload = map_image(make_call("photon-1", "image"), **fields).payload
    assert payload == {"model": "photon-1", "prompt": "a paper boat", **expected}
    check_dream(payload, str(expected["generation_type"]))


@pytest.mark.parametrize(
    ("extra", "fields", "expected"),
    [
        pytest.param(
            {"generation_type": "upscale_video", "generation_id": "7"},
            {"prompt": "", "resolution": "4k"},
            {"generation_type": "upscale_video", "generation_id": "7", "resolution": "4k"},
            id="upscale",
        ),
        pytest.param(
            {"generation_type": "add_audio", "generation_id": "7", "negative_prompt": "speech"},
            {"prompt": "rain"},
            {
                "generation_type": "add_audio",
                "generation_id": "7",
                "prompt": "rain",
                "negative_prompt": "speech",
            },
            id="sound",
        ),
    ],
)
def test_a_finished_clip_is_worked_on_under_its_id(
    extra: dict[str, object], fields: dict[str, object], expected: dict[str, object]
) -> None:
    assert map_video(make_call("ray-2"), extra_params=extra, **fields).payload == expected


EDIT: dict[str, object] = {"video": CLIP}
REFRAME: dict[str, object] = {"video": CLIP, "type": "video_reframe"}


@pytest.mark.parametrize(
    ("fields", "settings", "words"),
    [
        pytest.param({"duration_seconds": 9}, {}, "use 5, 10; nearest is 10", id="length"),
        pytest.param({"resolution": "4k"}, {}, "nearest is 1080p", id="resolution"),
        pytest.param({"seed": 1}, {}, "seed=1 is no option", id="seed"),
        pytest.param(
            {**EDIT, "duration_seconds": 5}, {}, "whose length the result keeps", id="length of an edit"
        ),
        pytest.param({"prompt": "x" * 6001}, {}, "at most 6000", id="long prompt"),
        pytest.param({"prompt": ""}, {}, "prompt is required", id="no prompt"),
        pytest.param(
            {"type": "image"}, {}, "use video, video_edit, video_reframe", id="type of another modality"
        ),
        pytest.param({"type": "video_edit"}, {}, "give one as video=", id="edit without a video"),
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
        map_video(make_call("ray-3.2"), **request, extra_params=extra)


@pytest.mark.parametrize(
    ("model", "fields", "words"),
    [
        pytest.param("uni-1", {"aspect_ratio": "4:3"}, "nearest is 3:2", id="ratio"),
        pytest.param("uni-1", {"n": 2}, "n=2 is no option", id="count"),
        pytest.param("uni-1", {"style": "oil"}, "use auto, manga", id="style word"),
        pytest.param("uni-1", {"image_list": [image("reference")] * 10}, "at most 9", id="ten references"),
        pytest.param(
            "uni-1",
            {"image_list": [image("first_frame"), *[image("reference")] * 9]},
            "at most 8",
            id="nine references beside a source",
        ),
        pytest.param(
            "uni-1", {"extra_params": {"type": "image_edit"}}, "give one of type", id="edit of nothing"
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
        pytest.param("photon-1", {"style": "manga"}, "style=.manga. is no option", id="word for photon"),
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
        map_image(make_call(model, "image"), **fields)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        pytest.param({"duration_seconds": 10}, "use 5, 9; nearest is 9", id="length"),
        pytest.param({"prompt": ""}, "prompt is required without", id="no prompt"),
        pytest.param({"prompt": "no"}, "at least 3", id="short prompt"),
        pytest.param({"prompt": "x" * 5001}, "at most 5000", id="long prompt"),
        pytest.param({"generate_audio": True}, "generate_audio=True is no option", id="sound"),
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
        map_video(make_call("ray-2"), **fields)


def test_a_picture_stands_in_for_the_prompt_on_ray_2() -> None:
    payload = map_video(make_call("ray-2"), prompt="", image_list=[image("first_frame")]).payload
    assert payload == {"model": "ray-2", "generation_type": "video", "keyframes": {"frame0": FRAME0}}


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
            map_video(
                make_call("ray-2", unsupported=mode),
                image_list=[image("first_frame", given)],
            )
        with pytest.raises(ValidationError, match="only takes public"):
            map_image(
                make_call("photon-1", "image", unsupported=mode),
                image_list=[image("asset", given)],
            )
    video = map_video(make_call("ray-3.2"), image_list=[image("first_frame", given)]).payload["video"]
    assert video == {"start_frame": {"data": PNG, "media_type": "image/png"}}


def test_a_local_video_is_refused_by_dream_machine_and_sent_inline_to_the_agents_api() -> None:
    with pytest.raises(ValidationError, match="host the file first"):
        map_video(make_call("ray-2"), video=tiny_mp4(), extra_params={"mode": "flex_1"})
    source = map_video(make_call("ray-3.2"), video=tiny_mp4()).payload["source"]
    assert source == {"data": base64.b64encode(tiny_mp4()).decode(), "media_type": "video/mp4"}


def test_adjusting_makes_a_modification_of_what_ray_2_can_do_with_a_video() -> None:
    mapped = map_video(
        make_call("ray-2", unsupported="adjust"), video=CLIP, aspect_ratio="1:1", duration_seconds=5
    )
    assert mapped.payload == {
        "model": "ray-2",
        "prompt": "a paper boat",
        "generation_type": "modify_video",
        "media": MEDIA,
        "mode": "flex_1",
    }
    assert {item.field for item in mapped.adjustments} == {"aspect_ratio", "duration_seconds", "mode"}


def test_adjusting_leaves_out_references_that_are_too_many() -> None:
    pictures = [image("first_frame"), *[image("reference")] * 9]
    mapped = map_image(make_call("uni-1", "image", unsupported="adjust"), image_list=pictures)
    references = mapped.payload["image_ref"]
    assert isinstance(references, list)
    assert len(references) == 8
    assert [item.field for item in mapped.adjustments] == ["reference images"]


def test_adjusting_takes_the_nearest_values_and_says_so() -> None:
    mapped = map_video(
        make_call("ray-3.2", unsupported="adjust"), duration_seconds=7, resolution="480p", seed=3
    )
    assert mapped.payload["video"] == {"duration": "5s", "resolution": "540p"}
    assert {item.field for item in mapped.adjustments} == {"duration_seconds", "resolution", "seed"}


@pytest.mark.parametrize(
    ("model", "modality", "base_url", "route"),
    [
        ("ray-3.2", "video", None, "agents"),
        ("ray-4", "video", None, "agents"),
        ("uni-2", "image", None, "agents"),
        ("photon-2", "image", None, "dream_machine"),
        ("ray-flash-3", "video", None, "dream_machine"),
        ("ray-2-turbo", "video", None, "dream_machine"),
        ("nova-1", "video", "https://proxy.test/dream-machine/v1", "dream_machine"),
    ],
)
def test_the_model_name_chooses_the_api(model: str, modality: str, base_url: str | None, route: str) -> None:
    if modality == "video":
        payload = map_video(make_call(model, "video", base_url=base_url)).payload
    else:
        payload = map_image(make_call(model, "image", base_url=base_url)).payload
    assert ("generation_type" in payload) == (route == "dream_machine")
    assert payload["model"] == model


def test_unknown_models_take_values_that_no_table_lists() -> None:
    payload = map_video(make_call("ray-4"), duration_seconds=12, resolution="4k", aspect_ratio="5:4").payload
    assert payload["video"] == {"duration": "12s", "resolution": "4k"}
    assert payload["aspect_ratio"] == "5:4"
    payload = map_video(make_call("ray-flash-3"), duration_seconds=12, aspect_ratio="5:4").payload
    assert (payload["duration"], payload["aspect_ratio"]) == ("12s", "5:4")


@pytest.mark.parametrize(
    ("model", "fields", "usd"),
    [
        ("uni-1", {}, 0.0404),
        ("uni-1", {"style": "manga"}, 0.0404),
        ("uni-1", {"image_list": [image("first_frame")]}, 0.0434),
        ("uni-1", {"image_list": [image("reference")] * 9}, 0.0674),
        ("uni-1-max", {"image_list": [image("reference")] * 2}, 0.106),
        ("uni-1", {"image_list": [image("first_frame")], "extra_params": {"type": "layering"}}, None),
        ("photon-1", {}, 0.0073),
        ("photon-flash-1", {}, 0.0019),
    ],
)
def test_the_cost_of_an_image_counts_its_inputs(
    model: str, fields: dict[str, object], usd: float | None
) -> None:
    call = make_call(model, "image")
    assert estimate_cost_usd(call.row, map_image(call, **fields).values) == usd


@pytest.mark.parametrize(
    ("model", "fields", "usd"),
    [
        ("ray-2", {"resolution": "720p", "duration_seconds": 9}, 1.27),
        ("ray-flash-2", {"resolution": "4k", "duration_seconds": 5}, 2.19),
        ("ray-flash-2", {"resolution": "720p", "duration_seconds": 5}, None),
        ("ray-2", {}, None),
        ("ray-3.2", {"resolution": "720p", "duration_seconds": 5}, None),
    ],
)
def test_the_cost_of_a_clip_is_known_where_a_price_was_seen(
    model: str, fields: dict[str, object], usd: float | None
) -> None:
    call = make_call(model)
    assert estimate_cost_usd(call.row, map_video(call, **fields).values) == usd


def test_a_setting_that_luma_does_not_have_is_refused() -> None:
    call = replace(make_call("ray-3.2"), provider_config={"priority": "low"})
    with pytest.raises(ValidationError, match="Luma's own parameters go into extra_params"):
        map_video(call)


def test_rows_are_sorted_and_say_where_they_come_from() -> None:
    rows = [row for row in luma.tarash_models().rows if not row.generic]
    assert [row.id for row in rows] == sorted(row.id for row in rows)
    assert all(row.source for row in luma.tarash_models().rows)
    retired = [row.id for row in rows if row.lifecycle is not None]
    assert retired == ["ray-1-6"]
