"""One attempt at one provider, from submit to result, and the settling of a job that is given up."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from ..exceptions import (
    GenerationFailedError,
    TarashException,
    TimeoutError,  # noqa: A004 - the public name is part of the contract
)
from ..models.metadata import AttemptMetadata, YesNoUnknown
from ..models.update import ProgressUpdate
from ..plugin.contract import Cancellation, JobReference, JobStatus, Submission
from ..steps import Flow, Instant, Report, read_clock
from .chain import Prepared
from .collecting import Collected, collect
from .exchange import Emit, Exchange, ignore_event
from .polling import DurationHistory
from .submitting import look_up, submit
from .waiting import Waiting

SETTLE_SECONDS = 15.0
"""Longest time spent on cancelling a job that is given up."""
LOOK_SECONDS = 5.0
"""Longest wait for a last word on a job whose time is over."""
COLLECT_SECONDS = 60.0
"""Time to fetch the result of a finished job, even when the deadline passes meanwhile: it is paid for."""


class CallerError(BaseException):
    """Carries an exception of the caller's own callback past every handler that judges providers."""

    def __init__(self, error: BaseException) -> None:
        super().__init__(repr(error))
        self.error = error


@dataclass(slots=True)
class Attempt:
    """The state of one attempt.

    Attributes:
        prepared: what to send, and to whom.
        number: 1 for the primary.
        started: when it began.
        deadline_seconds: on the monotonic clock.
        history: durations of earlier jobs.
        output_dir: where outputs without a URL go.
        reports: whether anyone listens to progress.
    """

    prepared: Prepared
    number: int
    started: Instant
    deadline_seconds: float
    history: DurationHistory
    output_dir: Path
    reports: bool
    emit: Emit = ignore_event
    listens: bool = False
    job: JobReference | None = None
    request_id: str | None = None
    submitted: YesNoUnknown = "no"
    submitted_at: Instant | None = None
    first_status: JobStatus | None = None
    first_delay_seconds: float | None = None
    immediate: object = None
    polls: int = 0
    cancelled: Literal["yes", "no", "unconfirmed"] | None = None
    billed: YesNoUnknown = "no"
    cost_usd: float | None = None
    exchange: Exchange = field(init=False)

    def __post_init__(self) -> None:
        self.exchange = Exchange(
            provider=self.prepared.provider,
            call=self.prepared.call,
            deadline_seconds=self.deadline_seconds,
            output_dir=self.output_dir,
            secrets=self.prepared.secrets,
            emit=self.emit,
            listens=self.listens,
        )

    def submit(self) -> Flow[None]:
        """Create the job.

        Raises:
            TarashException: with `submitted` saying whether a job may exist all the same.
        """
        yield from self._accept((yield from submit(self)))

    def _accept(self, submission: Submission) -> Flow[None]:
        self.submitted, self.billed = "yes", "unknown"
        self.submitted_at = yield from read_clock()
        self.job, self.request_id = submission.job, submission.request_id
        self.first_delay_seconds = submission.suggested_delay_seconds
        if submission.job is None:
            self.immediate = submission.result
        elif submission.state != "queued":
            self.first_status = JobStatus(state=submission.state, raw=submission.raw)

    def complete(self) -> Flow[Collected]:
        """Wait for the job and fetch its result."""
        if self.job is None:
            return (yield from self._collect({}, self.immediate))
        waiting = Waiting(self)
        status = yield from waiting.run()
        return (yield from self.collect_status(status))

    def collect_status(self, status: JobStatus) -> Flow[Collected]:
        """Turn a terminal status into the result, or raise what it says."""
        if status.billed_usd is not None:
            self.cost_usd = status.billed_usd
            self.billed = "yes" if status.billed_usd > 0 else "no"
        if status.state == "completed":
            self._remember_duration((yield from read_clock()))
            return (yield from self._collect(self.job or {}, status.raw))
        told = "was cancelled" if status.state == "cancelled" else "failed"
        error = status.error or GenerationFailedError(
            f"the generation {told} at the provider, which gave no reason"
        )
        error.raw_response = status.raw if error.raw_response is None else error.raw_response
        error.submitted = "yes"
        error.request_id = error.request_id or self.request_id
        raise self.exchange.place(error)

    def _collect(self, job: JobReference, raw: object) -> Flow[Collected]:
        now = yield from read_clock()
        until = max(self.deadline_seconds, now.monotonic_seconds + COLLECT_SECONDS)
        collected = yield from collect(self.exchange, job, raw, until_seconds=until)
        if collected.generated.cost_usd is not None:
            self.cost_usd = collected.generated.cost_usd
        # a result is charged, unless the provider itself says that it cost nothing
        self.billed = "no" if self.cost_usd == 0.0 else "yes"
        return collected

    def _remember_duration(self, now: Instant) -> None:
        if self.submitted_at is not None:
            call = self.prepared.call
            self.history.add(
                call.base_url, call.model, now.monotonic_seconds - self.submitted_at.monotonic_seconds
            )

    def last_look(self) -> Flow[Collected | None]:
        """After a deadline: fetch the result should the job have finished since the last status request; else settle it."""
        if self.job is None:
            return None
        most = self.prepared.config.max_poll_attempts
        finished = (yield from self._look()) if most is None or self.polls < most else None
        if finished is None:
            outcome = yield from self.settle()
            # "too late" says that it finished between the two
            finished = (yield from self._look()) if outcome in ("finished", "refused") else None
        return None if finished is None else (yield from self.collect_status(finished))

    def _look(self) -> Flow[JobStatus | None]:
        """Ask once, after the deadline, whether the job is completed."""
        now = yield from read_clock()
        poll = self.prepared.provider.manager.hook.tarash_poll(call=self.prepared.call, job=self.job)
        try:
            status: JobStatus = yield from self.exchange.run(
                poll, retry=False, until_seconds=now.monotonic_seconds + LOOK_SECONDS
            )
        except TarashException:
            return None
        return status if status.state == "completed" else None

    def settle(self) -> Flow[str]:
        """Cancel the job at the provider, best effort and bounded; return the outcome."""
        if self.job is None:
            return "nothing"
        provider = self.prepared.provider
        if not provider.can("tarash_cancel"):
            self.cancelled = "no"
            return "unsupported"
        now = yield from read_clock()
        flow = provider.manager.hook.tarash_cancel(call=self.prepared.call, job=self.job)
        if flow is None:
            self.cancelled = "no"
            return "unsupported"
        try:
            said: Cancellation = yield from self.exchange.run(
                flow, retry=True, until_seconds=now.monotonic_seconds + SETTLE_SECONDS
            )
        except TarashException:
            self.cancelled = "unconfirmed"
            return "unknown"
        self.cancelled = {"accepted": "yes", "finished": "no", "refused": "no", "unknown": "unconfirmed"}[
            said.outcome
        ]  # type: ignore[assignment]  # a closed table
        if said.billed != "unknown":
            self.billed = said.billed
        return said.outcome

    def settle_unsubmitted(self) -> Flow[str]:
        """Interrupted while submitting: where the provider can tell whether a job was made, find it and cancel it."""
        now = yield from read_clock()
        try:
            found = yield from look_up(self, now.monotonic_seconds + SETTLE_SECONDS)
        except TarashException:
            return "unknown"
        if found is None:
            return "nothing"
        yield from self._accept(found)
        return (yield from self.settle())

    def report(self, status: JobStatus, now: Instant, *, new_logs: tuple[str, ...] = ()) -> Flow[None]:
        """Tell the caller how the job stands; what the callback raises leaves as `CallerError`."""
        if self.listens:
            self.emit("progress", now, {"status": status.state, "progress_percent": status.progress_percent})
        if not self.reports:
            return
        update = ProgressUpdate.model_construct(
            status=status.state,
            progress_percent=status.progress_percent,
            queue_position=status.queue_position,
            provider=self.prepared.call.provider.id,
            model=self.prepared.call.model,
            attempt_number=self.number,
            request_id=self.request_id,
            elapsed_seconds=now.monotonic_seconds - self.started.monotonic_seconds,
            logs=new_logs,
        )
        try:
            yield Report(update)
        except GeneratorExit:
            raise
        except BaseException as error:
            raise CallerError(error) from error

    def timeout_error(self) -> TimeoutError:
        """Return the error that says the attempt's time is over."""
        call = self.prepared.call
        error = TimeoutError(
            f"not finished within {self.prepared.config.timeout:g} s",
            provider=call.provider.id,
            model=call.model,
            request_id=self.request_id,
        )
        error.submitted = self.submitted
        return error

    def entry(self, now: Instant | None, error: BaseException | None) -> AttemptMetadata:
        """Return the ledger's line: running (no `now`), failed (`error`), or succeeded."""
        call = self.prepared.call
        billed = self.billed
        said = getattr(error, "billed", None)
        if said in ("yes", "no") and billed != "no":
            billed = said
        message = error.message if isinstance(error, TarashException) else None
        return AttemptMetadata.model_construct(
            provider=call.provider.id,
            model=call.model,
            attempt_number=self.number,
            started_at=self.started.wall,
            ended_at=None if now is None else now.wall,
            status="running" if now is None else "success" if error is None else "failed",
            error_type=None if error is None else type(error).__name__,
            error_message=message if error is None or message is not None else repr(error),
            is_retryable=error.is_retryable if isinstance(error, TarashException) else None,
            request_id=self.request_id,
            elapsed_seconds=None if now is None else now.monotonic_seconds - self.started.monotonic_seconds,
            submitted=self.submitted,
            billed=billed,
            cancelled=self.cancelled,
            cost_usd=self.cost_usd,
            polls=self.polls,
        )
