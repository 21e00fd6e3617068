"""Reads the status of a job, from the queue or its event stream, and cancels it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from tarash.tarash_gateway.plugin import (
    Call,
    Cancellation,
    Flow,
    JobReference,
    JobStatus,
    ServerEvent,
    StatusStream,
    UnexpectedResponseError,
    body_of,
    hookimpl,
    send,
    state_of_word,
    wire,
)

from .errors import job_failure, read_error_body
from .payload import response_url


@hookimpl
def tarash_poll(call: Call, job: JobReference) -> Flow[JobStatus]:
    """Read the status of the job once."""
    reply = yield from send(call.request("GET", f"{response_url(call, job)}/status?logs=1"))
    return read_status(reply.json_object())


@hookimpl
def tarash_stream(call: Call, job: JobReference) -> Flow[StatusStream]:
    """Describe the event stream: each event carries a status body, and it ends after COMPLETED."""
    yield from ()
    url = f"{response_url(call, job)}/status/stream?logs=1"
    return StatusStream(
        call=call.request("GET", url, headers={"Accept": "text/event-stream"}),
        read=read_event,
    )


def read_event(event: ServerEvent) -> JobStatus | None:
    """Read one event; None for a keep-alive."""
    try:
        return read_status(event.json_object())
    except UnexpectedResponseError:
        return None


def read_status(body: Mapping[str, object]) -> JobStatus:
    """Read a status body.

    fal has no status for failure. A failed job is COMPLETED: either the body has an `error` (the platform failed), or the request
    for the result is answered with one (the model refused or failed).
    """
    state = state_of_word(wire.text(body, "status"))
    status = JobStatus(
        state=state,
        queue_position=wire.integer(body, "queue_position"),
        logs=tuple(line for item in wire.items(body, "logs") if (line := wire.text(item, "message"))),
        raw=body,
    )
    if state in ("queued", "processing"):
        return status
    said = read_error_body(body)
    is_told = bool(wire.member(body, "error")) or bool(said.kind)
    if is_told and state == "completed":
        state = "cancelled" if said.kind == "client_cancelled" else "failed"
    has_failed = state == "failed" or (state == "cancelled" and is_told)
    error = job_failure(body, status_code=None) if has_failed and (said.words or said.kind) else None
    return replace(status, state=state, error=error)


@hookimpl
def tarash_cancel(call: Call, job: JobReference) -> Flow[Cancellation]:
    """Remove the job from the queue. A running job may ignore the request, and may be billed all the same."""
    reply = yield from send(
        call.request("PUT", f"{response_url(call, job)}/cancel", accept_statuses=frozenset({400, 404}))
    )
    body = body_of(reply)
    word = wire.text(body, "status")
    if reply.is_success:
        # an answer without fal's own words may be that of a proxy
        is_confirmed = word == "CANCELLATION_REQUESTED" or wire.member(body, "success") is True
        return Cancellation(outcome="accepted" if is_confirmed else "unknown")
    if word == "ALREADY_COMPLETED":
        return Cancellation(outcome="finished", billed="yes")
    return Cancellation(outcome="refused")
