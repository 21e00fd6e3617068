"""The whole engine goes to the region of the configuration, and a saved job goes back there."""

from __future__ import annotations

import json

import pytest

from core.acme import generation, resuming
from tarash.tarash_gateway import Job, VideoGenerationConfig, VideoGenerationResponse
from tarash.tarash_gateway.discovery import Registry
from tarash.tarash_gateway.steps import HttpCall, HttpReply
from tarash.tarash_gateway.testing import VirtualTime

KEY = "ark-0123-4567-89ab"
LINK = "https://ark-content.example.org/a.mp4"


class Region:
    """ModelArk as a function."""

    def __init__(self) -> None:
        self.calls: list[HttpCall] = []

    def __call__(self, call: HttpCall, seconds: float) -> HttpReply:
        self.calls.append(call)
        task: dict[str, object] = {"id": "cgt-1"}
        if call.method == "GET":
            task["status"] = "running" if seconds < 30 else "succeeded"
            task["content"] = {"video_url": LINK}
        return HttpReply(200, {"content-type": "application/json"}, json.dumps(task).encode())


def config(region: str) -> VideoGenerationConfig:
    return VideoGenerationConfig(
        provider="bytedance",
        model="seedance-1-5-pro-251215",
        api_key=KEY,
        provider_config={"region": region},
    )


@pytest.mark.parametrize(
    ("region", "host"),
    [
        ("ap-southeast", "ark.ap-southeast.bytepluses.com"),
        ("eu-west", "ark.eu-west.bytepluses.com"),
        ("cn-beijing", "ark.cn-beijing.volces.com"),
    ],
)
def test_a_job_stays_in_its_region_with_its_key(region: str, host: str) -> None:
    server = Region()
    job = VirtualTime(server).run(generation(config(region), providers=Registry()).submit())
    saved = Job.from_json(job.to_json())
    response = VirtualTime(server).run(resuming(saved, config(region), providers=Registry(), journals=False))
    assert isinstance(response, VideoGenerationResponse)
    assert response.video == LINK
    assert len(server.calls) > 2
    assert {call.url.split("/")[2] for call in server.calls} == {host}
    assert {call.headers["Authorization"] for call in server.calls} == {f"Bearer {KEY}"}
