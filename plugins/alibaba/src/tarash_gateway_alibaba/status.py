"""Reads the status of a task, and cancels tasks that still wait.

Source: Model Studio documentation (asynchronous task management), read 2026-11-27; dashscope 2.0.2 (TaskStatus).
"""

from __future__ import annotations

from tarash.tarash_gateway.plugin import (
    Call,
    Cancellation,
    Flow,
    HttpReply,
    JobReference,
    JobStatus,
    UnexpectedResponseError,
    body_of,
    hookimpl,
    quoted_id,
    send,
    state_of_word,
    wire,
)

from .errors import error_stated_in, job_failure, tarash_error, unknown_task
from .servers import at_region

UNKNOWN = "UNKNOWN"
NOT_PENDING = "UnsupportedOperation"


@hookimpl
def tarash_poll(call: Call, job: JobReference) -> Flow[JobStatus]:
    """Read the status of the task once."""
    reply = yield from send(at_region(call).request("GET", _path(job)))
    return read_status(reply)


def read_status(reply: HttpReply) -> JobStatus:
    """Read a task. It has neither a percentage nor a position in the queue.

    Raises:
        HTTPError: the server does not know the task (any more).
    """
    body = reply.json_object()
    output = wire.mapping(body, "output")
    if not output:
        raise error_stated_in(reply) or UnexpectedResponseError(
            "the answer has no task", status_code=reply.status, raw_response=body
        )
    word = wire.text(output, "task_status")
    if word == UNKNOWN:
        raise unknown_task()
    state = state_of_word(word)
    return JobStatus(state=state, raw=body, error=job_failure(output) if state == "failed" else None)


@hookimpl
def tarash_cancel(call: Call, job: JobReference) -> Flow[Cancellation]:
    """Cancel the task if it still waits; one that runs cannot be stopped."""
    call = at_region(call)
    path = _path(job)
    reply = yield from send(call.request("POST", f"{path}/cancel", accept_statuses=frozenset({400})))
    if reply.is_success:
        if (stated := error_stated_in(reply)) is not None:
            raise stated
        # a page of a proxy says nothing about the task
        reply.require_text("request_id")
        # it never ran, and only results are charged
        return Cancellation(outcome="accepted", billed="no")
    if wire.text(body_of(reply), "code") != NOT_PENDING:
        raise tarash_error(reply)
    state = read_status((yield from send(call.request("GET", path)))).state
    if state == "completed":
        return Cancellation(outcome="finished", billed="yes")
    if state in ("failed", "cancelled"):
        return Cancellation(outcome="finished", billed="no")
    return Cancellation(outcome="refused")


def _path(job: JobReference) -> str:
    return f"/tasks/{quoted_id(job, 'task_id')}"
