"""The jobs of a simulator, which advance with time, with the number of polls or by command."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from ...fork_safety import fork_safe_lock
from .messages import RecordedRequest

SimulatedState = Literal["queued", "running", "succeeded", "failed", "cancelled"]
HeldState = Literal["queued", "running"]
"""What a held job is doing."""

QUEUED_SHARE = 0.1
"""The share of its time that a timed job spends in the queue."""


@dataclass(eq=False)
class SimulatedJob:
    """One job at a simulated provider.

    Attributes:
        id: the provider's id of the job.
        request: the request that created it.
        model, inputs: those given to `Simulator.create_job`.
        created_at: when it was created, in monotonic seconds.
        seconds: real time until it is done, in seconds; with 0, it is done after `polls_needed` polls.
        polls_needed, polls: how many polls it takes, and has had.
        failure: name of the failure that it will end with; None succeeds.
        finished_at: when it ended, in monotonic seconds; None before.
        outcome: how it ended: "succeeded", "failed" or "cancelled"; None before.
        details: free for the provider's simulator.
    """

    id: str
    request: RecordedRequest
    model: str
    inputs: Mapping[str, object]
    created_at: float
    seconds: float
    polls_needed: int
    failure: str | None
    polls: int = 0
    finished_at: float | None = None
    outcome: Literal["succeeded", "failed", "cancelled"] | None = None
    details: dict[str, object] = field(default_factory=dict)


class JobStore:
    """The jobs of one simulator; thread-safe, and most operations take constant time."""

    def __init__(self, failure_names: frozenset[str], on_change: Callable[[str], None]) -> None:
        self.job_seconds = 0.0
        self.polls_until_done = 1
        self._failure_names = failure_names
        self._on_change = on_change
        self._lock = fork_safe_lock(self, "_lock")
        self._jobs: dict[str, SimulatedJob] = {}
        self._planned_failures: list[tuple[str, int | None]] = []
        self._held: HeldState | None = None
        self._released_at = 0.0

    def create(
        self, request: RecordedRequest, *, model: str, inputs: Mapping[str, object], job_id: str | None
    ) -> SimulatedJob:
        """Add a job, which starts now."""
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
        """Return the job with this id, or None."""
        with self._lock:
            return self._jobs.get(job_id)

    def get(self, job_id: str) -> SimulatedJob:
        """Return the job with this id.

        Raises:
            KeyError: there is no such job.
        """
        job = self.find(job_id)
        if job is None:
            raise KeyError(f"no job {job_id!r} was submitted to this simulator")
        return job

    def snapshot(self) -> list[SimulatedJob]:
        """Return every job, oldest first."""
        with self._lock:
            return list(self._jobs.values())

    def state(self, job: SimulatedJob) -> SimulatedState:
        """Return the state of a job without counting a poll."""
        with self._lock:
            return self._advance(job)

    def observe(self, job: SimulatedJob) -> SimulatedState:
        """Return the state of a job and count one poll."""
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
        """Return how much of a job is done, 0.0 to 1.0."""
        with self._lock:
            if self._advance(job) in ("succeeded", "failed", "cancelled"):
                return 1.0
            if job.seconds > 0:
                return min(0.99, (time.monotonic() - job.created_at) / job.seconds)
            return min(0.99, job.polls / (max(job.polls_needed, job.polls) + 1))

    def seconds_to_next_change(self, job: SimulatedJob) -> float | None:
        """Return when the state will change, in seconds: 0 if polls advance it, None if only a command does."""
        with self._lock:
            if self._held or job.outcome is not None:
                return None
            if job.seconds <= 0:
                return 0.0
            age = time.monotonic() - job.created_at
            in_queue = job.seconds * QUEUED_SHARE
            return max(0.0, (in_queue if age < in_queue else job.seconds) - age)

    def finish(self, job: SimulatedJob) -> None:
        """End the job now, successfully unless a failure is planned for it; a job that has ended is unchanged."""
        with self._lock:
            self._end(job, time.monotonic())

    def fail(self, job: SimulatedJob, failure: str) -> None:
        """End the job now with a named failure; a job that has ended is unchanged."""
        self._check_failure(failure)
        with self._lock:
            if job.outcome is None:
                job.failure = failure
            self._end(job, time.monotonic())

    def cancel(self, job: SimulatedJob) -> bool:
        """End the job as cancelled; return False if it had already ended."""
        with self._lock:
            if self._advance(job) in ("succeeded", "failed", "cancelled"):
                return False
            self._end(job, time.monotonic(), cancelled=True)
            return True

    def plan_failure(self, failure: str, times: int | None) -> None:
        """Make the next `times` new jobs end with a named failure; None means every new job."""
        self._check_failure(failure)
        with self._lock:
            self._planned_failures.append((failure, times))

    def hold(self, state: HeldState) -> None:
        """Keep unfinished and new jobs in this state until they are finished by command or released."""
        with self._lock:
            self._held = state

    def release(self) -> None:
        """Let held jobs continue."""
        with self._lock:
            self._held = None
            self._released_at = time.monotonic()
            unfinished = [job.id for job in self._jobs.values() if job.outcome is None]
        for job_id in unfinished:
            self._on_change(job_id)

    def _advance(self, job: SimulatedJob) -> SimulatedState:
        if job.outcome is not None:
            return job.outcome
        if self._held:
            return self._held
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
            raise ValueError(f"this simulator has no failure {failure!r}; use one of: {allowed}")
