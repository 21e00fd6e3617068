"""Writes the jobs of one generation to the user's journal."""

from __future__ import annotations

from ..exceptions import JournalError
from ..job import Job
from ..steps import Flow, WriteJournal


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
