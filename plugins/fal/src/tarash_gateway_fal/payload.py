"""The payload, the submit call, and the reference that finds its job again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import quote

from tarash.tarash_gateway.plugin import (
    Call,
    Flow,
    GenerationRequest,
    JobReference,
    Mapped,
    Submission,
    ValidationError,
    accepted_id,
    default_map,
    hookimpl,
    send,
    wire,
)

from .models_generic import takes_several_images
from .settings import FalSettings, queue_headers
from .uploads import with_uploads

SEVERAL_IMAGES = "image_urls"
ONE_IMAGE = "image_url"
IMAGE_NAMES = frozenset({SEVERAL_IMAGES, ONE_IMAGE})


@hookimpl
def tarash_map(call: Call, request: GenerationRequest) -> Mapped:
    """Apply the row; for an image endpoint without one, send a lone input image under the name that such endpoints have for it.

    In @fal-ai/client 1.10.1, more than two hundred have `image_url`. Only a few have a list instead.
    """
    mapped = default_map(call, request)
    images = wire.items(mapped.payload, SEVERAL_IMAGES)
    is_guess = call.row.generic and call.modality == "image" and not request.extra_params.keys() & IMAGE_NAMES
    if not is_guess or len(images) != 1 or takes_several_images(call.model):
        return mapped
    kept = {name: value for name, value in mapped.payload.items() if name != SEVERAL_IMAGES}
    return replace(mapped, payload={**kept, ONE_IMAGE: images[0]})


@hookimpl
def tarash_submit(call: Call, payload: Mapping[str, object]) -> Flow[Submission]:
    """Upload large media, then queue the job. The body is the model's input itself, without an envelope."""
    body = yield from with_uploads(call, payload)
    reply = yield from send(
        call.request(
            "POST",
            f"/{call.model}",
            query={"fal_webhook": call.webhook_url} if call.webhook_url else None,
            json=body,
            headers=queue_headers(call.settings_as(FalSettings)),
        )
    )
    request_id, ticket = accepted_id(reply, "request_id"), reply.json_object()
    # behind another base URL, the ticket names a server that may be out of reach
    named = wire.text(ticket, "response_url") if call.is_default_server else None
    job = {"request_id": request_id, "response_url": named}
    return Submission(job=job | {"response_url": response_url(call, job)}, request_id=request_id, raw=ticket)


def response_url(call: Call, job: JobReference) -> str:
    """Return the address of a job's result; those of its status and of a cancellation lie below it.

    The address that the reference names is used only where it leads to the configured server, so that neither an answer nor an
    edited job file sends requests elsewhere. Otherwise it is rebuilt.

    Raises:
        ValidationError: the reference is not one of fal's.
    """
    named, request_id = wire.text(job, "response_url"), wire.identifier(job, "request_id")
    if named is not None and call.is_own_origin(named):
        return named
    if request_id is None:
        raise ValidationError("the job's reference has no request_id; it was not made by the provider fal")
    return (
        f"{call.base_url}/{application(call.model)}/requests/{quote(request_id, safe='', errors='replace')}"
    )


def application(model: str) -> str:
    """Return owner and alias, all that the addresses of a job keep of an endpoint id (fal-client 1.0.3, AppId)."""
    segments = model.split("/")
    kept = 3 if segments[0] in ("workflows", "comfy") else 2
    return "/".join(segments[:kept])
