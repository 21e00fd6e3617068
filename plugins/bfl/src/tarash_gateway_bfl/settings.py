"""The settings in `provider_config` for Black Forest Labs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from tarash.tarash_gateway.plugin import Secret


@dataclass(frozen=True, slots=True, kw_only=True)
class BFLSettings:
    """The settings in `provider_config` for Black Forest Labs.

    Attributes:
        region: where jobs may run: "global" is wherever there is room, "eu" and "us" keep them there. A `base_url` in the configuration
            takes precedence.
        webhook_secret: a string of your choice that comes back with each webhook; without it, webhooks are not accepted.
    """

    region: Literal["global", "eu", "us"] = "global"
    webhook_secret: Secret | None = None
