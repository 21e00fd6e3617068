"""What is sent to Runway: the body, by the arm that serves a request, and its endpoint."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import cast

from tarash.tarash_gateway.mapping import FieldMapper, Mapped, Model
from tarash.tarash_gateway.plugin import (
    Call,
    Flow,
    GenerationRequest,
    Submission,
    UnexpectedResponseError,
    ValidationError,
    default_map,
    send,
    wire,
)

from .arms import FRAME_MEMBERS, VIDEO_MEMBERS, RunwayModel
from .calls import request as runway_request
from .uploads import inlined, with_uploads

ROUTER_PREFIX = "router:"
SUBMIT_SECONDS = 120.0
"""Longer than the core's usual: an answer that is not waited for may be a task that is billed."""


def map_request(call: Call, request: GenerationRequest) -> Mapped:
    """Map a request with the arm that its inputs choose."""
    row = call.row
    if isinstance(row, RunwayModel):
        row = row.serving(request, adjust=call.unsupported == "adjust")
    mapped = default_map(call.with_row(_supplied(row, request.extra_params)), request)
    check_extra(call, mapped.payload)
    body = {**_heading(call), **mapped.payload}
    return replace(mapped, payload=cast("dict[str, object]", inlined(body)))


def _supplied(row: Model, extra: Mapping[str, object]) -> Model:
    """Return the row without demands that `extra_params` fulfils under the wire name."""
    given = extra.keys() | (VIDEO_MEMBERS if extra.keys() & VIDEO_MEMBERS else set())

    def relaxed(path: str, mapper: FieldMapper) -> FieldMapper:
        return replace(mapper, required=False) if path.partition(".")[0] in given else mapper

    return replace(row, fields={path: relaxed(path, mapper) for path, mapper in row.fields.items()})


def _heading(call: Call) -> dict[str, object]:
    if not call.model.startswith(ROUTER_PREFIX):
        return {"model": call.model}
    config = call.model.removeprefix(ROUTER_PREFIX)
    if not config:
        raise ValidationError("model 'router:' names no router config; use 'router:<slug of a saved config>'")
    return {"configId": config, "input": {}}


def check_extra(call: Call, body: Mapping[str, object]) -> None:
    """Refuse a body without what only `extra_params` can supply.

    Raises:
        ValidationError: says what to give.
    """
    if isinstance(call.row, RunwayModel):
        for name, what in call.row.extra_required.items():
            if name not in body:
                raise ValidationError(
                    f"{name} is required; give {what}", provider=call.provider.id, model=call.model
                )


def endpoint(call: Call, payload: Mapping[str, object]) -> str:
    """Return the path for a body: the row's own, or the one whose inputs it holds."""
    if call.row.route:
        return f"/v1/{call.row.route}"
    if call.modality == "image":
        return "/v1/text_to_image"
    if payload.keys() & VIDEO_MEMBERS:
        return "/v1/video_to_video"
    return "/v1/image_to_video" if payload.keys() & FRAME_MEMBERS else "/v1/text_to_video"


def submit(call: Call, payload: Mapping[str, object]) -> Flow[Submission]:
    """Upload what is too large to be sent inline, then create the task.

    Nothing makes this idempotent, and tasks cannot be listed: it is never sent again blindly.
    """
    body = yield from with_uploads(call, payload)
    reply = yield from send(
        runway_request(call, "POST", endpoint(call, payload), json=body, timeout_seconds=SUBMIT_SECONDS)
    )
    answer = reply.json_object()
    task = wire.text(answer, "id")
    if task is None:
        raise UnexpectedResponseError(
            "the created task has no id", status_code=reply.status, raw_response=answer
        )
    return Submission(job={"id": task}, request_id=task, raw=answer)
