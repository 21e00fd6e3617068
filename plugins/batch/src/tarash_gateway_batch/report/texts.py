"""How the report writes states and amounts of money."""

from __future__ import annotations

from tarash.tarash_gateway.models.money import dollars

from ..results import RowResult

STATES = ("completed", "bad_media", "failed", "unsaved", "over_budget", "cancelled", "waiting")
"""Every state that a row may be shown in, the best first."""
_NAMES = {"bad_media": "bad media", "over_budget": "over budget", "unsaved": "not stored"}


def state_name(state: str) -> str:
    """Return a state in words."""
    return _NAMES.get(state, state)


def usd(cost_usd: float | None) -> str:
    """Return an amount in US dollars, or that it is unknown."""
    return "unknown cost" if cost_usd is None else dollars(cost_usd)


def cost_of(result: RowResult) -> str:
    """Return what a row cost."""
    if result.total_cost_usd is None or result.is_cost_certain:
        return usd(result.total_cost_usd)
    return f"at most {usd(result.total_cost_usd)}"


__all__ = ["STATES", "cost_of", "state_name", "usd"]
