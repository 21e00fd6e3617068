"""What is sent to Stability: the parts of the form, the endpoint, and the submit call itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from tarash.tarash_gateway.mapping import Mapped
from tarash.tarash_gateway.plugin import (
    Call,
    Flow,
    GenerationRequest,
    Media,
    Part,
    Submission,
    UnexpectedResponseError,
    ValidationError,
    default_map,
    read_file,
    send,
    to_media,
    wire,
)

from .fields import FILE_PARTS
from .models import SD3
from .settings import client_headers
from .uploads import with_uploads

# a synchronous answer comes when the picture is done; the slow endpoints take more than a minute
RENDER_SECONDS = 180.0
# wanted by the API with an input image and without a default there; this is the gateway's own choice
DEFAULT_STRENGTH = 0.65

WANTED: Mapping[str, tuple[str, ...]] = {
    "edit/outpaint": ("left", "right", "up", "down"),
    "edit/search-and-replace": ("search_prompt",),
    "edit/search-and-recolor": ("select_prompt",),
    "edit/replace-background-and-relight": ("background_prompt", "background_reference"),
}
"""Endpoint → parts of which it wants at least one, and which no unified field alone guarantees."""


def map_request(call: Call, request: GenerationRequest) -> Mapped:
    """Apply the row, and complete what the endpoint demands besides."""
    # read here too, so that a wrong setting is told before anything is sent
    client_headers(call)
    mapped = default_map(call, request)
    payload = {
        name: read_file(to_media(value)) if name in FILE_PARTS else value
        for name, value in mapped.payload.items()
    }
    route = endpoint(call)
    if route in ("generate/ultra", SD3) and "image" in payload:
        payload.setdefault("strength", DEFAULT_STRENGTH)
    if route == SD3:
        payload["model"] = call.model
        payload["mode"] = "image-to-image" if "image" in payload else "text-to-image"
    wanted = WANTED.get(route, ())
    if wanted and not any(name in payload for name in wanted):
        raise ValidationError(_advice(wanted), provider=call.provider.id, model=call.model)
    return replace(mapped, payload=payload)


def _advice(wanted: tuple[str, ...]) -> str:
    if "background_prompt" in wanted:
        return "a new background is required: give a prompt, or an image of type 'asset' that shows it"
    names = " or ".join(wanted)
    return f"{names} is required for this model; give it in extra_params"


def endpoint(call: Call) -> str:
    """Return the end of the endpoint's path; a model without a row is taken for it."""
    if call.row.route:
        return call.row.route
    if call.model.startswith("sd3"):
        return SD3
    return call.model if "/" in call.model else f"generate/{call.model}"


def submit(call: Call, payload: Mapping[str, object]) -> Flow[Submission]:
    """Send the form. Most endpoints answer with the picture, some with the id of a job."""
    headers = client_headers(call)
    files = yield from with_uploads(call, payload)
    reply = yield from send(
        call.request(
            "POST",
            f"/v2beta/stable-image/{endpoint(call)}",
            multipart=form_parts(files),
            # JSON says with the picture whether it was filtered, and a cut-off answer cannot pass for whole
            headers={"Accept": "application/json", **headers},
            timeout_seconds=RENDER_SECONDS,
        )
    )
    body = reply.json_object()
    if "image" in body:
        return Submission(result=body, request_id=reply.header("x-request-id"), raw=body)
    job_id = wire.text(body, "id")
    if job_id is None:
        raise UnexpectedResponseError(
            "the answer has neither an image nor the id of a job", status_code=reply.status, raw_response=body
        )
    return Submission(job={"id": job_id}, request_id=job_id, state="processing", raw=body)


def form_parts(payload: Mapping[str, object]) -> tuple[Part, ...]:
    """Return the parts of the form; everything that is no file travels as text."""
    return tuple(_part(name, value) for name, value in payload.items() if value is not None)


def _part(name: str, value: object) -> Part:
    if isinstance(value, Media):
        return Part(name, value.content or b"", value.filename, value.content_type)
    if isinstance(value, bool):
        return Part(name, "true" if value else "false")
    return Part(name, str(value))
