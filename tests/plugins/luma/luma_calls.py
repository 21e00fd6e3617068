"""Owns how these tests make a call, map a request and drive a flow by hand."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Literal, TypeVar

import tarash_gateway_luma as luma
from tarash.tarash_gateway import ImageGenerationRequest, VideoGenerationRequest
from tarash.tarash_gateway.mapping import Mapped
from tarash.tarash_gateway.plugin import Call, Flow, HttpCall, HttpReply, Instant, Secret
from tarash.tarash_gateway.steps import BlockingCall, ReadClock

T = TypeVar("T")
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
AGENTS_KEY = "luma-api-test"
DREAM_KEY = "luma-1234-test"
BOAT = "https://media.example.org/boat.png"
STREET = "https://media.example.org/street.png"
CLIP = "https://media.example.org/clip.mp4"


def make_call(
    model: str,
    modality: Literal["video", "image"] = "video",
    *,
    api_key: str | None = None,
    base_url: str | None = None,
    unsupported: Literal["error", "adjust"] = "error",
    webhook_url: str | None = None,
    timeout_seconds: float = 600.0,
) -> Call:
    """A call as the core makes it, for the row that serves `model`, with a key that fits."""
    row = luma.tarash_models().lookup(model, modality)
    assert row is not None
    provider = luma.tarash_provider()
    own_key = DREAM_KEY if row.route == "dream_machine" else AGENTS_KEY
    return Call(
        provider=provider,
        model=model,
        modality=modality,
        row=row,
        base_url=base_url or provider.base_url,
        api_key=Secret(own_key if api_key is None else api_key),
        idempotency_key="0d7e" * 8,
        unsupported=unsupported,
        webhook_url=webhook_url,
        timeout_seconds=timeout_seconds,
    )


def map_video(call: Call, **fields: object) -> Mapped:
    """Map a video request; `prompt` is a boat unless given."""
    request = VideoGenerationRequest.model_validate({"prompt": "a paper boat", **fields})
    return luma.tarash_map(call, request)


def map_image(call: Call, **fields: object) -> Mapped:
    """Map an image request; `prompt` is a boat unless given."""
    request = ImageGenerationRequest.model_validate({"prompt": "a paper boat", **fields})
    return luma.tarash_map(call, request)


def image(role: str, source: object = BOAT) -> dict[str, object]:
    """An input image of a role."""
    return {"image": source, "type": role}


def reply(body: object, status: int = 200, headers: Mapping[str, str] | None = None) -> HttpReply:
    """An answer with a JSON body."""
    return HttpReply(
        status, {"content-type": "application/json", **(headers or {})}, json.dumps(body).encode()
    )


def drive(flow: Flow[T], *replies: HttpReply) -> tuple[T, list[HttpCall]]:
    """Run a flow on these answers; give its result and the calls it made. Every answer must be asked for.

    A pause lasts no time.
    """
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
        elif isinstance(step, BlockingCall):
            answer = None
        else:
            assert isinstance(step, HttpCall)
            calls.append(step)
            answer = waiting.pop(0)
