"""Reads the states of interactions and operations, and cancels interactions."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from tarash.tarash_gateway.plugin import (
    Call,
    Cancellation,
    ContentModerationError,
    Flow,
    GenerationFailedError,
    GenerationState,
    HttpCall,
    JobReference,
    JobStatus,
    QuotaExceededError,
    TarashException,
    ValidationError,
    hookimpl,
    send,
    state_of_word,
    wire,
)

from .connection import Connection, ask
from .errors import job_failure
from .settings import LOCATION

# one answer may hold four whole videos
STATUS_TIMEOUT_SECONDS = 120.0
STATES: Final[Mapping[str, GenerationState]] = {
    "budget_exceeded": "failed",
    # these wait for an answer that the gateway cannot give
    "requires_action": "failed",
    "requires_continuation": "failed",
    "idle": "failed",
}
"""Status words of interactions that only Google uses; an operation has none, it is `done` or it is not."""
_MAY_HAVE_MEDIA: Final = frozenset({"incomplete", "idle"})
"""Words of interactions that may have their video all the same: one that a token limit cut short, and one that waits for the next turn
("The server has completed all processing", google-genai 3.6.1, InteractionStatus)."""
_FILE = re.compile(r"/files/([A-Za-z0-9_-]+)")


@hookimpl
def tarash_poll(call: Call, job: JobReference) -> Flow[JobStatus]:
    """Read the job once; an interaction is not finished until its files can be read, too."""
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
                "the provider could not store the finished video", raw_response=body
            )
            return JobStatus(state="failed", raw=body, error=error)
    return status


def fetch_job(call: Call, job: JobReference) -> Flow[tuple[Connection, dict[str, object]]]:
    """Return the provider's answer about the job, with the connection that asked."""
    path, operation = path_of(job), wire.text(job, "operation")

    def build(connection: Connection) -> HttpCall:
        if connection.vertex and operation is not None:
            # Vertex AI is asked by POST, which only reads
            return connection.request(
                "POST", path, json={"operationName": operation}, timeout_seconds=STATUS_TIMEOUT_SECONDS
            )
        return connection.request("GET", path, timeout_seconds=STATUS_TIMEOUT_SECONDS)

    connection, reply = yield from ask(call, build, job_location=location_of(job))
    return connection, reply.json_object()


_PATH = re.compile(r"/[!-~]+")


def path_of(job: JobReference) -> str:
    """Return the path at which the job is read.

    Raises:
        ValidationError: the reference was altered, and has none.
    """
    path = wire.text(job, "path")
    if path is None or not _PATH.fullmatch(path):
        raise ValidationError("the job's reference has no path; resume the job as it was saved")
    return path


def location_of(job: JobReference) -> str:
    """Return where on Vertex AI the job runs; "" on the Gemini API.

    Raises:
        ValidationError: the reference was altered; its location would lead to another host.
    """
    location = wire.text(job, "location") or ""
    if location and LOCATION.fullmatch(location) is None:
        raise ValidationError(
            "the location in the job's reference is not one; resume the job as it was saved"
        )
    return location


def _file_state(connection: Connection, uri: str) -> Flow[str | None]:
    """Return the state of a file of the File API; None for other links, and if the file does not show it."""
    name = file_name(connection, uri)
    if name is None:
        return None
    reply = yield from send(
        connection.request(
            "GET", f"{connection.version_path}/files/{name}", accept_statuses=frozenset({403, 404})
        )
    )
    return (wire.text(reply.json_object(), "state") or "").upper() if reply.is_success else None


def file_name(connection: Connection, uri: str) -> str | None:
    """Return the name of a file of the File API, also if a server in between passes on Google's own link."""
    if connection.vertex or not (connection.call.is_own_origin(uri) or uri.startswith(connection.google_url)):
        return None
    found = _FILE.search(uri)
    return found[1] if found else None


# Interactions: Omni.


def read_interaction(body: Mapping[str, object]) -> JobStatus:
    """Read an interaction as submitted, polled or fetched."""
    word = (wire.text(body, "status") or "").lower()
    state = state_of_word(word, STATES)
    if (state == "completed" or word in _MAY_HAVE_MEDIA) and output_media(body):
        return JobStatus(state="completed", raw=body)
    if state == "completed":
        return JobStatus(state="failed", raw=body, error=_nothing_generated(body))
    if state == "failed":
        return JobStatus(state="failed", raw=body, error=_why(word, body))
    return JobStatus(state=state, raw=body)


def output_media(body: Mapping[str, object]) -> list[Mapping[str, object]]:
    """Return the videos and images of the model's own steps; other steps echo the inputs."""
    return [
        wire.mapping(content)
        for step in wire.items(body, "steps")
        if wire.text(step, "type") == "model_output"
        for content in wire.items(step, "content")
        if wire.text(content, "type") in ("video", "image")
        and (wire.text(content, "uri") or wire.text(content, "data"))
    ]


