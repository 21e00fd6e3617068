"""Owns how these tests make a call, map a request and drive a flow by hand."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Literal, TypeVar

import tarash_gateway_fal as fal
from tarash.tarash_gateway.mapping import Mapped
from tarash.tarash_gateway.plugin import (
    Call,
    Flow,
    HttpCall,
    HttpReply,
    ImageGenerationRequest,
    Secret,
    VideoGenerationRequest,
    default_map,
)

T = TypeVar("T")
KEY = "11111111-2222:a-secret-of-these-tests"
QUEUE = "https://queue.fal.run"


def make_call(
    model: str = "fal-ai/veo3.1",
    modality: Literal["video", "image"] = "video",
    *,
    base_url: str = QUEUE,
    webhook_url: str | None = None,
    unsupported: Literal["error", "adjust"] = "error",
    **provider_config: object,
) -> Call:
    """A call as the core makes it, for the row that serves `model`."""
    row = fal.tarash_models().lookup(model, modality)
    assert row is not None
    return Call(
        provider=fal.tarash_provider(),
        model=model,
        modality=modality,
        row=row,
        base_url=base_url,
        api_key=Secret(KEY),
        webhook_url=webhook_url,
        unsupported=unsupported,
        provider_config=provider_config,
    )


def map_video(call: Call, **fields: object) -> Mapped:
    """Map a video request."""
    return default_map(call, VideoGenerationRequest.model_validate({"prompt": "a boat", **fields}))


def map_image(call: Call, **fields: object) -> Mapped:
    """Map an image request."""
    return default_map(call, ImageGenerationRequest.model_validate({"prompt": "a boat", **fields}))


def video_payload(model: str, **fields: object) -> dict[str, object]:
    """The payload of a video request, without its prompt."""
    payload = dict(map_video(make_call(model), **fields).payload)
    assert payload.pop("prompt", "a boat") == "a boat"
    return payload


def image_payload(model: str, **fields: object) -> dict[str, object]:
    """The payload of an image request, without its prompt."""
    payload = dict(map_image(make_call(model, "image"), **fields).payload)
    assert payload.pop("prompt", "a boat") == "a boat"
    return payload


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
        assert isinstance(step, HttpCall)
        calls.append(step)
        answer = waiting.pop(0)
