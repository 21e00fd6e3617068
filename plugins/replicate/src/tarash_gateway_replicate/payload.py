"""What Replicate is sent: the mapped request, and the submit on one of three routes."""

from __future__ import annotations

from collections.abc import Mapping

from tarash.tarash_gateway.plugin import (
    Call,
    Flow,
    GenerationRequest,
    HttpReply,
    ImageGenerationRequest,
    Mapped,
    ModelNotFoundError,
    Phrase,
    Submission,
    UnexpectedResponseError,
    ValidationError,
    accepted_id,
    default_map,
    hookimpl,
    mention,
    send,
    wire,
    wrong_field,
)

from .routes import Target, api, read_target, submit_path
from .settings import ReplicateSettings, submit_headers
from .status import read_status
from .uploads import with_uploads

SUBMIT_TIMEOUT_SECONDS = 60.0
BLACK_IS_REPAINTED = "black-is-repainted"
"""`Model.route` of rows whose mask has the opposite polarity of ours."""


@hookimpl
def tarash_map(call: Call, request: GenerationRequest) -> Mapped:
    """Apply the row.

    Raises:
        ValidationError: also for a mask that the model would read the wrong way round: nothing here can invert it.
    """
    inverted = call.row.route == BLACK_IS_REPAINTED
    if inverted and isinstance(request, ImageGenerationRequest) and request.mask_image is not None:
        raise ValidationError(
            Phrase(
                wrong_field("mask_image"),
                " is white where to repaint, but this model repaints black; invert it yourself and pass the URLs of both as ",
                mention("extra_params", {"image": ..., "mask": ...}),
            )
        )
    return default_map(call, request)


@hookimpl
def tarash_submit(call: Call, payload: Mapping[str, object]) -> Flow[Submission]:
    """Create a prediction; local media are uploaded first.

    The endpoint of official models does not know those that only their owners maintain ("community" models). Its 404 says that
    nothing was created, so the request is sent again, to the model's latest version.
    """
    call, target = api(call), read_target(call.model)
    if call.settings_as(ReplicateSettings).deployment and not (target.name and not target.version):
        raise ValidationError(
            f"model {call.model!r} is not a deployment; with deployment=True use owner/name"
        )
    inputs = yield from with_uploads(call, payload)
    reply = yield from _create(call, target, inputs)
    if reply.status == 404:
        target = yield from _latest_version(call, target)
        reply = yield from _create(call, target, inputs)
    accepted_id(reply, "id")
    return read_submission(reply.json_object())


def read_submission(prediction: Mapping[str, object]) -> Submission:
    """Read a created prediction, which may be done already where Replicate held the submit.

    Raises:
        UnexpectedResponseError: it has no id.
    """
    request_id = wire.identifier(prediction, "id")
    if request_id is None:
        raise UnexpectedResponseError("the created prediction has no id", raw_response=prediction)
    status = read_status(prediction)
    done = status.state == "completed" or _is_ready(prediction)
    return Submission(
        job={"id": request_id},
        request_id=request_id,
        state="completed" if done else "queued",
        raw=status.raw,
    )


def _is_ready(prediction: Mapping[str, object]) -> bool:
    """Return whether a held submit returned the output before the prediction was marked as done ("processing").

    The official clients take any output as complete. A list may still grow, so only a single file counts here.
    """
    return wire.text(prediction, "status") == "processing" and wire.text(prediction, "output") is not None


def _create(call: Call, target: Target, inputs: Mapping[str, object]) -> Flow[HttpReply]:
    settings = call.settings_as(ReplicateSettings)
    body: dict[str, object] = {"input": inputs}
    if target.version:
        body["version"] = f"{target.name}:{target.version}" if target.name else target.version
    if call.webhook_url:
        body |= {"webhook": call.webhook_url, "webhook_events_filter": ["completed"]}
    may_be_community = not settings.deployment and not target.version
    return (
        yield from send(
            call.request(
                "POST",
                submit_path(target, deployment=settings.deployment),
                json=body,
                headers=submit_headers(call),
                timeout_seconds=SUBMIT_TIMEOUT_SECONDS + settings.wait_seconds,
                accept_statuses=frozenset({404}) if may_be_community else frozenset(),
            )
        )
    )


def _latest_version(call: Call, target: Target) -> Flow[Target]:
    reply = yield from send(call.request("GET", f"/models/{target.name}"))
    version = wire.text(reply.json_object(), "latest_version", "id")
    if version is None:
        raise ModelNotFoundError(
            f"model {target.name} has no published version; name one as {target.name}:<version>, "
            "or set deployment=True for a deployment"
        )
    return Target(target.name, version)
