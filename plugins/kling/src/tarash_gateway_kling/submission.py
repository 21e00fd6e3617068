"""Creating a task, and finding it again when the answer was lost: by an id of our own that is sent along."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote

from tarash.tarash_gateway.plugin import (
    Call,
    Flow,
    JobReference,
    Submission,
    SubmissionUnknownError,
    UnexpectedResponseError,
    wire,
)

from .auth import exchange
from .errors import NOT_FOUND, code_of, data_of
from .models import NO_OPTIONS, PATH_ROUTES
from .payload import endpoint, serving_call
from .status import TASKS_PATH, is_task, read_task

# its query takes the provider's task id only (lip-sync page, 2026-09-20)
_NO_LOOKUP = frozenset({"/v1/videos/advanced-lip-sync"})


def submit(call: Call, payload: Mapping[str, object]) -> Flow[Submission]:
    """Create the task. Nothing makes this idempotent; the id sent along only finds the task again."""
    served = serving_call(call)
    body = with_options(served, payload)
    path = endpoint(served, payload)
    reply = yield from exchange(call, "POST", path, json=body)
    return _submission(served, path, data_of(reply), status=reply.status)


def find(call: Call, payload: Mapping[str, object]) -> Flow[Submission | None]:
    """Look for the task by the id that was sent along; None when Kling knows no such task."""
    served = serving_call(call)
    path = endpoint(served, payload)
    external_id = external_task_id(served, payload)
    if external_id is None or path in _NO_LOOKUP:
        raise SubmissionUnknownError(
            "the task cannot be looked up: this endpoint takes no id of ours; see the console's task list"
        )
    if served.row.route in PATH_ROUTES:
        reply = yield from exchange(
            call,
            "GET",
            f"{TASKS_PATH}?external_task_ids={quote(external_id, safe='')}",
            accept_statuses=frozenset({404}),
        )
        found = [] if code_of(reply) == NOT_FOUND else wire.items(data_of(reply))
        mine = [task for task in found if wire.text(task, "external_id") == external_id]
        return _submission(served, path, mine[0], status=reply.status) if mine else None
    reply = yield from exchange(
        call, "GET", f"{path}/{quote(external_id, safe='')}", accept_statuses=frozenset({404})
    )
    if code_of(reply) == NOT_FOUND:
        return None
    return _submission(served, path, data_of(reply), status=reply.status)


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


def external_task_id(call: Call, payload: Mapping[str, object]) -> str | None:
    """Return the id under which the task can be looked up; the user's own wins."""
    body = with_options(call, payload)
    where = ("options", "external_task_id") if call.row.route in PATH_ROUTES else ("external_task_id",)
    return wire.text(body, *where)


def _submission(call: Call, path: str, task: object, *, status: int) -> Submission:
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
