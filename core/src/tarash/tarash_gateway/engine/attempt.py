"""Runs one attempt at one provider, from submission to result."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..exceptions import (
    GenerationFailedError,
    PluginError,
    SubmissionUnknownError,
    TarashException,
)
from ..models.metadata import AttemptMetadata
from ..models.modality import Modality
from ..plugin.outcomes import JobReference, JobStatus, Submission
from ..steps import Flow, Instant, Report, read_clock, run_blocking
from .chain import Prepared
from .collecting import Collected, collect, may_be_collected_later
from .duration_history import DurationHistory
from .exchange import Exchange
from .expectation import Expectation
from .ledger import entry_of
from .responses import failure_of, update_of
from .submitting import LOOK_UP_SECONDS, look_up, submit
from .waiting import Waiting

CLOCKS_APART_SHARE = 0.01
"""By how much the clocks may differ over a wait, so that its duration counts; network time moves the wall clock by less."""
COLLECT_SECONDS = 300.0
"""Shortest time to fetch the result of a finished job, even if the deadline passes meanwhile: it is paid for."""


@dataclass(slots=True)
class Attempt:
    """One attempt.

    Attributes:
        link: the prepared attempt: configuration, provider, call and payload.
        position: index of the link in the chain.
        modality: what is generated.
        started: when the attempt began.
        exchange: sends its HTTP calls; `exchange.standing` is the standing of the attempt.
        history: durations of earlier jobs.
        reports: whether there is a progress callback.
        warnings: receives the bugs of the plugin that change only what is known, and the outputs that had to be left out.
        submitted_at: when the job was accepted; None before that, or if it is not known.
        result: the immediate result of a provider that creates no job.
        first_status: the status at submission, if the provider gave one.
        first_delay_seconds: pause before the first poll; None leaves it to the policy.
        uncollected: the error because of which the result of a finished job could not be fetched, or None.
    """

    link: Prepared
    position: int
    modality: Modality
    started: Instant
    exchange: Exchange
    history: DurationHistory
    reports: bool
    warnings: list[str]
    submitted_at: Instant | None = None
    result: object = None
    first_status: JobStatus | None = None
    first_delay_seconds: float | None = None
    uncollected: TarashException | None = None
    _waiting: Waiting | None = field(default=None, init=False)

    @property
    def job(self) -> JobReference | None:
        """The current reference of the job, once there is one."""
        return self.exchange.job

    @property
    def request_id(self) -> str | None:
        """The provider's id of the job, once known."""
        return self.exchange.request_id

    def submit(self) -> Flow[None]:
        """Create the job.

        Raises:
            TarashException: the submission failed; `submitted` says whether a job may exist all the same.
        """
        self.adopt((yield from submit(self.exchange, self.link.mapped.payload)))
        self.submitted_at = yield from read_clock()
        self.exchange.emit("submitted", self.submitted_at)

    def adopt(self, submission: Submission) -> None:
        """Continue with what the provider has accepted: a job, or an immediate result."""
        # before any other step: an interruption must find the job here
        exchange = self.exchange
        exchange.refuse_key("tarash_submit", "a reference of the job", submission.job)
        exchange.job, exchange.request_id = submission.job, exchange.secrecy.printable(submission.request_id)
        self.first_delay_seconds = submission.suggested_delay_seconds
        if submission.job is None:
            self.result = submission.result
            return
        self.link = self.link.without_payload()
        if submission.state != "queued":
            self.first_status = JobStatus(state=submission.state, raw=submission.raw)

    def resume(self, job: JobReference, request_id: str | None, submitted_at: Instant | None) -> None:
        """Continue with a job that was submitted earlier; None is a time that nobody knows."""
        exchange = self.exchange
        exchange.job, exchange.request_id, self.submitted_at = job, request_id, submitted_at
        self.link = self.link.without_payload()
        exchange.standing = exchange.standing.accepted()
        # time has passed since the job was saved, so poll at once
        self.first_delay_seconds = 0.0

    def recover(self, *, may_submit: bool) -> Flow[None]:
        """Find out what became of a submission that an earlier process died in.

        If the job is found, the attempt continues with it. If there is certainly none, or the provider honours idempotency
        keys, it may be submitted.

        Args:
            may_submit: False if another attempt has taken its place.

        Raises:
            SubmissionUnknownError: the provider cannot say whether a job exists.
            GenerationFailedError: there is certainly no job, and it may not be submitted.
        """
        exchange = self.exchange
        now = yield from read_clock()
        until = now.monotonic_seconds + LOOK_UP_SECONDS
        try:
            found = yield from look_up(exchange, self.link.mapped.payload, until)
        except PluginError:
            raise
        except TarashException as error:
            if exchange.call.provider.idempotent_submit and may_submit:
                return
            raise SubmissionUnknownError(
                f"a process ended during the submission, and the provider cannot say whether a job exists ({error.message})"
            ) from error
        if found is None:
            exchange.standing = exchange.standing.not_found()
            if may_submit:
                return
            raise GenerationFailedError(
                "the provider has no such job, and the generation has gone on with another attempt; there is nothing to resume"
            )
        exchange.standing = exchange.standing.found()
        self.adopt(found)
        self.submitted_at = now

    # To the result.

    def collect_answer(self) -> Flow[Collected]:
        """Fetch the result of a provider that answered at once."""
        return (yield from self._collect(self.result, (yield from read_clock())))

    def waiting(self) -> Waiting:
        """Return what polls the job."""
        if self._waiting is None:
            config = self.link.config
            self._waiting = Waiting(
                self.exchange,
                began=self.submitted_at or self.started,
                expectation=self._expectation,
                report=self.report if self.reports or self.exchange.observer.is_listening else None,
                warnings=self.warnings,
                first_status=self.first_status,
                first_delay_seconds=self.first_delay_seconds,
                poll_interval=config.poll_interval,
                max_polls=config.max_poll_attempts,
            )
        return self._waiting

    def _expectation(self, now_seconds: float) -> Expectation:
        call, server = self.link.call, self.link.server.address
        return self.history.expectation(server, call.model, call.row.typical_seconds, now_seconds)

    def collect(self, status: JobStatus) -> Flow[Collected]:
        """Turn a terminal status into the result, or raise its error."""
        exchange = self.exchange
        if status.billed_usd is not None:
            exchange.standing = exchange.standing.charged(status.billed_usd)
        if status.state == "completed":
            now = yield from read_clock()
            yield from self._remember_duration(now)
            return (yield from self._collect(status.raw, now))
        raise failure_of(exchange, status)

    def _collect(self, raw: object, now: Instant) -> Flow[Collected]:
        exchange = self.exchange
        until = max(exchange.deadline_seconds, now.monotonic_seconds + COLLECT_SECONDS)
        try:
            collected = yield from collect(exchange, self.modality, self.job or {}, raw, until_seconds=until)
        except TarashException as error:
            if self.job is not None and may_be_collected_later(exchange, error):
                self.uncollected = error
                exchange.standing = exchange.standing.charged(None)
            raise
        self.warnings.extend(collected.warnings)
        # a result counts as charged, unless the provider reports a cost of 0
        exchange.standing = exchange.standing.charged(collected.generated.cost_usd)
        return collected

    def _remember_duration(self, now: Instant) -> Flow[None]:
        if self.submitted_at is None:
            return
        link = self.link
        lasted = now.seconds_since(self.submitted_at)
        if (
            abs((now.wall - self.submitted_at.wall).total_seconds() - lasted)
            > 1.0 + CLOCKS_APART_SHARE * lasted
        ):
            # the machine slept, or its clock was set: nobody knows how long the job took
            return
        running = 0.0 if self._waiting is None else self._waiting.running_seconds
        if running < lasted:
            lasted = self._expectation(now.monotonic_seconds).median_seconds(running, lasted)
        self.history.add(link.server.address, link.call.model, lasted, is_new=not link.provider.is_mock)
        if self.history.is_save_due(now.monotonic_seconds):
            yield from run_blocking(self.history.save)

    # Without a result.

    def leaves_job(self, error: TarashException) -> bool:
        """Return whether the job may still run or have a result, although the attempt ends with `error`."""
        if isinstance(error, PluginError):
            # the plugin cannot be trusted to say what became of the job, so no other provider is paid
            return self.exchange.standing.submitted != "no"
        if error is self.uncollected:
            return "result_unavailable" not in self.link.config.fallback_on
        return self._waiting is not None and error is self._waiting.refusal

    # Progress and the ledger.

    def report(
        self,
        status: JobStatus,
        now: Instant,
        new_logs: tuple[str, ...] = (),
        estimated_percent: float | None = None,
    ) -> Flow[None]:
        """Report a status to the progress callback; what the callback raises comes back as `CallbackError`."""
        self.exchange.emit("progress", now, status=status.state, progress_percent=status.shown_percent)
        if self.reports:
            told = status, now.seconds_since(self.started), new_logs, estimated_percent
            yield Report(update_of(self.exchange, *told))

    def entry(self, now: Instant, error: BaseException | None) -> AttemptMetadata:
        """Return the ledger entry of an ended attempt: succeeded, or failed with `error`."""
        polls = 0 if self._waiting is None else self._waiting.polls
        return entry_of(self.exchange, self.started, now, error, polls=polls)
