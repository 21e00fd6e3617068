"""The checksum of a saved job, which reveals edits; independent of the layout of its JSON."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable, Mapping, Sequence
from typing import cast

HASHED_APART = 4096
"""Length in characters from which a string is hashed on its own for the checksum, so that media are not copied."""


def digest_of(text: str) -> str:
    """Return the SHA-256 of a string in hexadecimal digits."""
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()


def checksum_of(data: Mapping[str, object], digest: Callable[[str], str] = digest_of) -> str:
    """Return the checksum of a job's JSON data.

    Args:
        data: the members of the job, without its checksum.
        digest: returns the SHA-256 of a long text.
    """
    content = json.dumps(_countable(data, digest), sort_keys=True)
    return hashlib.sha256(content.encode()).hexdigest()


def _countable(value: object, digest: Callable[[str], str]) -> object:
    """Return `value` in the form for the checksum, in which numbers and long strings are the same for every JSON library."""
    if isinstance(value, str):
        return value if len(value) < HASHED_APART else {"sha256": digest(value)}
    if isinstance(value, float):
        if not math.isfinite(value):
            return None
        return int(value) if value.is_integer() else value
    if isinstance(value, Mapping):
        members = cast("Mapping[object, object]", value)
        return {str(name): _countable(item, digest) for name, item in members.items()}
    if isinstance(value, list | tuple):
        return [_countable(item, digest) for item in cast("Sequence[object]", value)]
    return value
