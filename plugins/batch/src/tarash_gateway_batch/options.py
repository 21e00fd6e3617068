"""How a batch runs: its budget, its limits per provider, the names of its files."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from tarash.tarash_gateway.exceptions import ValidationError

from .bad_media import MediaPolicy, OnBadMedia
from .templates import DEFAULT_NAME

DEFAULT_CONCURRENCY = 10


def is_count(value: object) -> bool:
    """Return whether a value is a whole number, 1 or more."""
    return isinstance(value, int) and not isinstance(value, bool) and value >= 1


def is_amount(value: object) -> bool:
    """Return whether a value is a number, 0 or more, that is not infinite."""
    return (
        isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value) and value >= 0
    )


@dataclass(frozen=True, slots=True)
class Rate:
    """How many rows may start in a period.

    Attributes:
        rows: number of rows, 1 or more.
        seconds: length of the period in seconds.
    """

    rows: int
    seconds: float = 60.0

    def __post_init__(self) -> None:
        """Check the numbers.

        Raises:
            ValidationError: one is not positive.
        """
        if not is_count(self.rows) or not is_amount(self.seconds) or self.seconds == 0:
            raise ValidationError(
                f"Rate({self.rows!r}, {self.seconds!r}) starts nothing; use at least 1 row, and a positive period"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchOptions:
    """How a batch runs.

    Attributes:
        budget_usd: most that all attempts of all rows may cost together by estimate, in US dollars; 0 sends nothing, None sets no
            limit. It holds across restarts.
        allow_unknown_cost: whether models without a known price may be used under a budget.
        concurrency: rows at once; a number is for each provider, a mapping has one for each provider id (others: 10). A row counts
            for the provider that comes first in its chain, and each account at a provider for itself.
        rates: rows that may start in a period, by provider id; also for each account.
        file_name: name of the outputs without the suffix, with placeholders for columns, `key`, `line`, `provider` and `model`;
            "/" makes folders.
        skip_bad: whether bad rows are left out, instead of refusing the whole batch.
        retry_failed: whether rows that failed in an earlier run are tried again, and those generated again whose outputs failed their
            checks, which pays again. A row whose job may exist, since its submission is unknown or it was given up, only asks for that
            job: it may be paid for already.
        retry_unknown: whether those are generated again, too, and may be paid for twice. A job whose id is known is asked for once
            before.
        retry_cancelled: whether rows that `cancel` took out wait again.
        check_media: whether the outputs are decoded and compared with what was asked for: length within 0.5 s, shape, size, and
            sound; None checks if PyAV is installed.
        on_bad_media: what to do with an output that fails: "keep" it, "retry" to generate it again with the same model, or "fallback"
            to generate it with the rest of the chain. All but "keep" pay again, within the budget.
        bad_media_retries: how often a model may generate the same row again, for "retry".
    """

    budget_usd: float | None = None
    allow_unknown_cost: bool = False
    concurrency: int | Mapping[str, int] = DEFAULT_CONCURRENCY
    rates: Mapping[str, Rate] | None = None
    file_name: str = DEFAULT_NAME
    skip_bad: bool = False
    retry_failed: bool = False
    retry_unknown: bool = False
    retry_cancelled: bool = False
    check_media: bool | None = None
    on_bad_media: OnBadMedia = "keep"
    bad_media_retries: int = 1

    def __post_init__(self) -> None:
        """Check the limits.

        Raises:
            ValidationError: one of them could not work.
        """
        if self.budget_usd is not None and not is_amount(self.budget_usd):
            raise ValidationError(
                f"budget_usd={self.budget_usd!r} is not an amount; use a number of US dollars, 0 or more, or None for no limit"
            )
        limits: object = self.concurrency
        counts = limits.values() if isinstance(limits, Mapping) else (limits,)
        if not all(map(is_count, counts)):
            raise ValidationError(
                f"concurrency={self.concurrency!r} lets no row begin; use a whole number, 1 or more, or a mapping of such numbers by "
                "provider id, such as {'fal': 20}"
            )
        rates: object = self.rates
        given = rates.values() if isinstance(rates, Mapping) else (rates,)
        if rates is not None and not all(isinstance(rate, Rate) for rate in given):
            raise ValidationError(
                f"rates={self.rates!r}: use Rate(60) for 60 rows in a minute, by provider id, such as {{'fal': Rate(60)}}"
            )

    @property
    def media_policy(self) -> MediaPolicy:
        """How outputs are checked.

        Raises:
            ValidationError: a value is not allowed, or checks were asked for and PyAV is not installed.
        """
        return MediaPolicy.of(self.check_media, self.on_bad_media, self.bad_media_retries)

    def concurrency_of(self, queue: str) -> int:
        """Return how many rows of a queue, which is "provider" or "provider/account", may run at once."""
        if isinstance(self.concurrency, int):
            return self.concurrency
        return self.concurrency.get(provider_of(queue), DEFAULT_CONCURRENCY)

    def rate_of(self, queue: str) -> Rate | None:
        """Return how many rows of a queue may start in a period, or None."""
        return None if self.rates is None else self.rates.get(provider_of(queue))


def provider_of(queue: str) -> str:
    """Return the provider of a queue, which is "provider" or "provider/account"."""
    return queue.partition("/")[0]


__all__ = ["DEFAULT_CONCURRENCY", "BatchOptions", "Rate", "provider_of"]
