"""How fal's answers are read: queue status, event stream, result, cancellation."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Literal

from tarash.tarash_gateway.plugin import (
    Asset,
    Call,
    Cancellation,
    ContentModerationError,
    Flow,
    Generated,
    GenerationFailedError,
    JobReference,
    JobStatus,
    ServerEvent,
    StatusStream,
    TarashException,
    UnexpectedResponseError,
    send,
    wire,
)

from .errors import error_from_body

STATES: Mapping[str, Literal["queued", "processing", "completed", "failed", "cancelled"]] = {
    "IN_QUEUE": "queued",
    "IN_PROGRESS": "processing",
    "COMPLETED": "completed",
    # not in fal's enumeration; read kindly should they appear
    "FAILED": "failed",
    "ERROR": "failed",
    "CANCELLED": "cancelled",
    "CANCELED": "cancelled",
}


def poll(call: Call, job: JobReference) -> Flow[JobStatus]:
    """Ask once how the job stands."""
    reply = yield from send(call.request("GET", f"{job['response_url']}/status?logs=1"))
    return read_status(reply.json_object())


def stream(call: Call, job: JobReference) -> StatusStream:
    """Describe the event stream; each event carries a status body, and the stream ends after COMPLETED."""
    url = f"{job['response_url']}/status/stream?logs=1"
    return StatusStream(call=call.request("GET", url, headers={"Accept": "text/event-stream"}), read=read_event)


def read_event(event: ServerEvent) -> JobStatus | None:
    """Read one event; None for a keep-alive."""
    try:
        body = json.loads(event.data)
    except ValueError:
        return None
    return read_status(body) if isinstance(body, dict) else None


def read_status(body: Mapping[str, object]) -> JobStatus:
    """Read a status body.

    fal has no FAILED status: a failed job is COMPLETED with `error`, or COMPLETED and its result answers 4xx or 5xx.
    """
    state = STATES.get(wire.text(body, "status") or "", "processing")
    logs = tuple(line for item in wire.items(body, "logs") if (line := wire.text(item, "message")))
    error: TarashException | None = None
    if state == "completed" and (reason := wire.text(body, "error") or wire.text(body, "error_type")):
        kind = wire.text(body, "error_type")
        state = "cancelled" if kind == "client_cancelled" else "failed"
        error = GenerationFailedError(f"{reason}{f' ({kind})' if kind and kind != reason else ''}", raw_response=body)
    return JobStatus(state=state, queue_position=wire.integer(body, "queue_position"), logs=logs, raw=body, error=error)


def fetch_result(call: Call, job: JobReference, raw: object) -> Flow[Generated]:
    """Fetch the result of a completed job.

    The refusals of a job arrive here, as 422 and the like. HTTP 400 "still in progress" is the queue running behind its own
    status: the core asks again.
    """
    reply = yield from send(call.request("GET", str(job["response_url"]), accept_statuses=frozenset({400, 422})))
    body = reply.json_object()
    if reply.status == 400 and "in progress" in (wire.text(body, "detail") or ""):
        raise UnexpectedResponseError("the result is not ready although the status is COMPLETED", status_code=400, raw_response=body)
    if not reply.is_success:
        raise error_from_body(reply, after_submit=True)
    return read_result(body)


def read_result(body: Mapping[str, object]) -> Generated:
    """List the media of a model's output."""
    flagged = [index for index, value in enumerate(wire.items(body, "has_nsfw_concepts")) if value is True]
    assets = tuple(
        asset
        for name in ("video", "videos", "images", "image", "audio")
        for index, entry in enumerate(_entries(body.get(name)))
        if not (name == "images" and index in flagged) and (asset := _asset(name, entry)) is not None
    )
    if not assets and flagged:
        raise ContentModerationError(
            "every image was flagged by the safety checker; change the prompt", stage="output", billed="yes", raw_response=body
        )
    return Generated(
        assets=assets,
        duration_seconds=wire.number(body, "video", "duration"),
        seed=wire.integer(body, "seed"),
        raw=body,
    )


def _entries(value: object) -> list[object]:
    if isinstance(value, list):
        return list(value)
    return [] if value is None else [value]


def _asset(name: str, entry: object) -> Asset | None:
    url = entry if isinstance(entry, str) else wire.text(entry, "url")
    if not url:
        return None
    kind: Literal["video", "image", "audio"] = "video" if name.startswith("video") else "audio" if name == "audio" else "image"
    content_type = wire.text(entry, "content_type")
    # some video models' schemas carry a placeholder "image/png"
    known = content_type if content_type and content_type.startswith(f"{kind}/") else None
    return Asset(
        kind=kind,
        url=url,
        content_type=known,
        size_bytes=wire.integer(entry, "file_size"),
        width=wire.integer(entry, "width"),
        height=wire.integer(entry, "height"),
        duration_seconds=wire.number(entry, "duration"),
    )


def cancel(call: Call, job: JobReference) -> Flow[Cancellation]:
    """Ask the queue to drop the job; a running one is only asked to stop, and may still be billed."""
    reply = yield from send(
        call.request("PUT", f"{job['response_url']}/cancel", accept_statuses=frozenset({400, 404}))
    )
    word = wire.text(reply.json(), "status")
    if reply.is_success:
        return Cancellation(outcome="accepted")
    if word == "ALREADY_COMPLETED":
        return Cancellation(outcome="finished", billed="yes")
    return Cancellation(outcome="refused")
