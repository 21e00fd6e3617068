"""Looks at a saved job once, or cancels it, instead of waiting for its result."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TypeVar

from ..exceptions import TarashException
from ..job import Job
from ..models.cancellation import CancelResult
from ..models.update import ProgressUpdate
from ..steps import Flow, read_clock, run_blocking
from .attempt import Attempt
from .attempts import Attempts, Memory
from .chain import Chain
from .jobs import job_of
from .journaling import Journaling
from .ledger import Ledger
from .observer import Listener, Observer
from .responses import update_of
from .retry import DEFAULT_RETRIES, repeat

T = TypeVar("T")
CANCELLED = "cancelled"
"""The outcome of a job that `cancel` has ended."""


class SavedAttempt:
    """The attempt that a saved job is in.

    Args:
        chain: the prepared attempts of the job.
        memory: shared with the generations of the gateway.
        job: the saved job.
        listeners: called with the events of its requests.
        journals: whether jobs are written to a journal.
    """

    def __init__(
        self, chain: Chain, memory: Memory, job: Job, *, listeners: Sequence[Listener], journals: bool
    ) -> None:
        self._chain = chain
        self._memory = memory
        self._saved = job
        self._ledger = Ledger(len(chain.links), chain.notices, job)
        self._journal = Journaling(is_on=journals, job=job, warnings=self._ledger.warnings)
        self._observer = Observer.of(chain, listeners, job)
        self._attempts = Attempts(chain, memory, self._ledger, self._observer, False, self._note)

    def status(self) -> Flow[ProgressUpdate]:
        """Ask the provider what the job is doing; temporary failures are retried until the deadline.

        Raises:
            TarashException: the provider does not know the job, or gave no answer.
        """
        attempt = yield from self._restored()
        until = attempt.exchange.deadline_seconds
        ask = partial(attempt.waiting().ask, until_seconds=until)
        status = yield from _located(
            attempt, repeat(ask, policy=DEFAULT_RETRIES, until_seconds=until, may_repeat=lambda _: True)
        )
        elapsed = (yield from read_clock()).seconds_since(attempt.started)
        return update_of(attempt.exchange, status, elapsed, status.logs)

    def cancel(self) -> Flow[CancelResult]:
        """Cancel the job; one that is certainly cancelled has ended in the journal, too.

        Raises:
            TarashException: the provider does not know the job, or gave no answer.
        """
        attempt = yield from self._restored()
        exchange = attempt.exchange
        try:
            yield from _located(attempt, attempt.cancel())
        finally:
            self._memory.remember(
                self._saved.generation_id, exchange, is_over=False, job=lambda: self._job(attempt)
            )
        standing = exchange.standing
        if standing.is_settled:
            yield from self._journal.end(CANCELLED)
        return CancelResult(
            cancelled=standing.cancelled or "unconfirmed",
            billed=standing.billed,
            cost_usd=standing.cost_usd,
            provider=exchange.call.provider.id,
            model=exchange.call.model,
            request_id=exchange.request_id,
        )

    def _restored(self) -> Flow[Attempt]:
        """Return the attempt with its job; one whose submission was interrupted is looked for."""
        attempt = yield from self._attempts.restored(self._saved)
        if attempt.job is None:
            yield from _located(attempt, attempt.recover(may_submit=False))
            yield from self._journal.keep(self._job(attempt))
        return attempt

    def _job(self, attempt: Attempt) -> Job:
        return job_of(
            attempt,
            self._chain,
            self._ledger,
            self._observer,
            position=self._saved.position,
            state="submitting" if attempt.job is None else "submitted",
        )

    def _note(self, attempt: Attempt) -> Flow[None]:
        """Keep a reference that has changed: the old one may be worthless."""
        if self._journal.is_on:
            yield from run_blocking(lambda: self._chain.saved_request)
            yield from self._journal.note(self._job(attempt))


def _located(attempt: Attempt, flow: Flow[T]) -> Flow[T]:
    """Run a flow; its exceptions name the provider and hold no secret."""
    try:
        return (yield from flow)
    except TarashException as error:
        attempt.exchange.locate(error)
        raise


__all__ = ["CANCELLED", "SavedAttempt"]
