"""How a task stands: its state and why it failed, in the words of either design."""

from __future__ import annotations

from tarash.tarash_gateway.plugin import Call, Flow, JobReference, JobStatus, UnexpectedResponseError, wire

from .auth import exchange
from .errors import NOT_FOUND, code_of, data_of, task_failure
from .results import billed_usd

TASKS_PATH = "/tasks"


def poll(call: Call, job: JobReference) -> Flow[JobStatus]:
    """Ask once how the task stands."""
    path, task_id = str(job["path"]), str(job["task_id"])
    by_list = path == TASKS_PATH
    url = f"{path}?task_ids={task_id}" if by_list else f"{path}/{task_id}"
    reply = yield from exchange(call, "GET", url, accept_statuses=frozenset({404}))
    if code_of(reply) == NOT_FOUND:
        raise _missing(task_id, reply.status)
    data = data_of(reply)
    if by_list:
        # the order of the list is not promised
        data = next((task for task in wire.items(data) if wire.text(task, "id") == task_id), None)
    if not is_task(data):
        raise _missing(task_id, reply.status)
    return read_task(data)


def is_task(value: object) -> bool:
    """Return whether `value` looks like a task of either design."""
    return (wire.text(value, "status") or wire.text(value, "task_status")) is not None


def read_task(task: object) -> JobStatus:
    """Read a task object, as polls and callbacks carry it."""
    word = wire.text(task, "status") or wire.text(task, "task_status") or ""
    cost = billed_usd(task)
    if word in ("succeeded", "succeed", "success"):
        return JobStatus(state="completed", raw=task, billed_usd=cost)
    if word == "failed":
        words = wire.text(task, "message") or wire.text(task, "task_status_msg")
        return JobStatus(state="failed", raw=task, error=task_failure(words, task), billed_usd=cost)
    return JobStatus(state="queued" if word == "submitted" else "processing", raw=task)


def _missing(task_id: str, status: int) -> UnexpectedResponseError:
    return UnexpectedResponseError(
        f"task {task_id} is not listed; it may not be visible yet, or belongs to another account",
        status_code=status,
    )
