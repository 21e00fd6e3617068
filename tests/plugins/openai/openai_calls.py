"""Owns how these tests make a call, map a request and drive a flow by hand."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Literal, TypeVar

import tarash_gateway_openai as plugin
from tarash.tarash_gateway.mapping import Mapped
from tarash.tarash_gateway.models.request import ImageGenerationRequest, VideoGenerationRequest
from tarash.tarash_gateway.plugin import Call, Flow, HttpCall, HttpReply, Instant, Secret
from tarash.tarash_gateway.steps import BlockingCall, ReadClock

T = TypeVar("T")
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
KEY = "sk-a-key-of-these-tests"


def make_call(
    model: str = "gpt-image-2",
    modality: Literal["video", "image"] = "image",
    *,
    base_url: str = "https://api.openai.com/v1",
    api_version: str | None = None,
    unsupported: Literal["error", "adjust"] = "error",
    **provider_config: object,
) -> Call:
    """A call as the core makes it, for the row that serves `model`."""
    row = plugin.tarash_models().lookup(model, modality)
    assert row is not None
    return Call(
        provider=plugin.tarash_provider(),
        model=model,
        modality=modality,
        row=row,
        base_url=base_url,
        api_key=Secret(KEY),
        api_version=api_version,
        unsupported=unsupported,
        provider_config=provider_config,
    )


def map_image(call: Call, **fields: object) -> Mapped:
    """Map an image request."""
    return plugin.tarash_map(call, ImageGenerationRequest.model_validate({"prompt": "a boat", **fields}))


def map_video(call: Call, **fields: object) -> Mapped:
    """Map a video request."""
    return plugin.tarash_map(call, VideoGenerationRequest.model_validate({"prompt": "a boat", **fields}))


def reply(body: object, status: int = 200, headers: Mapping[str, str] | None = None) -> HttpReply:
    """An answer with a JSON body."""
    return HttpReply(
        status, {"content-type": "application/json", **(headers or {})}, json.dumps(body).encode()
    )


def drive(flow: Flow[T], *replies: HttpReply) -> tuple[T, list[HttpCall]]:
    """Run a flow on these answers; give its result and the calls it made. Every answer must be asked for."""
    waiting, calls = list(replies), list[HttpCall]()
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
            answer = step.function()
        else:
            assert isinstance(step, HttpCall)
            calls.append(step)
            answer = waiting.pop(0)


def submitted(call: Call, mapped: Mapped, body: object, *earlier: HttpReply) -> HttpCall:
    """The call that submits a mapped request; `earlier` are answers to what is fetched before."""
    _, calls = drive(plugin.tarash_submit(call, mapped.payload), *earlier, reply(body))
    return calls[-1]
