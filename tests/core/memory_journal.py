"""Owns a journal in memory, which can be told to fail, and keeps every state it was given."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from tarash.tarash_gateway import Job
from tarash.tarash_gateway.exceptions import ResumableJob


class MemoryJournal:
    """Implements `tarash.tarash_gateway.job.Journal`.

    Attributes:
        states: (state, attempt number, reference) of every write, in order.
        fails_at: numbers of the writes that fail, counted from 1.
        released: set once a claim is released, in whatever thread.
    """

    def __init__(self, *fails_at: int) -> None:
        self.fails_at = fails_at
        self.states: list[tuple[str, int, bool]] = []
        self._jobs: dict[str, Job] = {}
        self._claimed: set[str] = set()
        self._writes = 0
        self.released = threading.Event()

    def write(self, job: ResumableJob) -> None:
        self._writes += 1
        if self._writes in self.fails_at:
            raise OSError(28, "No space left on device")
        saved = Job.from_json(job.to_json())
        self.states.append((saved.state, saved.attempt_number, saved.reference is not None))
        self._jobs[saved.generation_id] = saved

    def read(self, job_id: str) -> Job | None:
        return self._jobs.get(job_id)

    def list(self) -> Sequence[Job]:
        return [job for job in self._jobs.values() if job.state != "ended"]

    def claim(self, job_id: str) -> bool:
        if job_id in self._claimed:
            return False
        self._claimed.add(job_id)
        return True

    def release(self, job_id: str) -> None:
        self._claimed.discard(job_id)
        self.released.set()

    @property
    def only(self) -> Job:
        """The one job that was written."""
        (job,) = self._jobs.values()
        return job
