"""Remembers which settings the loaded plugins declare as secret: what is saved is written by code that sees only configurations."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Set as AbstractSet

_NAMES: dict[str, set[str]] = {}
"""By provider id, for the whole process. It only grows: two plugins under one id, in two registries, keep the secrets of both."""


def declare_secrets(provider_id: str, names: Iterable[str]) -> None:
    """Note the members of `provider_config` that a provider declares as secret, at any depth."""
    _NAMES.setdefault(provider_id, set()).update(names)


def declared_secrets(provider_id: str) -> AbstractSet[str]:
    """Return the names that are declared for a provider; empty before its plugin is loaded."""
    return _NAMES.get(provider_id, set())


__all__ = ["declare_secrets", "declared_secrets"]
