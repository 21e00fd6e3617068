"""How a task stands, in both versions of the API, and cancellation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal
from urllib.parse import quote

from tarash.tarash_gateway.plugin import (
    Call,
    Cancellation,
    Flow,
    GenerationFailedError,
    HttpReply,
    JobReference,
    JobStatus,
    send,
    wire,
)

from .errors import checked_body, job_failure
from .routes import address

STATES: Mapping[str, Literal["queued", "processing", "completed", "failed", "cancelled"]] = {
    # the second version
    "queued": "queued",
    "running": "processing",
    "succeeded": "completed",
    "failed": "failed",
    "expired": "failed",
    "cancelled": "cancelled",
    # the first one
    "Queueing": "queued",
    "Preparing": "queued",
    "Processing": "processing",
    "Success": "completed",
    "Fail": "failed",
}


def poll(call: Call, job: JobReference) -> Flow[JobStatus]:
    """Ask once how the task stands."""
    reply = yield from send(call.request("GET", address(call, status_path(job))))
    return read_v1(reply) if job["version"] == "v1" else read_v2(reply)


def status_path(job: JobReference) -> str:
    """Return where the task's status is read."""
    task_id = quote(str(job["task_id"]), safe="")
    if job["version"] == "v1":
        return f"/v1/query/video_generation?task_id={task_id}"
    return f"/v2/query/video_generation/{task_id}"


def read_v2(reply: HttpReply) -> JobStatus:
    """Read a status of the second version."""
    task = wire.mapping(checked_body(reply), "task")
    word = wire.text(task, "status") or ""
    state = STATES.get(word, "processing")
    if word == "expired":
        return JobStatus(
            state=state,
            raw=task,
            error=GenerationFailedError("the task expired before it was done", raw_response=task),
        )
    failure = wire.mapping(task, "error")
    code, words = wire.integer(failure, "code"), wire.text(failure, "message") or ""
    return JobStatus(
        state=state, raw=task, error=job_failure(code, words, task) if state == "failed" else None
    )


def read_v1(reply: HttpReply) -> JobStatus:
    """Read a status of the first version; a failed task says why where a refused request does."""
    body = reply.json_object()
    state = STATES.get(wire.text(body, "status") or "", "processing")
    if state == "failed":
        code, words = (
            wire.integer(body, "base_resp", "status_code"),
            wire.text(body, "base_resp", "status_msg"),
        )
        return JobStatus(state=state, raw=body, error=job_failure(code, words or "", body))
    checked_body(reply)
    return JobStatus(state=state, raw=body)


def cancel(call: Call, job: JobReference) -> Flow[Cancellation] | None:
    """Return the flow that cancels a task; None where the API cannot."""
    return None if job["version"] == "v1" else _cancel_v2(call, job)


def _cancel_v2(call: Call, job: JobReference) -> Flow[Cancellation]:
    """Look first: the same request that cancels a waiting task deletes a finished one with its result."""
    status = yield from poll(call, job)
    if status.state in ("completed", "failed"):
        return Cancellation(outcome="finished", billed="yes" if status.state == "completed" else "unknown")
    if status.state == "cancelled":
        return Cancellation(outcome="accepted", billed="no")
    task_id = quote(str(job["task_id"]), safe="")
    reply = yield from send(
        call.request(
            "DELETE", address(call, f"/v2/video_generation/{task_id}"), accept_statuses=frozenset({400, 409})
        )
    )
    if not reply.is_success:
        return Cancellation(outcome="refused")
    checked_body(reply)
    return Cancellation(outcome="accepted", billed="no" if status.state == "queued" else "unknown")
