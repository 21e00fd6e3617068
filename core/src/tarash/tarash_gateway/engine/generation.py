"""Runs one request through its chain: attempt after attempt until one succeeds, each recorded in the ledger.

It is a flow like those of the providers. It reads no clock and opens no socket, so blocking code, asyncio, trio and the
virtual-time driver all run the same lines.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from ..exceptions import (
    AuthenticationError,
    JournalError,
    ModelNotFoundError,
    QuotaExceededError,
    TarashException,
    TimeoutError,  # noqa: A004 - the public name is part of the contract
    ValidationError,
)
from ..job import Job
from ..models.response import GenerationResponse
from ..plugin.outcomes import JobStatus
from ..steps import CallbackError, Flow, Instant, new_token, read_clock
from .attempt import Attempt
from .attempts import Attempts
from .chain import Chain
from .collecting import Collected
from .fallback import falls_back, is_over_at_provider
from .jobs import ended
from .journaling import claimed
from .ledger import NOT_SETTLED, RESULT_KEPT
from .memory import Memory
from .observer import Listener
from .records import Records
from .responses import build_response
from .settling import last_look, settle, wind_up
from .streaming import begin_waiting

T = TypeVar("T")


class Generation:
    """One generation, from the first attempt to the result or the last failure.

    Args:
        chain: the prepared attempts.
        memory: shared with other generations of the gateway.
        reports: whether there is a progress callback.
        job: the saved job to resume, or None.
        listeners: called with every event.
        journals: whether jobs are written to a journal.
    """

    __slots__ = ("_attempts", "_finished", "_records", "_running", "_saved")

    def __init__(
        self,
        chain: Chain,
        memory: Memory,
        *,
        reports: bool,
        job: Job | None = None,
        listeners: Sequence[Listener] = (),
        journals: bool = False,
    ) -> None:
        self._saved = job
        self._records = Records(chain, memory, job=job, listeners=listeners, journals=journals)
        self._attempts = Attempts(self._records, reports)
        self._running: Attempt | None = None
        """The attempt to settle if the generation is interrupted."""
        self._finished: tuple[Attempt, Collected, Instant] | None = None
        """The attempt with a result, which the caller has not got yet."""

    def generate(self) -> Flow[GenerationResponse]:
        """Submit, wait and fall back until there is a result."""
        return self._guarded(self._to_result())

    def submit(self) -> Flow[Job]:
        """Submit to the first provider in the chain that accepts, and return the job."""
        return self._guarded(self._to_job())

    def resume(self) -> Flow[GenerationResponse]:
        """Resume the saved job, which the caller holds; a job that was submitted is never submitted again."""
        if self._saved is None:
            raise ValidationError("there is no job to resume")
        return (yield from self._guarded(self._from_job(self._saved)))

    def _guarded(self, flow: Flow[T]) -> Flow[T]:
        """Run the whole call in one `try`, so that no failure and no interruption leaves a job behind unrecorded."""
        recorded = self._recorded(flow)
        # without a journal, no other call knows about it; a resume holds its job already
        return self._claimed(recorded) if self._saved is None and self._records.journal.is_on else recorded

    def _claimed(self, flow: Flow[T]) -> Flow[T]:
        self._records.generation_id = yield from new_token()
        return (yield from claimed(self._records.generation_id, flow))

    def _recorded(self, flow: Flow[T]) -> Flow[T]:
        records = self._records
        if not records.generation_id:
            records.generation_id = yield from new_token()
        try:
            records.ledger.begin(now := (yield from read_clock()), records.generation_id)
            records.observer.start("generation_started" if self._saved is None else "generation_resumed", now)
            del now  # the job waits in the next line, and thousands may
            result = yield from flow
            yield from records.end("completed")
        except TarashException as error:
            yield from records.journal.fail(error, records.ledger)
            yield from records.end(error.code)
            raise
        except GeneratorExit:
            raise
        except BaseException as error:
            # Ctrl-C, a cancelled task, an error in the callback: no provider failed, so no fallback
            yield from self._abandon(error)
            raise
        finally:
            records.observer.close()
        return result

    def _to_result(self) -> Flow[GenerationResponse]:
        while True:
            attempt = yield from self._submit_next()
            response = yield from self._complete(attempt)
            if response is not None:
                return response

    def _to_job(self) -> Flow[Job]:
        while True:
            attempt = yield from self._submit_next()
            job = self._records.job(attempt)
            if attempt.job is not None:
                # still running: whoever is interrupted before the caller has it settles it
                return job
            # the provider answered at once: fetch the result now and store it in the job
            response = yield from self._complete(attempt)
            if response is not None:
                return ended(job, "completed", response)

    def _from_job(self, job: Job) -> Flow[GenerationResponse]:
        attempt = self._running = yield from self._attempts.restored(job)
        if attempt.job is not None or (yield from self._recover(attempt, may_submit=not job.is_given_up)):
            response = yield from self._complete(attempt)
            if response is not None:
                return response
        return (yield from self._to_result())

    def _submit_next(self) -> Flow[Attempt]:
        """Start attempts until a provider accepts one; raise if none is left."""
        while True:
            attempt = self._running = yield from self._attempts.next()
            if attempt is None:
                raise self._records.ledger.exhausted((yield from read_clock()))
            unsettled = self._records.memory.unsettled
            unsettled.give_up(self._records.generation_id, before=attempt.exchange.number)
            if (yield from self._submit(attempt)):
                return attempt

    def _submit(self, attempt: Attempt) -> Flow[bool]:
        """Submit; return False if it failed and the chain may continue."""
        try:
            yield from attempt.submit()
            if attempt.job is not None and self._records.journal.is_on:
                yield from self._records.journal.write(self._records.job(attempt))
        except JournalError as error:
            if attempt.job is None:
                yield from self._fail(attempt, error)
            raise (yield from self._detach(attempt, error)) from error.__cause__
        except TarashException as error:
            yield from self._fail(attempt, error)
            return False
        is_observed = attempt.reports or self._records.observer.is_listening
        if is_observed and attempt.job is not None and attempt.first_status is None:
            yield from attempt.report(JobStatus(state="queued"), (yield from read_clock()))
        return True

    def _recover(self, attempt: Attempt, *, may_submit: bool) -> Flow[bool]:
        """Find out what became of a submission that a process died in; return False if it failed and the chain may continue."""
        try:
            yield from attempt.recover(may_submit=may_submit)
            if attempt.job is None:
                yield from self._attempts.submit_again(attempt)
        except TarashException as error:
            yield from self._fail(attempt, error)
            return False
        return attempt.job is not None or (yield from self._submit(attempt))

    def _complete(self, attempt: Attempt) -> Flow[GenerationResponse | None]:
        """Wait for an accepted attempt and return its response; None if it failed and the chain may continue."""
        try:
            if attempt.job is None:
                collected = yield from attempt.collect_answer()
            else:
                waiting = attempt.waiting()
                # thousands of jobs may be in the second of the two at once, so this is the frame right above it
                status = (yield from begin_waiting(waiting)) or (yield from waiting.poll())
                collected = yield from attempt.collect(status)
            return (yield from self._succeed(attempt, collected))
        except TarashException as error:
            if isinstance(error, TimeoutError) and error is not attempt.uncollected:
                return (yield from self._time_out(attempt, error))
            yield from self._fail(attempt, error)
            return None

    # How an attempt ends.

    def _succeed(self, attempt: Attempt, collected: Collected) -> Flow[GenerationResponse]:
        now = yield from read_clock()
        self._finished = attempt, collected, now  # first: an interruption may cut the rest short
        self._records.memory.cooldowns.succeeded(attempt.link.server)
        self._close(attempt, now, None)
        response = self._response(attempt, collected, now)
        if not (yield from self._records.journal.end("completed", response)):
            response = self._response(attempt, collected, now)  # again, with the warning
        if attempt.job is None:
            yield from attempt.report(JobStatus(state="completed", progress_percent=100.0), now)
        attempt.exchange.emit("completed", now, elapsed_seconds=now.seconds_since(attempt.started))
        return response

    def _response(self, attempt: Attempt, collected: Collected, now: Instant) -> GenerationResponse:
        records, exchange = self._records, attempt.exchange
        made = attempt.link.mapped.adjustments
        return build_response(
            records.chain.modality,
            attempt.link,
            collected,
            request=records.chain.request,
            request_id=attempt.request_id or records.generation_id,
            secrets=exchange.secrecy.hidden,
            metadata=records.ledger.metadata(now, successful=exchange.number, adjustments=made),
        )

    def _time_out(self, attempt: Attempt, error: TimeoutError) -> Flow[GenerationResponse | None]:
        """At the deadline, detach or cancel; return the result if the cancel comes too late."""
        if attempt.link.config.on_timeout == "detach" and attempt.job is not None:
            raise (yield from self._detach(attempt, error))
        try:
            collected = yield from last_look(attempt, error)
            if collected is not None:
                return (yield from self._succeed(attempt, collected))
        except TarashException as refusal:
            yield from self._fail(attempt, refusal)
            return None
        yield from self._fail(attempt, error, is_settled=True)
        return None

    def _detach(self, attempt: Attempt, error: TarashException) -> Flow[TarashException]:
        """Stop waiting and leave the job running; return the error with the job attached."""
        attempt.exchange.locate(error)
        error.job = job = self._records.job(attempt)
        yield from self._records.journal.keep(job)
        now = yield from read_clock()
        self._close(attempt, now, error)
        return self._records.ledger.attach(error, now)

    def _fail(self, attempt: Attempt, error: TarashException, *, is_settled: bool = False) -> Flow[None]:
        """Record the failure; return if the chain may continue, else raise."""
        exchange = attempt.exchange
        exchange.locate(error)
        if attempt.leaves_job(error):
            raise (yield from self._detach(attempt, error)) from error.__cause__
        is_uncollected = error is attempt.uncollected
        is_settled = is_settled or is_uncollected or is_over_at_provider(error)
        if not is_settled and attempt.job is not None:
            yield from settle(attempt)
        exchange.standing = exchange.standing.after_failure(error)
        now = yield from read_clock()
        if attempt.link.end_notice and isinstance(error, ModelNotFoundError):
            error.message = f"{error.message} ({attempt.link.end_notice})"
        self._close(attempt, now, error)
        self._records.memory.cooldowns.failed(attempt.link.server, error, now.monotonic_seconds)
        facts = {"error": error.code, "message": error.message}
        exchange.emit("attempt_failed", now, **facts, elapsed_seconds=now.seconds_since(attempt.started))
        if isinstance(error, AuthenticationError | QuotaExceededError | ModelNotFoundError):
            self._records.ledger.warnings.append(str(error))
        if not falls_back(attempt.link.config, error, is_result_unavailable=is_uncollected):
            raise self._records.ledger.attach(error, now)

    def _close(self, attempt: Attempt, now: Instant, error: TarashException | None) -> None:
        self._records.close(attempt, now, error)
        self._running = None

    def _abandon(self, error: BaseException) -> Flow[None]:
        """Settle the running job after an interruption, within the time limits."""
        attempt, self._running = self._running, None
        cause = error.error if isinstance(error, CallbackError) else error
        if attempt is not None and self._finished is None:
            # first: a second interruption may cut the rest short
            self._records.remember(attempt, is_over=False)
            attempt.exchange.secrecy.remove_from_causes(cause)
            try:
                yield from self._wind_up(attempt, cause)
            except BaseException as second:
                second.add_note(NOT_SETTLED)
                raise
        if self._finished is not None:
            if attempt is not None:
                self._close(attempt, self._finished[2], None)
            job = ended(self._records.job(self._finished[0]), "completed", self._response(*self._finished))
            self._records.memory.unsettled.add(job)
            cause.add_note(RESULT_KEPT)
            yield from self._records.journal.keep(job)
        for note in self._records.ledger.notes():
            cause.add_note(note)
        yield from self._records.end("abandoned")

    def _wind_up(self, attempt: Attempt, cause: BaseException) -> Flow[None]:
        yield from wind_up(attempt)
        exchange, now = attempt.exchange, (yield from read_clock())
        self._records.remember(attempt, is_over=False)
        self._records.ledger.write(attempt.entry(now, cause))
        if exchange.standing.is_settled:
            yield from self._records.journal.give_up("abandoned", self._records.ledger)
        elif attempt.job is not None:
            # it may have been found only now
            yield from self._records.journal.keep(self._records.job(attempt))
        exchange.emit("abandoned", now, error_type=type(cause).__name__)
