"""Builds the form that is sent to Stability, and submits it to the endpoint of the model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from tarash.tarash_gateway.plugin import (
    Call,
    Flow,
    GenerationRequest,
    Mapped,
    Media,
    Part,
    Phrase,
    Submission,
    ValidationError,
    accepted_id,
    default_map,
    hookimpl,
    send,
    wire,
    wrong_field,
)

from .errors import error_in_answer
from .models import SD3, SD3_SUCCESSORS
from .settings import with_client_headers
from .uploads import with_uploads

# the answer carries the picture, and slow endpoints take more than a minute to make it
IMAGE_TIMEOUT_SECONDS = 180.0
# the API requires it with an input image and has no default; this is the gateway's own choice
DEFAULT_STRENGTH = 0.65

WANTED: Mapping[str, tuple[str, ...]] = {
    "edit/outpaint": ("left", "right", "up", "down"),
    "edit/search-and-replace": ("search_prompt",),
    "edit/search-and-recolor": ("select_prompt",),
    "edit/replace-background-and-relight": ("background_prompt", "background_reference"),
}
"""Endpoint → parts of which it requires at least one, where no unified field alone supplies it."""


@hookimpl
def tarash_map(call: Call, request: GenerationRequest) -> Mapped:
    """Apply the row, and add what the endpoint requires besides."""
    mapped = default_map(call, request)
    payload = dict(mapped.payload)
    route = endpoint(call)
    if route in ("generate/ultra", SD3) and "image" in payload:
        payload.setdefault("strength", DEFAULT_STRENGTH)
    if route == SD3:
        payload["model"] = SD3_SUCCESSORS.get(call.model, call.model)
        payload["mode"] = "image-to-image" if "image" in payload else "text-to-image"
    wanted = WANTED.get(route, ())
    if wanted and not any(name in payload for name in wanted):
        raise ValidationError(_advice(wanted))
    return replace(mapped, payload=payload)


def _advice(wanted: tuple[str, ...]) -> str:
    if "background_prompt" in wanted:
        return "a new background is required: give a prompt, or an image of type 'asset' that shows it"
    names = Phrase(" or ").join(wrong_field("extra_params", key=name) for name in wanted)
    return names + " is required for this model"


def endpoint(call: Call) -> str:
    """Return the end of the endpoint's path; the name of a model without a row is used as such."""
    if call.row.route:
        return call.row.route
    if call.model.startswith("sd3"):
        return SD3
    return call.model if "/" in call.model else f"generate/{call.model}"


@hookimpl
def tarash_submit(call: Call, payload: Mapping[str, object]) -> Flow[Submission]:
    """Fetch pictures given by URL, then send the form. Most endpoints answer with the picture, some with a job."""
    files = yield from with_uploads(call, payload)
    reply = yield from send(
        with_client_headers(call).request(
            "POST",
            f"/v2beta/stable-image/{endpoint(call)}",
            multipart=form_parts(files),
            # only JSON says whether the picture was filtered, and a truncated answer cannot pass for a whole one
            headers={"Accept": "application/json"},
            timeout_seconds=IMAGE_TIMEOUT_SECONDS,
        )
    )
    body = reply.json_object()
    if wire.text(body, "image") is not None:
        return Submission(result=body, request_id=reply.header("x-request-id") or None, raw=body)
    # an error has an id, too
    if {"name", "errors", "error"} & set(body) and (error := error_in_answer(reply)) is not None:
        raise error
    job_id = accepted_id(reply, "id")
    return Submission(job={"id": job_id}, request_id=job_id, state="processing", raw=body)


def form_parts(payload: Mapping[str, object]) -> tuple[Part, ...]:
    """Return the parts of the form; everything but files is sent as text."""
    return tuple(_part(name, value) for name, value in payload.items() if value is not None)


def _part(name: str, value: object) -> Part:
    if isinstance(value, Media):
        return Part(name, value.content or b"", value.filename, value.content_type)
    if isinstance(value, bool):
        return Part(name, "true" if value else "false")
    return Part(name, str(value))
