"""How the job of an asynchronous endpoint stands."""

from __future__ import annotations

from tarash.tarash_gateway.plugin import Call, Flow, HttpReply, JobReference, JobStatus, send, wire

from .errors import filtered
from .results import is_filtered

# "at most once every 10 seconds" (Stability API reference, fetch async generation result)
POLL_SECONDS = 10.0


def poll(call: Call, job: JobReference) -> Flow[JobStatus]:
    """Ask once for the result."""
    reply = yield from send(
        call.request("GET", f"/v2beta/results/{job['id']}", headers={"Accept": "application/json"})
    )
    # another server than Stability's own has not asked for patience
    return read_status(reply, pause_seconds=POLL_SECONDS if call.is_default_server else None)


def read_status(reply: HttpReply, *, pause_seconds: float | None = None) -> JobStatus:
    """Read an answer: 202 as long as it renders, then 200 with the result itself; there is no progress."""
    body = reply.json_object()
    if reply.status == 202 or wire.text(body, "image") is None:
        return JobStatus(state="processing", raw=body, suggested_delay_seconds=pause_seconds)
    if is_filtered(body):
        return JobStatus(
            state="failed", raw=wire.without_base64(body), error=filtered(wire.without_base64(body))
        )
    return JobStatus(state="completed", raw=body)
