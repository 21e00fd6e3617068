"""Reads how the job of an asynchronous endpoint stands."""

from __future__ import annotations

from urllib.parse import quote

from tarash.tarash_gateway.plugin import (
    Call,
    Flow,
    HttpReply,
    JobReference,
    JobStatus,
    ValidationError,
    hookimpl,
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
    job_id = wire.text(job, "id")
    if job_id is None:
        raise ValidationError("the job's reference has no id; resume the job as it was saved")
    path = f"/v2beta/results/{quote(job_id, safe='')}"
    reply = yield from send(
        with_client_headers(call).request("GET", path, headers={"Accept": "application/json"})
    )
    # only Stability's own server asks clients to wait that long
    return read_status(reply, pause_seconds=POLL_SECONDS if call.is_default_server else None)


def read_status(reply: HttpReply, *, pause_seconds: float | None = None) -> JobStatus:
    """Read an answer: 202 while it renders, then 200 with the result itself. There is no progress."""
    body = reply.json_object()
    if reply.status == 202 or wire.text(body, "image") is None:
        return JobStatus(state="processing", raw=body, suggested_delay_seconds=pause_seconds)
    if is_filtered(body):
        answer = wire.without_base64(body)
        return JobStatus(state="failed", raw=answer, error=filtered(answer))
    return JobStatus(state="completed", raw=body)
