"""Finds the task of a submit whose answer was lost, by the id of our own that was sent along."""

from __future__ import annotations

from collections.abc import Mapping

from tarash.tarash_gateway.plugin import Call, Flow, Submission, SubmissionUnknownError, hookimpl, wire

from .auth import send_signed
from .errors import NOT_FOUND, code_of, data_of
from .models import PATH_ROUTES
from .payload import endpoint, read_submission, serving_call, with_options
from .status import id_of, is_task, list_call, task_call

# its query takes the provider's task id only (lip-sync page, 2026-09-20)
_NO_LOOKUP = frozenset({"/v1/videos/advanced-lip-sync"})


@hookimpl
def tarash_find_submission(call: Call, payload: Mapping[str, object]) -> Flow[Submission | None]:
    """Look for the task by the id that was sent along; None when Kling knows no such task."""
    served = serving_call(call)
    path = endpoint(served, payload)
    external_id = external_task_id(served, payload)
    if external_id is None or path in _NO_LOOKUP:
        raise SubmissionUnknownError(
            "the task cannot be looked up, as this endpoint takes no id of ours; see the task list in Kling's console"
        )
    if served.row.route in PATH_ROUTES:
        reply = yield from send_signed(served, list_call(served, "external_task_ids", external_id))
        found = [] if code_of(reply) == NOT_FOUND else data_of(reply)
        if not isinstance(found, list):
            raise _unlisted()
        mine = [task for task in found if wire.identifier(task, "external_id") == external_id]
        return read_submission(served, path, mine[0], status=reply.status) if mine else None
    reply = yield from send_signed(served, task_call(served, path, external_id))
    if code_of(reply) == NOT_FOUND:
        return None
    task = data_of(reply)
    named = wire.identifier(task, "task_info", "external_task_id")
    # the path takes Kling's ids too: an id of the user's own may be that of another task
    if not is_task(task) or named not in (None, external_id) or id_of(task) == external_id:
        raise _unlisted()
    return read_submission(served, path, task, status=reply.status)


def _unlisted() -> SubmissionUnknownError:
    return SubmissionUnknownError(
        "Kling's answer does not say whether the task exists; see the list in its console"
    )


def external_task_id(call: Call, payload: Mapping[str, object]) -> str | None:
    """Return the id under which the task can be looked up; the user's own wins."""
    body = with_options(call, payload)
    where = ("options", "external_task_id") if call.row.route in PATH_ROUTES else ("external_task_id",)
    return wire.text(body, *where)
