"""Builds what is sent to xAI, and submits it: the endpoint and the body depend on the inputs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import cast

from tarash.tarash_gateway.plugin import (
    Call,
    Flow,
    GenerationRequest,
    Mapped,
    Submission,
    UnexpectedResponseError,
    ValidationError,
    VideoGenerationRequest,
    accepted_id,
    default_map,
    error_in_body,
    hookimpl,
    send,
    wrong_field,
)

from .models import EXTENSION

# xAI renders images while the connection is open
IMAGE_TIMEOUT_SECONDS = 180.0
MODES = ("edit", "extend")


@hookimpl
def tarash_map(call: Call, request: GenerationRequest) -> Mapped:
    """Apply the row, and put the input images into the form that xAI expects.

    An input video is edited, or extended with `extra_params={"mode": "extend"}`.
    """
    if isinstance(request, VideoGenerationRequest):
        return _map_video(call, request)
    mapped = default_map(call, request)
    images = _as_objects(mapped.payload.pop("images", None))
    if isinstance(images, list) and len(images) == 1:
        mapped.payload["image"] = images[0]
    elif images:
        mapped.payload["images"] = images
    return _with_model(call, mapped)


def _map_video(call: Call, request: VideoGenerationRequest) -> Mapped:
    mode = request.extra_params.get("mode")
    if mode is not None and mode not in MODES:
        raise ValidationError(
            wrong_field("extra_params", mode, key="mode") + f" is not offered; use {' or '.join(MODES)}"
        )
    if mode is not None and request.video is None:
        raise ValidationError(f"mode={mode!r} needs an input video; give one as " + wrong_field("video"))
    mapped = default_map(call.with_row(EXTENSION) if mode == "extend" else call, request)
    references = _as_objects(mapped.payload.pop("reference_images", None))
    if references:
        mapped.payload["reference_images"] = references
    if not {"prompt", "image", "last_frame"} & set(mapped.payload):
        raise ValidationError(wrong_field("prompt") + " is required unless a frame is given")
    if request.video is not None:
        # the result has the resolution of the input, so no price of the row holds
        mapped = replace(mapped, values={**mapped.values, "resolution": None})
    return _with_model(call, mapped)


def _with_model(call: Call, mapped: Mapped) -> Mapped:
    return replace(mapped, payload={"model": call.model, **mapped.payload})


def _as_objects(images: object) -> object:
    """Return input images as objects with a URL, the form xAI expects; what `extra_params` gave in another form stays as it is."""
    if not isinstance(images, list):
        return images
    listed = cast("list[object]", images)
    return [{"url": item} if isinstance(item, str) else item for item in listed]


def endpoint(call: Call, payload: Mapping[str, object]) -> str:
    """Return the path that serves this payload."""
    if call.modality == "image":
        return "/images/edits" if {"image", "images"} & set(payload) else "/images/generations"
    if "video" not in payload:
        return "/videos/generations"
    return "/videos/extensions" if payload.get("mode") == "extend" else "/videos/edits"


@hookimpl
def tarash_submit(call: Call, payload: Mapping[str, object]) -> Flow[Submission]:
    """Create a video job, or render images at once. xAI takes no idempotency key and does not list jobs."""
    # "mode" only chooses the endpoint
    body = {name: value for name, value in payload.items() if name != "mode"}
    is_image = call.modality == "image"
    reply = yield from send(
        call.request(
            "POST",
            endpoint(call, payload),
            json=body,
            timeout_seconds=IMAGE_TIMEOUT_SECONDS if is_image else None,
        )
    )
    answer = reply.json_object()
    if not is_image:
        request_id = accepted_id(reply, "request_id")
        return Submission(job={"request_id": request_id}, request_id=request_id, raw=answer)
    if not isinstance(answer.get("data"), list):
        raise error_in_body(reply) or UnexpectedResponseError(
            "the answer lists no images", status_code=reply.status, raw_response=answer
        )
    return Submission(result=answer, request_id=reply.header("x-request-id") or None, raw=answer)
