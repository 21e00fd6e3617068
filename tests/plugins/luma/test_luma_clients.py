"""Owns the comparison with the official clients: the gateway sends the very bodies that they send."""

from __future__ import annotations

import base64

import luma_agents
import lumaai

import tarash_gateway_luma as luma
from plugins.luma.luma_calls import BOAT, CLIP, STREET, image, make_call
from simulators.luma import LumaSimulator
from tarash.tarash_gateway.testing import map_for
from tarash.tarash_gateway.testing.simulator import tiny_png

PROMPT = "a paper boat"
PNG = base64.b64encode(tiny_png()).decode()


def test_bodies_for_the_agents_api_are_those_of_luma_agents() -> None:
    with (
        LumaSimulator() as simulator,
        luma_agents.Luma(auth_token=simulator.agents_key, base_url=f"{simulator.url}/v1") as client,
    ):
        client.generations.create(
            model="ray-3.2",
            type="video",
            prompt=PROMPT,
            aspect_ratio="9:16",
            video={
                "duration": "10s",
                "resolution": "1080p",
                "keyframes": [{"url": BOAT}, {"data": PNG, "media_type": "image/png"}],
                "keyframe_indexes": [0, 240],
            },
        )
        client.generations.create(
            model="ray-3.2",
            type="video_edit",
            prompt=PROMPT,
            source={"url": CLIP, "media_type": "video/mp4"},
            video={"edit": {"strength": "adhere_1", "controls": {"depth": {"blur": 0.5}}}},
        )
        client.generations.create(
            model="uni-1-max",
            type="image_edit",
            prompt=PROMPT,
            style="manga",
            aspect_ratio="3:2",
            source={"url": BOAT},
            image_ref=[{"url": STREET}],
            output_format="png",
        )
        sent = [request.json for request in simulator.requests_to("submit")]
    edit = {"strength": "adhere_1", "controls": {"depth": {"blur": 0.5}}}
    assert sent == [
        map_for(
            luma,
            make_call("ray-3.2"),
            aspect_ratio="9:16",
            duration_seconds=10,
            resolution="1080p",
            image_list=[image("first_frame"), image("last_frame", tiny_png())],
        ).payload,
        map_for(luma, make_call("ray-3.2"), video=CLIP, extra_params={"video": {"edit": edit}}).payload,
        map_for(
            luma,
            make_call("uni-1-max", "image"),
            style="manga",
            aspect_ratio="3:2",
            image_list=[image("first_frame"), image("reference", STREET)],
            extra_params={"output_format": "png"},
        ).payload,
    ]


def test_bodies_for_dream_machine_are_those_of_lumaai() -> None:
    with (
        LumaSimulator() as simulator,
        lumaai.LumaAI(
            auth_token=simulator.dream_machine_key, base_url=f"{simulator.url}/dream-machine/v1"
        ) as client,
    ):
        client.generations.video.create(
            model="ray-flash-2",
            generation_type="video",
            prompt=PROMPT,
            duration="9s",
            resolution="4k",
            aspect_ratio="21:9",
            keyframes={"frame0": {"type": "image", "url": BOAT}, "frame1": {"type": "image", "url": STREET}},
            callback_url="https://me.test/hook",
        )
        client.generations.video.modify(
            model="ray-2",
            generation_type="modify_video",
            prompt=PROMPT,
            media={"url": CLIP},
            mode="reimagine_3",
            first_frame={"url": BOAT},
        )
        client.generations.image.create(
            model="photon-flash-1",
            generation_type="image",
            prompt=PROMPT,
            aspect_ratio="4:3",
            image_ref=[{"url": BOAT}],
            style_ref=[{"url": STREET}],
            character_ref={"identity0": {"images": [BOAT]}},
            format="png",
        )
        sent = [request.json for request in simulator.requests_to("dream_submit")]
    assert sent == [
        map_for(
            luma,
            make_call("ray-flash-2", webhook_url="https://me.test/hook"),
            duration_seconds=9,
            resolution="4k",
            aspect_ratio="21:9",
            image_list=[image("first_frame"), image("last_frame", STREET)],
        ).payload,
        map_for(
            luma,
            make_call("ray-2"),
            video=CLIP,
            image_list=[image("first_frame")],
            extra_params={"mode": "reimagine_3"},
        ).payload,
        map_for(
            luma,
            make_call("photon-flash-1", "image"),
            aspect_ratio="4:3",
            image_list=[image("reference"), image("style", STREET), image("asset")],
            extra_params={"format": "png"},
        ).payload,
    ]
