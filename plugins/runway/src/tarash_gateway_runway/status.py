"""How Runway's answers about a task are read: its state, its cost, its cancellation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from tarash.tarash_gateway.plugin import (
    Call,
    Cancellation,
    Flow,
    JobReference,
    JobStatus,
    TarashException,
    TransportFailure,
    send,
    wire,
)

from .calls import request
from .errors import billed, job_failure
from .prices import USD_PER_CREDIT

STATES: Mapping[str, Literal["queued", "processing", "completed", "failed", "cancelled"]] = {
    "PENDING": "queued",
    # the account's concurrency limit is reached; the task starts by itself when a place is free
    "THROTTLED": "queued",
    "RUNNING": "processing",
    "SUCCEEDED": "completed",
    "FAILED": "failed",
    "CANCELLED": "cancelled",
    "CANCELED": "cancelled",
}
POLL_SECONDS = 5.0
"""Runway refreshes a task's state no more often and asks not to be polled faster (API documentation)."""


def task_path(job: JobReference) -> str:
    """Return the path of a task."""
    return f"/v1/tasks/{job['id']}"


def poll(call: Call, job: JobReference) -> Flow[JobStatus]:
    """Ask once how the task stands."""
    reply = yield from send(request(call, "GET", task_path(job)))
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


def cancel(call: Call, job: JobReference) -> Flow[Cancellation]:
    """Stop the task.

    The same request deletes a task that has ended, with its outputs and without a refund: so it is asked
    first how the task stands, and a finished one is left alone.
    """
    before: JobStatus | None = None
    try:
        before = yield from poll(call, job)
    except (TarashException, TransportFailure):
        # not knowing is no reason to let it run
        before = None
    if before is not None and before.state in ("completed", "failed", "cancelled"):
        return Cancellation(outcome="finished", billed=billed(wire.mapping(before.raw)))
    # 404: gone already, by a first try whose answer was lost
    yield from send(request(call, "DELETE", task_path(job), accept_statuses=frozenset({404})))
    # a running task is charged in full; whether a waiting one was refunded nobody tells, for it is gone
    running = before is not None and before.state == "processing"
    return Cancellation(outcome="accepted", billed="yes" if running else "unknown")
