"""The budget of a gateway: what each attempt may cost is reserved before anything is sent, and settled when it has ended."""

from __future__ import annotations

from typing import TypeAlias

from ..exceptions import BudgetExceededError
from ..fork_safety import fork_safe_lock
from ..mapping.estimates import Estimate
from ..models.metadata import YesNoUnknown
from ..models.money import dollars, sound_amount
from ..phrases import Phrase, wrong_field

AttemptKey: TypeAlias = tuple[str, int]
"""The id of a generation, and the number of the attempt."""
_UNITS = 1_000_000_000
"""Amounts are whole billionths of a US dollar: they add up exactly, so ten times $0.10 are $1.00."""
_MOST_USD = 1e12
"""More than anybody pays; an amount above it counts as this much."""


class Budget:
    """What the attempts of one gateway cost, or may yet cost. Thread-safe, and never held while a flow waits.

    Args:
        limit_usd: most that they may cost together, in US dollars; None sets no limit, and nothing is counted.
        allow_unknown_cost: whether an attempt without a known price is allowed; it counts once the provider reports its cost.
        name: how whoever set the limit knows it, up to the amount, for messages.
    """

    def __init__(
        self, limit_usd: float | None = None, *, allow_unknown_cost: bool = False, name: str = "budget_usd="
    ) -> None:
        self._limit_usd = limit_usd
        self._name = name
        self._allow_unknown_cost = allow_unknown_cost
        self._lock = fork_safe_lock(self, "_lock")
        self._amounts: dict[AttemptKey, int] = {}
        self._total = 0

    @property
    def left_usd(self) -> float | None:
        """What is left in US dollars; None if there is no limit."""
        if self._limit_usd is None:
            return None
        with self._lock:
            return (_units(self._limit_usd) - self._total) / _UNITS

    def reserve(
        self,
        key: AttemptKey,
        usd: float | None,
        *,
        allow_unknown: bool = False,
        notice: str | None = None,
    ) -> None:
        """Reserve the estimate of an attempt before it is sent; an attempt that has a reservation keeps it.

        Args:
            key: the attempt.
            usd: its estimated cost in US dollars; None is unknown.
            allow_unknown: whether its configuration allows an unknown cost.
            notice: why the cost is unknown although the model has prices, for the message, or None.

        Raises:
            BudgetExceededError: it does not fit, or its cost is unknown. Nothing was sent.
        """
        if self._limit_usd is None:
            return
        usd = sound_amount(usd)
        if usd is None and not (allow_unknown or self._allow_unknown_cost):
            raise unknown_cost(self._limit_usd, f"{self._name}{dollars(self._limit_usd)}", notice)
        cost = _units(usd or 0.0)
        with self._lock:
            left = _units(self._limit_usd) - self._total + self._amounts.get(key, 0)
            if cost > left:
                raise BudgetExceededError(
                    f"the estimated cost of {dollars(usd)} is more than the {dollars(max(left, 0) / _UNITS)} left of "
                    f"{self._name}{dollars(self._limit_usd)}; nothing was sent",
                    estimated_cost_usd=usd,
                    limit_usd=self._limit_usd,
                    left_usd=left / _UNITS,
                )
            self._set(key, cost)

    def count(self, key: AttemptKey, billed: YesNoUnknown, usd: float | None, estimate: float | None) -> None:
        """Count an attempt by what is known of its money, in place of its reservation; it may exceed the limit.

        Args:
            key: the attempt.
            billed: whether the provider charges for it; only "no" releases the reservation.
            usd: its cost in US dollars as the provider reports it, or None; an amount that cannot be one counts as unknown.
            estimate: its estimated cost in US dollars, or None.
        """
        if self._limit_usd is None:
            return
        known = (sound for item in (usd, estimate) if (sound := sound_amount(item)) is not None)
        cost = 0 if billed == "no" else _units(next(known, 0.0))
        with self._lock:
            self._set(key, cost)

    def _set(self, key: AttemptKey, cost: int) -> None:
        """Count an attempt; the sum is kept, since every submission asks for it."""
        self._total += cost - self._amounts.get(key, 0)
        if cost:
            self._amounts[key] = cost
        else:
            self._amounts.pop(key, None)


def _units(usd: float) -> int:
    # a provider may report any number, and one that overflows would cost the result
    return round(min(usd, _MOST_USD) * _UNITS)


def check_most(cost: Estimate, most_usd: float | None, *, allow_unknown: bool) -> None:
    """Check the estimated cost of an attempt against `max_cost_usd` of its configuration.

    Args:
        cost: the estimated cost.
        most_usd: the limit in US dollars, or None.
        allow_unknown: whether an unknown cost is allowed.

    Raises:
        BudgetExceededError: it costs more, or its cost is unknown. Nothing was sent.
    """
    if most_usd is None:
        return
    usd = sound_amount(cost.usd)
    if usd is None:
        if allow_unknown:
            return
        raise unknown_cost(most_usd, _named_limit(most_usd), cost.notice)
    if _units(usd) > _units(most_usd):
        raise BudgetExceededError(
            Phrase(
                f"the estimated cost of {dollars(usd)} is more than ",
                _named_limit(most_usd),
                "; ask for less, choose a cheaper model, or raise the limit",
            ),
            estimated_cost_usd=usd,
            limit_usd=most_usd,
            left_usd=most_usd,
        )


def _named_limit(most_usd: float) -> Phrase:
    return wrong_field("max_cost_usd", most_usd, code=f"max_cost_usd={dollars(most_usd)}")


def unknown_cost(limit_usd: float, limit: str, notice: str | None = None) -> BudgetExceededError:
    """Return the error for a cost that is not known under a limit.

    Args:
        limit_usd: the limit in US dollars.
        limit: how a message calls it, with its amount.
        notice: why the cost is unknown, if a price is no help, or None.
    """
    advice = notice or "choose a model that has a price"
    return BudgetExceededError(
        Phrase(
            "the cost is unknown, so it cannot be kept within ",
            limit,
            "; ",
            advice,
            ", or set allow_unknown_cost=True",
        ),
        limit_usd=limit_usd,
    )
