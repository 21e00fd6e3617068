"""Replaces the media in a payload with what the provider accepts, such as the URL of an upload."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import cast

from ..steps import Flow
from .inputs import Media


def replace_media(
    payload: Mapping[str, object], replace: Callable[[Media], Flow[object]]
) -> Flow[dict[str, object]]:
    """Return a copy of the payload in which every `Media`, at any depth, is replaced by the result of `replace`.

    Args:
        payload: a mapped payload.
        replace: flow that uploads one input, or encodes it inline, and returns what the payload needs.
    """
    return cast("dict[str, object]", (yield from _replaced(payload, replace)))


def _replaced(value: object, replace: Callable[[Media], Flow[object]]) -> Flow[object]:
    if isinstance(value, Media):
        return (yield from replace(value))
    if isinstance(value, Mapping):
        members: dict[str, object] = {}
        for name, member in cast("Mapping[str, object]", value).items():
            members[name] = yield from _replaced(member, replace)
        return members
    if isinstance(value, list | tuple):
        items: list[object] = []
        for item in cast("list[object]", value):
            items.append((yield from _replaced(item, replace)))  # noqa: PERF401 - a comprehension cannot yield
        return items
    return value


__all__ = ["replace_media"]
