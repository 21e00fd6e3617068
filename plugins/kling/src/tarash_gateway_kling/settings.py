"""The settings of Kling AI."""

from __future__ import annotations

from dataclasses import dataclass

from tarash.tarash_gateway.plugin import Secret


@dataclass(frozen=True, slots=True, kw_only=True)
class KlingSettings:
    """The settings in `provider_config` for Kling AI, in addition to the parts of the key.

    Attributes:
        webhook_secret: verifies callbacks; from "Basic Settings, Webhook" in Kling's console, with or without its prefix `whsec_`.
    """

    webhook_secret: Secret | None = None
