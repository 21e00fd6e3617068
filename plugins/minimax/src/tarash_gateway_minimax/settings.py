"""The settings of `provider_config` that MiniMax has."""

from __future__ import annotations

from collections.abc import Mapping

from tarash.tarash_gateway.plugin import Call, SettingKind

SETTINGS: Mapping[str, SettingKind] = {"adopt_lost_tasks": bool}


def adopts_lost_tasks(call: Call) -> bool:
    """Return whether a task that looks like the lost one may be taken for it."""
    return call.provider_config.get("adopt_lost_tasks") is True
