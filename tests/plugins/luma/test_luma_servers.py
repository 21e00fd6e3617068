"""Owns the proof that the key of each of Luma's two APIs reaches its server, past the check of foreign addresses."""

from __future__ import annotations

import pytest

from plugins.luma.luma_calls import AGENTS_KEY, CLIP, DREAM_KEY
from tarash.tarash_gateway import Gateway, VideoGenerationConfig, VideoGenerationRequest
from tarash.tarash_gateway.plugin import HttpCall, HttpReply
from tarash.tarash_gateway.testing import json_reply
from tarash.tarash_gateway.transport import (
    AsyncTransport,
    BlockingBody,
    BlockingEventSource,
    BlockingTransport,
)


class LumaServers:
    """Both servers in memory; every generation is finished at once."""

    def __init__(self) -> None:
        self.calls: list[HttpCall] = []

    def blocking(self) -> BlockingTransport:
        return self

    def asynchronous(self) -> AsyncTransport:
        raise AssertionError("only blocking calls are made here")

    def exchange(self, call: HttpCall) -> HttpReply:
        self.calls.append(call)
        video = {"type": "video", "url": CLIP}
        made = {"id": "7", "state": "completed", "output": [video], "assets": {"video": CLIP}}
        return json_reply(made)

    def open_download(self, call: HttpCall, silence_seconds: float) -> BlockingBody:
        raise AssertionError(f"nothing is downloaded, not even {call.url}")

    def open_stream(self, call: HttpCall) -> BlockingEventSource:
        raise AssertionError(f"nothing is streamed, not even {call.url}")

    def open_websocket(self, call: HttpCall, messages: tuple[str, ...]) -> BlockingEventSource:
        raise AssertionError(f"nothing is streamed, not even {call.url}")

    def close(self) -> None:
        """Nothing is open."""


@pytest.mark.parametrize(
    ("model", "variable", "key", "url"),
    [
        (
            "ray-3.2",
            "LUMA_AGENTS_API_KEY",
            AGENTS_KEY,
            "https://agents.lumalabs.ai/v1/generations",
        ),
        (
            "ray-2",
            "LUMAAI_API_KEY",
            DREAM_KEY,
            "https://api.lumalabs.ai/dream-machine/v1/generations/video",
        ),
    ],
)
def test_each_api_is_called_at_its_own_server_with_its_own_key(
    model: str, variable: str, key: str, url: str
) -> None:
    servers = LumaServers()
    with Gateway(transport=servers, environ={variable: key}) as gateway:
        response = gateway.generate_video(
            VideoGenerationConfig(provider="luma", model=model), VideoGenerationRequest(prompt="a paper boat")
        )
    assert response.video == CLIP
    submit, *polls = servers.calls
    assert (submit.url, submit.headers["Authorization"]) == (url, f"Bearer {key}")
    assert all(poll.headers["Authorization"] == f"Bearer {key}" for poll in polls)
