"""The methods of a simulator for its jobs: hold, finish, fail, observe and wait."""

from __future__ import annotations

import asyncio
import functools
import time
from collections.abc import AsyncIterator, Collection, Mapping
from typing import ClassVar

from .jobs import HeldState, JobStore, SimulatedJob, SimulatedState
from .messages import RecordedRequest
from .server import BackgroundServer

UNFINISHED: tuple[SimulatedState, ...] = ("queued", "running")


class JobControl:
    """The methods of `Simulator` that control jobs."""

    held_state: ClassVar[HeldState] = "running"
    """What held jobs are doing; "queued" for a provider that cancels a job only as long as it waits."""

    def __init__(self, server: BackgroundServer, failure_names: Collection[str]) -> None:
        self._server = server
        self._wake_ups: dict[str, asyncio.Event] = {}
        self._jobs = JobStore(frozenset(failure_names), self._wake_watchers)

    # For tests.

    @property
    def job_seconds(self) -> float:
        """Real time that new jobs take, in seconds; with 0 (the default), `polls_until_done` decides."""
        return self._jobs.job_seconds

    @job_seconds.setter
    def job_seconds(self, seconds: float) -> None:
        self._jobs.job_seconds = seconds

    @property
    def polls_until_done(self) -> int:
        """Number of polls that report a new job as unfinished; 1 by default."""
        return self._jobs.polls_until_done

    @polls_until_done.setter
    def polls_until_done(self, polls: int) -> None:
        self._jobs.polls_until_done = polls

    @property
    def jobs(self) -> list[SimulatedJob]:
        """Every job, oldest first."""
        return self._jobs.snapshot()

    def hold(self, state: HeldState | None = None) -> None:
        """Keep unfinished and new jobs from ending until `finish`, `fail` or `release` is called.

        Args:
            state: "queued" or "running"; None is the class's `held_state`.
        """
        self._jobs.hold(state or self.held_state)

    def release(self) -> None:
        """Let held jobs continue."""
        self._jobs.release()

    def finish(self, job_id: str) -> None:
        """End a job now."""
        self._jobs.finish(self._jobs.get(job_id))

    def fail(self, job_id: str, failure: str) -> None:
        """End a job now with one of `failures`, by name."""
        self._jobs.fail(self._jobs.get(job_id), failure)

    def fail_next(self, failure: str, *, times: int = 1) -> None:
        """Make the next `times` new jobs end with one of `failures`, by name."""
        self._jobs.plan_failure(failure, times)

    def fail_jobs(self, failure: str) -> None:
        """Make every new job end with one of `failures`, by name."""
        self._jobs.plan_failure(failure, None)

    def job_state(self, job_id: str) -> SimulatedState:
        """Return the state of a job without counting a poll."""
        return self._jobs.state(self._jobs.get(job_id))

    def finished_at(self, job_id: str) -> float | None:
        """Return the monotonic time at which a job ended; None if it has not ended."""
        job = self._jobs.get(job_id)
        self._jobs.state(job)
        return job.finished_at

    # For the handlers of subclasses.

    def create_job(
        self,
        request: RecordedRequest,
        *,
        model: str = "",
        inputs: Mapping[str, object] | None = None,
        job_id: str | None = None,
    ) -> SimulatedJob:
        """Start a job for a submission; without `job_id`, it gets a UUID."""
        return self._jobs.create(request, model=model, inputs=inputs or {}, job_id=job_id)

    def find_job(self, job_id: str) -> SimulatedJob | None:
        """Return the job with this id, or None."""
        return self._jobs.find(job_id)

    def observe(self, job: SimulatedJob) -> SimulatedState:
        """Return the state of a job and count one poll."""
        return self._jobs.observe(job)

    def state_of(self, job: SimulatedJob) -> SimulatedState:
        """Return the state of a job without counting a poll."""
        return self._jobs.state(job)

    def progress_of(self, job: SimulatedJob) -> float:
        """Return how much of a job is done, 0.0 to 1.0."""
        return self._jobs.progress(job)

    def cancel_job(self, job: SimulatedJob) -> bool:
        """End a job as cancelled; return False if it had already ended."""
        return self._jobs.cancel(job)

    async def watch(self, job: SimulatedJob) -> AsyncIterator[SimulatedState]:
        """Yield the state now and after every change until the job has ended; for event streams.

        If polls advance the job, each state counts as one poll. The iterator ends early if the server stops.
        """
        while not self._server.stopping:
            state = self.observe(job)
            yield state
            if state not in UNFINISHED:
                return
            await self._wait_for_change(job, state, self._jobs.seconds_to_next_change(job))

    async def wait_until_done(self, job: SimulatedJob, seconds: float | None = None) -> bool:
        """Wait until a job has ended, for at most `seconds`; for synchronous submissions.

        If polls advance the job, it ends now. Return whether the job has ended.
        """
        deadline = None if seconds is None else time.monotonic() + seconds
        while (state := self.state_of(job)) in UNFINISHED and not self._server.stopping:
            change = self._jobs.seconds_to_next_change(job)
            if change == 0.0 and job.seconds <= 0:
                self._jobs.finish(job)
                continue
            left = None if deadline is None else deadline - time.monotonic()
            if left is not None and left <= 0:
                return False
            waits = [wait for wait in (change, left) if wait is not None]
            await self._wait_for_change(job, state, min(waits, default=None))
        return state not in UNFINISHED

    async def pause(self, seconds: float) -> None:
        """Sleep, but stop when the server stops."""
        await self._server.pause(seconds)

    def _wake_watchers(self, job_id: str) -> None:
        self._server.call_soon(functools.partial(self._wake, job_id))

    def _wake(self, job_id: str) -> None:
        event = self._wake_ups.pop(job_id, None)
        if event is not None:
            event.set()

    async def _wait_for_change(self, job: SimulatedJob, since: SimulatedState, seconds: float | None) -> None:
        event = self._wake_ups.setdefault(job.id, asyncio.Event())
        if seconds != 0.0 and self.state_of(job) == since:
            await self._server.pause(seconds, event)
