"""The settings of `provider_config` that fal has, checked, and the request headers they become.

Source of the headers: fal documentation (queue, request headers), read 2026-11-22.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from tarash.tarash_gateway.plugin import Call, SettingKind, ValidationError, check_settings, wire

SETTINGS: Mapping[str, SettingKind] = {
    "media_lifetime_seconds": float,
    "queue_priority": ("normal", "low"),
    "runner_hint": str,
    "server_retries": bool,
    "start_timeout_seconds": float,
    "store_payloads": bool,
    # checked where a delivery is verified
    "webhook_keys": object,
}
SHORTEST_START_SECONDS = 1


def queue_headers(call: Call) -> dict[str, str]:
    """Return the headers of a submit.

    Raises:
        ValidationError: a setting that fal does not have, or a value it does not allow.
    """
    check_settings(call, SETTINGS)
    config = call.provider_config
    headers: dict[str, str] = {}
    if priority := wire.text(config, "queue_priority"):
        headers["X-Fal-Queue-Priority"] = priority
    start_timeout = wire.number(config, "start_timeout_seconds")
    if start_timeout is not None:
        if start_timeout <= SHORTEST_START_SECONDS:
            raise ValidationError(
                f"start_timeout_seconds={start_timeout:g} is not allowed; use more than {SHORTEST_START_SECONDS}"
            )
        headers["X-Fal-Request-Timeout"] = f"{start_timeout:g}"
    media_lifetime = wire.number(config, "media_lifetime_seconds")
    if media_lifetime is not None:
        headers["X-Fal-Object-Lifecycle-Preference"] = lifetime(media_lifetime)
    if runner := wire.text(config, "runner_hint"):
        headers["X-Fal-Runner-Hint"] = runner
    if config.get("store_payloads") is False:
        headers["X-Fal-Store-IO"] = "0"
    if config.get("server_retries") is False:
        headers["X-Fal-No-Retry"] = "1"
    return headers


def lifetime(seconds: float) -> str:
    """Return how fal is told to delete a file after so many seconds."""
    return json.dumps({"expiration_duration_seconds": int(seconds)})
