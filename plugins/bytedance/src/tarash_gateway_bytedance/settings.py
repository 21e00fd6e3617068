"""The settings in `provider_config` for ByteDance ModelArk."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class ByteDanceSettings:
    """The settings in `provider_config` for ByteDance ModelArk.

    Attributes:
        region: the server that generates: "ap-southeast" and "eu-west" belong to BytePlus, "cn-beijing" to Volcengine, which has its own
            accounts and keys. A `base_url` in the configuration takes precedence.
    """

    region: Literal["ap-southeast", "eu-west", "cn-beijing"] = "ap-southeast"
