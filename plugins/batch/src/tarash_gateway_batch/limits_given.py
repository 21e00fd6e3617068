"""Reads the limits that are given on the command line, such as `fal=20` and `fal=60/min`."""

from __future__ import annotations

import re
from collections.abc import Iterable

from tarash.tarash_gateway.exceptions import ValidationError

from .options import DEFAULT_CONCURRENCY, Rate

_UNITS = {"s": 1.0, "sec": 1.0, "min": 60.0, "h": 3600.0, "hour": 3600.0}
_RATE = re.compile(r"([a-z0-9_-]+)=(\d+)/([a-z]+)")
_COUNT = re.compile(r"(?:([a-z0-9_-]+)=)?(\d+)")


def read_concurrency(words: Iterable[str]) -> int | dict[str, int]:
    """Return `20`, or `fal=20 kling=5`, as `BatchOptions.concurrency`.

    Raises:
        ValidationError: a word is neither, or both are mixed.
    """
    found: dict[str, int] = {}
    for word in words:
        match = _COUNT.fullmatch(word.strip())
        if match is None or int(match[2]) < 1:
            raise ValidationError(
                f"--concurrency {word!r} is not a number of rows; write, for example, 20 or fal=20"
            )
        found[match[1] or ""] = int(match[2])
    if "" in found and len(found) > 1:
        raise ValidationError(
            "--concurrency is given for all providers and for one; give one number, or one for each"
        )
    return found.get("", DEFAULT_CONCURRENCY) if "" in found or not found else found


def read_rates(words: Iterable[str]) -> dict[str, Rate]:
    """Return `fal=60/min` as `BatchOptions.rates`.

    Raises:
        ValidationError: a word is not PROVIDER=ROWS/UNIT.
    """
    found: dict[str, Rate] = {}
    for word in words:
        match = _RATE.fullmatch(word.strip())
        if match is None or match[3] not in _UNITS:
            raise ValidationError(
                f"--rate {word!r} is not PROVIDER=ROWS/UNIT with s, min or h; write, for example, fal=60/min"
            )
        found[match[1]] = Rate(int(match[2]), _UNITS[match[3]])
    return found


__all__ = ["read_concurrency", "read_rates"]
