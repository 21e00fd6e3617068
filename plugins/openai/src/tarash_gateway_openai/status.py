"""Reads the states of videos and background responses, and cancels them.

Source: openai 3.54.0, types/video.py and types/responses/response_status.py.
"""

from __future__ import annotations

from dataclasses import replace

from tarash.tarash_gateway.plugin import (
    Call,
    Cancellation,
    Flow,
    GenerationFailedError,
    HttpReply,
    JobReference,
    JobStatus,
    TarashException,
    body_of,
    hookimpl,
    quoted_id,
    send,
    state_of_word,
    wire,
)

from .errors import job_failure
from .server import Server, server_of

IMAGE_CALL = "image_generation_call"
REFUSED_CANCELS = frozenset({400, 404, 409})


@hookimpl
def tarash_poll(call: Call, job: JobReference) -> Flow[JobStatus]:
    """Read a video or a response once."""
    reply = yield from send(server_of(call).request("GET", job_path(job)))
    body = reply.json_object()
    status = read_response(body) if job.get("kind") == "response" else read_video(body)
    return replace(status, suggested_delay_seconds=wished_delay_seconds(reply))


def job_path(job: JobReference) -> str:
    """Return the job's path below the API's root.

    Raises:
        ValidationError: the reference was altered; it has no id.
    """
    folder = "responses" if job.get("kind") == "response" else "videos"
    return f"/{folder}/{quoted_id(job)}"


def read_video(body: object) -> JobStatus:
    """Read a video object."""
    state = state_of_word(wire.text(body, "status"))
    error = wire.mapping(body, "error")
    return JobStatus(
        state=state,
        progress_percent=wire.number(body, "progress"),
        raw=body,
        error=job_failure(error, body) if state == "failed" and error else None,
    )


def read_response(body: object) -> JobStatus:
    """Read a response. One that ended with an image is completed; without one it has failed, and its image call says why."""
    state = state_of_word(wire.text(body, "status"))
    if state in ("completed", "failed"):
        has_image = any(wire.text(call, "result") for call in image_calls(body))
        state = "completed" if has_image else "failed"
    return JobStatus(state=state, raw=body, error=_response_failure(body) if state == "failed" else None)


def image_calls(body: object) -> list[object]:
    """Return the image generation calls of a response."""
    return [item for item in wire.items(body, "output") if wire.text(item, "type") == IMAGE_CALL]


def _response_failure(body: object) -> TarashException:
    found = [wire.mapping(call, "error") for call in image_calls(body)]
    error = next((item for item in [wire.mapping(body, "error"), *found] if item), None)
    if error is not None:
        return job_failure(error, body)
    reason = wire.text(body, "incomplete_details", "reason")
    if reason is not None:
        return job_failure({"code": reason, "message": f"the response is incomplete: {reason}"}, body)
    return GenerationFailedError("the text model answered without generating an image", raw_response=body)


def wished_delay_seconds(reply: HttpReply) -> float | None:
    """Return when the server wants the next poll, in seconds above 0 (openai 3.54.0, resources/videos.py)."""
    milliseconds = wire.number(reply.header("openai-poll-after-ms"))
    # 0 does not mean that polls may come without a pause
    return None if milliseconds is None or milliseconds <= 0 else milliseconds / 1000.0


@hookimpl
def tarash_cancel(call: Call, job: JobReference) -> Flow[Cancellation]:
    """Cancel a response. Videos cannot be cancelled: delete one if that stops it, else only read its status."""
    server = server_of(call)
    if job.get("kind") == "response":
        return (yield from _cancel_response(server, job))
    if server.settings.delete_cancels:
        return (yield from _delete_video(server, job))
    reply = yield from send(server.request("GET", job_path(job), accept_statuses=frozenset({404})))
    state = state_of_word(wire.text(reply.json(), "status")) if reply.is_success else "processing"
    return Cancellation(outcome="finished" if state in ("completed", "failed", "cancelled") else "refused")


def _cancel_response(server: Server, job: JobReference) -> Flow[Cancellation]:
    reply = yield from send(
        server.request("POST", f"{job_path(job)}/cancel", accept_statuses=REFUSED_CANCELS)
    )
    if not reply.is_success:
        return Cancellation(outcome="refused")
    word = wire.text(reply.json(), "status")
    if word is None:
        return Cancellation(outcome="unknown")
    return Cancellation(outcome="finished" if state_of_word(word) in ("completed", "failed") else "accepted")


def _delete_video(server: Server, job: JobReference) -> Flow[Cancellation]:
    reply = yield from send(server.request("DELETE", job_path(job), accept_statuses=REFUSED_CANCELS))
    if not reply.is_success:
        return Cancellation(outcome="refused")
    if reply.status == 204:
        return Cancellation(outcome="accepted")
    # servers differ in what they send back, but none sends a web page or an error
    body = body_of(reply)
    is_confirmed = isinstance(body, dict) and not body.get("error") and body.get("deleted") is not False
    return Cancellation(outcome="accepted" if is_confirmed else "unknown")
