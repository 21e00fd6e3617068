"""How a job is asked about, and how it is cancelled."""

from __future__ import annotations

import re

from tarash.tarash_gateway.plugin import (
    Call,
    Cancellation,
    Flow,
    GenerationFailedError,
    HttpCall,
    JobReference,
    JobStatus,
    send,
    wire,
)

from .answer_interaction import output_media, read_interaction
from .answer_operation import read_operation
from .connection import Connection, ask

# one answer may hold four whole videos
STATUS_TIMEOUT_SECONDS = 120.0
_FILE = re.compile(r"/files/([A-Za-z0-9_-]+)")


def poll(call: Call, job: JobReference) -> Flow[JobStatus]:
    """Ask once how the job stands; an interaction is finished when its files can be read, too."""
    connection, body = yield from fetch_job(call, job)
    if job.get("protocol") != "interactions":
        return read_operation(body)
    status = read_interaction(body)
    if status.state != "completed":
        return status
    for media in output_media(body):
        state = yield from _file_state(connection, wire.text(media, "uri") or "")
        if state == "PROCESSING":
            return JobStatus(state="processing", raw=body)
        if state == "FAILED":
            error = GenerationFailedError(
                "the finished video could not be stored by the provider", raw_response=body
            )
            return JobStatus(state="failed", raw=body, error=error)
    return status


def fetch_job(call: Call, job: JobReference) -> Flow[tuple[Connection, dict[str, object]]]:
    """Return the job as the provider tells it, with the connection that asked."""
    path, operation = str(job["path"]), job.get("operation")

    def build(connection: Connection) -> HttpCall:
        if connection.vertex and operation is not None:
            # Vertex AI is asked by POST, which only reads
            return connection.request(
                "POST",
                path,
                json={"operationName": operation},
                timeout_seconds=STATUS_TIMEOUT_SECONDS,
                repeatable=True,
            )
        return connection.request("GET", path, timeout_seconds=STATUS_TIMEOUT_SECONDS)

    connection, reply = yield from ask(call, build, job_location=str(job.get("location") or ""))
    return connection, reply.json_object()


def _file_state(connection: Connection, uri: str) -> Flow[str | None]:
    """Return the state of a file of the File API; None for other links, and when the file does not tell."""
    name = file_name(connection, uri)
    if name is None:
        return None
    reply = yield from send(
        connection.request(
            "GET", f"{connection.version_path}/files/{name}", accept_statuses=frozenset({403, 404})
        )
    )
    return wire.text(reply.json_object(), "state") if reply.is_success else None


def file_name(connection: Connection, uri: str) -> str | None:
    """Return the name of a file of the File API, also where a server in between passes Google's own link on."""
    if connection.vertex or not (connection.call.is_own_origin(uri) or uri.startswith(connection.google_url)):
        return None
    found = _FILE.search(uri)
    return found[1] if found else None


def cancel(call: Call, job: JobReference) -> Flow[Cancellation]:
    """Cancel an interaction; Veo's operations cannot be cancelled (Vertex AI reference, 2026-11-22)."""
    if job.get("protocol") != "interactions":
        return Cancellation(outcome="refused")

    def build(connection: Connection) -> HttpCall:
        # cancelling twice is cancelling once
        return connection.request(
            "POST",
            f"{job['path']}/cancel",
            json={},
            repeatable=True,
            accept_statuses=frozenset({400, 404, 409}),
        )

    _, reply = yield from ask(call, build, job_location=str(job.get("location") or ""))
    if reply.status == 404:
        return Cancellation(outcome="unknown")
    if not reply.is_success:
        return Cancellation(outcome="finished" if reply.status == 400 else "refused")
    state = read_interaction(reply.json_object()).state
    return Cancellation(outcome="finished" if state == "completed" else "accepted")
