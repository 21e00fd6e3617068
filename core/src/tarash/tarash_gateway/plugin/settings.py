"""Checks the settings in `provider_config`: what a provider does not know is refused before anything is sent."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import TypeAlias

from ..exceptions import ValidationError
from .contract import Call

SettingKind: TypeAlias = type[bool] | type[str] | type[float] | type[object] | tuple[str, ...]
"""`bool`; `str`, not empty; `float`, a number above 0; a tuple of the texts offered; `object` for what the plugin checks."""


def check_settings(call: Call, known: Mapping[str, SettingKind]) -> None:
    """Refuse a setting that the provider does not have, or a value of another kind; None counts as left out.

    Call it where the request is mapped: that is before a fallback is chosen, and in a plan too.

    Args:
        call: the hook's call.
        known: name of each setting → kind of its value; empty for a provider without settings.

    Raises:
        ValidationError: says which name or kind is right.
    """
    for name, value in call.provider_config.items():
        if name not in known:
            raise _refusal(call, _unknown(call, name, known))
        wrong = None if value is None else _wrong_kind(value, known[name])
        if wrong is not None:
            raise _refusal(call, f"provider_config[{name!r}] {wrong}")


def _unknown(call: Call, name: str, known: Mapping[str, SettingKind]) -> str:
    if not known:
        return (
            f"provider_config has {name!r}, but {call.provider.id} has no settings; "
            "what only a model takes goes into extra_params of the request"
        )
    close = difflib.get_close_matches(name, known, n=1)
    guess = f"; did you mean {close[0]!r}?" if close else ""
    names = ", ".join(sorted(known))
    return f"provider_config has {name!r}, which {call.provider.id} does not know{guess} (known: {names})"


def _wrong_kind(value: object, kind: SettingKind) -> str | None:
    """Return what is wrong with a value, or None. A text is not shown where any is allowed: it may be a secret."""
    if isinstance(kind, tuple):
        offered = " or ".join(repr(word) for word in kind)
        return None if value in kind else f"is {value!r}, which is not offered; use {offered}"
    if kind is bool:
        return None if isinstance(value, bool) else "must be True or False"
    if kind is str:
        return None if isinstance(value, str) and value else "must be a text that is not empty"
    if kind is float and (isinstance(value, bool) or not isinstance(value, int | float) or value <= 0):
        return "must be a number above 0"
    return None


def _refusal(call: Call, message: str) -> ValidationError:
    return ValidationError(message, provider=call.provider.id, model=call.model)


__all__ = ["SettingKind", "check_settings"]
