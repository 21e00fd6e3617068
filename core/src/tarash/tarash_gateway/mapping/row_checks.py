"""Checks the types in a model row where it is written: a wrong one must not surface later, as the error of somebody's search."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping
from typing import TypeAlias

Kinds: TypeAlias = Mapping[str, tuple[type | tuple[type, ...], str]]
"""The class of each field, and what to use."""


def check_kinds(owner: str, given: object, kinds: Kinds) -> None:
    """Check the class of each of these fields.

    Raises:
        TypeError: a field has another one.
    """
    for name, (kind, wanted) in kinds.items():
        value: object = getattr(given, name)
        if not isinstance(value, kind):
            raise TypeError(f"{owner} has {name}={_shown(value)}; use {wanted}")


def check_items(owner: str, name: str, items: Iterable[object], kind: type, wanted: str) -> None:
    """Check the class of each item of a field.

    Raises:
        TypeError: an item has another one.
    """
    for item in items:
        if not isinstance(item, kind):
            raise TypeError(f"{owner} has {_shown(item)} in {name}; use {wanted}")


def check_choices(owner: str, name: str, choices: Mapping[str, object]) -> None:
    """Check that each name in a rule has a collection of values; a text would allow each of its letters.

    Raises:
        TypeError: one has something else.
    """
    for field, values in choices.items():
        if isinstance(values, str) or not isinstance(values, Collection):
            raise TypeError(f"{owner} has {_shown(values)} for {field} in {name}; use a tuple of values")


def check_amount(owner: str, name: str, value: float | None, *, at_least: float = 0.0) -> None:
    """Check that a number is finite and not too small; None is none.

    Raises:
        ValueError: it is not.
    """
    if value is not None and not (at_least <= value < math.inf):
        raise ValueError(f"{owner} has {name}={value!r}; use a finite number of at least {at_least:g}")


def _shown(value: object) -> str:
    return repr(value)[:100]


__all__ = ["Kinds", "check_amount", "check_choices", "check_items", "check_kinds"]
