"""Owns how these tests make a call, map a request and drive a flow by hand."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Literal, TypeVar

import tarash_gateway_xai as xai
from tarash.tarash_gateway.mapping import Mapped
from tarash.tarash_gateway.models.request import ImageGenerationRequest, VideoGenerationRequest
from tarash.tarash_gateway.plugin import Call, Flow, HttpCall, HttpReply, Secret

T = TypeVar("T")


def make_call(
    model: str,
    modality: Literal["video", "image"] = "video",
    *,
    unsupported: Literal["error", "adjust"] = "error",
) -> Call:
    """A call as the core makes it, for the row that serves `model`."""
    row = xai.tarash_models().lookup(model, modality)
    assert row is not None
    return Call(
        provider=xai.tarash_provider(),
        model=model,
        modality=modality,
        row=row,
        base_url="https://api.x.ai/v1",
        api_key=Secret("xai-test-key-0123456789"),
        unsupported=unsupported,
    )


def map_video(call: Call, **fields: object) -> Mapped:
    """Map a video request."""
    return xai.tarash_map(call, VideoGenerationRequest.model_validate({"prompt": "a red fox", **fields}))


def map_image(call: Call, **fields: object) -> Mapped:
    """Map an image request."""
    return xai.tarash_map(call, ImageGenerationRequest.model_validate({"prompt": "a red fox", **fields}))


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
