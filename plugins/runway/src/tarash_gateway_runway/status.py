"""Reads the status and the cost of a task, and cancels it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from tarash.tarash_gateway.plugin import (
    Call,
    Cancellation,
    Flow,
    HTTPError,
    JobReference,
    JobStatus,
    TarashException,
    hookimpl,
    quoted_id,
    send,
    state_of_word,
    wire,
)

from .api_version import versioned
from .errors import billed, job_failure
from .prices import USD_PER_CREDIT

ENDED = frozenset({"completed", "failed", "cancelled"})
MOST_DELETES = 3
POLL_SECONDS = 5.0
"""Runway refreshes the state no more often, and asks clients not to poll faster (API documentation)."""


def task_path(job: JobReference) -> str:
    """Return the path of a task.

    Raises:
        ValidationError: the reference is not one of Runway's.
    """
    return f"/v1/tasks/{quoted_id(job)}"


@hookimpl
def tarash_poll(call: Call, job: JobReference) -> Flow[JobStatus]:
    """Read the status of the task once."""
    reply = yield from send(versioned(call).request("GET", task_path(job)))
    return read_status(reply.json_object(), delay_seconds=POLL_SECONDS if call.is_default_server else None)


def read_status(task: Mapping[str, object], *, delay_seconds: float | None = None) -> JobStatus:
    """Read a task; an unknown word keeps the job alive, and THROTTLED means that the account's concurrency limit is reached."""
    state = state_of_word(wire.text(task, "status"))
    progress = wire.number(task, "progress")
    return JobStatus(
        state=state,
        progress_percent=None if progress is None else progress * 100,
        raw=task,
        error=job_failure(task) if state == "failed" else None,
        suggested_delay_seconds=delay_seconds,
        billed_usd=cost_usd(task),
    )


def cost_usd(task: Mapping[str, object]) -> float | None:
    """Return what a task that has ended cost; None while it runs."""
    credits_charged = wire.number(task, "cost", "credits")
    return None if credits_charged is None else round(credits_charged * USD_PER_CREDIT, 6)


@hookimpl
def tarash_cancel(call: Call, job: JobReference) -> Flow[Cancellation]:
    """Stop the task, unless it has ended: the same request would delete its outputs, without a refund.

    So every DELETE follows a look, and one whose answer was lost is not simply sent again: the task may have ended meanwhile.
    """
    delete = versioned(call).request(
        "DELETE", task_path(job), repeatable=False, accept_statuses=frozenset({404})
    )
    was_sent = False
    charged: Literal["yes", "no", "unknown"] = "unknown"
    for _ in range(MOST_DELETES):
        before = yield from _look(call, job)
        if before is None:
            # deleted: by a DELETE of ours whose answer was lost, or by another user, who may have seen it finished
            return Cancellation(outcome="accepted" if was_sent else "unknown", billed=charged)
        if before.state in ENDED:
            return Cancellation(outcome="finished", billed=billed(wire.mapping(before.raw)))
        # a running task is charged in full; a waiting one may be refunded, but a deleted task no longer says so
        charged = "yes" if before.state == "processing" else "unknown"
        try:
            reply = yield from send(delete)
        except TarashException as error:
            if not error.is_retryable:
                raise
            was_sent = was_sent or not isinstance(error, HTTPError)
            continue
        # Runway answers 204; another 2xx status is that of a proxy
        is_confirmed = reply.status == 204 or (was_sent and not reply.is_success)
        return Cancellation(outcome="accepted" if is_confirmed else "unknown", billed=charged)
    return Cancellation(outcome="unknown", billed=charged)


def _look(call: Call, job: JobReference) -> Flow[JobStatus | None]:
    """Return the status of the task; None if it was deleted."""
    get = versioned(call).request("GET", task_path(job), accept_statuses=frozenset({404}))
    reply = yield from send(get)
    return None if reply.status == 404 else read_status(reply.json_object())
