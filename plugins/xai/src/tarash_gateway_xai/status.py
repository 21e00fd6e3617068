"""How a video stands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from tarash.tarash_gateway.plugin import Call, Flow, HttpReply, JobReference, JobStatus, send, wire

from .errors import blocked, job_failure
from .results import cost_usd

STATES: Mapping[str, Literal["queued", "processing", "completed", "failed", "cancelled"]] = {
    "pending": "processing",
    "done": "completed",
    "failed": "failed",
    "expired": "failed",
}


def poll(call: Call, job: JobReference) -> Flow[JobStatus]:
    """Ask once how the video stands."""
    reply = yield from send(call.request("GET", f"/videos/{job['request_id']}"))
    return read_status(reply)


def read_status(reply: HttpReply) -> JobStatus:
    """Read an answer. 202 is pending, often with an empty body; only 200 tells the end."""
    if reply.status == 202 and not reply.content.strip():
        return JobStatus(state="processing")
    body = reply.json_object()
    if reply.status == 202:
        return JobStatus(state="processing", progress_percent=wire.number(body, "progress"), raw=body)
    return _read_body(body)


def _read_body(body: Mapping[str, object]) -> JobStatus:
    word = wire.text(body, "status")
    # some answers carry the video without a status
    state = (
        "completed"
        if word is None and wire.text(body, "video", "url")
        else STATES.get(word or "", "processing")
    )
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
