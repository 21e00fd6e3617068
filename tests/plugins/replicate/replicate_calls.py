"""Owns how these tests make a call, map a request and drive a flow by hand."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Literal, TypeVar

import tarash_gateway_replicate as replicate
from tarash.tarash_gateway.mapping import Mapped
from tarash.tarash_gateway.plugin import (
    Call,
    Flow,
    HttpCall,
    HttpReply,
    ImageGenerationRequest,
    Instant,
    Secret,
    TarashException,
    VideoGenerationRequest,
)
from tarash.tarash_gateway.steps import ReadClock

T = TypeVar("T")
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
BASE_URL = "https://api.replicate.com/v1"


def make_call(
    model: str = "google/veo-3.1-fast",
    modality: Literal["video", "image"] = "video",
    *,
    unsupported: Literal["error", "adjust"] = "error",
    webhook_url: str | None = None,
    base_url: str = BASE_URL,
    timeout_seconds: float = 600.0,
    idempotency_key: str = "0" * 32,
    provider_config: Mapping[str, object] | None = None,
) -> Call:
    """A call as the core makes it, for the row that serves `model`."""
    row = replicate.tarash_models().lookup(model, modality)
    assert row is not None
    return Call(
        provider=replicate.tarash_provider(),
        model=model,
        modality=modality,
        row=row,
        base_url=base_url,
        api_key=Secret("r8_test"),
        idempotency_key=idempotency_key,
        unsupported=unsupported,
        webhook_url=webhook_url,
        timeout_seconds=timeout_seconds,
        provider_config=provider_config or {},
    )


def map_request(call: Call, **fields: object) -> Mapped:
    """Map a request of the call's modality."""
    kind = VideoGenerationRequest if call.modality == "video" else ImageGenerationRequest
    return replicate.tarash_map(call, kind.model_validate({"prompt": "a red fox", **fields}))


def reply(body: object, status: int = 200, headers: Mapping[str, str] | None = None) -> HttpReply:
    """An answer with a JSON body."""
    return HttpReply(
        status, {"content-type": "application/json", **(headers or {})}, json.dumps(body).encode()
    )


def prediction(status: str = "starting", **members: object) -> dict[str, object]:
    """A prediction as the API describes it."""
    return {
        "id": "rrr4z55ocneqzikepnug6xezpe",
        "model": "google/veo-3.1-fast",
        "version": "hidden",
        "status": status,
        "input": {"prompt": "a red fox"},
        "output": None,
        "error": None,
        "logs": "",
        "metrics": {},
        "data_removed": False,
        "created_at": "2026-11-22T11:59:50.000Z",
        "started_at": None,
        "completed_at": None,
        **members,
    }


def drive(flow: Flow[T], *replies: HttpReply) -> tuple[T, list[HttpCall]]:
    """Run a flow on these answers; give its result and the calls it made. Every answer must be asked for.

    As in the core, an error status that the call does not accept is thrown into the flow.
    """
    waiting = list(replies)
    calls: list[HttpCall] = []
    answer: object = None
    failure: TarashException | None = None
    while True:
        try:
            step = flow.send(answer) if failure is None else flow.throw(failure)
        except StopIteration as done:
            assert not waiting, f"{len(waiting)} answers were not asked for"
            result: T = done.value
            return result, calls
        answer, failure = None, None
        if isinstance(step, ReadClock):
            answer = Instant(0.0, NOW)
            continue
        assert isinstance(step, HttpCall)
        calls.append(step)
        answered = waiting.pop(0)
        if answered.is_success or answered.status in step.accept_statuses:
            answer = answered
        else:
            failure = replicate.tarash_error(answered)
