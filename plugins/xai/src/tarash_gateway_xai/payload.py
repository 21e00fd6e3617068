"""What is sent to xAI: the endpoint, the body, and the submit call itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from tarash.tarash_gateway.mapping import Mapped
from tarash.tarash_gateway.plugin import (
    Call,
    Flow,
    GenerationRequest,
    Submission,
    UnexpectedResponseError,
    ValidationError,
    VideoGenerationRequest,
    default_map,
    send,
    wire,
)

from .models import EXTENSION

# images are rendered while the connection is held
IMAGE_SECONDS = 180.0
MODES = ("edit", "extend")


def map_request(call: Call, request: GenerationRequest) -> Mapped:
    """Apply the row. An input video is edited, or extended with `extra_params={"mode": "extend"}`."""
    if isinstance(request, VideoGenerationRequest):
        return _map_video(call, request)
    mapped = default_map(call, request)
    images = _media(mapped.payload.pop("images", None))
    if len(images) == 1:
        mapped.payload["image"] = images[0]
    elif images:
        mapped.payload["images"] = images
    return _with_model(call, mapped)


def _map_video(call: Call, request: VideoGenerationRequest) -> Mapped:
    mode = request.extra_params.get("mode")
    if mode is not None and mode not in MODES:
        raise ValidationError(f"mode={mode!r} is not offered; use {' or '.join(MODES)}")
    if mode is not None and request.video is None:
        raise ValidationError(f"mode={mode!r} needs an input video; give one as video=")
    mapped = default_map(call.with_row(EXTENSION) if mode == "extend" else call, request)
    references = _media(mapped.payload.pop("reference_images", None))
    if references:
        mapped.payload["reference_images"] = references
    if not {"prompt", "image", "last_frame"} & set(mapped.payload):
        raise ValidationError(
            "prompt is required unless a frame is given", provider=call.provider.id, model=call.model
        )
    if request.video is not None:
        # the result has the resolution of the input, so no price of the row holds
        mapped = replace(mapped, values={**mapped.values, "resolution": None})
    return _with_model(call, mapped)


def _with_model(call: Call, mapped: Mapped) -> Mapped:
    return replace(mapped, payload={"model": call.model, **mapped.payload})


def _media(listed: object) -> list[object]:
    """Return input images as xAI lists them: objects with a URL. Those from `extra_params` are objects already."""
    return [{"url": item} if isinstance(item, str) else item for item in wire.items(listed)]


def endpoint(call: Call, payload: Mapping[str, object]) -> str:
    """Return the path that serves this payload."""
    if call.modality == "image":
        return "/images/edits" if {"image", "images"} & set(payload) else "/images/generations"
    if "video" not in payload:
        return "/videos/generations"
    return "/videos/extensions" if payload.get("mode") == "extend" else "/videos/edits"


def submit(call: Call, payload: Mapping[str, object]) -> Flow[Submission]:
    """Create a video's job, or render images. Nothing makes a submit idempotent, and no list shows the jobs."""
    # "mode" only chooses the endpoint
    body = {name: value for name, value in payload.items() if name != "mode"}
    is_image = call.modality == "image"
    reply = yield from send(
        call.request(
            "POST",
            endpoint(call, payload),
            json=body,
            timeout_seconds=IMAGE_SECONDS if is_image else None,
        )
    )
    told = reply.json_object()
    if is_image:
        if not isinstance(told.get("data"), list):
            raise UnexpectedResponseError(
                "the answer lists no images", status_code=reply.status, raw_response=told
            )
        return Submission(result=told, request_id=reply.header("x-request-id"), raw=told)
    request_id = wire.text(told, "request_id")
    if request_id is None:
        raise UnexpectedResponseError(
            "the answer has no request_id", status_code=reply.status, raw_response=told
        )
    return Submission(job={"request_id": request_id}, request_id=request_id, raw=told)
