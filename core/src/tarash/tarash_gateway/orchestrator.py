"""Carries one request through its chain: attempt after attempt until one succeeds, with a ledger of them all.

A generator over steps like the providers' own flows: it reads no clock and opens no socket, so blocking code, asyncio, trio
and the virtual-time driver run the very same lines.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

from .attempt import Attempt, CallerError, skipped_entry
from .collecting import Collected
from .cooldown import Cooldowns
from .events import Event, EventKind
from .exceptions import (
    AuthenticationError,
    FallbackExhaustedError,
    HTTPError,
    ModelNotFoundError,
    QuotaExceededError,
    TarashException,
    TimeoutError,  # noqa: A004 - the public name is part of the contract
    ValidationError,
)
from .job import Job, saved_config, saved_request
from .models.metadata import AttemptMetadata, ExecutionMetadata
from .models.response import GenerationResponse
from .polling import DurationHistory
from .preparation import Chain, PassedOver, Prepared
from .provider import JobStatus
from .responses import build_response
from .steps import Flow, Instant, new_token, read_clock

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Memory:
    """What a `Gateway` learns from one generation for the next, and where it stores outputs without a URL."""

    output_dir: Path
    history: DurationHistory = field(default_factory=DurationHistory)
    cooldowns: Cooldowns = field(default_factory=Cooldowns)


class Generation:
    """One call of the gateway.

    Args:
        chain: everything prepared.
        memory: shared with other generations of the gateway.
        reports: whether a progress callback is there.
        job: the saved job to carry on with, or None.
    """

    def __init__(self, chain: Chain, memory: Memory, *, reports: bool, job: Job | None = None) -> None:
        self._chain = chain
        self._memory = memory
        self._reports = reports
        self._saved = job
        self._position = 0 if job is None else job.position + 1
        self._entries: list[AttemptMetadata] = [] if job is None else list(job.attempts)
        self._errors: list[TarashException] = []
        self._warnings: list[str] = list(chain.notices if job is None else job.warnings)
        self._id = "" if job is None else job.generation_id
        self._number = 0 if job is None else job.attempt_number
        self._started: Instant | None = None

    def generate(self) -> Flow[GenerationResponse]:
        """Submit, wait, fall back, until there is a result."""
        try:
            return (yield from self._finish((yield from self._submit_next())))
        except CallerError as wrapped:
            raise wrapped.error from None

    def submit(self) -> Flow[Job]:
        """Submit to the first provider of the chain that accepts, and return the job."""
        try:
            attempt = yield from self._submit_next()
            response: GenerationResponse | None = None
            if attempt.job is None:
                # the provider answered at once: the result is fetched now, the job only carries it
                response = yield from self._finish(attempt)
            return self._job(attempt, response)
        except CallerError as wrapped:
            raise wrapped.error from None

    def resume(self) -> Flow[GenerationResponse]:
        """Carry on with the saved job; nothing that was submitted is submitted again."""
        if self._saved is None:
            raise ValidationError("there is no job to resume")
        try:
            return (yield from self._finish((yield from self._restore(self._saved))))
        except CallerError as wrapped:
            raise wrapped.error from None

    # One attempt after the other.

    def _finish(self, attempt: Attempt) -> Flow[GenerationResponse]:
        while True:
            try:
                collected = yield from attempt.complete()
                return (yield from self._succeed(attempt, collected))
            except TimeoutError as error:
                rescued = yield from self._time_out(attempt, error)
                if rescued is not None:
                    return rescued
            except TarashException as error:
                yield from self._fail(attempt, error)
            except GeneratorExit:
                raise
            except BaseException as error:
                # Ctrl-C, task cancellation, the caller's callback, a plugin's bug: no provider failed, so nobody takes over
                yield from self._abandon(attempt, error)
                raise
            attempt = yield from self._submit_next()

    def _submit_next(self) -> Flow[Attempt]:
        """Start attempts until one is accepted; raise when none is left."""
        while True:
            attempt = yield from self._start_next()
            if attempt is None:
                raise (yield from self._exhausted())
            try:
                yield from attempt.submit()
            except TarashException as error:
                yield from self._fail(attempt, error)
                continue
            except GeneratorExit:
                raise
            except BaseException as error:
                yield from self._abandon(attempt, error)
                raise
            if attempt.job is not None and attempt.first_status is None:
                now = yield from read_clock()
                try:
                    yield from attempt.report(JobStatus(state="queued"), now)
                except CallerError as error:
                    yield from self._abandon(attempt, error)
                    raise
            return attempt

    def _start_next(self) -> Flow[Attempt | None]:
        while self._position < len(self._chain.links):
            link = self._chain.links[self._position]
            self._position += 1
            now = yield from self._now()
            self._number += 1
            if isinstance(link, PassedOver):
                self._skip(link.config.provider, link.config.model, link.reason, now)
                continue
            pause = self._memory.cooldowns.remaining_seconds(link.server, now.monotonic_seconds)
            if pause > 0 and self._others_may_work(now):
                self._skip(
                    link.call.provider.id,
                    link.call.model,
                    f"kept failing; passed over for {pause:.0f} s more",
                    now,
                )
                continue
            key = yield from new_token()
            call = replace(link.call, idempotency_key=key)
            attempt = self._attempt(
                replace(link, call=call), self._number, now, now.monotonic_seconds + link.config.timeout
            )
            if any(entry.status != "skipped" for entry in self._entries):
                self._emit(attempt.prepared, "fallback", now, {})
            self._emit(attempt.prepared, "attempt_started", now, {})
            return attempt
        return None

    def _others_may_work(self, now: Instant) -> bool:
        return any(
            isinstance(link, Prepared)
            and not self._memory.cooldowns.remaining_seconds(link.server, now.monotonic_seconds)
            for link in self._chain.links[self._position :]
        )

    def _attempt(self, prepared: Prepared, number: int, started: Instant, deadline_seconds: float) -> Attempt:
        listens = prepared.provider.has_listeners

        def emit(kind: EventKind, at: Instant, facts: Mapping[str, object]) -> None:
            self._emit(prepared, kind, at, facts)

        return Attempt(
            prepared,
            number,
            started,
            deadline_seconds,
            self._memory.history,
            self._memory.output_dir,
            self._reports,
            emit=emit,
            listens=listens,
        )

    def _skip(self, provider: str, model: str, reason: str, now: Instant) -> None:
        self._entries.append(skipped_entry(provider, model, self._number, now.wall, reason))
        log.info("attempt skipped", extra={"provider": provider, "model": model, "reason": reason})

    # How an attempt ends.

    def _succeed(self, attempt: Attempt, collected: Collected) -> Flow[GenerationResponse]:
        now = yield from read_clock()
        self._memory.cooldowns.succeeded(attempt.prepared.server)
        status = JobStatus(state="completed", progress_percent=100.0)
        if attempt.job is None:
            yield from attempt.report(status, now)
        self._entries.append(attempt.entry(now, None))
        self._emit(
            attempt.prepared,
            "completed",
            now,
            {"cost_usd": attempt.cost_usd, "request_id": attempt.request_id},
        )
        log.info(
            "generation completed",
            extra={"provider": attempt.prepared.call.provider.id, "job_id": attempt.request_id},
        )
        return build_response(
            attempt.prepared,
            collected,
            request=self._chain.request,
            request_id=attempt.request_id or self._id,
            metadata=self._metadata(now, successful=attempt),
        )

    def _time_out(self, attempt: Attempt, error: TimeoutError) -> Flow[GenerationResponse | None]:
        """At the deadline: detach, or cancel; return the result should the cancel come too late."""
        error.request_id = error.request_id or attempt.request_id
        error.submitted = attempt.submitted
        if attempt.prepared.config.on_timeout == "detach" and attempt.job is not None:
            error.job = self._job(attempt, None)
            now = yield from read_clock()
            self._entries.append(attempt.entry(now, error))
            raise self._with_metadata(error, now)
        try:
            collected = yield from attempt.last_look()
        except TarashException as refusal:
            yield from self._fail(attempt, refusal)
            return None
        if collected is not None:
            return (yield from self._succeed(attempt, collected))
        yield from self._fail(attempt, error, settled=True)
        return None

    def _fail(self, attempt: Attempt, error: TarashException, *, settled: bool = False) -> Flow[None]:
        """Write the failure down; return when the chain may go on, else raise."""
        if not settled and attempt.job is not None and not _ended_at_provider(error):
            yield from attempt.settle()
        now = yield from read_clock()
        attempt.exchange.place(error)
        self._entries.append(attempt.entry(now, error))
        self._errors.append(error)
        self._memory.cooldowns.failed(attempt.prepared.server, error, now.monotonic_seconds)
        self._emit(attempt.prepared, "attempt_failed", now, {"error": error.code, "message": error.message})
        if isinstance(error, AuthenticationError | QuotaExceededError | ModelNotFoundError):
            self._warnings.append(str(error))
            log.warning(
                "provider account needs attention", extra={"provider": error.provider, "error": error.message}
            )
        if attempt.prepared.end_notice and isinstance(error, ModelNotFoundError):
            error.message = f"{error.message} ({attempt.prepared.end_notice})"
            error.args = (error.message,)
        if error.submitted == "unknown" and attempt.prepared.config.on_unknown_submission == "raise":
            raise self._with_metadata(error, now)
        if not self._falls_back(attempt.prepared, error):
            raise self._with_metadata(error, now)

    def _abandon(self, attempt: Attempt, error: BaseException) -> Flow[None]:
        """The caller, not a provider, ended it: cancel the job, whatever it takes within the bounds."""
        if attempt.submitted == "no" and attempt.job is None and not isinstance(error, CallerError):
            yield from attempt.settle_unsubmitted()
        else:
            yield from attempt.settle()
        cause = error.error if isinstance(error, CallerError) else error
        if attempt.job is not None:
            provider = attempt.prepared.call.provider.id
            cause.add_note(
                f"job {attempt.request_id} at {provider} was given up; cancelled: {attempt.cancelled}"
            )
        log.info(
            "generation abandoned",
            extra={
                "provider": attempt.prepared.call.provider.id,
                "job_id": attempt.request_id,
                "cancelled": attempt.cancelled,
                "reason": type(error).__name__,
            },
        )

    def _falls_back(self, prepared: Prepared, error: TarashException) -> bool:
        reason = _reason(error)
        if reason == "submission_unknown":
            return True
        if reason in ("content_moderation", "validation"):
            return reason in prepared.config.fallback_on
        return error.allows_fallback and reason in prepared.config.fallback_on

    def _exhausted(self) -> Flow[TarashException]:
        now = yield from self._now()
        if len(self._errors) == 1 and not any(entry.status == "skipped" for entry in self._entries):
            return self._with_metadata(self._errors[0], now)
        lines = "; ".join(f"{entry.provider}/{entry.model}: {entry.error_message}" for entry in self._entries)
        last = self._errors[-1] if self._errors else None
        error = FallbackExhaustedError(
            f"all {len(self._entries)} providers of the chain failed: {lines}",
            errors=tuple(self._errors),
            raw_response=None if last is None else last.raw_response,
        )
        return self._with_metadata(error, now)

    # The ledger.

    def _now(self) -> Flow[Instant]:
        now = yield from read_clock()
        if self._started is None:
            self._id = self._id or (yield from new_token())
            self._started = now
        return now

    def _metadata(self, now: Instant, *, successful: Attempt | None = None) -> ExecutionMetadata:
        sent = [entry for entry in self._entries if entry.status != "skipped"]
        charged = [entry for entry in sent if entry.billed != "no"]
        costs = [entry.cost_usd for entry in charged]
        started = now.monotonic_seconds if self._started is None else self._started.monotonic_seconds
        earlier = 0.0
        if self._saved is not None and self._started is not None:
            earlier = max((self._started.wall - self._saved.started_at).total_seconds(), 0.0)
        return ExecutionMetadata.model_construct(
            total_attempts=len(sent),
            successful_attempt=None if successful is None else successful.number,
            attempts=tuple(self._entries),
            fallback_triggered=len(sent) > 1 or any(entry.status == "skipped" for entry in self._entries),
            configs_in_chain=len(self._chain.links),
            total_elapsed_seconds=now.monotonic_seconds - started + earlier,
            adjustments=() if successful is None else successful.prepared.mapped.adjustments,
            warnings=tuple(self._warnings),
            cost_usd=None if None in costs else sum(cost for cost in costs if cost is not None),
        )

    def _with_metadata(self, error: TarashException, now: Instant) -> TarashException:
        error.execution_metadata = self._metadata(now)
        return error

    def _emit(self, prepared: Prepared, kind: EventKind, at: Instant, facts: Mapping[str, object]) -> None:
        if not prepared.provider.has_listeners:
            return
        call = prepared.call
        event = Event(
            kind=kind,
            generation_id=self._id,
            provider=call.provider.id,
            model=call.model,
            attempt_number=self._number,
            at=at.wall,
            facts=facts,
        )
        try:
            prepared.provider.manager.hook.tarash_event(event=event)
        except Exception as error:  # noqa: BLE001 - an observer must not disturb what it observes
            log.warning("event listener failed", extra={"event": kind, "error": repr(error)})

    # Saving and restoring.

    def _job(self, attempt: Attempt, response: GenerationResponse | None) -> Job:
        prepared, call = attempt.prepared, attempt.prepared.call
        submitted = attempt.submitted_at or attempt.started
        started = self._started or attempt.started
        configs = tuple(link.config for link in self._chain.links)
        left = attempt.deadline_seconds - attempt.started.monotonic_seconds
        return Job(
            modality=self._chain.modality,
            generation_id=self._id,
            provider=call.provider.id,
            model=call.model,
            base_url=call.base_url,
            account=prepared.config.account,
            request_id=attempt.request_id,
            reference=attempt.job,
            configs=tuple(saved_config(config) for config in configs),
            position=self._position - 1,
            request=saved_request(self._chain.request),
            attempts=tuple(entry for entry in self._entries if entry.attempt_number < attempt.number),
            attempt_number=attempt.number,
            started_at=started.wall if self._saved is None else self._saved.started_at,
            attempt_started_at=attempt.started.wall,
            submitted_at=submitted.wall,
            deadline_at=attempt.started.wall + timedelta(seconds=left),
            response=None if response is None else response.model_dump(mode="json"),
            warnings=tuple(self._warnings),
        )

    def _restore(self, job: Job) -> Flow[Attempt]:
        link = self._chain.links[job.position]
        if isinstance(link, PassedOver):
            raise ValidationError(f"the job's provider cannot carry on: {link.reason}")
        now = yield from self._now()
        started = _earlier(now, (now.wall - job.attempt_started_at).total_seconds())
        # the wall clock tells how old the job is; a deadline that passed while nobody waited still leaves one good look
        left = max((job.deadline_at - now.wall).total_seconds(), RESUME_SECONDS)
        key = yield from new_token()
        prepared = replace(link, call=replace(link.call, base_url=job.base_url, idempotency_key=key))
        attempt = self._attempt(prepared, job.attempt_number, started, now.monotonic_seconds + left)
        attempt.job, attempt.request_id = job.reference, job.request_id
        attempt.submitted, attempt.billed = "yes", "unknown"
        attempt.submitted_at = _earlier(now, (now.wall - job.submitted_at).total_seconds())
        return attempt


RESUME_SECONDS = 60.0
"""Least time that a resumed job is given, however long ago its deadline passed."""


def _earlier(now: Instant, seconds: float) -> Instant:
    age = max(seconds, 0.0)
    return Instant(now.monotonic_seconds - age, now.wall - timedelta(seconds=age))


def _reason(error: TarashException) -> str:
    if isinstance(error, HTTPError):
        return "server_error" if (error.status_code or 500) >= 500 else "http"
    return error.code


def _ended_at_provider(error: TarashException) -> bool:
    """Return whether the job is over already, so that there is nothing to cancel."""
    return error.code in ("generation_failed", "content_moderation")
