"""Checks the types in a model row where it is written: a wrong one must not surface later, as the error of somebody's search."""

from __future__ import annotations

import difflib
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
            raise TypeError(f"{owner} has {name}={shown(value)}; use {wanted}")


def check_items(owner: str, name: str, items: Iterable[object], kind: type, wanted: str) -> None:
    """Check the class of each item of a field.

    Raises:
        TypeError: an item has another one.
    """
    for item in items:
        if not isinstance(item, kind):
            raise TypeError(f"{owner} has {shown(item)} in {name}; use {wanted}")


def check_choices(owner: str, name: str, choices: Mapping[str, object]) -> None:
    """Check that each name in a rule has a collection of values; a string would allow each of its letters.

    Raises:
        TypeError: one has something else.
    """
    for field, values in choices.items():
        if isinstance(values, str) or not isinstance(values, Collection):
            raise TypeError(f"{owner} has {shown(values)} for {field} in {name}; use a tuple of values")


def check_amount(owner: str, name: str, value: float | None) -> None:
    """Check that a number is finite and not negative; None means that there is none.

    Raises:
        ValueError: it is not.
    """
    if value is not None and not 0 <= value < math.inf:
        raise ValueError(f"{owner} has {name}={value!r}; use a finite number of at least 0")


def check_bounds(
    owner: str, low: float | None, high: float | None, *, names: tuple[str, str] = ("minimum", "maximum")
) -> None:
    """Check that two bounds leave something between them; None means that there is no bound.

    Raises:
        ValueError: the lower one is above the upper one.
    """
    if low is not None and high is not None and low > high:
        raise ValueError(
            f"{owner} has {names[0]}={low} above {names[1]}={high}, which allows nothing; swap them"
        )


def check_members(owner: str, fields: Iterable[str], constants: Iterable[str]) -> None:
    """Check that no two entries of a row write the same payload member: one of them would be lost.

    Args:
        owner: the row, for the message.
        fields: paths of members that mappers write; dots separate nested members.
        constants: paths of members that are always sent.

    Raises:
        ValueError: a path is in both, or lies within another one.
    """
    mapped = set(fields)
    written = mapped.union(constants)
    for path in constants:
        if path in mapped:
            raise ValueError(
                f"{owner} writes {path!r} in fields and in constants, which would win; keep one of them"
            )
    for path in written:
        parts = path.split(".")
        for end in range(1, len(parts)):
            outer = ".".join(parts[:end])
            if outer in written:
                raise ValueError(
                    f"{owner} writes {outer!r} and {path!r}, which lies within it; write either the whole or its members"
                )


def near_miss(name: str, known: Collection[str]) -> str | None:
    """Return the known name that an unknown one was meant to be, if it is misspelt or cut short ("duration"); else None."""
    if name in known:
        return None
    whole = (item for item in known if item.startswith(f"{name}_"))
    close = difflib.get_close_matches(name, known, n=1, cutoff=0.85)
    return next(whole, close[0] if close else None)


def shown(value: object) -> str:
    """Return a value as a message shows it."""
    return repr(value)[:100]


__all__ = [
    "Kinds",
    "check_amount",
    "check_bounds",
    "check_choices",
    "check_items",
    "check_kinds",
    "check_members",
    "near_miss",
    "shown",
]
