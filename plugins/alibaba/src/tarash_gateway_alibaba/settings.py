"""The settings in `provider_config` for Alibaba Cloud Model Studio."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal

SHARED_REGIONS: Final = ("ap-southeast-1", "us-east-1", "cn-beijing")
"""Regions with a server that is not a workspace's own."""
_WORKSPACE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")


@dataclass(frozen=True, slots=True, kw_only=True)
class AlibabaSettings:
    """The settings in `provider_config` for Alibaba Cloud Model Studio.

    Attributes:
        region: where the key was made, since a key works in its own region only: "ap-southeast-1" (Singapore), "us-east-1"
            (Virginia), "cn-beijing", "cn-hongkong", "eu-central-1" (Frankfurt) or "ap-northeast-1" (Tokyo). The last three need
            `workspace`. A `base_url` of yours takes precedence.
        workspace: workspace id, such as `ws-abc123`; its own server of the region is then called, which Alibaba recommends.
    """

    region: Literal[
        "ap-southeast-1", "us-east-1", "cn-beijing", "cn-hongkong", "eu-central-1", "ap-northeast-1"
    ] = "ap-southeast-1"
    workspace: str | None = None

    def __post_init__(self) -> None:
        # a workspace becomes a part of the host name (dashscope 2.0.2, validate_workspace_id)
        if self.workspace is not None and _WORKSPACE.fullmatch(self.workspace) is None:
            raise ValueError(
                f"workspace={self.workspace!r} is not a workspace id; use the letters, digits, - and _ of the console"
            )
        if self.workspace is None and self.region not in SHARED_REGIONS:
            raise ValueError(f"region={self.region!r} needs a workspace; set it, too")
