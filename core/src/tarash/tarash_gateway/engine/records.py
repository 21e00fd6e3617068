"""Keeps what is known of one generation where it must be: in the ledger, the journal, the events and the gateway's memory."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from ..exceptions import TarashException
from ..job import Job
from ..steps import Flow, Instant, read_clock, run_blocking
from .attempt import Attempt
from .chain import Chain
from .fallback import is_over_at_provider
from .jobs import job_of
from .journaling import Journaling
from .ledger import Ledger
from .memory import Memory
from .observer import Listener, Observer


class Records:
    """The records of one generation, or of a saved job that is only looked at or cancelled.

    Args:
        chain: the prepared attempts.
        memory: shared with other generations of the gateway.
        job: the saved job, or None.
        listeners: called with every event.
        journals: whether jobs are written to a journal.
    """

    __slots__ = ("chain", "journal", "ledger", "memory", "observer")

    def __init__(
        self, chain: Chain, memory: Memory, *, job: Job | None, listeners: Sequence[Listener], journals: bool
    ) -> None:
        self.chain = chain
        self.memory = memory
        self.ledger = Ledger(len(chain.links), chain.notices, job)
        self.journal = Journaling(is_on=journals, job=job, warnings=self.ledger.warnings)
        self.observer = Observer.of(chain, listeners, job)

    @property
    def generation_id(self) -> str:
        """The gateway's id of the generation; empty until it begins."""
        return self.observer.generation_id

    @generation_id.setter
    def generation_id(self, found: str) -> None:
        self.observer.generation_id = found

    def job(self, attempt: Attempt) -> Job:
        """Return the job of an attempt in its current state."""
        return job_of(attempt, self.chain, self.ledger, self.observer)

    def remember(self, attempt: Attempt, *, is_over: bool) -> None:
        """Keep what outlives an attempt; `is_over` says whether the job has ended at the provider."""
        exchange, job = attempt.exchange, partial(self.job, attempt)
        self.memory.remember(self.generation_id, exchange, is_over=is_over, job=job)

    def close(self, attempt: Attempt, now: Instant, error: TarashException | None) -> None:
        """Write an ended attempt to the ledger, and copy what is known of the job and the money to its error."""
        if error is not None:
            error.request_id = error.request_id or attempt.request_id
            attempt.exchange.standing.annotate(error)
        self.remember(attempt, is_over=error is None or is_over_at_provider(error))
        self.ledger.write(attempt.entry(now, error), error)

    def end(self, outcome: str) -> Flow[None]:
        """Tell the listeners that the generation has ended."""
        if self.observer.is_listening:
            now = yield from read_clock()
            self.observer.end(now, outcome, self.ledger.metadata(now))

    def note(self, attempt: Attempt) -> Flow[None]:
        """Write an attempt to the journal: before the first call that may create a job, and if the job's reference changes."""
        # off the event loop: encoding large inputs takes a second
        yield from run_blocking(lambda: self.chain.saved_request)
        yield from self.journal.note(self.job(attempt))


__all__ = ["Records"]
