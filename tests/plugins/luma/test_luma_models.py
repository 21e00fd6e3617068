from __future__ import annotations

import base64

import pytest

import tarash_gateway_luma as luma
from plugins.luma.luma_calls import BOAT, CLIP, STREET, image, make_call
from simulators.luma.agents_rules import check_generation
from simulators.luma.dream_rules import check_dream
from simulators.luma.media_references import MediaReferences
from tarash.tarash_gateway.mapping.apply import estimate_cost_usd
from tarash.tarash_gateway.plugin import ValidationError
from tarash.tarash_gateway.testing import map_for
from tarash.tarash_gateway.testing.simulator import tiny_png

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
    payload = map_for(luma, make_call("ray-3.2"), **fields).payload
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
    payload = map_for(luma, make_call("uni-1", "image"), **fields).payload
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
    payload = map_for(luma, make_call("ray-2"), **fields).payload
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
    payload = map_for(luma, make_call("photon-1", "image"), **fields).payload
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
    assert map_for(luma, make_call("ray-2"), extra_params=extra, **fields).payload == expected


def test_a_picture_stands_in_for_the_prompt_on_ray_2() -> None:
    payload = map_for(luma, make_call("ray-2"), prompt="", image_list=[image("first_frame")]).payload
    assert payload == {"model": "ray-2", "generation_type": "video", "keyframes": {"frame0": FRAME0}}


def test_adjusting_makes_a_modification_of_what_ray_2_can_do_with_a_video() -> None:
    mapped = map_for(
        luma, make_call("ray-2", unsupported="adjust"), video=CLIP, aspect_ratio="1:1", duration_seconds=5
    )
    assert mapped.payload == {
        "model": "ray-2",
        "prompt": "a paper boat",
        "generation_type": "modify_video",
        "media": MEDIA,
        "mode": "flex_1",
    }
    assert {item.field for item in mapped.adjustments} == {"aspect_ratio", "duration_seconds", "mode"}


def test_references_that_are_too_many_are_never_left_out() -> None:
    pictures = [image("first_frame"), *[image("reference")] * 9]
    with pytest.raises(ValidationError, match="at most 8 are allowed in addition to the image to edit"):
        map_for(luma, make_call("uni-1", "image", unsupported="adjust"), image_list=pictures)


def test_adjusting_takes_the_nearest_values_and_says_so() -> None:
    mapped = map_for(
        luma, make_call("ray-3.2", unsupported="adjust"), duration_seconds=7, resolution="480p", seed=3
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
        payload = map_for(luma, make_call(model, "video", base_url=base_url)).payload
    else:
        payload = map_for(luma, make_call(model, "image", base_url=base_url)).payload
    assert ("generation_type" in payload) == (route == "dream_machine")
    assert payload["model"] == model


def test_unknown_models_take_values_that_no_table_lists() -> None:
    payload = map_for(
        luma, make_call("ray-4"), duration_seconds=12, resolution="4k", aspect_ratio="5:4"
    ).payload
    assert payload["video"] == {"duration": "12s", "resolution": "4k"}
    assert payload["aspect_ratio"] == "5:4"
    payload = map_for(luma, make_call("ray-flash-3"), duration_seconds=12, aspect_ratio="5:4").payload
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
    values = map_for(luma, call, **fields).values
    assert estimate_cost_usd(call.row, values, count_field="n") == usd


@pytest.mark.parametrize(
    ("model", "fields", "usd"),
    [
        ("ray-2", {"resolution": "720p", "duration_seconds": 9}, 1.27),
        ("ray-flash-2", {"resolution": "4k", "duration_seconds": 5}, 2.19),
        ("ray-flash-2", {"resolution": "720p", "duration_seconds": 5}, 0.24),
        ("ray-2", {}, None),
        ("ray-1-6", {}, 0.35),
        ("ray-3.2", {}, 0.30),
        ("ray-3.2", {"resolution": "1080p", "duration_seconds": 10}, 3.60),
        # billed by the length of the input
        ("ray-3.2", {"video": "https://example.com/a.mp4"}, None),
    ],
)
def test_the_cost_of_a_clip_is_known_where_a_price_was_seen(
    model: str, fields: dict[str, object], usd: float | None
) -> None:
    call = make_call(model)
    values = map_for(luma, call, **fields).values
    assert estimate_cost_usd(call.row, values, count_field="number_of_videos") == usd


def test_rows_are_sorted_and_say_where_they_come_from() -> None:
    rows = [row for row in luma.tarash_models().rows if not row.generic]
    assert [row.id for row in rows] == sorted(row.id for row in rows)
    assert all(row.source for row in luma.tarash_models().rows)
    retired = [row.id for row in rows if row.lifecycle is not None]
    assert retired == ["ray-1-6"]
