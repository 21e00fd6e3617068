"""Makes the body that the endpoint of a model takes, and submits it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import cast
from urllib.parse import quote

from tarash.tarash_gateway.plugin import (
    Call,
    Flow,
    GenerationRequest,
    Mapped,
    Media,
    Phrase,
    Submission,
    ValidationError,
    accepted_id,
    default_map,
    fetch_media,
    hookimpl,
    mention,
    replace_media,
    send,
    wire,
    with_grey_masks,
    wrong_field,
)

from .models import FLUX_3_IMAGE
from .models_video import DRAFT_ENHANCE, FLUX_3, KEYFRAMES
from .servers import at_region
from .settings import BFLSettings

# the schemas of these endpoints are strict, and have no webhooks
WITHOUT_WEBHOOKS = frozenset({FLUX_3, FLUX_3_IMAGE, "outpainting"})
WEBHOOK, SECRET = "webhook_url", "webhook_secret"


@hookimpl
def tarash_map(call: Call, request: GenerationRequest) -> Mapped:
    """Apply the row, then write what a table of fields cannot express."""
    if SECRET in request.extra_params:
        # it would win over the setting in silence, and lie in plans and saved jobs
        raise ValidationError(
            Phrase(
                wrong_field("extra_params", key=SECRET),
                " is a setting, by which webhooks are verified; remove it, and set ",
                mention("provider_config", {SECRET: ...}),
            )
        )
    if call.row.route == FLUX_3:
        return replace(_map_video(call, request), takes_webhook_url=False)
    mapped = default_map(call, request)
    payload = dict(mapped.payload)
    size = payload.pop("size", None)
    if isinstance(size, Mapping):
        payload = {**cast("Mapping[str, object]", size), **payload}
    images = payload.pop("input_images", None)
    if isinstance(images, list):
        payload |= {
            f"input_image{f'_{n}' if n > 1 else ''}": image for n, image in enumerate(images, start=1)
        }
    return replace(
        mapped,
        payload=payload,
        takes_webhook_url=call.row.route not in WITHOUT_WEBHOOKS,
        webhook_members={WEBHOOK: call.webhook_url},
    )


def _map_video(call: Call, request: GenerationRequest) -> Mapped:
    """Map a request for FLUX 3; its inputs choose the mode."""
    if "draft_cache" in request.extra_params:
        # the bundle fixes everything else
        mapped = default_map(call.with_row(DRAFT_ENHANCE), request)
        return replace(mapped, payload={"mode": "draft_enhance", **mapped.payload})
    mapped = default_map(call, request)
    payload = dict(mapped.payload)
    frames = [payload.pop(name) for name in ("first_frame", "last_frame") if name in payload]
    if frames and KEYFRAMES in payload:
        raise ValidationError(
            wrong_field("extra_params", key=KEYFRAMES) + " take the place of frames; give one or the other"
        )
    if frames:
        payload[KEYFRAMES] = frames
    if KEYFRAMES in payload and "start_video" in payload:
        raise ValidationError(f"{KEYFRAMES} and an input video cannot be combined; give one or the other")
    mode = "i2v" if KEYFRAMES in payload else "v2v" if "start_video" in payload else "t2v"
    return replace(mapped, payload={"mode": mode, **payload})


@hookimpl
def tarash_submit(call: Call, payload: Mapping[str, object]) -> Flow[Submission]:
    """Create a job. Black Forest Labs takes no idempotency key and does not list jobs."""
    call = at_region(call)
    masked = yield from _with_grey_mask(call, payload)
    body = yield from replace_media(masked, partial(_inline, call))
    if WEBHOOK in body:
        body |= _webhook_secret(call)
    reply = yield from send(call.request("POST", f"/{quote(call.model, safe='/')}", json=body))
    job_id = accepted_id(reply, "id")
    answer = reply.json_object()
    # with a webhook, there is no address to poll
    url, cost = wire.identifier(answer, "polling_url"), wire.number(answer, "cost")
    job: dict[str, object] = {"id": job_id}
    if url is not None:
        job["polling_url"] = url
    if cost is not None:
        job["cost"] = cost
    return Submission(job=job, request_id=job_id, raw=answer)


def _with_grey_mask(call: Call, payload: Mapping[str, object]) -> Flow[dict[str, object]]:
    """Return the payload with a mask that is white where to repaint (BFL documentation, FLUX.1 Fill and Erase, read 2026-11-28)."""
    mask = payload.get("mask")
    if not isinstance(mask, Media):
        return dict(payload)
    at_hand = yield from fetch_media(call, mask)
    return (yield from with_grey_masks({**payload, "mask": at_hand}, ("mask",)))


def _inline(call: Call, media: Media) -> Flow[object]:
    """Return an image as base64, for endpoints that fetch no URL."""
    return (yield from fetch_media(call, media)).as_base64()


def _webhook_secret(call: Call) -> dict[str, object]:
    secret = call.settings_as(BFLSettings).webhook_secret
    return {} if secret is None else {SECRET: secret.reveal()}
