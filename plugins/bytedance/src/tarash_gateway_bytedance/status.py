"""Polls video tasks, and cancels those that still wait.

Source: comfy-cli 1.23.0 (OpenAPI, task states); ModelArk API reference, "Cancel or delete a video generation task", as resellers
reprint it; read 2026-11-27.
"""

from __future__ import annotations

from collections.abc import Mapping

from tarash.tarash_gateway.plugin import (
    Call,
    Cancellation,
    Flow,
    JobReference,
    JobStatus,
    hookimpl,
    quoted_id,
    send,
    state_of_word,
    wire,
)

from .errors import job_failure
from .payload import TASKS
from .servers import at_region

# 409: the task runs by now; 404: its record is gone
REFUSED_CANCELS = frozenset({400, 404, 409})


@hookimpl
def tarash_poll(call: Call, job: JobReference) -> Flow[JobStatus]:
    """Read the status of the task once."""
    reply = yield from send(at_region(call, job).request("GET", task_path(job)))
    return read_status(reply.json_object())


def read_status(task: Mapping[str, object]) -> JobStatus:
    """Read a task. ModelArk reports no percentage, no queue position and no cost in dollars."""
    state = state_of_word(wire.text(task, "status"))
    return JobStatus(state=state, raw=task, error=job_failure(task) if state == "failed" else None)


@hookimpl
def tarash_cancel(call: Call, job: JobReference) -> Flow[Cancellation]:
    """Take a waiting task out of the queue; a running one cannot be stopped.

    The same request deletes the record of a finished task and its result with it, so the state is read first.
    """
    status = yield from tarash_poll(call, job)
    if status.state == "cancelled":
        return Cancellation(outcome="accepted", billed="no")
    if status.state in ("completed", "failed"):
        return Cancellation(outcome="finished", billed="yes" if status.state == "completed" else "no")
    if status.state != "queued":
        return Cancellation(outcome="refused")
    # not sent again when its answer is lost: the task may be finished by then
    delete = at_region(call, job).request(
        "DELETE", task_path(job), repeatable=False, accept_statuses=REFUSED_CANCELS
    )
    reply = yield from send(delete)
    if not reply.is_success:
        return Cancellation(outcome="refused")
    # the answer has no content, so that any server in between may have given it
    after = yield from tarash_poll(call, job)
    if after.state == "cancelled":
        return Cancellation(outcome="accepted", billed="no")
    return Cancellation(outcome="unknown")


def task_path(job: JobReference) -> str:
    """Return the path of the task.

    Raises:
        ValidationError: the reference has no id that can be sent.
    """
    return f"{TASKS}/{quoted_id(job)}"
