"""Owns how these tests make a call, map a request and drive a flow by hand."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Literal, TypeVar

import tarash_gateway_minimax as minimax
from tarash.tarash_gateway.mapping import Mapped
from tarash.tarash_gateway.models.request import ImageGenerationRequest, VideoGenerationRequest
from tarash.tarash_gateway.plugin import Call, Flow, HttpCall, HttpReply, Instant, Secret
from tarash.tarash_gateway.steps import ReadClock

T = TypeVar("T")
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def make_call(
    model: str,
    modality: Literal["video", "image"] = "video",
    *,
    unsupported: Literal["error", "adjust"] = "error",
    base_url: str = "https://api.minimax.io",
    webhook_url: str | None = None,
    provider_config: Mapping[str, object] | None = None,
) -> Call:
    """A call as the core makes it, for the row that serves `model`."""
    row = minimax.tarash_models().lookup(model, modality)
    assert row is not None
    return Call(
        provider=minimax.tarash_provider(),
        model=model,
        modality=modality,
        row=row,
        base_url=base_url,
        api_key=Secret("minimax-test-key-0123456789"),
        unsupported=unsupported,
        webhook_url=webhook_url,
        provider_config=provider_config or {},
    )


def map_video(call: Call, **fields: object) -> Mapped:
    """Map a video request."""
    return minimax.tarash_map(call, VideoGenerationRequest.model_validate({"prompt": "a red fox", **fields}))


def map_image(call: Call, **fields: object) -> Mapped:
    """Map an image request."""
    return minimax.tarash_map(call, ImageGenerationRequest.model_validate({"prompt": "a red fox", **fields}))


def reply(body: object, status: int = 200, headers: Mapping[str, str] | None = None) -> HttpReply:
    """An answer with a JSON body."""
    return HttpReply(
        status, {"content-type": "application/json", **(headers or {})}, json.dumps(body).encode()
    )


def drive(flow: Flow[T], *replies: HttpReply) -> tuple[T, list[HttpCall]]:
    """Run a flow on these answers; give its result and the calls it made. Every answer must be asked for."""
    waiting = list(replies)
    calls: list[HttpCall] = []
    answer: object = None
    while True:
        try:
            step = flow.send(answer)
        except StopIteration as done:
            assert not waiting, f"{len(waiting)} answers were not asked for"
            result: T = done.value
            return result, calls
        if isinstance(step, ReadClock):
            answer = Instant(0.0, NOW)
            continue
        assert isinstance(step, HttpCall)
        calls.append(step)
        answer = waiting.pop(0)
