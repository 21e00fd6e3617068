"""Amounts of money: which can be one, and how they are written: with cents, and with more digits only where they matter."""

from __future__ import annotations

import math
import sys

_SIGNIFICANT_DIGITS = 5


def dollars(usd: float | None) -> str:
    """Return an amount such as "$3.20" or "$0.0035"; "unknown" for None, which never means 0, and for anything that is not an amount."""
    if usd is None or not math.isfinite(usd):
        return "unknown"
    places = _SIGNIFICANT_DIGITS - 1 - math.floor(math.log10(abs(usd))) if usd else 2
    whole, _, decimals = f"{abs(usd):,.{max(places, 2)}f}".partition(".")
    return f"{'-' if usd < 0 else ''}${whole}.{decimals.rstrip('0').ljust(2, '0')}"


def sound_amount(usd: float | None) -> float | None:
    """Return an amount that a provider or a table gave; None if it cannot be one, such as infinity or less than nothing."""
    return usd if usd is not None and 0 <= usd <= sys.float_info.max else None
