"""Keeps the jobs that may still run, be billed or have a result, although no call waits for them."""

from __future__ import annotations

from collections import OrderedDict

from ..fork_safety import fork_safe_lock
from ..job import Job

MOST_JOBS = 1000
"""Most jobs that are kept; the oldest are forgotten first."""


class UnsettledJobs:
    """The unsettled jobs of one gateway, at most one for each attempt. Thread-safe."""

    def __init__(self, *, most_jobs: int = MOST_JOBS) -> None:
        self._most_jobs = most_jobs
        self._lock = fork_safe_lock(self, "_lock")
        self._jobs: OrderedDict[tuple[str, int], Job] = OrderedDict()

    def add(self, job: Job) -> None:
        """Keep the job of one attempt."""
        with self._lock:
            self._jobs[job.generation_id, job.attempt_number] = job
            while len(self._jobs) > self._most_jobs:
                self._jobs.popitem(last=False)

    def give_up(self, generation_id: str, *, before: int) -> None:
        """Mark the jobs of the attempts before attempt `before` as given up, because their generation goes on with that one."""
        with self._lock:
            for key, job in self._jobs.items():
                if key[0] == generation_id and key[1] < before and not job.is_given_up:
                    changes = {"is_given_up": True, "configs": job.configs[: job.position + 1]}
                    self._jobs[key] = job.model_copy(update=changes)

    def remove(self, generation_id: str, attempt_number: int) -> None:
        """Forget the job of an attempt after its result is fetched or it has certainly ended."""
        with self._lock:
            self._jobs.pop((generation_id, attempt_number), None)

    def jobs(self) -> tuple[Job, ...]:
        """Return the jobs, oldest first."""
        with self._lock:
            return tuple(self._jobs.values())
