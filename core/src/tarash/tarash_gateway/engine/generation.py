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

from ..exceptions import (
    AuthenticationError,
    ModelNotFoundError,
    QuotaExceededError,
    TarashException,
    TimeoutError,  # noqa: A004 - the public name is part of the contract
    ValidationError,
)
from ..job import Job, saved_config, saved_request
from ..models.response import GenerationResponse
from ..plugin.contract import JobStatus
from ..plugin.events import EventKind
from ..steps import Flow, Instant, new_token, read_clock
from .attempt import Attempt, CallerError
from .chain import Chain, PassedOver, Prepared
from .collecting import Collected
from .cooldown import Cooldowns
from .fallback import falls_back, is_over_at_provider
from .ledger import Ledger
from .observer import announce
from .polling import DurationHistory
from .responses import build_response

log = logging.getLogger(__name__)

RESUME_SECONDS = 60.0
"""Least time that a resumed job is given, however long ago its deadline passed."""


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
        self._ledger = Ledger(len(chain.links), chain.notices, job)
        self._position = 0 if job is None else job.position + 1
        self._number = 0 if job is None else job.attempt_number
        self._id = "" if job is None else job.generation_id

    def generate(self) -> Flow[GenerationResponse]:
        """Submit, wait, fall back, until there is a result."""
        try:
            return (yield from self._finish((yield from self._submit_next())))
        except CallerError as wrapped:
            raise wrapped.error from None

    def submit(self) -> Flow[Job]:
        """Submit to the first provider of the chain that accepts, and return the job."""
        try:
            while True:
                attempt = yield from self._submit_next()
                if attempt.job is not None:
                    return self._job(attempt)
                # the provider answered at once: the result is fetched now, the job only carries it
                job = self._job(attempt)
                response = yield from self._try(attempt)
                if response is not None:
                    return job.model_copy(update={"response": response.model_dump(mode="json")})
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
            response = yield from self._try(attempt)
            if response is not None:
                return response
            attempt = yield from self._submit_next()

    def _try(self, attempt: Attempt) -> Flow[GenerationResponse | None]:
        """See one accepted attempt to its end; None when it failed and the chain may go on."""
        try:
            collected = yield from attempt.complete()
            return (yield from self._succeed(attempt, collected))
        except TimeoutError as error:
            return (yield from self._time_out(attempt, error))
        except TarashException as error:
            yield from self._fail(attempt, error)
            return None
        except GeneratorExit:
            raise
        except BaseException as error:
            # Ctrl-C, task cancellation, the caller's callback, a plugin's bug: no provider failed, so nobody takes over
            yield from self._abandon(attempt, error)
            raise

    def _submit_next(self) -> Flow[Attempt]:
        """Start attempts until one is accepted; raise when none is left."""
        while True:
            attempt = yield from self._start_next()
            if attempt is None:
                raise self._ledger.exhausted((yield from self._now()))
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
            if self._ledger.has_sent:
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
        self._ledger.skip(provider, model, self._number, now.wall, reason)
        log.info("attempt skipped", extra={"provider": provider, "model": model, "reason": reason})

    # How an attempt ends.

    def _succeed(self, attempt: Attempt, collected: Collected) -> Flow[GenerationResponse]:
        now = yield from read_clock()
        self._memory.cooldowns.succeeded(attempt.prepared.server)
        status = JobStatus(state="completed", progress_percent=100.0)
        if attempt.job is None:
            yield from attempt.report(status, now)
        self._ledger.write(attempt.entry(now, None))
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
            metadata=self._ledger.metadata(
                now, successful=attempt.number, adjustments=attempt.prepared.mapped.adjustments
            ),
        )

    def _time_out(self, attempt: Attempt, error: TimeoutError) -> Flow[GenerationResponse | None]:
        """At the deadline: detach, or cancel; return the result should the cancel come too late."""
        error.request_id = error.request_id or attempt.request_id
        error.submitted = attempt.submitted
        if attempt.prepared.config.on_timeout == "detach" and attempt.job is not None:
            error.job = self._job(attempt)
            now = yield from read_clock()
            self._ledger.write(attempt.entry(now, error), error)
            raise self._ledger.attach(error, now)
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
        if not settled and attempt.job is not None and not is_over_at_provider(error):
            yield from attempt.settle()
        now = yield from read_clock()
        attempt.exchange.place(error)
        self._ledger.write(attempt.entry(now, error), error)
        self._memory.cooldowns.failed(attempt.prepared.server, error, now.monotonic_seconds)
        self._emit(attempt.prepared, "attempt_failed", now, {"error": error.code, "message": error.message})
        if isinstance(error, AuthenticationError | QuotaExceededError | ModelNotFoundError):
            self._ledger.warnings.append(str(error))
            log.warning(
                "provider account needs attention", extra={"provider": error.provider, "error": error.message}
            )
        if attempt.prepared.end_notice and isinstance(error, ModelNotFoundError):
            error.message = f"{error.message} ({attempt.prepared.end_notice})"
            error.args = (error.message,)
        if not falls_back(attempt.prepared.config, error):
            raise self._ledger.attach(error, now)

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

    def _now(self) -> Flow[Instant]:
        now = yield from read_clock()
        if self._ledger.began is None:
            self._id = self._id or (yield from new_token())
            self._ledger.began = now
        return now

    def _emit(self, prepared: Prepared, kind: EventKind, at: Instant, facts: Mapping[str, object]) -> None:
        announce(prepared, kind, at, facts, generation_id=self._id, number=self._number)

    # Saving and restoring.

    def _job(self, attempt: Attempt) -> Job:
        prepared, call = attempt.prepared, attempt.prepared.call
        submitted = attempt.submitted_at or attempt.started
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
            attempts=self._ledger.entries_before(attempt.number),
            attempt_number=attempt.number,
            started_at=self._ledger.began_at or attempt.started.wall,
            attempt_started_at=attempt.started.wall,
            submitted_at=submitted.wall,
            deadline_at=attempt.started.wall + timedelta(seconds=left),
            warnings=tuple(self._ledger.warnings),
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
        # who comes back later asks at once
        attempt.first_delay_seconds = 0.0
        attempt.submitted_at = _earlier(now, (now.wall - job.submitted_at).total_seconds())
        return attempt


def _earlier(now: Instant, seconds: float) -> Instant:
    age = max(seconds, 0.0)
    return Instant(now.monotonic_seconds - age, now.wall - timedelta(seconds=age))
