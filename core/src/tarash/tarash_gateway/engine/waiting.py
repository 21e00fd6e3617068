"""Waits for a job: on the provider's status stream where there is one, else by polling; a flaky status loses nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..exceptions import HTTPError, ModelNotFoundError, PluginError, RateLimitError, TarashException
from ..plugin.contract import JobStatus, StatusStream
from ..steps import CloseStream, Flow, Instant, Sleep, TransportFailure, next_event, open_stream, read_clock
from .polling import next_delay_seconds

if TYPE_CHECKING:
    from .attempt import Attempt

TERMINAL = frozenset({"completed", "failed", "cancelled"})
NOT_FOUND_SECONDS = 60.0
"""How long "no such job" is taken for a replica that lags behind; only after that is the job lost."""


class Waiting:
    """One wait for one job."""

    def __init__(self, attempt: Attempt) -> None:
        self._attempt = attempt
        self._logs_seen = 0
        self._missing_since: float | None = None

    def run(self) -> Flow[JobStatus]:
        """Return the terminal status.

        Raises:
            TimeoutError: the deadline, or `max_poll_attempts`, was reached first.
            TarashException: the status endpoint refused for good (a revoked key, say).
        """
        attempt = self._attempt
        if attempt.first_status is not None:
            yield from self._report(attempt.first_status, (yield from read_clock()))
            if attempt.first_status.state in TERMINAL:
                return attempt.first_status
        provider = attempt.prepared.provider
        if provider.can("tarash_stream"):
            stream = provider.manager.hook.tarash_stream(call=attempt.prepared.call, job=attempt.job)
            if stream is not None:
                status = yield from self._watch(stream)
                if status is not None:
                    return status
        return (yield from self._poll())

    def _watch(self, stream: StatusStream) -> Flow[JobStatus | None]:
        """Follow the stream to a terminal status; None when it breaks, ends early, or is refused."""
        attempt = self._attempt
        try:
            handle = yield from open_stream(stream.call)
        except TransportFailure:
            return None
        attempt.polls += 1
        try:
            while True:
                now = yield from read_clock()
                remaining = attempt.deadline_seconds - now.monotonic_seconds
                if remaining <= 0:
                    raise attempt.timeout_error()
                try:
                    event = yield from next_event(
                        handle, timeout_seconds=min(remaining, stream.silence_seconds)
                    )
                except TransportFailure as failure:
                    # silence until the very deadline is the deadline, not a broken stream
                    if failure.kind != "timeout" or remaining > stream.silence_seconds:
                        return None
                    continue
                if event is None:
                    return None
                status = stream.read(event)
                if status is None:
                    continue
                yield from self._report(status, (yield from read_clock()))
                if status.state in TERMINAL:
                    return status
        finally:
            yield CloseStream(handle)

    def _poll(self) -> Flow[JobStatus]:
        attempt = self._attempt
        config, call = attempt.prepared.config, attempt.prepared.call
        hook = attempt.prepared.provider.manager.hook
        began = attempt.submitted_at or attempt.started
        # only what the next pause depends on is kept while waiting: thousands of jobs wait at a time, each answer is kilobytes
        percent: float | None = None
        wish = attempt.first_delay_seconds
        while True:
            now = yield from read_clock()
            remaining = attempt.deadline_seconds - now.monotonic_seconds
            if remaining <= 0 or (
                config.max_poll_attempts is not None and attempt.polls >= config.max_poll_attempts
            ):
                raise attempt.timeout_error()
            delay = next_delay_seconds(
                now.monotonic_seconds - began.monotonic_seconds,
                # asked anew: another job of the model may have finished meanwhile
                expectation=attempt.history.expectation(call.base_url, call.model, call.row.typical_seconds),
                progress_percent=percent,
                suggested_seconds=wish,
                ceiling_seconds=config.poll_interval,
            )
            if delay > 0:
                yield Sleep(min(delay, remaining))
            attempt.polls += 1
            try:
                status: JobStatus | None = yield from attempt.exchange.run(
                    hook.tarash_poll(call=call, job=attempt.job), retry=False
                )
            except TarashException as problem:
                self._judge(problem, (yield from read_clock()))
                wish = problem.retry_after if isinstance(problem, RateLimitError) else None
                continue
            if status is None:
                raise PluginError(
                    "tarash_poll gave nothing; it returns a JobStatus",
                    provider=call.provider.id,
                    model=call.model,
                )
            self._missing_since = None
            yield from self._report(status, (yield from read_clock()))
            if status.state in TERMINAL:
                return status
            percent, wish = status.progress_percent, status.suggested_delay_seconds
            status = None

    def _judge(self, problem: TarashException, now: Instant) -> None:
        """Let a passing failure pass; raise one that waiting does not mend."""
        if now.monotonic_seconds >= self._attempt.deadline_seconds:
            raise self._attempt.timeout_error() from problem
        if problem.is_retryable:
            return
        gone = isinstance(problem, ModelNotFoundError) or (
            isinstance(problem, HTTPError) and problem.status_code == 404
        )
        if gone:
            self._missing_since = self._missing_since or now.monotonic_seconds
            if now.monotonic_seconds - self._missing_since < NOT_FOUND_SECONDS:
                return
        problem.submitted = "yes"
        problem.request_id = problem.request_id or self._attempt.request_id
        raise problem

    def _report(self, status: JobStatus, now: Instant) -> Flow[None]:
        new = status.logs[self._logs_seen :]
        self._logs_seen = max(self._logs_seen, len(status.logs))
        yield from self._attempt.report(status, now, new_logs=new)
