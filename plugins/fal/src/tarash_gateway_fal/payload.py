"""What is sent to fal: the payload, the submit call, and the reference under which the job is found again."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

from tarash.tarash_gateway.mapping import Mapped
from tarash.tarash_gateway.plugin import (
    Call,
    Flow,
    GenerationRequest,
    JobReference,
    Submission,
    UnexpectedResponseError,
    default_map,
    send,
    wire,
)

from .settings import queue_headers
from .uploads import with_uploads


def map_request(call: Call, request: GenerationRequest) -> Mapped:
    """Apply the row."""
    # read here too, so that a wrong setting is told before anything is sent
    queue_headers(call)
    return default_map(call, request)


def submit(call: Call, payload: Mapping[str, object]) -> Flow[Submission]:
    """Queue a job. The body is the model's input itself, without an envelope."""
    headers = queue_headers(call)
    body = yield from with_uploads(call, payload)
    query = f"?{urlencode({'fal_webhook': call.webhook_url})}" if call.webhook_url else ""
    reply = yield from send(call.request("POST", f"/{call.model}{query}", json=body, headers=headers))
    ticket = reply.json_object()
    request_id = wire.text(ticket, "request_id")
    if request_id is None:
        raise UnexpectedResponseError(
            "the queue ticket has no request_id", status_code=reply.status, raw_response=ticket
        )
    return Submission(job=_reference(call, ticket, request_id), request_id=request_id, raw=ticket)


def _reference(call: Call, ticket: Mapping[str, object], request_id: str) -> JobReference:
    """Return where the job is found again.

    The ticket's address counts only at fal's own queue. Behind a base URL of the user's, or when it points
    elsewhere, it is rebuilt, so that the key never follows an answer to another host.
    """
    url = wire.text(ticket, "response_url")
    if url is None or not call.is_default_server or not call.is_own_origin(url):
        url = f"{call.base_url}/{application(call.model)}/requests/{request_id}"
    return {"request_id": request_id, "response_url": url}


def application(model: str) -> str:
    """Return owner and alias: a job's URLs keep no more of an endpoint id (fal-client 1.0.3, AppId)."""
    segments = model.split("/")
    kept = 3 if segments[0] in ("workflows", "comfy") else 2
    return "/".join(segments[:kept])
