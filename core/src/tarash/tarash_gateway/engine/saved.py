"""Looks at a saved job once, or cancels it, instead of waiting for its result."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TypeVar

from ..exceptions import TarashException
from ..job import Job
from ..models.cancellation import CancelResult
from ..models.update import ProgressUpdate
from ..steps import Flow, read_clock
from .attempt import Attempt
from .attempts import Attempts
from .chain import Chain
from .memory import Memory
from .observer import Listener
from .records import Records
from .responses import update_of
from .retry import DEFAULT_RETRIES, repeat
from .settling import cancel

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
        self._saved = job
        self._records = Records(chain, memory, job=job, listeners=listeners, journals=journals)

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
            yield from _located(attempt, cancel(attempt))
        finally:
            self._records.remember(attempt, is_over=False)
        standing = exchange.standing
        if standing.is_settled:
            yield from self._records.journal.end(CANCELLED)
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
        attempt = yield from Attempts(self._records, reports=False).restored(self._saved)
        if attempt.job is None:
            yield from _located(attempt, attempt.recover(may_submit=False))
            yield from self._records.journal.keep(self._records.job(attempt))
        return attempt


def _located(attempt: Attempt, flow: Flow[T]) -> Flow[T]:
    """Run a flow; its exceptions name the provider and hold no secret."""
    try:
        return (yield from flow)
    except TarashException as error:
        attempt.exchange.locate(error)
        raise


__all__ = ["CANCELLED", "SavedAttempt"]
