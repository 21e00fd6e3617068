"""Owns what a test and a handler do with the jobs of a simulator: hold, finish, fail, observe, wait."""

from __future__ import annotations

import asyncio
import functools
import time
from collections.abc import AsyncIterator, Collection, Mapping

from .jobs import JobStore, SimulatedJob, SimulatedState
from .messages import RecordedRequest
from .server import BackgroundServer

UNFINISHED: tuple[SimulatedState, ...] = ("queued", "running")


class JobControl:
    """The job side of `Simulator`."""

    def __init__(self, server: BackgroundServer, failure_names: Collection[str]) -> None:
        self._server = server
        self._changes: dict[str, asyncio.Event] = {}
        self._jobs = JobStore(frozenset(failure_names), self._wake_watchers)

    # Jobs: control from the test.

    @property
    def job_seconds(self) -> float:
        """Real time from submit to done of new jobs; 0 (default): `polls_until_done` decides."""
        return self._jobs.job_seconds

    @job_seconds.setter
    def job_seconds(self, seconds: float) -> None:
        self._jobs.job_seconds = seconds

    @property
    def polls_until_done(self) -> int:
        """How many polls of a new job answer that it is not done yet (default 1)."""
        return self._jobs.polls_until_done

    @polls_until_done.setter
    def polls_until_done(self, polls: int) -> None:
        self._jobs.polls_until_done = polls

    @property
    def jobs(self) -> list[SimulatedJob]:
        """Every job, oldest first."""
        return self._jobs.snapshot()

    def hold(self) -> None:
        """Keep unfinished and new jobs running until `finish`, `fail` or `release`."""
        self._jobs.hold()

    def release(self) -> None:
        """Let held jobs go on."""
        self._jobs.release()

    def finish(self, job_id: str) -> None:
        """End a job now."""
        self._jobs.finish(self._jobs.get(job_id))

    def fail(self, job_id: str, failure: str) -> None:
        """End a job now with a failure named in `failures`."""
        self._jobs.fail(self._jobs.get(job_id), failure)

    def fail_next(self, failure: str, *, times: int | None = 1) -> None:
        """Let the next `times` new jobs end with a failure named in `failures` (None: for ever)."""
        self._jobs.plan_failure(failure, times)

    def fail_jobs(self, failure: str) -> None:
        """Let every new job end with a failure named in `failures`."""
        self._jobs.plan_failure(failure, None)

    def job_state(self, job_id: str) -> SimulatedState:
        """How a job stands, without counting as a poll."""
        return self._jobs.state(self._jobs.get(job_id))

    def finished_at(self, job_id: str) -> float | None:
        """The monotonic time at which a job ended, None while it has not."""
        job = self._jobs.get(job_id)
        self._jobs.state(job)
        return job.finished_at

    # Jobs: use by the handlers of a subclass.

    def create_job(
        self,
        request: RecordedRequest,
        *,
        model: str = "",
        inputs: Mapping[str, object] | None = None,
        job_id: str | None = None,
    ) -> SimulatedJob:
        """Start a job for a submit request; without `job_id` it gets a UUID."""
        return self._jobs.create(request, model=model, inputs=inputs or {}, job_id=job_id)

    def find_job(self, job_id: str) -> SimulatedJob | None:
        """The job of that id, if any."""
        return self._jobs.find(job_id)

    def observe(self, job: SimulatedJob) -> SimulatedState:
        """How a job stands, counted as one poll."""
        return self._jobs.observe(job)

    def state_of(self, job: SimulatedJob) -> SimulatedState:
        """How a job stands, without counting as a poll."""
        return self._jobs.state(job)

    def progress_of(self, job: SimulatedJob) -> float:
        """The share of a job that is done, 0.0 to 1.0."""
        return self._jobs.progress(job)

    def cancel_job(self, job: SimulatedJob) -> bool:
        """End a job as cancelled; False if it had already ended."""
        return self._jobs.cancel(job)

    async def watch(self, job: SimulatedJob) -> AsyncIterator[SimulatedState]:
        """Yield the state now and after every change until the job has ended: for event streams.

        Where polls decide, each state counts as one poll. Ends early when the server stops.
        """
        while not self._server.stopping:
            state = self.observe(job)
            yield state
            if state not in UNFINISHED:
                return
            await self._wait_for_change(job, state, self._jobs.seconds_to_next_change(job))

    async def wait_until_done(self, job: SimulatedJob, seconds: float | None = None) -> bool:
        """Wait until a job has ended, at most `seconds`: for blocking submits.

        Where polls decide, it ends now.
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
        """Sleep, but not longer than the server runs."""
        await self._server.pause(seconds)

    def _wake_watchers(self, job_id: str) -> None:
        self._server.call_soon(functools.partial(self._wake, job_id))

    def _wake(self, job_id: str) -> None:
        event = self._changes.pop(job_id, None)
        if event is not None:
            event.set()

    async def _wait_for_change(self, job: SimulatedJob, since: SimulatedState, seconds: float | None) -> None:
        event = self._changes.setdefault(job.id, asyncio.Event())
        if seconds != 0.0 and self.state_of(job) == since:
            await self._server.pause(seconds, event)
