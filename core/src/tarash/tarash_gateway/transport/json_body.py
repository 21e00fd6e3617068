"""Encodes JSON bodies. Large texts, which are media, are encoded in parts, so that other threads can run in between."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from typing import cast

LARGE_CHARACTERS = 256 * 1024
"""Longer texts are encoded in parts of this many characters."""


def large_characters(value: object) -> int:
    """Return the total number of characters in the large texts of a JSON value."""
    if isinstance(value, str):
        return len(value) if len(value) > LARGE_CHARACTERS else 0
    if isinstance(value, Mapping):
        return sum(large_characters(item) for item in cast("Mapping[str, object]", value).values())
    if isinstance(value, list | tuple):
        return sum(large_characters(item) for item in cast("list[object]", value))
    return 0


def json_pieces(value: object) -> list[bytes]:
    """Return a JSON body in UTF-8, as parts in order.

    Raises:
        TypeError, ValueError: it is not JSON.
    """
    if not large_characters(value):
        return [_dumped(value).encode()]
    # the encoder encodes a text in one step, during which no other thread runs: large texts are encoded separately
    mark = uuid.uuid4().hex
    large: list[str] = []
    first, *others = _dumped(_without_large(value, mark, large)).split(f'"{mark}"')
    pieces = [first.encode()]
    for text, following in zip(large, others, strict=True):
        pieces += _text_pieces(text)
        pieces.append(following.encode())
    return pieces


def _without_large(value: object, mark: str, large: list[str]) -> object:
    if isinstance(value, str) and len(value) > LARGE_CHARACTERS:
        large.append(value)
        return mark
    if isinstance(value, Mapping):
        members = cast("Mapping[str, object]", value)
        return {name: _without_large(item, mark, large) for name, item in members.items()}
    if isinstance(value, list | tuple):
        return [_without_large(item, mark, large) for item in cast("list[object]", value)]
    return value


def _text_pieces(text: str) -> list[bytes]:
    parts = range(0, len(text), LARGE_CHARACTERS)
    return [b'"', *(_dumped(text[at : at + LARGE_CHARACTERS])[1:-1].encode() for at in parts), b'"']


def _dumped(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