def _nothing_generated(body: Mapping[str, object]) -> TarashException:
    """Explain a completed interaction without media: a refusal looks like this, with no token spent on output."""
    words = _said(body) or _complaint(body) or "no explanation given"
    tokens = wire.integer(body, "usage", "total_output_tokens")
    if not tokens:
        return ContentModerationError(
            f"nothing was generated, as for refused content: {words}", billed="no", raw_response=body
        )
    return GenerationFailedError(f"the model answered without media: {words}", raw_response=body)


def _why(word: str, body: Mapping[str, object]) -> TarashException:
    if word == "budget_exceeded":
        return QuotaExceededError("the budget of the project is used up; raise it", raw_response=body)
    if word == "incomplete" or word in STATES:
        return GenerationFailedError(
            f"the interaction ended as {word}: {_complaint(body) or 'no media'}", raw_response=body
        )
    errors = [wire.mapping(item) for item in wire.items(body, "errors")]
    errors += [wire.mapping(place, "error") for place in (*wire.items(body, "steps"), body)]
    return job_failure(next((error for error in errors if error), {}), body)


def _complaint(body: Mapping[str, object]) -> str:
    return "; ".join(text for item in wire.items(body, "errors") if (text := wire.text(item, "message")))


def _said(body: Mapping[str, object]) -> str:
    return " ".join(
        text
        for step in wire.items(body, "steps")
        if wire.text(step, "type") == "model_output"
        for content in wire.items(step, "content")
        if (text := wire.text(content, "text"))
    )[:500]


# Long-running operations: Veo, on Vertex AI and in the Gemini API's old form.


def read_operation(body: Mapping[str, object]) -> JobStatus:
    """Read an operation, which reports no progress. An operation with a video is done, even if it does not say so."""
    if output_videos(body):
        return JobStatus(state="completed", raw=body)
    if not _is_done(body):
        return JobStatus(state="processing", raw=body)
    error = wire.mapping(body, "error")
    if error:
        return JobStatus(state="failed", raw=body, error=job_failure(error, body))
    return JobStatus(state="failed", raw=body, error=_no_video(body))


def _is_done(body: Mapping[str, object]) -> bool:
    # servers in between write the word in quotes
    done = body.get("done")
    return done is True or (isinstance(done, str) and done.lower() == "true")


def output_videos(body: Mapping[str, object]) -> list[Mapping[str, object]]:
    """Return the videos; the old form holds each of them in a sample."""
    result = _result(body)
    videos = [wire.mapping(item) for item in wire.items(result, "videos")]
    videos += [wire.mapping(item, "video") for item in wire.items(result, "generatedSamples")]
    return [
        video
        for video in videos
        if any(wire.text(video, name) for name in ("gcsUri", "uri", "bytesBase64Encoded"))
    ]


def _no_video(body: Mapping[str, object]) -> TarashException:
    result = _result(body)
    reasons = "; ".join(
        reason for reason in wire.items(result, "raiMediaFilteredReasons") if isinstance(reason, str)
    )
    if not reasons and not wire.integer(result, "raiMediaFilteredCount"):
        return GenerationFailedError("the operation ended without a video", raw_response=body)
    # filtered videos are not billed (Google's documentation of Veo)
    return ContentModerationError(
        f"every video was filtered: {reasons or 'no reason given'}",
        stage="output",
        billed="no",
        raw_response=body,
    )


def _result(body: Mapping[str, object]) -> dict[str, object]:
    return wire.mapping(body, "response", "generateVideoResponse") or wire.mapping(body, "response")


@hookimpl
def tarash_cancel(call: Call, job: JobReference) -> Flow[Cancellation]:
    """Cancel an interaction; Veo's operations cannot be cancelled (Vertex AI reference, 2026-11-22)."""
    if job.get("protocol") != "interactions":
        return Cancellation(outcome="refused")
    path = f"{path_of(job)}/cancel"

    def build(connection: Connection) -> HttpCall:
        return connection.request("POST", path, json={}, accept_statuses=frozenset({400, 404, 409}))

    _, reply = yield from ask(call, build, job_location=location_of(job))
    if reply.status == 404:
        return Cancellation(outcome="unknown")
    if not reply.is_success:
        return Cancellation(outcome="finished" if reply.status == 400 else "refused")
    body = reply.json_object()
    if wire.text(body, "status") is None:
        return Cancellation(outcome="unknown")
    state = read_interaction(body).state
    return Cancellation(outcome="finished" if state == "completed" else "accepted")
