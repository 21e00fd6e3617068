"""Owns the life of simulated jobs, which advances by elapsed time, by number of polls or by command."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from .messages import RecordedRequest

SimulatedState = Literal["queued", "running", "succeeded", "failed", "cancelled"]

QUEUED_SHARE = 0.1
"""The part of a timed job's life that it spends in the queue."""


@dataclass(eq=False)
class SimulatedJob:
    """One job; `details` is for the provider's simulator to use as it likes."""

    id: str
    request: RecordedRequest
    model: str
    inputs: Mapping[str, object]
    created_at: float
    """Monotonic seconds."""
    seconds: float
    """Real time until done; 0: done after `polls_needed` polls."""
    polls_needed: int
    failure: str | None
    """The name of the failure it will end with."""
    polls: int = 0
    finished_at: float | None = None
    outcome: Literal["succeeded", "failed", "cancelled"] | None = None
    details: dict[str, object] = field(default_factory=dict)


class JobStore:
    """Every job of one simulator; each operation takes constant time and may come from any thread."""

    def __init__(self, failure_names: frozenset[str], on_change: Callable[[str], None]) -> None:
        self.job_seconds = 0.0
        self.polls_until_done = 1
        self._failure_names = failure_names
        self._on_change = on_change
        self._lock = threading.RLock()
        self._jobs: dict[str, SimulatedJob] = {}
        self._planned_failures: list[tuple[str, int | None]] = []
        self._held = False
        self._released_at = 0.0

    def create(
        self, request: RecordedRequest, *, model: str, inputs: Mapping[str, object], job_id: str | None
    ) -> SimulatedJob:
        """Add a job that starts now."""
        with self._lock:
            job = SimulatedJob(
                id=job_id or str(uuid.uuid4()),
                request=request,
                model=model,
                inputs=inputs,
                created_at=time.monotonic(),
                seconds=self.job_seconds,
                polls_needed=self.polls_until_done,
                failure=self._take_failure(),
            )
            self._jobs[job.id] = job
            return job

    def find(self, job_id: str) -> SimulatedJob | None:
        """The job of that id."""
        with self._lock:
            return self._jobs.get(job_id)

    def get(self, job_id: str) -> SimulatedJob:
        """The job of that id, which must exist."""
        job = self.find(job_id)
        if job is None:
            raise KeyError(f"no job {job_id!r} was submitted to this simulator")
        return job

    def snapshot(self) -> list[SimulatedJob]:
        """Every job, oldest first."""
        with self._lock:
            return list(self._jobs.values())

    def state(self, job: SimulatedJob) -> SimulatedState:
        """How the job stands, without counting as a poll."""
        with self._lock:
            return self._advance(job)

    def observe(self, job: SimulatedJob) -> SimulatedState:
        """How the job stands, counted as one poll."""
        with self._lock:
            state = self._advance(job)
            if job.outcome is not None:
                return state
            first = job.polls == 0
            job.polls += 1
            if self._held or job.seconds > 0:
                return state
            if job.polls >= job.polls_needed:
                self._end(job, time.monotonic())
            return "queued" if first and job.polls_needed > 1 else "running"

    def progress(self, job: SimulatedJob) -> float:
        """The share of the job that is done, 0.0 to 1.0."""
        with self._lock:
            if self._advance(job) in ("succeeded", "failed", "cancelled"):
                return 1.0
            if job.seconds > 0:
                return min(0.99, (time.monotonic() - job.created_at) / job.seconds)
            return min(0.99, job.polls / (max(job.polls_needed, job.polls) + 1))

    def seconds_to_next_change(self, job: SimulatedJob) -> float | None:
        """When the state changes by itself: 0 if polls decide, None if only a command does."""
        with self._lock:
            if self._held or job.outcome is not None:
                return None
            if job.seconds <= 0:
                return 0.0
            age = time.monotonic() - job.created_at
            in_queue = job.seconds * QUEUED_SHARE
            return max(0.0, (in_queue if age < in_queue else job.seconds) - age)

    def finish(self, job: SimulatedJob) -> None:
        """End the job now, in success unless a failure is planned for it; a finished job stays as it is."""
        with self._lock:
            self._end(job, time.monotonic())

    def fail(self, job: SimulatedJob, failure: str) -> None:
        """End the job now with a named failure; a finished job stays as it is."""
        self._check_failure(failure)
        with self._lock:
            if job.outcome is None:
                job.failure = failure
            self._end(job, time.monotonic())

    def cancel(self, job: SimulatedJob) -> bool:
        """End the job as cancelled; False if it was already finished."""
        with self._lock:
            if self._advance(job) in ("succeeded", "failed", "cancelled"):
                return False
            self._end(job, time.monotonic(), cancelled=True)
            return True

    def plan_failure(self, failure: str, times: int | None) -> None:
        """Let the next `times` new jobs end with a named failure (None: every new job)."""
        self._check_failure(failure)
        with self._lock:
            self._planned_failures.append((failure, times))

    def hold(self) -> None:
        """Keep every unfinished and new job running until it is finished by command or released."""
        with self._lock:
            self._held = True

    def release(self) -> None:
        """Let held jobs go on."""
        with self._lock:
            self._held = False
            self._released_at = time.monotonic()
            unfinished = [job.id for job in self._jobs.values() if job.outcome is None]
        for job_id in unfinished:
            self._on_change(job_id)

    def _advance(self, job: SimulatedJob) -> SimulatedState:
        if job.outcome is not None:
            return job.outcome
        if self._held:
            return "running"
        now = time.monotonic()
        if job.seconds <= 0:
            if job.polls >= job.polls_needed:
                return self._end(job, now)
            return "queued" if job.polls == 0 else "running"
        done_at = max(job.created_at + job.seconds, self._released_at)
        if now >= done_at:
            return self._end(job, done_at)
        return "queued" if now - job.created_at < job.seconds * QUEUED_SHARE else "running"

    def _end(self, job: SimulatedJob, finished_at: float, *, cancelled: bool = False) -> SimulatedState:
        if job.outcome is None:
            job.finished_at = finished_at
            job.outcome = "cancelled" if cancelled else "succeeded" if job.failure is None else "failed"
            self._on_change(job.id)
        return job.outcome

    def _take_failure(self) -> str | None:
        if not self._planned_failures:
            return None
        failure, times = self._planned_failures[0]
        if times is not None:
            if times == 1:
                del self._planned_failures[0]
            else:
                self._planned_failures[0] = (failure, times - 1)
        return failure

    def _check_failure(self, failure: str) -> None:
        if failure not in self._failure_names:
            allowed = ", ".join(sorted(self._failure_names)) or "none is declared"
            raise ValueError(f"no failure {failure!r} in this simulator; use one of: {allowed}")
