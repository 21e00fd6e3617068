"""Words for numbers in what people read."""

from __future__ import annotations


def counted(count: int, what: str = "row", one: str = "", more: str = "") -> str:
    """Return a number with its noun, such as "1 row" or "12 rows", and the form of the verb that fits it.

    Args:
        count: the number.
        what: the noun, for one of it.
        one, more: what follows for one, and for any other number.
    """
    noun, verb = (what, one) if count == 1 else (f"{what}s", more)
    return f"{count} {noun} {verb}".rstrip()


__all__ = ["counted"]
