"""Reads how a task stands and what it cost, and cancels it."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote

from tarash.tarash_gateway.plugin import (
    Call,
    Cancellation,
    Flow,
    GenerationState,
    JobReference,
    JobStatus,
    TarashException,
    hookimpl,
    send,
    wire,
)

from .api_version import versioned
from .errors import billed, job_failure
from .prices import USD_PER_CREDIT

STATES: Mapping[str, GenerationState] = {
    "PENDING": "queued",
    # the account's concurrency limit is reached; the task starts by itself once another one ends
    "THROTTLED": "queued",
    "RUNNING": "processing",
    "SUCCEEDED": "completed",
    "FAILED": "failed",
    "CANCELLED": "cancelled",
    "CANCELED": "cancelled",
}
POLL_SECONDS = 5.0
"""Runway refreshes the state no more often, and asks clients not to poll faster (API documentation)."""


def task_path(job: JobReference) -> str:
    """Return the path of a task."""
    return f"/v1/tasks/{quote(str(job['id']), safe='')}"


@hookimpl
def tarash_poll(call: Call, job: JobReference) -> Flow[JobStatus]:
    """Ask once how the task stands."""
    reply = yield from send(versioned(call).request("GET", task_path(job)))
    return read_status(reply.json_object(), delay_seconds=POLL_SECONDS if call.is_default_server else None)


def read_status(task: Mapping[str, object], *, delay_seconds: float | None = None) -> JobStatus:
    """Read a task; an unknown word keeps the job alive."""
    state = STATES.get(wire.text(task, "status") or "", "processing")
    progress = wire.number(task, "progress")
    return JobStatus(
        state=state,
        progress_percent=None if progress is None else min(max(progress * 100, 0.0), 100.0),
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
    """Stop the task, unless it has ended: the same request would delete its outputs, without a refund."""
    before: JobStatus | None = None
    try:
        before = yield from tarash_poll(call, job)
    except TarashException:
        # stop it all the same: it may well be running
        before = None
    if before is not None and before.state in ("completed", "failed", "cancelled"):
        return Cancellation(outcome="finished", billed=billed(wire.mapping(before.raw)))
    # 404: deleted already, by a first try whose answer was lost
    delete = versioned(call).request("DELETE", task_path(job), accept_statuses=frozenset({404}))
    yield from send(delete)
    # a running task is charged in full; a waiting one may be refunded, but a deleted task no longer says so
    running = before is not None and before.state == "processing"
    return Cancellation(outcome="accepted", billed="yes" if running else "unknown")
