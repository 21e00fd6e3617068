"""The settings of Kling AI."""

from __future__ import annotations

from dataclasses import dataclass

from tarash.tarash_gateway.plugin import Secret


@dataclass(frozen=True, slots=True, kw_only=True)
class KlingSettings:
    """The settings in `provider_config` for Kling AI.

    Attributes:
        access_key: the public part of a key of two parts; otherwise from the environment.
        secret_key: its secret part; otherwise from the environment.
        webhook_secret: verifies callbacks; from "Basic Settings, Webhook" in Kling's console, with or without its prefix `whsec_`.
    """

    access_key: Secret | None = None
    secret_key: Secret | None = None
    webhook_secret: Secret | None = None
