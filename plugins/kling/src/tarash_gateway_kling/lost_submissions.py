"""Finds the task whose submission was answered into a broken connection, by the id of our own that was sent along."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote

from tarash.tarash_gateway.plugin import Call, Flow, Submission, SubmissionUnknownError, wire

from .auth import exchange
from .errors import NOT_FOUND, code_of, data_of
from .models import PATH_ROUTES
from .payload import endpoint, serving_call
from .status import TASKS_PATH
from .submission import read_submission, with_options

# its query takes the provider's task id only (lip-sync page, 2026-09-20)
_NO_LOOKUP = frozenset({"/v1/videos/advanced-lip-sync"})


def find_submission(call: Call, payload: Mapping[str, object]) -> Flow[Submission | None]:
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
        return read_submission(served, path, mine[0], status=reply.status) if mine else None
    reply = yield from exchange(
        call, "GET", f"{path}/{quote(external_id, safe='')}", accept_statuses=frozenset({404})
    )
    if code_of(reply) == NOT_FOUND:
        return None
    return read_submission(served, path, data_of(reply), status=reply.status)


def external_task_id(call: Call, payload: Mapping[str, object]) -> str | None:
    """Return the id under which the task can be looked up; the user's own wins."""
    body = with_options(call, payload)
    where = ("options", "external_task_id") if call.row.route in PATH_ROUTES else ("external_task_id",)
    return wire.text(body, *where)
