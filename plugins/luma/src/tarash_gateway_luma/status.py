"""Polls generations, and deletes those that are given up."""

from __future__ import annotations

from collections.abc import Mapping

from tarash.tarash_gateway.plugin import (
    Call,
    Cancellation,
    Flow,
    JobReference,
    JobStatus,
    hookimpl,
    quoted_id,
    reference_id,
    send,
    state_of_word,
    wire,
)

from .apis import at_api
from .errors import job_failure
from .models import AGENTS


@hookimpl
def tarash_poll(call: Call, job: JobReference) -> Flow[JobStatus]:
    """Read the status of the generation once."""
    api, path = _place(job)
    return read_status((yield from _read(at_api(call, api), path)))


def read_status(generation: Mapping[str, object]) -> JobStatus:
    """Read a generation. Neither API reports a percentage, a queue position or log lines."""
    state = state_of_word(wire.text(generation, "state"))
    return JobStatus(
        state=state, raw=generation, error=job_failure(generation) if state == "failed" else None
    )


@hookimpl
def tarash_cancel(call: Call, job: JobReference) -> Flow[Cancellation] | None:
    """Delete an unfinished generation of Dream Machine; the Agents API has no such call."""
    api, path = _place(job)
    return None if api == AGENTS else _delete(at_api(call, api), path)


def _delete(call: Call, path: str) -> Flow[Cancellation]:
    """Delete the generation, unless it is finished: the result is paid for, and deleting would lose it.

    Whether deleting stops a running job is not documented (lumaai 1.21.0 only has "delete"), so the outcome stays unknown.
    """
    state = read_status((yield from _read(call, path))).state
    if state == "completed":
        return Cancellation(outcome="finished", billed="yes")
    if state in ("failed", "cancelled"):
        return Cancellation(outcome="finished")
    # not sent again when its answer is lost: the generation may be finished by then
    delete = call.request("DELETE", path, repeatable=False, accept_statuses=frozenset({404}))
    reply = yield from send(delete)
    return Cancellation(outcome="unknown" if reply.is_success else "refused")


def _read(call: Call, path: str) -> Flow[dict[str, object]]:
    reply = yield from send(call.request("GET", path))
    return reply.json_object()


def _place(job: JobReference) -> tuple[str, str]:
    """Return which API has the job, and the path of its generation, the same in both."""
    return reference_id(job, "api"), f"/generations/{quoted_id(job)}"
