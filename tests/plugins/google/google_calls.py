"""Owns how these tests make a call, map a request and drive a flow by hand."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Literal, TypeVar

import tarash_gateway_google as google
from tarash.tarash_gateway.mapping import Mapped
from tarash.tarash_gateway.models.request import ImageGenerationRequest, VideoGenerationRequest
from tarash.tarash_gateway.plugin import Call, Flow, HttpCall, HttpReply, Instant, Secret, TarashException
from tarash.tarash_gateway.steps import BlockingCall, ReadClock

T = TypeVar("T")
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
KEY = "AIza-test-key"
TOKEN = "ya29.test-token"
PLACE = {"project": "film", "access_token": TOKEN}


def make_call(
    model: str,
    modality: Literal["video", "image"] = "video",
    *,
    api_key: str = KEY,
    base_url: str = "",
    unsupported: Literal["error", "adjust"] = "error",
    webhook_url: str | None = None,
    api_version: str | None = None,
    provider_config: Mapping[str, object] | None = None,
) -> Call:
    """A call as the core makes it, for the row that serves `model`."""
    row = google.tarash_models().lookup(model, modality)
    assert row is not None
    provider = google.tarash_provider()
    return Call(
        provider=provider,
        model=model,
        modality=modality,
        row=row,
        base_url=base_url or provider.base_url,
        api_key=Secret(api_key),
        api_version=api_version,
        idempotency_key="0d7e" * 8,
        unsupported=unsupported,
        webhook_url=webhook_url,
        provider_config=provider_config or {},
    )


def map_video(call: Call, **fields: object) -> Mapped:
    """Map a video request."""
    return google.tarash_map(call, VideoGenerationRequest.model_validate({"prompt": "a red fox", **fields}))


def map_image(call: Call, **fields: object) -> Mapped:
    """Map an image request."""
    return google.tarash_map(call, ImageGenerationRequest.model_validate({"prompt": "a red fox", **fields}))


def reply(body: object, status: int = 200, headers: Mapping[str, str] | None = None) -> HttpReply:
    """An answer with a JSON body."""
    return HttpReply(
        status, {"content-type": "application/json", **(headers or {})}, json.dumps(body).encode()
    )


def drive(flow: Flow[T], *replies: HttpReply | TarashException) -> tuple[T, list[HttpCall]]:
    """Run a flow on these answers; give its result and the calls it made. Every answer must be asked for.

    An exception among the answers is thrown into the flow, as the core does with error statuses.
    """
    waiting = list(replies)
    calls: list[HttpCall] = []
    answer: object = None
    while True:
        try:
            step = flow.throw(answer) if isinstance(answer, TarashException) else flow.send(answer)
        except StopIteration as done:
            assert not waiting, f"{len(waiting)} answers were not asked for"
            result: T = done.value
            return result, calls
        if isinstance(step, ReadClock):
            answer = Instant(0.0, NOW)
            continue
        if isinstance(step, BlockingCall):  # a pause
            answer = None
            continue
        assert isinstance(step, HttpCall)
        calls.append(step)
        answer = waiting.pop(0)
