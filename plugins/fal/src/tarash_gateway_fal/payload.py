"""What is sent to fal: the submit call, its headers, and local media on their way up."""

from __future__ import annotations

from collections.abc import Mapping

from tarash.tarash_gateway.plugin import Call, Flow, JobReference, Submission, UnexpectedResponseError, send, wire

from .uploads import with_uploads


def submit(call: Call, payload: Mapping[str, object]) -> Flow[Submission]:
    """Queue a job. The body is the model's input itself, without an envelope."""
    body = yield from with_uploads(call, payload)
    query = f"?fal_webhook={call.webhook_url}" if call.webhook_url else ""
    reply = yield from send(call.request("POST", f"/{call.model}{query}", json=body, headers=_headers(call)))
    ticket = reply.json_object()
    request_id = wire.text(ticket, "request_id")
    if request_id is None:
        raise UnexpectedResponseError("the queue ticket has no request_id", status_code=reply.status, raw_response=ticket)
    return Submission(job=_reference(call, ticket, request_id), request_id=request_id, raw=ticket)


def _headers(call: Call) -> dict[str, str]:
    """Return the queue options of `provider_config` as fal's headers."""
    config = call.provider_config
    headers: dict[str, str] = {}
    if priority := config.get("queue_priority"):
        headers["X-Fal-Queue-Priority"] = str(priority)
    if (start_timeout := config.get("start_timeout_seconds")) is not None:
        headers["X-Fal-Request-Timeout"] = str(start_timeout)
    if runner := config.get("runner_hint"):
        headers["X-Fal-Runner-Hint"] = str(runner)
    if config.get("store_io") is False:
        headers["X-Fal-Store-IO"] = "0"
    if config.get("server_retries") is False:
        headers["X-Fal-No-Retry"] = "1"
    return headers


def _reference(call: Call, ticket: Mapping[str, object], request_id: str) -> JobReference:
    """Return where the job is found again.

    The ticket's URLs are used only on fal's own queue; with a base URL of the user's, or when they point elsewhere, they are
    rebuilt, so that the key never follows an answer to another host.
    """
    url = wire.text(ticket, "response_url")
    if url is None or not call.is_default_server or not call.is_own_origin(url):
        url = f"{call.base_url}/{application(call.model)}/requests/{request_id}"
    return {"request_id": request_id, "response_url": url}


def application(model: str) -> str:
    """Return owner and alias: status, result and cancel URLs drop the rest of the endpoint id (fal-client 1.0.3, AppId)."""
    segments = model.split("/")
    kept = 3 if segments[0] in ("workflows", "comfy") else 2
    return "/".join(segments[:kept])
