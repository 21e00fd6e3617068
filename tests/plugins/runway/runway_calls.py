"""Owns how these tests make a call, map a request and drive a flow by hand."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Literal, TypeVar

import tarash_gateway_runway as runway
from tarash.tarash_gateway.mapping import Mapped
from tarash.tarash_gateway.plugin import (
    Call,
    Flow,
    HttpCall,
    HttpReply,
    ImageGenerationRequest,
    Secret,
    VideoGenerationRequest,
)

T = TypeVar("T")
KEY = "key_" + "0f" * 64


def make_call(
    model: str,
    modality: Literal["video", "image"] = "video",
    *,
    unsupported: Literal["error", "adjust"] = "error",
    base_url: str = "https://runway.test",
    api_version: str | None = None,
    provider_config: Mapping[str, object] | None = None,
) -> Call:
    """A call as the core makes it, for the row that serves `model`."""
    row = runway.tarash_models().lookup(model, modality)
    assert row is not None
    return Call(
        provider=runway.tarash_provider(),
        model=model,
        modality=modality,
        row=row,
        base_url=base_url,
        api_key=Secret(KEY),
        api_version=api_version,
        unsupported=unsupported,
        provider_config=provider_config or {},
    )


def map_video(call: Call, **fields: object) -> Mapped:
    """Map a video request."""
    return runway.tarash_map(call, VideoGenerationRequest.model_validate({"prompt": "a boat", **fields}))


def map_image(call: Call, **fields: object) -> Mapped:
    """Map an image request."""
    return runway.tarash_map(call, ImageGenerationRequest.model_validate({"prompt": "a boat", **fields}))


def reply(body: object, status: int = 200, headers: Mapping[str, str] | None = None) -> HttpReply:
    """An answer with a JSON body."""
    return HttpReply(
        status, {"content-type": "application/json", **(headers or {})}, json.dumps(body).encode()
    )


def drive(flow: Flow[T], *answers: HttpReply | Exception) -> tuple[T, list[HttpCall]]:
    """Run a flow on these answers, exceptions thrown in; give its result and its calls. Every answer must be used."""
    waiting = list(answers)
    calls: list[HttpCall] = []
    answer: HttpReply | Exception | None = None
    while True:
        try:
            step = flow.throw(answer) if isinstance(answer, Exception) else flow.send(answer)
        except StopIteration as done:
            assert not waiting, f"{len(waiting)} answers were not asked for"
            result: T = done.value
            return result, calls
        assert isinstance(step, HttpCall)
        calls.append(step)
        assert waiting, f"no answer is left for {step.method} {step.url}"
        answer = waiting.pop(0)
