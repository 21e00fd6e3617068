"""Maps a request to the body of the endpoint that serves its model, and submits it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import cast

from tarash.tarash_gateway.mapping import Model
from tarash.tarash_gateway.plugin import (
    Call,
    Flow,
    GenerationRequest,
    HttpReply,
    Mapped,
    Submission,
    UnexpectedResponseError,
    VideoGenerationRequest,
    accepted_id,
    default_map,
    hookimpl,
    send,
    wire,
)

from .bodies import body_of_request, check_pixels
from .errors import error_stated_in
from .models_image import PIXELS, sequential
from .prices import REGION
from .routes import is_task, route_of
from .servers import at_region, region_of
from .uploads import inlined, names_upload, with_uploads

# images that come at once are rendered while the connection is held; the server gives up after 300 s
IMAGE_TIMEOUT_SECONDS = 300.0
SUBMIT_TIMEOUT_SECONDS = 60.0
# that may hold an input video
CLIP_MEMBERS = frozenset({"media", "reference_video", "reference_video_urls"})


@hookimpl
def tarash_map(call: Call, request: GenerationRequest) -> Mapped:
    """Apply the row, and give the payload the form of its endpoint."""
    row = _without_needless_images(call.row, request)
    if request.extra_params.get("enable_sequential"):
        row = sequential(row)
    mapped = default_map(call.with_row(row), request)
    members = dict(mapped.payload)
    check_pixels(members.get("size"), PIXELS.get(row.id))
    if call.modality == "image" and row.accepts("n"):
        # some models make four images unless told otherwise
        members.setdefault("n", 1)
    # the seconds of an input video are charged, too, so no price of the row holds
    has_clip = isinstance(request, VideoGenerationRequest) and (
        request.video is not None or bool(CLIP_MEMBERS & members.keys())
    )
    values = {**mapped.values, REGION: None if has_clip else region_of(call)}
    body = body_of_request(route_of(call), call.model, members)
    return replace(mapped, payload=cast("dict[str, object]", inlined(body)), values=values)


def _without_needless_images(row: Model, request: GenerationRequest) -> Model:
    """Return the row, without requiring an image if an input video stands in for it: a clip to continue, or a reference."""
    if not isinstance(request, VideoGenerationRequest) or request.video is None or not row.accepts("video"):
        return row
    relaxed = {
        path: replace(mapper, required=False)
        if path in ("first_frame", "reference_image", "reference_urls")
        else mapper
        for path, mapper in row.fields.items()
    }
    return replace(row, fields=relaxed)


@hookimpl
def tarash_submit(call: Call, payload: Mapping[str, object]) -> Flow[Submission]:
    """Upload what cannot travel inline, then create a task, or render images at once.

    Nothing makes a submit idempotent. One whose answer is lost stays unknown: the account's list of tasks shows neither the prompt
    nor anything of ours, so a task in it may be another caller's.
    """
    call = at_region(call)
    route = route_of(call)
    body = yield from with_uploads(call, payload)
    headers = {"X-DashScope-Async": "enable"} if is_task(route) else {}
    if names_upload(body):
        headers["X-DashScope-OssResourceResolve"] = "enable"
    reply = yield from send(
        call.request(
            "POST",
            f"/services/aigc/{route}",
            json=body,
            headers=headers,
            timeout_seconds=SUBMIT_TIMEOUT_SECONDS if is_task(route) else IMAGE_TIMEOUT_SECONDS,
        )
    )
    answer = reply.json_object()
    if not wire.mapping(answer, "output"):
        raise error_stated_in(reply) or UnexpectedResponseError(
            "the answer has no output", status_code=reply.status, raw_response=answer
        )
    return _task(reply, answer) if is_task(route) else _images(reply, answer)


def _task(reply: HttpReply, answer: Mapping[str, object]) -> Submission:
    task_id = accepted_id(reply, "output", "task_id")
    return Submission(job={"task_id": task_id}, request_id=task_id, raw=answer)


def _images(reply: HttpReply, answer: Mapping[str, object]) -> Submission:
    if not wire.items(answer, "output", "choices") and not wire.items(answer, "output", "results"):
        raise UnexpectedResponseError(
            "the answer lists no images", status_code=reply.status, raw_response=answer
        )
    return Submission(result=answer, request_id=wire.identifier(answer, "request_id"), raw=answer)
