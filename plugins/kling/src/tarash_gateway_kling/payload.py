"""Maps a request to the body of the design that serves it, and submits it with an id of our own to find it again by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from tarash.tarash_gateway.mapping import Values
from tarash.tarash_gateway.plugin import (
    Call,
    Flow,
    GenerationRequest,
    Mapped,
    Submission,
    UnexpectedResponseError,
    ValidationError,
    default_map,
    error_in_body,
    hookimpl,
    wire,
)

from . import contents, legacy
from .auth import key_pair, send_signed
from .errors import data_of
from .models import CATALOGUE, NO_OPTIONS, PATH_ROUTES
from .models_video import EDITED_VIDEO_RULES, REFERENCE_VIDEO_RULES
from .names import LEGACY_TWINS, legacy_name, path_name
from .status import TASKS_PATH, id_of, is_task, read_task


@hookimpl
def tarash_map(call: Call, request: GenerationRequest) -> Mapped:
    """Apply the row, then give the payload the form of its endpoint."""
    served = serving_call(call)
    mapped = default_map(_with_video_rules(served, request), request)
    body = _body(served, mapped.payload)
    told = {"callback_url": call.webhook_url}
    return replace(
        mapped,
        payload=body,
        values=_with_extra_video(mapped.values, body),
        takes_webhook_url=served.row.route not in NO_OPTIONS,
        webhook_members={"options": told} if served.row.route in PATH_ROUTES else told,
    )


def _with_extra_video(values: Values, body: Mapping[str, object]) -> Values:
    """Return the values with a video that `extra_params` gave in Kling's own form, since the price depends on it."""
    videos = [
        *wire.items(body, "video_list"),
        *(item for item in wire.items(body, "contents") if "video" in (wire.text(item, "type") or "")),
    ]
    return {**values, "video": videos} if videos and "video" not in values else values


@hookimpl
def tarash_submit(call: Call, payload: Mapping[str, object]) -> Flow[Submission]:
    """Create the task. Nothing makes this idempotent; the id sent along only finds the task again."""
    served = serving_call(call)
    path = endpoint(served, payload)
    body = with_options(served, payload)
    reply = yield from send_signed(served, served.request("POST", path, json=body))
    task = data_of(reply, submitting=True)
    if id_of(task) is None and (told := error_in_body(reply)) is not None:
        raise told
    return read_submission(served, path, task, status=reply.status)


def serving_call(call: Call) -> Call:
    """Return the call with the model that serves it: an access key and a secret key open only the legacy design.

    Raises:
        ValidationError: the model has no legacy form, so it needs an API key.
    """
    if call.row.route not in PATH_ROUTES or key_pair(call) is None:
        return call
    twin = LEGACY_TWINS.get(call.model)
    row = None if twin is None else CATALOGUE.lookup(twin, call.modality)
    if twin is None or row is None:
        options = ", ".join(LEGACY_TWINS)
        raise ValidationError(
            f"needs an API key; with an access key and a secret key use {options} or a kling-v… model"
        )
    return replace(call, model=twin, row=row)


def endpoint(call: Call, body: Mapping[str, object]) -> str:
    """Return the path that takes `body`; `call` as `serving_call` returned it."""
    route = call.row.route
    if route in PATH_ROUTES:
        return f"/{contents.operation(route, body)}/{path_name(call.model)}"
    return legacy.operation(route, body)


def with_options(call: Call, payload: Mapping[str, object]) -> dict[str, object]:
    """Return the body with our own id, where the design wants it."""
    if call.row.route in NO_OPTIONS:
        return dict(payload)
    own: dict[str, object] = {"external_task_id": call.idempotency_key} if call.idempotency_key else {}
    if call.row.route in PATH_ROUTES:
        return {**payload, "options": {**own, **wire.mapping(payload, "options")}}
    return {**own, **payload}


def read_submission(call: Call, path: str, task: object, *, status: int) -> Submission:
    """Read a task that was created at `path`, or found again."""
    task_id = id_of(task)
    if task_id is None or not is_task(task):
        raise UnexpectedResponseError("the answer has no task id", status_code=status, raw_response=task)
    state = read_task(task).state
    return Submission(
        job={"task_id": task_id, "path": TASKS_PATH if call.row.route in PATH_ROUTES else path},
        request_id=task_id,
        # a submission cannot say why a task failed; the next poll can
        state="processing" if state == "failed" else state,
        raw=task,
    )


def _with_video_rules(call: Call, request: GenerationRequest) -> Call:
    """Return the call with the rules for an input video, which depend on its role."""
    if call.row.route != "omni-video":
        return call
    feature = request.extra_params.get("video_role") == "feature"
    rules = REFERENCE_VIDEO_RULES if feature else EDITED_VIDEO_RULES
    # first: once the frames of an edit are left out, the other rules have nothing to ask of them
    return call.with_row(replace(call.row, rules=(*rules, *call.row.rules)))


def _body(call: Call, mapped: Mapping[str, object]) -> dict[str, object]:
    if call.row.route in PATH_ROUTES:
        return contents.path_body(call.row.route, mapped)
    return legacy.legacy_body(call.row.route, mapped, model_name=legacy_name(call.model))
