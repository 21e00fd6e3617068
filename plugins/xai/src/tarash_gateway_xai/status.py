"""Reads the status of a video."""

from __future__ import annotations

from collections.abc import Mapping

from tarash.tarash_gateway.plugin import (
    Call,
    Flow,
    GenerationState,
    HttpReply,
    JobReference,
    JobStatus,
    hookimpl,
    quoted_id,
    send,
    state_of_word,
    wire,
)

from .errors import blocked, job_failure
from .results import cost_usd

# xAI calls a video pending until it is done
STATES: Mapping[str, GenerationState] = {"pending": "processing"}


@hookimpl
def tarash_poll(call: Call, job: JobReference) -> Flow[JobStatus]:
    """Read the status of the video once."""
    reply = yield from send(call.request("GET", f"/videos/{quoted_id(job, 'request_id')}"))
    return read_status(reply)


def read_status(reply: HttpReply) -> JobStatus:
    """Read the answer to a poll: 202 means pending, often with an empty body; only 200 carries the end."""
    if reply.status == 202 and not reply.content.strip():
        return JobStatus(state="processing")
    body = reply.json_object()
    if reply.status == 202:
        return JobStatus(state="processing", progress_percent=wire.number(body, "progress"), raw=body)
    return _read_body(body)


def _read_body(body: Mapping[str, object]) -> JobStatus:
    state = _state(body)
    cost = cost_usd(body)
    if state == "completed" and wire.member(body, "video", "respect_moderation") is False:
        return JobStatus(state="failed", raw=body, error=blocked(body), billed_usd=cost)
    return JobStatus(
        state=state,
        progress_percent=wire.number(body, "progress"),
        raw=body,
        error=job_failure(body) if state == "failed" else None,
        billed_usd=cost,
    )


def _state(body: Mapping[str, object]) -> GenerationState:
    word = wire.text(body, "status")
    if word is None:
        # some answers carry the video without a status
        return "completed" if wire.text(body, "video", "url") else "processing"
    return state_of_word(word, STATES)
