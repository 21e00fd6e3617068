"""The settings of `provider_config` that fal has, checked, and the request headers they become.

Source of the headers: fal documentation (queue, request headers), read 2026-11-22.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Mapping

from tarash.tarash_gateway.plugin import ValidationError

SETTINGS = (
    "media_lifetime_seconds",
    "queue_priority",
    "runner_hint",
    "server_retries",
    "start_timeout_seconds",
    "store_payloads",
    "webhook_keys",
)


def queue_headers(provider_config: Mapping[str, object]) -> dict[str, str]:
    """Return the headers of a submit.

    Raises:
        ValidationError: a setting that fal does not have, or a value it does not allow.
    """
    _check_names(provider_config)
    headers: dict[str, str] = {}
    if (priority := provider_config.get("queue_priority")) is not None:
        if priority not in ("normal", "low"):
            raise ValidationError(f"queue_priority={priority!r} is not offered; use 'normal' or 'low'")
        headers["X-Fal-Queue-Priority"] = str(priority)
    start_timeout = _seconds(provider_config, "start_timeout_seconds", above=1)
    if start_timeout is not None:
        headers["X-Fal-Request-Timeout"] = str(start_timeout)
    media_lifetime = _seconds(provider_config, "media_lifetime_seconds", above=0)
    if media_lifetime is not None:
        headers["X-Fal-Object-Lifecycle-Preference"] = lifetime(media_lifetime)
    if runner := provider_config.get("runner_hint"):
        headers["X-Fal-Runner-Hint"] = str(runner)
    if provider_config.get("store_payloads") is False:
        headers["X-Fal-Store-IO"] = "0"
    if provider_config.get("server_retries") is False:
        headers["X-Fal-No-Retry"] = "1"
    return headers


def lifetime(seconds: float) -> str:
    """Return how fal is told to delete a file after so many seconds."""
    return json.dumps({"expiration_duration_seconds": int(seconds)})


def _check_names(provider_config: Mapping[str, object]) -> None:
    for name in provider_config:
        if name not in SETTINGS:
            close = difflib.get_close_matches(name, SETTINGS, n=1)
            guess = f"; did you mean {close[0]!r}?" if close else ""
            raise ValidationError(
                f"provider_config has {name!r}, which fal does not know{guess} (known: {', '.join(SETTINGS)})"
            )


def _seconds(provider_config: Mapping[str, object], name: str, *, above: float) -> float | None:
    value = provider_config.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or value <= above:
        raise ValidationError(f"{name}={value!r} is not allowed; use a number of seconds above {above:g}")
    return value
