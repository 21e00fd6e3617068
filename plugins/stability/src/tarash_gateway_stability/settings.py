"""The settings of `provider_config` that Stability has, checked, and the request headers they become.

Source: Stability API reference (stability-client-* headers), read 2026-11-22.
"""

from __future__ import annotations

from collections.abc import Mapping

from tarash.tarash_gateway.plugin import Call, SettingKind, ValidationError, check_settings, wire

SETTINGS: Mapping[str, SettingKind] = {"client_id": str, "client_user_id": str, "client_version": str}
LONGEST_TEXT = 256


def client_headers(call: Call) -> dict[str, str]:
    """Return the headers that name the application and its user to Stability's support.

    Raises:
        ValidationError: a setting that Stability does not have, or a value it does not allow.
    """
    check_settings(call, SETTINGS)
    found: dict[str, str] = {}
    for name in SETTINGS:
        text = wire.text(call.provider_config, name)
        if text is None:
            continue
        if len(text) > LONGEST_TEXT:
            raise ValidationError(f"{name} has {len(text)} characters; use at most {LONGEST_TEXT}")
        found[f"stability-{name.replace('_', '-')}"] = text
    return found
