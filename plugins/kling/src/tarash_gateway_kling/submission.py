"""Creating a task, with an id of our own that finds it again when the answer is lost."""

from __future__ import annotations

from collections.abc import Mapping

from tarash.tarash_gateway.plugin import (
    Call,
    Flow,
    JobReference,
    Submission,
    UnexpectedResponseError,
    wire,
)

from .auth import exchange
from .errors import data_of
from .models import NO_OPTIONS, PATH_ROUTES
from .payload import endpoint, serving_call
from .status import TASKS_PATH, is_task, read_task


def submit(call: Call, payload: Mapping[str, object]) -> Flow[Submission]:
    """Create the task. Nothing makes this idempotent; the id sent along only finds the task again."""
    served = serving_call(call)
    body = with_options(served, payload)
    path = endpoint(served, payload)
    reply = yield from exchange(call, "POST", path, json=body)
    return read_submission(served, path, data_of(reply), status=reply.status)


def with_options(call: Call, payload: Mapping[str, object]) -> dict[str, object]:
    """Return the body with the caller's own id and the callback address, where the design wants them."""
    if call.row.route in NO_OPTIONS:
        return dict(payload)
    own: dict[str, object] = {"external_task_id": call.idempotency_key} if call.idempotency_key else {}
    if call.webhook_url:
        own["callback_url"] = call.webhook_url
    if call.row.route in PATH_ROUTES:
        return {**payload, "options": {**own, **wire.mapping(payload, "options")}}
    return {**own, **payload}


def read_submission(call: Call, path: str, task: object, *, status: int) -> Submission:
    """Read a task that was created at `path`, or found again."""
    task_id = wire.text(task, "id") or wire.text(task, "task_id")
    if task_id is None or not is_task(task):
        raise UnexpectedResponseError("the answer names no task id", status_code=status, raw_response=task)
    where = TASKS_PATH if call.row.route in PATH_ROUTES else path
    reference: JobReference = {"task_id": task_id, "path": where}
    state = read_task(task).state
    # why a task failed is for the next poll to tell: a submission cannot carry it
    return Submission(
        job=reference, request_id=task_id, state="processing" if state == "failed" else state, raw=task
    )
