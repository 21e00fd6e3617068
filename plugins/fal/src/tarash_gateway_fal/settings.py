"""The settings in `provider_config` for fal, and the request headers that carry it.

Source of the headers: fal documentation (queue, request headers), read 2026-11-22.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Literal

from annotated_types import Gt


@dataclass(frozen=True, slots=True, kw_only=True)
class FalSettings:
    """The settings in `provider_config` for fal.

    Attributes:
        media_lifetime_seconds: age at which fal deletes the generated files, in whole seconds.
        queue_priority: "low" lets other jobs of the queue go first.
        runner_hint: text that sends the job to the runner that served the same hint before, if it is free.
        server_retries: False stops fal from running the job again when a runner fails.
        start_timeout_seconds: longest wait for a free runner, more than 1; it does not limit the run itself.
        store_payloads: False stops fal from storing the request and the result, which it otherwise does for 30 days.
        webhook_keys: fal's public keys, which verify webhooks: the JSON of https://rest.fal.ai/.well-known/jwks.json, at most
            a day old.
    """

    media_lifetime_seconds: Annotated[int, Gt(0)] | None = None
    queue_priority: Literal["normal", "low"] | None = None
    runner_hint: str | None = None
    server_retries: bool = True
    start_timeout_seconds: Annotated[float, Gt(1)] | None = None
    store_payloads: bool = True
    webhook_keys: Mapping[str, object] | None = None


def queue_headers(settings: FalSettings) -> dict[str, str]:
    """Return the headers of a submit."""
    headers: dict[str, str] = {}
    if settings.queue_priority is not None:
        headers["X-Fal-Queue-Priority"] = settings.queue_priority
    if settings.start_timeout_seconds is not None:
        headers["X-Fal-Request-Timeout"] = f"{settings.start_timeout_seconds:g}"
    if settings.media_lifetime_seconds is not None:
        headers["X-Fal-Object-Lifecycle-Preference"] = lifetime(settings.media_lifetime_seconds)
    if settings.runner_hint is not None:
        headers["X-Fal-Runner-Hint"] = settings.runner_hint
    if not settings.store_payloads:
        headers["X-Fal-Store-IO"] = "0"
    if not settings.server_retries:
        headers["X-Fal-No-Retry"] = "1"
    return headers


def lifetime(seconds: int) -> str:
    """Return the header value that makes fal delete a file after so many seconds."""
    return json.dumps({"expiration_duration_seconds": seconds})
