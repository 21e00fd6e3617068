"""Waits for a job by polling; temporary failures lose no job. `streaming` follows it on a status stream first."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable

from ..exceptions import (
    HTTPError,
    PluginError,
    TarashException,
    TimeoutError,  # noqa: A004 - the public name is part of the contract
)
from ..plugin.outcomes import JobReference, JobStatus
from ..steps import (
    Flow,
    Instant,
    Sleep,
    read_clock,
)
from .exchange import Exchange, nothing_to_note
from .expectation import Expectation
from .hook_flows import read_flow
from .poll_errors import REFUSAL_SECONDS, is_refusal, is_same_refusal, not_finished
from .polling import Prediction, next_delay_seconds

log = logging.getLogger(__name__)

TERMINAL = frozenset({"completed", "failed", "cancelled"})
ANSWER_SECONDS = 5.0
"""Shortest time for the answer to a poll, even past the deadline, if the answers replace the reference of the job."""

Report = Callable[[JobStatus, Instant, tuple[str, ...], float | None], Flow[None]]


class Waiting:
    """One wait for one job.

    Args:
        exchange: the exchange of the attempt.
        began: when the job was accepted.
        expectation: returns how long a job of this model should take, by what is known at a time in seconds.
        report: reports a status to the user; called with the status, the time, the new log lines, and an estimate of the progress if the
            provider reports none. None reports nothing and saves a step for every status.
        warnings: those of the generation; a bug of the status stream is added.
        first_status: the status at submission, if the provider gave one; `streaming` reports it.
        first_delay_seconds: pause before the first poll; 0 polls at once, None leaves it to the policy.
        poll_interval: longest pause in seconds; None leaves it to the policy.
        max_polls: most status requests; None is no limit.

    Attributes:
        polls: status requests sent so far.
        is_announced: whether a stream that carries no result has said that there is one.
        running_seconds: when the job was last known to run, in seconds since it was accepted; infinite if its end was told at once.
        refusal: the refusal that ended the wait, after which the job may still run; None otherwise.
    """

    __slots__ = (
        "_began", "_expectation", "_first_delay_seconds", "_logs_seen", "_max_polls", "_poll_interval", "_refused_since", "_renames",
        "_report_to", "_retry_after", "_shown_percent", "_warnings", "exchange", "first_status", "is_announced", "polls",
        "refusal", "running_seconds",
    )  # fmt: skip

    def __init__(
        self,
        exchange: Exchange,
        *,
        began: Instant,
        expectation: Callable[[float], Expectation],
        report: Report | None,
        warnings: list[str],
        first_status: JobStatus | None = None,
        first_delay_seconds: float | None = None,
        poll_interval: float | None = None,
        max_polls: int | None = None,
    ) -> None:
        self.exchange = exchange
        self._began = began
        self._expectation = expectation
        self._report_to = report
        self._warnings = warnings
        self.first_status = first_status
        self._first_delay_seconds = first_delay_seconds
        self._poll_interval = poll_interval
        self._max_polls = max_polls
        self.polls = self._logs_seen = 0
        self.is_announced = self._renames = False
        self._shown_percent = self.running_seconds = 0.0
        self.refusal: TarashException | None = None
        self._refused_since: float | None = None
        self._retry_after: float | None = None

    def ask(self, *, until_seconds: float | None = None) -> Flow[JobStatus]:
        """Poll once and return the status."""
        self.polls += 1
        flow = self.exchange.start("tarash_poll", job=self.exchange.job)
        status = yield from read_flow(
            self.exchange, "tarash_poll", flow, JobStatus, retries=None, until_seconds=until_seconds
        )
        if status.job is not None:
            yield from self.adopt(status.job)
        return status

    def adopt(self, job: JobReference) -> Flow[None]:
        """Poll with a new reference from now on, and so after a crash."""
        exchange = self.exchange
        if job != exchange.job:
            exchange.refuse_key("tarash_poll", "a reference of the job", job)
            exchange.job, self._renames = job, True
            if exchange.moved is not nothing_to_note:
                yield from exchange.moved()

    @property
    def may_ask(self) -> bool:
        """Whether the limit of polls allows another one."""
        return self._max_polls is None or self.polls < self._max_polls

    def tell_bug(self, problem: TarashException) -> None:
        """Tell the user of a bug in the plugin's status stream: the job ends all the same, but later."""
        if isinstance(problem, PluginError):
            told = self.exchange.locate(problem).message
            self._warnings.append(f"{told}; the job is polled instead")
            self.exchange.log(log, logging.WARNING, "plugin has a bug", error=told)

    def ask_now(self) -> Flow[JobStatus | None]:
        """Poll at once, beside a stream; None if the job has not ended as far as the poll shows."""
        status = (yield from self._asked_once()) if self.may_ask else None
        return status if status is not None and status.state in TERMINAL else None

    def _asked_once(self) -> Flow[JobStatus | None]:
        """Poll once and report the status; None after a temporary failure."""
        try:
            until = (yield from self._answer_until()) if self._renames else None
            status = yield from self.ask(until_seconds=until)
        except PluginError:
            raise
        except TarashException as problem:
            self._judge(problem, (yield from read_clock()))
            # a hint lengthens a pause; 0, or a date in the past, must not shorten it
            self._retry_after = (problem.retry_after or None) if isinstance(problem, HTTPError) else None
            return None
        self.refusal = self._refused_since = None
        if self._report_to is not None:
            yield from self.report(status)
        return status

    def _answer_until(self) -> Flow[float | None]:
        """Return the limit of a poll; None is the deadline. An answer that is cut costs the job: only it has the next reference."""
        now, deadline = (yield from read_clock()).monotonic_seconds, self.exchange.deadline_seconds
        return max(deadline, now + ANSWER_SECONDS) if now < deadline else None

    def poll(self) -> Flow[JobStatus]:
        """Poll until the job has ended, and return its terminal status.

        Raises:
            TimeoutError: the deadline or the limit of polls was reached first.
            TarashException: the job failed at the provider; or every poll was refused for a minute, for example because the key
                was revoked, and `refusal` is set.
        """
        exchange = self.exchange
        # keep only what the next pause depends on: thousands of jobs may wait at once, and each answer is kilobytes
        prediction: Prediction | None = None
        wish, failures, asked_at = self._first_delay_seconds, 0, math.inf
        while True:
            now = yield from read_clock()
            remaining = exchange.deadline_seconds - now.monotonic_seconds
            if remaining <= 0 or not self.may_ask:
                raise self.timeout(now)
            elapsed = now.seconds_since(self._began)
            # at once, for a provider that works between the polls, needs no decision
            delay = 0.0 if wish == 0.0 else self._delay(now, prediction, wish, failures, elapsed - asked_at)
            del now
            if delay > 0:
                yield Sleep(min(delay, remaining))
            asked_at, sent = elapsed + delay, exchange.calls_sent
            status = yield from self._asked_once()
            if status is None:
                failures += 1
                wish = self._retry_after
                continue
            if status.state in TERMINAL:
                return status
            self.running_seconds = asked_at
            wish, failures = status.suggested_delay_seconds, 0
            if wish == 0.0 and exchange.calls_sent > sent:
                # 0 is meant for providers that work in this process between polls; it would flood a server
                wish = None
            if wish != 0.0:
                prediction = Prediction.of(asked_at, status.progress_percent, prediction)
            del status

    def _delay(
        self, now: Instant, prediction: Prediction | None, wish: float | None, failures: int, took: float
    ) -> float:
        return next_delay_seconds(
            now.seconds_since(self._began),
            # asked for again: another job of the model may have finished meanwhile
            expectation=self._expectation(now.monotonic_seconds),
            prediction=prediction,
            failures=failures,
            answer_seconds=max(took, 0.0),
            suggested_seconds=wish,
            ceiling_seconds=self._poll_interval,
        )

    def _judge(self, problem: TarashException, now: Instant) -> None:
        """Ignore a temporary failure or refusal; raise the error with which the job itself ended."""
        seconds = now.monotonic_seconds
        if seconds >= self.exchange.deadline_seconds:
            raise self.timeout(now) from problem
        if problem.is_retryable:
            return
        if not is_refusal(problem, self.exchange.last_refusal):
            raise problem
        # one odd answer says nothing about a job that is running and paid for
        if not is_same_refusal(problem, self.refusal) or self._refused_since is None:
            self.refusal, self._refused_since = problem, seconds
        elif seconds - self._refused_since >= REFUSAL_SECONDS:
            self.refusal = problem
            raise problem

    def report(self, status: JobStatus) -> Flow[None]:
        """Report a status to the user, if anyone listens."""
        if self._report_to is None:
            return
        now = yield from read_clock()
        new = status.logs[self._logs_seen :]
        self._logs_seen = max(self._logs_seen, len(status.logs))
        yield from self._report_to(status, now, new, self._estimated_percent(status, now))

    def _estimated_percent(self, status: JobStatus, now: Instant) -> float | None:
        """Return how far the job should be, if its provider does not say; never less than was shown before."""
        estimate = None
        shown = status.shown_percent
        if shown is None and status.state == "processing":
            expected = self._expectation(now.monotonic_seconds)
            shown = estimate = expected.progress_percent(now.seconds_since(self._began))
        if shown is not None:
            self._shown_percent = max(shown, self._shown_percent)
        return None if estimate is None else min(self._shown_percent, 99.0)

    def timeout(self, now: Instant) -> TimeoutError:
        """Return the error for a job that has not ended in time, or within the limit of polls."""
        return not_finished(
            waited_seconds=now.seconds_since(self._began),
            allowed_seconds=self.exchange.call.timeout_seconds,
            polls=None if now.monotonic_seconds >= self.exchange.deadline_seconds else self.polls,
        )
