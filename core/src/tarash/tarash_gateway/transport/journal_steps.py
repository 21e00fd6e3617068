"""Performs the steps that concern the journal, and gives up the claims of flows that nobody runs on."""

from __future__ import annotations

import _thread
import contextlib
import logging
import threading
import weakref
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

    __slots__ = ("__weakref__", "_job_id", "_journal")

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


class JournalSteps:
    """Performs the journal steps of one flow, in any thread; without a journal, nothing is written or read, and every job is free.

    Args:
        journal: store to which jobs are written, or None.
    """

    __slots__ = ("_claims", "_journal", "_lock")

    def __init__(self, journal: JournalStep | None) -> None:
        self._journal = journal
        # a cancelled task leaves the thread of its last step behind, and an older state must not replace a newer one
        self._lock = contextlib.nullcontext() if journal is None else threading.Lock()
        # weak: a claim whose flow was closed by others ends with the flow
        self._claims: tuple[weakref.ref[Claim], ...] = ()

    @property
    def is_kept(self) -> bool:
        """Whether there is a journal, so that a step may take long."""
        return self._journal is not None

    @property
    def holds_claims(self) -> bool:
        """Whether the flow has a claim that it has not released."""
        return any(claim() is not None for claim in self._claims)

    def perform(self, step: AnyJournalStep) -> object:
        """Perform a journal step.

        Raises:
            JournalError: the journal raised.
        """
        with self._lock:
            if isinstance(step, ReleaseJob):
                self._release(step.claim)
                return None
            if self._journal is None:
                return Claim(None, step.job_id) if isinstance(step, ClaimJob) else None
            try:
                return self._ask(self._journal, step)
            except Exception as error:
                raise JournalError(f"the journal failed: {type(error).__name__}: {error}") from error

    def _ask(self, journal: JournalStep, step: WriteJournal | ClaimJob | ReadJob) -> object:
        match step:
            case WriteJournal():
                journal.write(step.job)
                return None
            case ReadJob():
                return journal.read(step.job_id)
            case ClaimJob():
                if not journal.claim(step.job_id):
                    return None
                claim = Claim(journal, step.job_id)
                self._claims += (weakref.ref(claim),)
                return claim

    def _release(self, claim: object) -> None:
        if isinstance(claim, Claim):
            claim.release()
        self._claims = tuple(other for other in self._claims if other() is not claim)

    def release_all(self) -> None:
        """Release what a flow that has ended still claims; never fails.

        Ctrl-C can come exactly before `ReleaseJob`. The exception then refers to the frames that hold the claim, for as long as the
        caller keeps it, and meanwhile nobody could resume the job.
        """
        with self._lock:
            for claim in self._claims:
                self._release(claim())


NO_JOURNAL = JournalSteps(None)
"""Shared: it keeps no state, and thousands of drivers may wait."""


__all__ = ["NO_JOURNAL", "AnyJournalStep", "Claim", "JournalSteps"]
