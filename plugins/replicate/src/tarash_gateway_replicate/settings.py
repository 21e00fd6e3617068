"""The settings in `provider_config` for Replicate, and the request headers that carry it.

Source of the headers: Replicate documentation (create a prediction; prediction deadlines), read 2026-11-22.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Annotated

from annotated_types import Interval

from tarash.tarash_gateway.plugin import Call, Secret

LONGEST_WAIT_SECONDS = 60
SHORTEST_DEADLINE_SECONDS = 600
MARK_STEP_SECONDS = 3
MARKS = 600


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplicateSettings:
    """The settings in `provider_config` for Replicate.

    Attributes:
        cancel_after_seconds: age at which Replicate ends the prediction by itself, at least 1 second; False sets no limit. Left
            out, it is twice the configuration's `timeout`, at least 10 minutes, and up to half an hour more: the odd part marks the
            submit as ours, so that its prediction is found again when the answer is lost.
        deployment: whether `model` names a deployment of your own.
        wait_seconds: how long Replicate holds the submit until the prediction is done, at most 60; 0 answers at once.
        webhook_secret: signing secret that verifies webhooks, `whsec_…`; `GET /v1/webhooks/default/secret` returns it as `key`.
    """

    cancel_after_seconds: float | bool | None = None
    deployment: bool = False
    wait_seconds: Annotated[int, Interval(ge=0, le=LONGEST_WAIT_SECONDS)] = 0
    webhook_secret: Secret | None = None

    def __post_init__(self) -> None:
        chosen = self.cancel_after_seconds
        # True is 1 to Python
        if chosen is True or (chosen is not None and chosen is not False and chosen < 1):
            raise ValueError(
                f"cancel_after_seconds={chosen!r} is not allowed; use a number of seconds from 1, or False for no limit"
            )


def submit_headers(call: Call) -> dict[str, str]:
    """Return the headers of a submit."""
    headers: dict[str, str] = {}
    if wait_seconds := call.settings_as(ReplicateSettings).wait_seconds:
        headers["Prefer"] = f"wait={wait_seconds}"
    deadline_seconds = prediction_deadline_seconds(call)
    if deadline_seconds is not None:
        headers["Cancel-After"] = f"{deadline_seconds}s"
    return headers


def prediction_deadline_seconds(call: Call) -> int | None:
    """Return the age at which Replicate ends the prediction by itself; None for no limit.

    Unless it is set, twice the attempt's deadline leaves a detached job time to finish, and ends one that nobody watches any
    more. The odd part comes from the attempt's own key: Replicate echoes the deadline, so it distinguishes submits that are
    otherwise alike.
    """
    chosen = call.settings_as(ReplicateSettings).cancel_after_seconds
    if chosen is False:
        return None
    if chosen is not None:
        return math.ceil(chosen)
    mark = int(call.idempotency_key[:8] or "0", 16) % MARKS
    return max(math.ceil(2 * call.timeout_seconds), SHORTEST_DEADLINE_SECONDS) + MARK_STEP_SECONDS * mark
