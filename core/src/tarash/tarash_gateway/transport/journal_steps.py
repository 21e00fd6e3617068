"""Performs the steps that concern the journal, and gives up the claims of flows that nobody runs on."""

from __future__ import annotations

import _thread
import contextlib
import logging
from typing import TypeAlias

from ..exceptions import JournalError
from ..steps import ClaimJob, JournalStep, ReadJob, ReleaseJob, WriteJournal

log = logging.getLogger(__name__)

AnyJournalStep: TypeAlias = WriteJournal | ClaimJob | ReadJob | ReleaseJob


class Claim:
    """The claim of one flow on a job: released by `ReleaseJob`, or once nothing refers to it any more.

    Args:
        journal: the journal with the claim; None if there is no journal.
        job_id: the id of the job.
    """

    __slots__ = ("_job_id", "_journal")

    def __init__(self, journal: JournalStep | None, job_id: str) -> None:
        self._journal = journal
        self._job_id = job_id

    def release(self) -> None:
        """Release the claim, at most once; log a failure: it must not cost a result, and the claim ends with the process."""
        journal, self._journal = self._journal, None
        if journal is not None:
            _release(journal, self._job_id)

    def __del__(self) -> None:
        journal, self._journal = self._journal, None
        if journal is not None:
            # The garbage collector runs at any moment, even inside the journal while it holds a lock: waiting for that lock here
            # would never end. At the exit of the process no thread starts, and none is needed.
            with contextlib.suppress(RuntimeError):
                _thread.start_new_thread(_release, (journal, self._job_id))


def _release(journal: JournalStep, job_id: str) -> None:
    try:
        journal.release(job_id)
    except Exception as error:  # noqa: BLE001 - a journal is foreign code
        log.warning("job not released in the journal", extra={"job_id": job_id, "error": repr(error)})


def perform_journal_step(journal: JournalStep | None, step: AnyJournalStep) -> object:
    """Perform a journal step; without a journal, nothing is written or read, and every job is free.

    Raises:
        JournalError: the journal raised.
    """
    if isinstance(step, ReleaseJob):
        if isinstance(step.claim, Claim):
            step.claim.release()
        return None
    if journal is None:
        return Claim(None, step.job_id) if isinstance(step, ClaimJob) else None
    try:
        match step:
            case WriteJournal():
                journal.write(step.job)
                return None
            case ClaimJob():
                return Claim(journal, step.job_id) if journal.claim(step.job_id) else None
            case ReadJob():
                return journal.read(step.job_id)
    except Exception as error:
        raise JournalError(f"the journal failed: {type(error).__name__}: {error}") from error


__all__ = ["AnyJournalStep", "Claim", "perform_journal_step"]
