"""Notes the jobs of one generation in the caller's journal."""

from __future__ import annotations

from ..exceptions import JournalError
from ..job import Job
from ..steps import Flow, WriteJournal


class Journaling:
    """What was noted last, and what is noted at the end.

    Args:
        is_on: whether there is a journal; without one, nothing is gathered for it.
        job: the saved job that is carried on with, or None.
    """

    __slots__ = ("_last", "is_on")

    def __init__(self, *, is_on: bool, job: Job | None) -> None:
        self.is_on = is_on
        self._last = job

    def write(self, job: Job) -> Flow[None]:
        """Note how a job stands.

        Raises:
            JournalError: the journal failed.
        """
        yield WriteJournal(job)
        self._last = job

    def end(self) -> Flow[str | None]:
        """Note that nothing is left to be done; return what went wrong, which costs no more than a superfluous entry."""
        if not self.is_on or self._last is None:
            return None
        try:
            yield WriteJournal(self._last.model_copy(update={"state": "ended"}))
        except JournalError as error:
            return error.message
        return None
