"""Cancels a job, and never another: the server's interrupt stops whatever runs unless it is told which job is meant."""

from __future__ import annotations

from tarash.tarash_gateway.plugin import (
    Call,
    Cancellation,
    Flow,
    JobReference,
    JobStatus,
    hookimpl,
    send,
    sleep,
    wire,
)

from .server import history_path, prompt_id_of, with_auth
from .status import read_entry, read_queue

PAUSES_SECONDS = (0.0, 0.25, 0.5, 1.0, 2.0)
"""Pauses before each look whether an interrupted job has stopped: it stops at its next step."""


@hookimpl
def tarash_cancel(call: Call, job: JobReference) -> Flow[Cancellation]:
    """Delete the job from the queue, or interrupt it if it is the one that runs."""
    server, prompt_id = with_auth(call), prompt_id_of(job)
    found = yield from _look(server, prompt_id)
    if found is not None and found.state == "queued":
        yield from send(server.request("POST", "/queue", json={"delete": [prompt_id]}))
        # it may have begun to run in between; then nothing was deleted
        found = yield from _look(server, prompt_id)
        if found is None:
            return (yield from _ended(server, prompt_id, Cancellation(outcome="accepted", billed="no")))
    if found is None:
        return Cancellation(outcome="finished")
    if found.state != "processing":
        return Cancellation(outcome="refused")
    # older servers ignore the id and stop what runs now: sent again, this could stop somebody else's job
    yield from send(server.request("POST", "/interrupt", json={"prompt_id": prompt_id}, repeatable=False))
    # the answer is empty and says nothing
    for pause in PAUSES_SECONDS:
        if pause:
            yield from sleep(pause)
        if (yield from _look(server, prompt_id)) is None:
            return (yield from _ended(server, prompt_id, Cancellation(outcome="accepted")))
    return Cancellation(outcome="unknown")


def _look(server: Call, prompt_id: str) -> Flow[JobStatus | None]:
    reply = yield from send(server.request("GET", "/queue"))
    return read_queue(reply, prompt_id)


def _ended(server: Call, prompt_id: str, stopped: Cancellation) -> Flow[Cancellation]:
    """Return `stopped`, or that the job had ended before; a job that was deleted is not in the history."""
    reply = yield from send(server.request("GET", history_path(prompt_id)))
    entry = wire.mapping(reply.json_object(), prompt_id)
    has_ended = bool(entry) and read_entry(entry).state != "cancelled"
    return Cancellation(outcome="finished") if has_ended else stopped
