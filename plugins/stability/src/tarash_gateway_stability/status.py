"""Reads the status of jobs on asynchronous endpoints."""

from __future__ import annotations

from tarash.tarash_gateway.plugin import (
    Call,
    Flow,
    HttpReply,
    JobReference,
    JobStatus,
    hookimpl,
    quoted_id,
    send,
    wire,
)

from .errors import filtered
from .results import is_filtered
from .settings import with_client_headers

# "at most once every 10 seconds" (Stability API reference, fetch async generation result)
POLL_SECONDS = 10.0


@hookimpl
def tarash_poll(call: Call, job: JobReference) -> Flow[JobStatus]:
    """Ask once for the result."""
    path = f"/v2beta/results/{quoted_id(job)}"
    reply = yield from send(
        with_client_headers(call).request("GET", path, headers={"Accept": "application/json"})
    )
    # only Stability's own server asks clients to wait that long
    return read_status(reply, pause_seconds=POLL_SECONDS if call.is_default_server else None)


def read_status(reply: HttpReply, *, pause_seconds: float | None = None) -> JobStatus:
    """Read an answer: 202 while the job runs, then 200 with the result itself. There is no progress."""
    body = reply.json_object()
    if reply.status == 202 or wire.text(body, "image") is None:
        return JobStatus(state="processing", raw=body, suggested_delay_seconds=pause_seconds)
    if is_filtered(body):
        answer = wire.without_base64(body)
        return JobStatus(state="failed", raw=answer, error=filtered(answer))
    return JobStatus(state="completed", raw=body)
