"""How a job stands: videos and background responses, and how they are stopped."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import quote

from tarash.tarash_gateway.plugin import (
    Call,
    Cancellation,
    Flow,
    HttpReply,
    JobReference,
    JobStatus,
    send,
    wire,
)

from .errors import job_failure
from .responses import read_response
from .server import Server, server_of
from .states import read_state


def poll(call: Call, job: JobReference) -> Flow[JobStatus]:
    """Ask once how the job stands."""
    reply = yield from send(server_of(call).request("GET", job_path(job)))
    body = reply.json_object()
    status = read_response(body) if job["kind"] == "response" else read_video(body)
    return replace(status, suggested_delay_seconds=wished_delay_seconds(reply))


def job_path(job: JobReference) -> str:
    """Return where the job stands below the API's root."""
    folder = "responses" if job["kind"] == "response" else "videos"
    return f"/{folder}/{quote(str(job['id']), safe='')}"


def read_video(body: object) -> JobStatus:
    """Read a video object."""
    state = read_state(wire.text(body, "status"))
    error = wire.mapping(body, "error")
    return JobStatus(
        state=state,
        progress_percent=wire.number(body, "progress"),
        raw=body,
        error=job_failure(error, body) if state == "failed" and error else None,
    )


def wished_delay_seconds(reply: HttpReply) -> float | None:
    """Return when the server wants to be asked again (openai 3.54.0, resources/videos.py), in seconds."""
    milliseconds = wire.number(reply.header("openai-poll-after-ms"))
    return None if milliseconds is None or milliseconds < 0 else milliseconds / 1000.0


def cancel(call: Call, job: JobReference) -> Flow[Cancellation]:
    """Stop a response; of a video, only say how it stands, unless the server stops what is deleted."""
    server = server_of(call)
    if job["kind"] == "response":
        return (yield from _cancel_response(server, job))
    if server.settings.delete_cancels:
        return (yield from _delete_video(server, job))
    reply = yield from send(server.request("GET", job_path(job), accept_statuses=frozenset({404})))
    state = read_state(wire.text(reply.json(), "status")) if reply.is_success else "processing"
    return Cancellation(outcome="finished" if state in ("completed", "failed", "cancelled") else "refused")


def _cancel_response(server: Server, job: JobReference) -> Flow[Cancellation]:
    reply = yield from send(
        server.request(
            "POST",
            f"{job_path(job)}/cancel",
            # cancelling twice is cancelling once
            repeatable=True,
            accept_statuses=frozenset({400, 404, 409}),
        )
    )
    if not reply.is_success:
        return Cancellation(outcome="refused")
    state = read_state(wire.text(reply.json(), "status"))
    return Cancellation(outcome="finished" if state in ("completed", "failed") else "accepted")


def _delete_video(server: Server, job: JobReference) -> Flow[Cancellation]:
    refusals = frozenset({400, 404, 409})
    reply = yield from send(server.request("DELETE", job_path(job), accept_statuses=refusals))
    return Cancellation(outcome="accepted" if reply.is_success else "refused")
