"""Amounts of money that add up exactly: whole billionths of a US dollar."""

from __future__ import annotations

import math
from collections.abc import Iterable

from tarash.tarash_gateway.models import AttemptMetadata

_UNITS = 1_000_000_000
_MOST_USD = 1e9
"""More than any batch costs; a larger amount counts as this much, so that it fits into the database."""


def units(usd: float | None) -> int:
    """Return US dollars as whole billionths; an unknown or impossible amount is 0."""
    if usd is None or not math.isfinite(usd) or usd < 0:
        return 0
    return round(min(usd, _MOST_USD) * _UNITS)


def in_usd(amount: int) -> float:
    """Return whole billionths as US dollars."""
    return amount / _UNITS


def held_for(attempts: Iterable[AttemptMetadata]) -> int:
    """Return what attempts cost, or may cost: only those that are certainly not billed are free."""
    return sum(
        units(attempt.estimated_cost_usd if attempt.cost_usd is None else attempt.cost_usd)
        for attempt in attempts
        if attempt.billed != "no"
    )


__all__ = ["held_for", "in_usd", "units"]
