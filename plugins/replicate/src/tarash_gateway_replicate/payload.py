"""What is sent to Replicate: the mapped request, and the submit on one of three routes."""

from __future__ import annotations

from collections.abc import Mapping

from tarash.tarash_gateway.mapping import Mapped
from tarash.tarash_gateway.plugin import (
    Call,
    Flow,
    GenerationRequest,
    HttpReply,
    ImageGenerationRequest,
    ModelNotFoundError,
    Submission,
    UnexpectedResponseError,
    ValidationError,
    default_map,
    send,
    wire,
)

from .routes import Target, api, read_target, submit_path
from .settings import Settings, read_settings
from .status import read_status
from .uploads import object_of, with_uploads

SUBMIT_TIMEOUT_SECONDS = 60.0
BLACK_IS_REPAINTED = "black-is-repainted"
"""Route word of rows whose mask has the other polarity than ours."""


def map_request(call: Call, request: GenerationRequest) -> Mapped:
    """Apply the row, and check the settings before anything is sent.

    Raises:
        ValidationError: also for a mask that would be read the wrong way round: nothing here can invert it.
    """
    read_settings(call)
    inverted = call.row.route == BLACK_IS_REPAINTED
    if inverted and isinstance(request, ImageGenerationRequest) and request.mask_image is not None:
        raise ValidationError(
            "mask_image is white where to repaint, but this model repaints black; "
            "invert it yourself and pass extra_params={'image': <URL>, 'mask': <URL of the inverted mask>}"
        )
    return default_map(call, request)


def submit(call: Call, payload: Mapping[str, object]) -> Flow[Submission]:
    """Create a prediction; local media are uploaded first.

    A model that only its owner keeps up to date ("community") is unknown to the endpoint of official models.
    Its 404 says that nothing was created, so the request goes once more, to the model's latest version.
    """
    call, settings, target = api(call), read_settings(call), read_target(call.model)
    if settings.deployment and not (target.name and not target.version):
        raise ValidationError(f"model {call.model!r} is no deployment; with deployment=True use owner/name")
    inputs = yield from with_uploads(call, payload)
    reply = yield from _create(call, settings, target, inputs)
    if reply.status == 404:
        target = yield from _latest_version(call, target)
        reply = yield from _create(call, settings, target, inputs)
    return read_submission(reply.json_object())


def read_submission(prediction: Mapping[str, object]) -> Submission:
    """Read a created prediction, which may be done already where Replicate held the submit."""
    request_id = wire.text(prediction, "id")
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
    """Return whether a held submit answered with the output but before the bookkeeping ("processing").

    The official clients take any output for the whole. A list may still grow, so only a single file counts.
    """
    return wire.text(prediction, "status") == "processing" and wire.text(prediction, "output") is not None


def _create(call: Call, settings: Settings, target: Target, inputs: Mapping[str, object]) -> Flow[HttpReply]:
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
                headers=settings.headers(),
                timeout_seconds=SUBMIT_TIMEOUT_SECONDS + settings.wait_seconds,
                accept_statuses=frozenset({404}) if may_be_community else frozenset(),
            )
        )
    )


def _latest_version(call: Call, target: Target) -> Flow[Target]:
    reply = yield from send(call.request("GET", f"/models/{target.name}"))
    version = wire.text(object_of(reply), "latest_version", "id")
    if version is None:
        raise ModelNotFoundError(
            f"model {target.name} has no published version; name one as {target.name}:<version>, "
            "or set deployment=True for a deployment"
        )
    return Target(target.name, version)
