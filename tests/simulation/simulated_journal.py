"""Owns a journal in memory that outlives its processes: the claims of a process die with it, its entries do not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import cast

from tarash.tarash_gateway import Job
from tarash.tarash_gateway.exceptions import ResumableJob
from tarash.tarash_gateway.journal_folder import JournalFolder


@dataclass(slots=True)
class SimulatedJournal:
    """The entries and the claims.

    Attributes:
        fails_at: number of the write that fails, counted from 1; None fails never.
        folder: stores the entries as files, too, from which they are read again; None keeps them in memory only.
        entries: the jobs as last written, by id.
        claims: who works on a job, by id.
        dead: the processes that have died.
    """

    fails_at: int | None = None
    folder: JournalFolder | None = None
    entries: dict[str, Job] = field(default_factory=dict)
    claims: dict[str, int] = field(default_factory=dict)
    dead: set[int] = field(default_factory=set)
    writes: int = 0

    def for_process(self, number: int) -> ProcessJournal:
        """The journal as one process sees it."""
        return ProcessJournal(self, number)

    def forget_claims(self, process: int) -> None:
        """Release what a dead process held, as the operating system does."""
        self.dead.add(process)
        self.claims = {job_id: holder for job_id, holder in self.claims.items() if holder != process}

    def unended(self) -> Sequence[Job]:
        """The jobs that have not ended, oldest first."""
        return [job for job in self.entries.values() if job.state != "ended"]

    @property
    def has_failed(self) -> bool:
        """Whether a write has failed."""
        return self.fails_at is not None and self.writes >= self.fails_at

    def has_noted(self, idempotency_key: str) -> bool:
        """Whether an attempt is written down."""
        return any(job.idempotency_key == idempotency_key for job in self.entries.values())


@dataclass(frozen=True, slots=True)
class ProcessJournal:
    """Implements `tarash.tarash_gateway.job.Journal` for one process."""

    shared: SimulatedJournal
    process: int

    def write(self, job: ResumableJob) -> None:
        self.shared.writes += 1
        if self.shared.writes == self.shared.fails_at:
            raise OSError(28, "No space left on device")
        # what is read from it is checked by whoever resumes it
        saved = cast("Job", job)
        if self.shared.folder is not None:
            self.shared.folder.write(saved)
            saved = cast("Job", self.shared.folder.read(saved.generation_id))
        self.shared.entries[saved.generation_id] = saved

    def read(self, job_id: str) -> Job | None:
        return self.shared.entries.get(job_id)

    def list(self) -> Sequence[Job]:
        return self.shared.unended()

    def claim(self, job_id: str) -> bool:
        if job_id in self.shared.claims:
            return False
        self.shared.claims[job_id] = self.process
        return True

    def release(self, job_id: str) -> None:
        if self.process not in self.shared.dead and self.shared.claims.get(job_id) == self.process:
            del self.shared.claims[job_id]
