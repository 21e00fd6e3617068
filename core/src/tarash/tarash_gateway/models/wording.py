"""Words that messages have in common."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return the end of a message about an unknown name: the known one that was probably meant, or nothing."""
    close = difflib.get_close_matches(name, list(known), n=1)
    return f"; did you mean {close[0]!r}?" if close else ""


def any_of(options: Iterable[object]) -> str:
    """Return a choice in words, such as "4, 6 or 8"."""
    *others, last = map(str, options)
    return f"{', '.join(others)} or {last}" if others else last


__all__ = ["any_of", "did_you_mean"]
