"""Writes the jobs of one generation to the user's journal, and keeps other calls from resuming them meanwhile."""

from __future__ import annotations

from typing import TypeVar

from ..exceptions import JournalError, ValidationError
from ..job import Job
from ..steps import ClaimJob, Flow, ReleaseJob, WriteJournal

T = TypeVar("T")


class Journaling:
    """Writes the state of a job, and at the end that it needs nothing more.

    Args:
        is_on: whether there is a journal; without one, nothing is written.
        job: the saved job being resumed, or None.
    """

    __slots__ = ("_last", "is_on")

    def __init__(self, *, is_on: bool, job: Job | None) -> None:
        self.is_on = is_on
        self._last = job

    def claimed(self, job_id: str, flow: Flow[T]) -> Flow[T]:
        """Run a whole call while it holds its job: two calls for one job could both pay for the fallback.

        Raises:
            ValidationError: another call holds the job.
        """
        if not self.is_on and self._last is None:
            # a new generation without a journal: no other call knows about it
            return (yield from flow)
        if not (yield ClaimJob(job_id)):
            raise ValidationError(
                "another call is already working on the job; wait for the result of that call"
            )
        try:
            result = yield from flow
        except GeneratorExit:
            raise
        except BaseException:
            yield ReleaseJob(job_id)
            raise
        yield ReleaseJob(job_id)
        return result

    def write(self, job: Job) -> Flow[None]:
        """Write a job in its current state.

        Raises:
            JournalError: the journal raised.
        """
        yield WriteJournal(job)
        self._last = job

    def end(self) -> Flow[str | None]:
        """Write that the job has ended; return what went wrong, which leaves no worse than an outdated entry."""
        if not self.is_on or self._last is None:
            return None
        try:
            yield WriteJournal(self._last.model_copy(update={"state": "ended"}))
        except JournalError as error:
            return error.message
        return None
