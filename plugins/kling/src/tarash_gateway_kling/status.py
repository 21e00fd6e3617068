"""Polls tasks, and reads their state and why they failed, in the words of either design."""

from __future__ import annotations

from urllib.parse import quote

from tarash.tarash_gateway.plugin import (
    Call,
    Flow,
    HttpCall,
    JobReference,
    JobStatus,
    UnexpectedResponseError,
    ValidationError,
    hookimpl,
    state_of_word,
    wire,
)

from .auth import send_signed
from .errors import NOT_FOUND, code_of, data_of, task_failure
from .results import billed_usd

TASKS_PATH = "/tasks"
_MISSING_STATUSES = frozenset({404})


@hookimpl
def tarash_poll(call: Call, job: JobReference) -> Flow[JobStatus]:
    """Read the status of the task once."""
    path, task_id = wire.identifier(job, "path") or "", wire.identifier(job, "task_id") or ""
    if not task_id or not path.startswith("/"):
        raise ValidationError("the job's reference has no path and task_id; resume the job as it was saved")
    by_list = path == TASKS_PATH
    http = list_call(call, "task_ids", task_id) if by_list else task_call(call, path, task_id)
    reply = yield from send_signed(call, http)
    if code_of(reply) == NOT_FOUND:
        raise _missing(task_id, reply.status)
    data = data_of(reply)
    if by_list:
        # the order of the list is not promised
        data = next((task for task in wire.items(data) if wire.identifier(task, "id") == task_id), None)
    if not is_task(data):
        raise _missing(task_id, reply.status)
    return read_task(data)


def list_call(call: Call, name: str, value: str) -> HttpCall:
    """Return the call that lists the tasks of the path-based design by an id of theirs or ours."""
    return call.request("GET", TASKS_PATH, query={name: value}, accept_statuses=_MISSING_STATUSES)


def task_call(call: Call, path: str, value: str) -> HttpCall:
    """Return the call that reads a task of the legacy design, by its id or ours, where it was created."""
    return call.request("GET", f"{path}/{quote(value, safe='')}", accept_statuses=_MISSING_STATUSES)


def id_of(task: object) -> str | None:
    """Return the task's id, in the words of either design."""
    return wire.identifier(task, "id") or wire.identifier(task, "task_id")


def is_task(value: object) -> bool:
    """Return whether `value` looks like a task of either design."""
    return (wire.text(value, "status") or wire.text(value, "task_status")) is not None


def read_task(task: object) -> JobStatus:
    """Read a task object, as polls and callbacks carry it."""
    state = state_of_word(wire.text(task, "status") or wire.text(task, "task_status"))
    if state not in ("completed", "failed", "cancelled"):
        return JobStatus(state=state, raw=task)
    words = wire.text(task, "message") or wire.text(task, "task_status_msg")
    error = task_failure(words, task) if state == "failed" else None
    return JobStatus(state=state, raw=task, error=error, billed_usd=billed_usd(task))


def _missing(task_id: str, status: int) -> UnexpectedResponseError:
    return UnexpectedResponseError(
        f"task {task_id} is not listed; it may not be visible yet, or belongs to another account",
        status_code=status,
    )
