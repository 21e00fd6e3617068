"""The whole engine follows a job to the cluster that has it, and takes the key nowhere else."""

from __future__ import annotations

import json

import pytest

from core.acme import generation
from tarash.tarash_gateway import TarashException, VideoGenerationConfig, VideoGenerationResponse
from tarash.tarash_gateway.discovery import Registry
from tarash.tarash_gateway.steps import HttpCall, HttpReply
from tarash.tarash_gateway.testing import VirtualTime

KEY = "bfl_0123456789abcdef"
CLUSTER = "https://api.us1.bfl.ai/v1/get_result?id=j1"
LINK = "https://delivery.us1.bfl.ai/results/a.mp4"


def reply(body: object, status: int = 200, **headers: str) -> HttpReply:
    return HttpReply(status, {"content-type": "application/json", **headers}, json.dumps(body).encode())


class Clusters:
    """Black Forest Labs as a function: the submission names a cluster, which renders."""

    def __init__(self, polling_url: str, answer: HttpReply | None = None) -> None:
        self.polling_url = polling_url
        self.answer = answer
        self.calls: list[HttpCall] = []

    def __call__(self, call: HttpCall, seconds: float) -> HttpReply:
        self.calls.append(call)
        if call.method == "POST":
            return reply({"id": "j1", "polling_url": self.polling_url})
        if call.url == self.polling_url and self.answer is not None:
            return self.answer
        done = seconds > 60
        result = {"sample": LINK} if done else None
        return reply({"id": "j1", "status": "Ready" if done else "Pending", "result": result})


def config(**changes: object) -> VideoGenerationConfig:
    fields = {"provider": "bfl", "model": "flux-3-video", "api_key": KEY, "timeout": 600.0, **changes}
    return VideoGenerationConfig.model_validate(fields)


def generate(server: Clusters, **changes: object) -> str:
    response = VirtualTime(server).run(generation(config(**changes), providers=Registry()).generate())
    assert isinstance(response, VideoGenerationResponse)
    return response.video


@pytest.mark.parametrize(
    "url",
    [
        CLUSTER,
        "https://api.eu2.bfl.ai/v1/get_result?id=j1",
        "https://gateway.bfl.ai/v1/get_result?id=j1",
    ],
)
def test_the_cluster_in_the_answer_is_polled_with_the_key(url: str) -> None:
    server = Clusters(url)
    assert generate(server) == LINK
    polls = server.calls[1:]
    assert {call.url for call in polls} == {url}
    assert {call.headers["x-key"] for call in polls} == {KEY}


def test_a_server_elsewhere_in_the_answer_is_never_reached() -> None:
    server = Clusters("https://bfl.ai.example.org/v1/get_result?id=j1")
    assert generate(server) == LINK
    assert {call.url for call in server.calls[1:]} == {"https://api.bfl.ai/v1/get_result?id=j1"}


def test_a_redirect_to_another_cluster_is_followed_with_the_key() -> None:
    moved = "https://api.us2.bfl.ai/v1/get_result?id=j1"
    server = Clusters(CLUSTER, reply({}, 307, location=moved))
    assert generate(server) == LINK
    assert {call.headers["x-key"] for call in server.calls if call.url == moved} == {KEY}


def test_a_redirect_elsewhere_is_never_followed_and_the_job_is_kept() -> None:
    server = Clusters(CLUSTER, reply({}, 307, location="https://elsewhere.example.org/"))
    with pytest.raises(TarashException) as caught:
        generate(server, timeout=120.0, on_timeout="detach")
    assert {call.url for call in server.calls[1:]} == {CLUSTER}
    assert caught.value.job is not None
