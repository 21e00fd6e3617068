"""The settings of `provider_config` that Replicate has, checked, and the request headers they become.

Source of the headers: Replicate documentation (create a prediction; prediction deadlines), read 2026-11-22.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from tarash.tarash_gateway.plugin import Call, SettingKind, ValidationError, check_settings

SETTINGS: Mapping[str, SettingKind] = {
    # a number of seconds, or False; whole numbers, or 0: checked below
    "cancel_after_seconds": object,
    "wait_seconds": object,
    "deployment": bool,
    "webhook_secret": str,
}
LONGEST_WAIT_SECONDS = 60
SHORTEST_DEADLINE_SECONDS = 600
MARK_STEP_SECONDS = 3
MARKS = 100


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of one call.

    Attributes:
        deployment: whether the model name is a deployment's.
        wait_seconds: how long Replicate holds the submit until the prediction is done; 0 answers at once.
        cancel_after_seconds: age at which Replicate itself ends the prediction; None leaves that out.
        is_marked: whether `cancel_after_seconds` was chosen here, and so tells this call's prediction apart.
    """

    deployment: bool
    wait_seconds: int
    cancel_after_seconds: int | None
    is_marked: bool

    def headers(self) -> dict[str, str]:
        """Return the headers of a submit."""
        headers: dict[str, str] = {}
        if self.wait_seconds:
            headers["Prefer"] = f"wait={self.wait_seconds}"
        if self.cancel_after_seconds is not None:
            headers["Cancel-After"] = f"{self.cancel_after_seconds}s"
        return headers


def read_settings(call: Call) -> Settings:
    """Return the call's settings.

    Raises:
        ValidationError: a setting that Replicate does not have, or a value it does not allow.
    """
    check_settings(call, SETTINGS)
    config = {name: value for name, value in call.provider_config.items() if value is not None}
    deployment = config.get("deployment") is True
    wait = config.get("wait_seconds", 0)
    if isinstance(wait, bool) or not isinstance(wait, int) or not 0 <= wait <= LONGEST_WAIT_SECONDS:
        raise ValidationError(
            f"wait_seconds={wait!r} is not allowed; use a whole number from 1 to {LONGEST_WAIT_SECONDS}, or 0"
        )
    chosen = config.get("cancel_after_seconds")
    if chosen is None:
        return Settings(deployment, wait, _seat_belt_seconds(call), is_marked=True)
    if chosen is False:
        return Settings(deployment, wait, None, is_marked=False)
    if chosen is True or not isinstance(chosen, int | float) or chosen < 1:
        raise ValidationError(
            f"cancel_after_seconds={chosen!r} is not allowed; "
            "use a number of seconds from 1, or False for no limit"
        )
    return Settings(deployment, wait, math.ceil(chosen), is_marked=False)


def webhook_secret(provider_config: Mapping[str, object]) -> str:
    """Return the key that webhooks are verified with.

    Raises:
        ValidationError: none is configured.
    """
    secret = provider_config.get("webhook_secret")
    if not isinstance(secret, str) or not secret:
        raise ValidationError(
            "verifying webhooks needs provider_config['webhook_secret']: the `key` that "
            "GET /v1/webhooks/default/secret answers, beginning with whsec_"
        )
    return secret


def _seat_belt_seconds(call: Call) -> int:
    """Return after how long a prediction that nobody watches any more shall end itself.

    Twice the attempt's deadline leaves a detached job time to finish. The odd seconds come from the attempt's
    own key: Replicate echoes the deadline, so that submits that are otherwise alike can be told apart.
    """
    mark = int(call.idempotency_key[:8] or "0", 16) % MARKS
    return max(math.ceil(2 * call.timeout_seconds), SHORTEST_DEADLINE_SECONDS) + MARK_STEP_SECONDS * mark
