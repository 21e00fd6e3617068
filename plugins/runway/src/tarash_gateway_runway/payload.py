"""Builds what is sent to Runway and submits it: the inputs choose the arm, the body and the endpoint."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import cast

from tarash.tarash_gateway.mapping import FieldMapper
from tarash.tarash_gateway.plugin import (
    Call,
    Flow,
    GenerationRequest,
    Mapped,
    Model,
    Submission,
    ValidationError,
    accepted_id,
    default_map,
    hookimpl,
    send,
)

from .api_version import versioned
from .arms import FRAME_MEMBERS, VIDEO_MEMBERS, RunwayModel
from .ratios import ShapeOfFrameMapper
from .uploads import inlined, with_uploads

ROUTER_PREFIX = "router:"
SUBMIT_TIMEOUT_SECONDS = 120.0
"""Longer than the core's default: giving up on the answer may lose a task that is billed."""


@hookimpl
def tarash_map(call: Call, request: GenerationRequest) -> Mapped:
    """Apply the arm of the model that the inputs choose."""
    row = call.row
    if isinstance(row, RunwayModel):
        row = row.serving(request)
    mapped = default_map(call.with_row(_supplied(row, request.extra_params)), request)
    check_extra(call, mapped.payload)
    body = {**_heading(call), **mapped.payload}
    return replace(mapped, payload=cast("dict[str, object]", inlined(body)))


def _supplied(row: Model, extra: Mapping[str, object]) -> Model:
    """Return the row, without requiring what `extra_params` gives under Runway's own name."""
    given = extra.keys() | (VIDEO_MEMBERS if extra.keys() & VIDEO_MEMBERS else set())

    def relaxed(path: str, mapper: FieldMapper) -> FieldMapper:
        if path in given and isinstance(mapper, ShapeOfFrameMapper):
            # the user's own ratio decides the shape
            mapper = mapper.inner
        return replace(mapper, required=False) if path.partition(".")[0] in given else mapper

    return replace(row, fields={path: relaxed(path, mapper) for path, mapper in row.fields.items()})


def _heading(call: Call) -> dict[str, object]:
    if not call.model.startswith(ROUTER_PREFIX):
        return {"model": call.model}
    config = call.model.removeprefix(ROUTER_PREFIX)
    if not config:
        raise ValidationError(
            "model 'router:' does not name a router config; use 'router:<slug of a saved config>'"
        )
    return {"configId": config, "input": {}}


def check_extra(call: Call, body: Mapping[str, object]) -> None:
    """Refuse a body without what only `extra_params` can supply.

    Raises:
        ValidationError: says what to give.
    """
    if isinstance(call.row, RunwayModel):
        for name, what in call.row.extra_required.items():
            if name not in body:
                raise ValidationError(f"{name} is required; give {what}")


def endpoint(call: Call, payload: Mapping[str, object]) -> str:
    """Return the path for a body: the row's own, or the one that takes the inputs in it."""
    if call.row.route:
        return f"/v1/{call.row.route}"
    if call.modality == "image":
        return "/v1/text_to_image"
    if payload.keys() & VIDEO_MEMBERS:
        return "/v1/video_to_video"
    return "/v1/image_to_video" if payload.keys() & FRAME_MEMBERS else "/v1/text_to_video"


@hookimpl
def tarash_submit(call: Call, payload: Mapping[str, object]) -> Flow[Submission]:
    """Upload what is too large to send inline, then create the task.

    Runway takes no idempotency key and does not list tasks.
    """
    body = yield from with_uploads(call, payload)
    reply = yield from send(
        versioned(call).request(
            "POST", endpoint(call, payload), json=body, timeout_seconds=SUBMIT_TIMEOUT_SECONDS
        )
    )
    task = accepted_id(reply, "id")
    return Submission(job={"id": task}, request_id=task, raw=reply.json_object())
