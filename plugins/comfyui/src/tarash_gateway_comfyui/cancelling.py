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
    wire,
)

from .server import history_path, prompt_id_of, with_auth
from .status import read_queue


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
            history = yield from send(server.request("GET", history_path(prompt_id)))
            if not wire.mapping(history.json_object(), prompt_id):
                return Cancellation(outcome="accepted", billed="no")
    if found is None:
        return Cancellation(outcome="finished")
    if found.state != "processing":
        return Cancellation(outcome="refused")
    # older servers ignore the id and stop what runs now: sent again, this could stop somebody else's job
    yield from send(server.request("POST", "/interrupt", json={"prompt_id": prompt_id}, repeatable=False))
    return Cancellation(outcome="accepted")


def _look(server: Call, prompt_id: str) -> Flow[JobStatus | None]:
    reply = yield from send(server.request("GET", "/queue"))
    return read_queue(reply, prompt_id)
