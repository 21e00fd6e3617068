"""Owns what a gateway remembers from one generation for the next."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from ..job import Job
from .budget import Budget
from .cooldown import Cooldowns
from .duration_history import DurationHistory
from .exchange import Exchange
from .known_addresses import KnownAddresses
from .submission_rates import SubmissionRates
from .unsettled import UnsettledJobs


@dataclass(slots=True)
class Memory:
    """What a `Gateway` learns from one generation for the next, and where it stores outputs without a URL."""

    output_dir: Path
    history: DurationHistory = field(default_factory=DurationHistory)
    cooldowns: Cooldowns = field(default_factory=Cooldowns)
    unsettled: UnsettledJobs = field(default_factory=UnsettledJobs)
    addresses: KnownAddresses = field(default_factory=KnownAddresses)
    budget: Budget = field(default_factory=Budget)
    rates: SubmissionRates = field(default_factory=SubmissionRates)
    resuming: dict[str, object] = field(default_factory=dict)
    """See `alone`."""
    streams: bool = True
    """Whether status streams may be opened."""

    def remember(
        self, generation_id: str, exchange: Exchange, *, is_over: bool, job: Callable[[], Job]
    ) -> None:
        """Keep what outlives an attempt: what it costs, and its job if that may still run, in case an exception is ignored.

        Args:
            generation_id: the gateway's id of the generation.
            exchange: the exchange of the attempt, with its standing.
            is_over: whether the job has ended at the provider.
            job: makes the job.
        """
        key, standing = (generation_id, exchange.number), exchange.standing
        # a mock may say that it was billed, but nobody is
        billed = "no" if exchange.provider.is_mock else standing.billed
        self.budget.count(key, billed, standing.cost_usd, standing.estimated_cost_usd)
        if standing.is_settled or (is_over and standing.submitted == "yes"):
            self.unsettled.remove(*key)
        else:
            self.unsettled.add(job())
