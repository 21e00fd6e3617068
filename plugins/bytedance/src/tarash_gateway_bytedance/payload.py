"""Makes the body of a video task or of an image request, and submits it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import cast

from tarash.tarash_gateway.plugin import (
    Call,
    Flow,
    GenerationRequest,
    HttpReply,
    Mapped,
    Submission,
    UnexpectedResponseError,
    ValidationError,
    accepted_id,
    default_map,
    error_in_body,
    hookimpl,
    send,
)

from .contents import content_items
from .servers import REGION, at_region, region_of

TASKS = "/contents/generations/tasks"
IMAGES = "/images/generations"
# ModelArk renders images while the connection is open; the official client waits ten minutes
IMAGE_TIMEOUT_SECONDS = 600.0

EXPIRY = "execution_expires_after"
"""After so many seconds an unfinished task expires. Tasks are listed with it, which tells ours from others."""
USUAL_EXPIRY_SECONDS = 172_800
MARKS = 86_401
"""Number of expiries from the usual one to the longest that ModelArk takes, 259,200 seconds (comfy-cli 1.23.0, OpenAPI)."""

PRICED = {"sequential_image_generation": "auto", "service_tier": "flex"}
"""Values of parameters that change the price. The mapped values have them for the model table."""


@hookimpl
def tarash_map(call: Call, request: GenerationRequest) -> Mapped:
    """Apply the row, then write what a table of fields cannot express."""
    mapped = default_map(call, request)
    payload = {"model": call.model, **mapped.payload}
    if call.modality == "video":
        _write_content(payload)
    else:
        _write_images(payload)
    priced = {name: value for name, value in PRICED.items() if payload.get(name) == value}
    return replace(
        mapped,
        payload=payload,
        values={**mapped.values, **priced},
        # images are in the answer
        takes_webhook_url=call.modality == "video",
        # what arrives there is not signed, so the gateway does not read it
        webhook_members={"callback_url": call.webhook_url},
    )


def _write_content(payload: dict[str, object]) -> None:
    """Make the list of content items; a list in `extra_params` takes its place."""
    sounds = payload.pop("reference_audio", None)
    content = payload.get("content")
    if content is None or isinstance(content, Mapping):
        parts = cast("Mapping[str, object]", content or {})
        payload["content"] = content_items({**parts, "reference_audio": sounds})
    elif sounds is not None:
        raise ValidationError(
            "reference_audio cannot be combined with a content list of your own; add its items to that list"
        )
    if not payload.get("content"):
        raise ValidationError("a prompt is required, unless a frame, a reference or a video is given")


def _write_images(payload: dict[str, object]) -> None:
    """Write one input image by itself, several as a list."""
    if payload.get("stream"):
        raise ValidationError("stream=True is not supported; leave it out, since the images arrive together")
    images = payload.get("image")
    if isinstance(images, list) and len(images) == 1:
        payload["image"] = images[0]


@hookimpl
def tarash_submit(call: Call, payload: Mapping[str, object]) -> Flow[Submission]:
    """Create a video task, or render images at once."""
    call = at_region(call)
    is_image = call.modality == "image"
    # for tracing only: nothing makes a submission idempotent
    headers = {"X-Client-Request-Id": call.idempotency_key} if call.idempotency_key else {}
    reply = yield from send(
        call.request(
            "POST",
            IMAGES if is_image else TASKS,
            json=payload if is_image else {EXPIRY: marked_expiry_seconds(call), **payload},
            headers=headers,
            timeout_seconds=IMAGE_TIMEOUT_SECONDS if is_image else None,
        )
    )
    return _images(reply) if is_image else task_submission(call, accepted_id(reply, "id"), reply.json())


def marked_expiry_seconds(call: Call) -> int:
    """Return the expiry that marks the task of this attempt: the usual one and up to a day more, by the attempt's own key."""
    return USUAL_EXPIRY_SECONDS + int(call.idempotency_key or "0", 16) % MARKS


def task_submission(call: Call, task_id: str, raw: object) -> Submission:
    """Return the submission that made a task."""
    return Submission(job={"id": task_id, REGION: region_of(call)}, request_id=task_id, raw=raw)


def _images(reply: HttpReply) -> Submission:
    answer = reply.json_object()
    if not isinstance(answer.get("data"), list):
        raise error_in_body(reply) or UnexpectedResponseError(
            "the answer lists no images", status_code=reply.status, raw_response=answer
        )
    return Submission(result=answer, request_id=reply.header("x-request-id") or None, raw=answer)
