"""Writes the jobs of one generation to the user's journal, and keeps other calls from working on them meanwhile."""

from __future__ import annotations

from typing import TypeVar

from ..exceptions import JournalError, TarashException, ValidationError
from ..job import Job
from ..models.response import GenerationResponse
from ..steps import ClaimJob, Flow, ReleaseJob, WriteJournal, followed_by
from .jobs import ended
from .ledger import Ledger

T = TypeVar("T")
_IS_CLAIMED = "another call is already working on the job; wait for the result of that call"


def claimed(job_id: str, flow: Flow[T]) -> Flow[T]:
    """Run a whole call while it holds its job: two calls for one job could both pay for the fallback.

    Raises:
        ValidationError: another call holds the job.
    """
    # a flow that is closed performs no step, and its claim ends with this frame, which refers to it
    claim = yield ClaimJob(job_id)
    if not claim:
        raise ValidationError(_IS_CLAIMED)
    return (yield from followed_by(ReleaseJob(claim), flow))


def alone(job: Job, resuming: dict[str, object], flow: Flow[T]) -> Flow[T]:
    """Run a resume where no journal keeps the claims: two of them for one lost submission in a gateway could both submit.

    Args:
        job: the saved job.
        resuming: by job, what marks the resume that is under way.
        flow: the resume.

    Raises:
        ValidationError: another call resumes the job.
    """
    if job.state != "submitting":
        return (yield from flow)
    mine = object()
    try:
        # threads share it: of several, one gets it
        if resuming.setdefault(job.generation_id, mine) is not mine:
            raise ValidationError(_IS_CLAIMED)
        return (yield from flow)
    finally:
        if resuming.get(job.generation_id) is mine:
            del resuming[job.generation_id]


class Journaling:
    """Writes the state of a job, and at the end that it needs nothing more.

    Args:
        is_on: whether there is a journal; without one, nothing is written.
        job: the saved job being resumed, or None.
        warnings: receives what went wrong where that leaves no worse than an outdated entry.
    """

    __slots__ = ("_last", "_warnings", "is_on")

    def __init__(self, *, is_on: bool, job: Job | None, warnings: list[str]) -> None:
        self.is_on = is_on
        self._last = job
        self._warnings = warnings

    @property
    def attempt_number(self) -> int | None:
        """The attempt that was written last; None if nothing was written."""
        return None if self._last is None else self._last.attempt_number

    def write(self, job: Job) -> Flow[None]:
        """Write a job in its current state.

        Raises:
            JournalError: the journal raised.
        """
        before, self._last = self._last, job
        try:
            yield WriteJournal(job)
        except JournalError:
            self._last = before
            raise

    def note(self, job: Job) -> Flow[None]:
        """Write a job before it can be billed, or with a new reference; only the first must not fail.

        Raises:
            JournalError: the journal raised, and the job is not submitted yet.
        """
        if job.state == "submitting":
            yield from self.write(job)
        elif (yield from self._try(job)):
            self._last = job

    def keep(self, job: Job) -> Flow[None]:
        """Write the newest state of a job that goes on without this call."""
        if self.is_on:
            yield from self._try(job)

    def fail(self, error: TarashException, ledger: Ledger) -> Flow[None]:
        """Write that the generation has failed, unless the caller has its job or nobody knows whether there is one."""
        if error.job is None:
            yield from self.give_up(error.code, ledger)

    def give_up(self, outcome: str, ledger: Ledger) -> Flow[None]:
        """Write that the generation has ended without a result, unless nobody knows whether the attempt written last has a job."""
        # an attempt that sent nothing is not written: the last one may be an earlier one, whose submission is lost
        if not ledger.is_open(self.attempt_number):
            yield from self.end(outcome, may_go_on=ledger.goes_on(self.attempt_number))

    def end(
        self, outcome: str, response: GenerationResponse | None = None, *, may_go_on: bool = False
    ) -> Flow[bool]:
        """Write that the job has ended, and its result; return False, with a warning, if that failed.

        Args:
            outcome: see `Job.outcome`.
            response: the result, if there is one.
            may_go_on: see `Job.may_go_on`.
        """
        last = self._last
        if not self.is_on or last is None:
            return True
        if last.outcome is not None and response is None:
            # one that had ended before keeps the outcome of that time
            outcome = last.outcome
            if last.may_go_on == may_go_on:
                return True
        return (yield from self._try(ended(last, outcome, response, may_go_on=may_go_on)))

    def _try(self, job: Job) -> Flow[bool]:
        try:
            yield WriteJournal(job)
        except JournalError as error:
            self._warnings.append(error.message)
            return False
        return True
