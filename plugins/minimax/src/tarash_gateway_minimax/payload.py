"""Writes the payload of each of MiniMax's protocols, and submits it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Literal, cast

from tarash.tarash_gateway.mapping import Adjustments
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
    wire,
)

from .contents import content_items, has_media
from .errors import checked_body
from .routes import H3_IMAGES, IMAGES, V1, V2, address, route_of

# images are rendered while the connection is held
IMAGE_TIMEOUT_SECONDS = 180.0
SUBMIT_TIMEOUT_SECONDS = 60.0
SECONDS, RESOLUTION, RATIO = 5, "768p", "16:9"
AREAS = ("1K", "2K", "4K")


@hookimpl
def tarash_map(call: Call, request: GenerationRequest) -> Mapped:
    """Apply the row, then write what a table of fields cannot express."""
    mapped = default_map(call, request)
    adjustments = call.adjustments()
    payload = {"model": call.model, **mapped.payload}
    route = route_of(call)
    if route == V2:
        _write_content(payload)
        _write_defaults(call, payload, adjustments)
    if route in (V1, IMAGES):
        _write_subject(payload, "image" if route == V1 else "image_file")
    if route in (IMAGES, H3_IMAGES):
        _write_size(payload)
    return replace(
        mapped,
        payload=payload,
        adjustments=(*mapped.adjustments, *adjustments.made),
        # images are in the answer
        takes_webhook_url=call.modality == "video",
        # what arrives there is unsigned, so the gateway itself does not read it
        webhook_members={"callback_url": call.webhook_url},
    )


def _write_content(payload: dict[str, object]) -> None:
    """Make the list of content items; a list given in `extra_params` stays as it is."""
    sounds = payload.pop("reference_audio", None)
    content = payload.get("content")
    if isinstance(content, Mapping):
        payload["content"] = content_items(cast("Mapping[str, object]", content), sounds)
    elif sounds is not None:
        raise ValidationError(
            "reference_audio cannot be combined with a content list of your own; add its items to that list"
        )


def _write_defaults(call: Call, payload: dict[str, object], adjustments: Adjustments) -> None:
    """Always send length and resolution; send the shape too where there is nothing but text."""
    defaults = call.row.defaults
    payload.setdefault("duration", defaults.get("duration_seconds", SECONDS))
    payload.setdefault("resolution", str(defaults.get("resolution", RESOLUTION)).upper())
    if has_media(payload.get("content")):
        return
    if payload.get("ratio") == "adaptive":
        reason = (
            f"is not offered for text alone, where there is nothing to adapt to; use {RATIO} or another shape"
        )
        adjustments.change("aspect_ratio", "adaptive", RATIO, reason)
        payload["ratio"] = RATIO
    payload.setdefault("ratio", RATIO)


def _write_subject(payload: dict[str, object], member: Literal["image", "image_file"]) -> None:
    """Write the person to show: a list of one picture for videos, a plain one for images."""
    picture = payload.get("subject_reference")
    if isinstance(picture, str):
        given = [picture] if member == "image" else picture
        payload["subject_reference"] = [{"type": "character", member: given}]


def _write_size(payload: dict[str, object]) -> None:
    """Write pixels as width and height (01 family), a step as the area (H3-Image)."""
    size = payload.get("size")
    if isinstance(size, Mapping):
        payload |= cast("Mapping[str, object]", payload.pop("size"))
    elif size in AREAS:
        payload["area"] = payload.pop("size")


@hookimpl
def tarash_submit(call: Call, payload: Mapping[str, object]) -> Flow[Submission]:
    """Create a task, or render images. Nothing makes a submit idempotent.

    A submit whose answer is lost stays unknown: the list of tasks shows neither the prompt nor anything of ours, so a task in it may
    be another caller's.
    """
    is_image = call.modality == "image"
    reply = yield from send(
        call.request(
            "POST",
            address(call, route_of(call)),
            json=payload,
            timeout_seconds=IMAGE_TIMEOUT_SECONDS if is_image else SUBMIT_TIMEOUT_SECONDS,
        )
    )
    body = checked_body(reply, submitting=True)
    return _read_images(reply, body) if is_image else _read_task(call, reply, body)


def _read_task(call: Call, reply: HttpReply, body: Mapping[str, object]) -> Submission:
    task_id = accepted_id(reply, "task_id")
    version = "v1" if route_of(call) == V1 else "v2"
    return Submission(job={"task_id": task_id, "version": version}, request_id=task_id, raw=body)


def _read_images(reply: HttpReply, body: Mapping[str, object]) -> Submission:
    if "data" not in body:
        if (told := error_in_body(reply)) is not None:
            raise told
        raise UnexpectedResponseError("the answer has no images", status_code=reply.status, raw_response=body)
    return Submission(
        result=body, request_id=wire.identifier(body, "id") or reply.header("trace-id") or None, raw=body
    )
