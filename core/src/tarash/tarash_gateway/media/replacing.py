"""Walks a payload on its way out and puts something the provider takes in the place of each `Media`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import cast

from ..steps import Flow
from .inputs import Media


def place_media(
    payload: Mapping[str, object], place: Callable[[Media], Flow[object]]
) -> Flow[dict[str, object]]:
    """Return a copy of the payload with every `Media` in it, however deep, replaced by what `place` returns.

    Args:
        payload: a mapped payload.
        place: flow that uploads one input, or writes it inline.
    """
    return cast("dict[str, object]", (yield from _placed(payload, place)))


def _placed(value: object, place: Callable[[Media], Flow[object]]) -> Flow[object]:
    if isinstance(value, Media):
        return (yield from place(value))
    if isinstance(value, Mapping):
        members: dict[str, object] = {}
        for name, member in cast("Mapping[str, object]", value).items():
            members[name] = yield from _placed(member, place)
        return members
    if isinstance(value, list | tuple):
        items: list[object] = []
        for item in cast("list[object]", value):
            items.append((yield from _placed(item, place)))  # noqa: PERF401 - a comprehension cannot yield
        return items
    return value


__all__ = ["place_media"]
