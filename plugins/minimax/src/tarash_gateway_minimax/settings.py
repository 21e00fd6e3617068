"""The settings of `provider_config` that MiniMax has, checked."""

from __future__ import annotations

import difflib
from collections.abc import Mapping

from tarash.tarash_gateway.plugin import ValidationError

SETTINGS = ("adopt_lost_tasks",)


def check_settings(provider_config: Mapping[str, object]) -> None:
    """Refuse a setting that MiniMax does not have, or a value it does not allow."""
    for name, value in provider_config.items():
        if name not in SETTINGS:
            close = difflib.get_close_matches(name, SETTINGS, n=1)
            guess = f"; did you mean {close[0]!r}?" if close else ""
            raise ValidationError(
                f"provider_config has {name!r}, which MiniMax does not know{guess} (known: {', '.join(SETTINGS)})"
            )
        if not isinstance(value, bool):
            raise ValidationError(f"{name}={value!r} is not allowed; use True or False")


def adopts_lost_tasks(provider_config: Mapping[str, object]) -> bool:
    """Return whether a task that looks like the lost one may be taken for it."""
    return provider_config.get("adopt_lost_tasks") is True
