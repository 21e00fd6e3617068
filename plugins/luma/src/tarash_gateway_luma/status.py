"""How a generation stands, and what becomes of one that is given up."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from tarash.tarash_gateway.plugin import Call, Cancellation, Flow, JobReference, JobStatus, send, wire

from .apis import at_api
from .errors import job_failure
from .models import AGENTS

STATES: Mapping[str, Literal["queued", "processing", "completed", "failed"]] = {
    "queued": "queued",
    # the word of the Agents API, and that of Dream Machine
    "processing": "processing",
    "dreaming": "processing",
    "completed": "completed",
    "failed": "failed",
}


def poll(call: Call, job: JobReference) -> Flow[JobStatus]:
    """Ask once how the generation stands; the route is the same in both APIs."""
    return read_status((yield from _read(call, job)))


def read_status(generation: Mapping[str, object]) -> JobStatus:
    """Read a generation. Neither API tells a percentage, a place in the queue or log lines."""
    state = STATES.get(wire.text(generation, "state") or "", "processing")
    return JobStatus(
        state=state, raw=generation, error=job_failure(generation) if state == "failed" else None
    )


def cancel(call: Call, job: JobReference) -> Flow[Cancellation] | None:
    """Delete an unfinished generation of Dream Machine; the Agents API has no such call."""
    return None if job["api"] == AGENTS else _delete(call, job)


def _delete(call: Call, job: JobReference) -> Flow[Cancellation]:
    """Delete, unless the result is there: it is paid for, and deleting would lose it.

    That a running job stops is not documented (lumaai 1.21.0 only has "delete"), so the outcome stays unknown.
    """
    state = read_status((yield from _read(call, job))).state
    if state == "completed":
        return Cancellation(outcome="finished", billed="yes")
    if state == "failed":
        return Cancellation(outcome="finished")
    call = at_api(call, str(job["api"]))
    reply = yield from send(
        call.request("DELETE", f"/generations/{job['id']}", accept_statuses=frozenset({404}))
    )
    return Cancellation(outcome="unknown" if reply.is_success else "refused")


def _read(call: Call, job: JobReference) -> Flow[dict[str, object]]:
    call = at_api(call, str(job["api"]))
    reply = yield from send(call.request("GET", f"/generations/{job['id']}"))
    return reply.json_object()
