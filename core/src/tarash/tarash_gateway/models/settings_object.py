"""Accepts a plugin's own settings dataclass as `provider_config`, so that editors complete and type checkers check it."""

from __future__ import annotations

import dataclasses
from typing import Any, ClassVar, Protocol, cast, runtime_checkable


class SettingsObject(Protocol):
    """An instance of the dataclass that a plugin declares as `ProviderInfo.settings`, such as `FalSettings`."""

    __dataclass_fields__: ClassVar[dict[str, dataclasses.Field[Any]]]


@runtime_checkable
class _Revealing(Protocol):
    """A secret, which is a string in a configuration."""

    def reveal(self) -> str: ...


def as_mapping(value: object) -> object:
    """Return a settings object as the mapping of what differs from the defaults; any other value is returned unchanged."""
    if not dataclasses.is_dataclass(value) or isinstance(value, type):
        return value
    found: dict[str, object] = {}
    for field in dataclasses.fields(value):
        given: object = getattr(value, field.name)
        if given == field.default:
            continue
        if field.default_factory is not dataclasses.MISSING and given == field.default_factory():
            continue
        found[field.name] = _plain(given)
    return found


def _plain(value: object) -> object:
    """Return a value as JSON can hold it: a saved job has the same form."""
    if isinstance(value, _Revealing):
        return value.reveal()
    if isinstance(value, dict):
        return {name: _plain(item) for name, item in cast("dict[str, object]", value).items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in cast("list[object]", value)]
    return as_mapping(value)


__all__ = ["SettingsObject", "as_mapping"]
