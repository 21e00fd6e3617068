"""Finds the prediction of a submit whose answer was lost, in the account's list of recent predictions.

Replicate accepts no id from the caller, but it echoes the deadline, which carries the call's own mark; without the mark nothing is
looked for. Whether the list shows a new prediction at once is undocumented: finding none proves nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import cast

from tarash.tarash_gateway.plugin import (
    Call,
    Flow,
    Media,
    Submission,
    SubmissionUnknownError,
    hookimpl,
    read_clock,
    send,
    wire,
)

from .payload import SUBMIT_TIMEOUT_SECONDS, read_submission
from .routes import Target, api, read_target
from .settings import ReplicateSettings, prediction_deadline_seconds
from .status import HIDDEN_INPUTS

MOST_PAGES = 5
SLACK_SECONDS = 30.0
# less than the step between two marks (settings.MARK_STEP_SECONDS)
DEADLINE_TOLERANCE_SECONDS = 1.4


@hookimpl
def tarash_find_submission(call: Call, payload: Mapping[str, object]) -> Flow[Submission | None]:
    """Return the one prediction that the submit can have created.

    Raises:
        SubmissionUnknownError: none is listed (yet), or several are alike; taking another call's prediction for ours would be
            worse than not knowing.
    """
    call, target = api(call), read_target(call.model)
    settings = call.settings_as(ReplicateSettings)
    if settings.cancel_after_seconds is not None:
        raise SubmissionUnknownError(
            "with cancel_after_seconds a prediction bears no mark of ours; leave it out, or see replicate.com/predictions"
        )
    wait_seconds = settings.wait_seconds
    submit_seconds = max(SUBMIT_TIMEOUT_SECONDS + wait_seconds, call.request_timeout_seconds or 0.0)
    longest_age_seconds = submit_seconds + SLACK_SECONDS
    found: list[Mapping[str, object]] = []
    path = "/predictions"
    for _ in range(MOST_PAGES):
        reply = yield from send(call.request("GET", path))
        page = reply.json_object()
        # the server's own time, so that a wrong local clock does no harm
        now = wire.http_date(reply.header("date")) or (yield from read_clock()).wall
        listed = [wire.mapping(item) for item in wire.items(page, "results")]
        recent = [item for item in listed if _age_seconds(item, now) <= longest_age_seconds]
        found += [item for item in recent if _may_be_ours(call, item, payload, target)]
        # the list is newest first
        if len(recent) < len(listed) or (next_page := wire.text(page, "next")) is None:
            break
        # the query alone: behind a proxy the address names another host
        path = f"/predictions?{next_page.partition('?')[2]}"
    if len(found) != 1:
        count = f"{len(found)} predictions" if found else "no prediction"
        raise SubmissionUnknownError(f"{count} of the last {longest_age_seconds:.0f} s can be this submit's")
    return read_submission(found[0])


def _may_be_ours(
    call: Call, prediction: Mapping[str, object], payload: Mapping[str, object], target: Target
) -> bool:
    if wire.text(prediction, "source") == "web":
        return False
    return (
        _is_model(call, prediction, target)
        and _is_echo(payload, wire.member(prediction, "input"))
        and _has_our_mark(call, prediction)
    )


def _is_model(call: Call, prediction: Mapping[str, object], target: Target) -> bool:
    """Compare model and version where the list has them; a deployment's prediction names the model behind it."""
    deployment = wire.text(prediction, "deployment")
    if call.settings_as(ReplicateSettings).deployment:
        # whether the name comes with its owner is undocumented
        return deployment is None or target.name.endswith(deployment)
    if deployment is not None:
        return False
    name, version = wire.text(prediction, "model"), wire.text(prediction, "version")
    same_name = not target.name or name in (None, target.name)
    return same_name and (not target.version or version in (None, "hidden", target.version))


def _is_echo(sent: object, echoed: object) -> bool:
    """Return whether `echoed` is `sent` as Replicate repeats it, with a URL in place of each uploaded file."""
    if isinstance(sent, Media):
        return echoed == sent.url if sent.url is not None else isinstance(echoed, str)
    if isinstance(sent, Mapping):
        members = cast("Mapping[str, object]", sent)
        return isinstance(echoed, Mapping) and all(
            name in HIDDEN_INPUTS or _is_echo(value, wire.member(echoed, name))
            for name, value in members.items()
        )
    if isinstance(sent, list | tuple):
        items = cast("list[object]", list(sent))
        return (
            isinstance(echoed, list)
            and len(echoed) == len(items)
            and all(_is_echo(one, other) for one, other in zip(items, echoed, strict=True))
        )
    return sent == echoed


def _has_our_mark(call: Call, prediction: Mapping[str, object]) -> bool:
    """Compare the deadline, which carries the call's mark."""
    created, deadline = (wire.moment(prediction, name) for name in ("created_at", "deadline"))
    expected_seconds = prediction_deadline_seconds(call)
    if expected_seconds is None or created is None or deadline is None:
        return False
    off = (deadline - created).total_seconds() - expected_seconds
    return abs(off) <= DEADLINE_TOLERANCE_SECONDS


def _age_seconds(prediction: Mapping[str, object], now: datetime) -> float:
    created = wire.moment(prediction, "created_at")
    return float("inf") if created is None else (now - created).total_seconds()
