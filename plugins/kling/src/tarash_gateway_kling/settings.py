"""The settings of `provider_config` that Kling has."""

from __future__ import annotations

from collections.abc import Mapping

from tarash.tarash_gateway.plugin import SettingKind

SETTINGS: Mapping[str, SettingKind] = {
    # one goes with the other, which is checked where they are used
    "access_key": str,
    "secret_key": str,
    "webhook_secret": str,
}
