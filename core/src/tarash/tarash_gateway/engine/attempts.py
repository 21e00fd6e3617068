"""Chooses and starts the attempts of one generation, in the order of its chain."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

from ..exceptions import BudgetExceededError, ValidationError
from ..job import Job
from ..plugin.call import Credentials
from ..steps import Flow, Instant, Sleep, new_token, read_clock
from .attempt import Attempt
from .chain import Prepared, Skipped
from .exchange import Exchange, nothing_to_note
from .jobs import SavedReference, remaining_seconds, started_at, submitted_at
from .own_headers import hidden_values
from .records import Records
from .resolving import ask_for_credentials
from .secrecy import Secrecy
from .standing import Standing


@dataclass(slots=True)
class Attempts:
    """The attempts of one generation.

    Attributes:
        records: those of the generation.
        reports: whether there is a progress callback.
        position: index of the next link in the chain.
        number: number of the last attempt started.
    """

    records: Records
    reports: bool
    position: int = 0
    number: int = 0

    def next(self) -> Flow[Attempt | None]:
        """Start the next attempt that can work; None at the end of the chain."""
        while self.position < len(self.records.chain.links):
            link = self.records.chain.take(self.position)
            self.position += 1
            self.number += 1
            now = yield from read_clock()
            if isinstance(link, Skipped):
                self._skip(link.config.provider, link.config.model, link.reason, now)
                continue
            pause = self.records.memory.cooldowns.remaining_seconds(link.server, now.monotonic_seconds)
            if pause > 0 and self._others_may_work(now):
                reason = f"keeps failing; skipped for another {pause:.0f} s"
                self._skip(link.call.provider.id, link.call.model, reason, now)
                continue
            try:
                self.reserve(link)
            except BudgetExceededError as error:
                if self.position == 1:
                    raise self.records.ledger.attach(error, now) from None
                self._skip(link.call.provider.id, link.call.model, error.message, now)
                continue
            now = yield from self._turn(link, now)
            key = yield from new_token()
            # in one go: every copy of a call copies all its fields
            call = replace(
                link.call,
                idempotency_key=key,
                values=link.mapped.values,
                output_dir=self.records.memory.output_dir,
            )
            link = link._replace(call=call)
            attempt = self._start(link, now, now.monotonic_seconds + link.config.timeout)
            if why := self.records.ledger.why_fallback():
                attempt.exchange.emit("fallback", now, **why)
            attempt.exchange.emit("attempt_started", now)
            for change in link.mapped.adjustments:
                asked = {"field": change.field, "requested": change.requested, "used": change.used}
                attempt.exchange.emit("adjusted", now, **asked, reason=change.reason)
            return attempt
        return None

    def _turn(self, link: Prepared, now: Instant) -> Flow[Instant]:
        """Wait until another submission may go to the server of this link, and return the time; the attempt begins then."""
        seconds = (
            0.0
            if link.provider.is_mock
            else self.records.memory.rates.wait_seconds(link.server, now.monotonic_seconds)
        )
        if seconds <= 0:
            return now
        yield Sleep(seconds)
        return (yield from read_clock())

    def reserve(self, link: Prepared) -> None:
        """Reserve what the current attempt may cost, unless it has been.

        Raises:
            BudgetExceededError: the budget of the gateway does not allow it.
        """
        try:
            self.records.memory.budget.reserve(
                (self.records.generation_id, self.number),
                link.estimated_cost_usd,
                allow_unknown=link.config.allow_unknown_cost,
                notice=link.cost_notice,
            )
        except BudgetExceededError as error:
            error.provider, error.model = link.call.provider.id, link.call.model
            raise

    def submit_again(self, attempt: Attempt) -> Flow[None]:
        """Prepare a restored attempt that has no job for its submission: reserve what it may cost, and wait for its turn.

        Raises:
            BudgetExceededError: the budget of the gateway does not allow it.
        """
        self.reserve(attempt.link)
        now = yield from read_clock()
        turn = yield from self._turn(attempt.link, now)
        attempt.exchange.deadline_seconds += turn.seconds_since(now)

    def _count_earlier(self, job: Job) -> None:
        """Count what the attempts of a saved job cost, and what the running one may cost: they may be paid, whatever the budget."""
        count = self.records.memory.budget.count
        configs = enumerate((link.config for link in self.records.chain.links), 1)
        mocks = {number for number, config in configs if config.mock is not None and config.mock.enabled}
        for entry in job.attempts:
            key = (job.generation_id, entry.attempt_number)
            # as in `Memory.remember`: a mock may say that it was billed, but nobody is
            billed = "no" if entry.attempt_number in mocks else entry.billed
            count(key, billed, entry.cost_usd, entry.estimated_cost_usd)
        count((job.generation_id, job.attempt_number), "unknown", None, job.estimated_cost_usd)

    def restored(self, job: Job) -> Flow[Attempt]:
        """Return the attempt that a saved job was in.

        Raises:
            ValidationError: the job's provider can no longer be used.
        """
        link = self.records.chain.take(job.position)
        if isinstance(link, Skipped):
            raise ValidationError(f"the job cannot be resumed at its provider: {link.reason}")
        now = yield from read_clock()
        self.position, self.number = job.position + 1, job.attempt_number
        self._count_earlier(job)
        if job.reference is not None and job.estimated_cost_usd is not None:
            # by the prices at the time of the submission; one that may be submitted again costs what it costs now
            link = link._replace(estimated_cost_usd=job.estimated_cost_usd)
        call = replace(
            link.call,
            base_url=job.base_url,
            idempotency_key=job.idempotency_key,
            values=link.mapped.values,
            output_dir=self.records.memory.output_dir,
        )
        attempt = self._start(
            link._replace(call=call),
            started_at(job, now),
            now.monotonic_seconds + remaining_seconds(job, now),
        )
        if job.reference is None:
            attempt.exchange.standing = attempt.exchange.standing.lost()
        else:
            attempt.resume(SavedReference(job.reference), job.request_id, submitted_at(job, now))
            attempt.exchange.was_given_up = job.is_given_up or job.outcome is not None
        return attempt

    def _start(self, link: Prepared, started: Instant, deadline_seconds: float) -> Attempt:
        provider = link.provider
        if not self.records.memory.streams:
            # a plugin need not be asked for a stream that is never opened
            provider = replace(provider, implemented=provider.implemented - {"tarash_stream"})
        exchange = Exchange(
            provider=provider,
            call=link.call,
            number=self.number,
            deadline_seconds=deadline_seconds,
            output_dir=self.records.memory.output_dir,
            account=link.account,
            secrecy=Secrecy(link.secrets, headers=hidden_values(link.config)),
            headers=link.config.headers,
            observer=self.records.observer,
            renew=None if link.call.credentials.expires_at is None else _renewing(link),
            standing=Standing(estimated_cost_usd=link.estimated_cost_usd),
        )
        attempt = Attempt(
            link,
            self.position - 1,
            self.records.chain.modality,
            started,
            exchange,
            self.records.memory.history,
            self.reports,
            self.records.ledger.warnings,
        )
        if self.records.journal.is_on:
            exchange.note = partial(self.records.note, attempt)
            exchange.moved = nothing_to_note if link.provider.is_mock else exchange.note
        return attempt

    def _others_may_work(self, now: Instant) -> bool:
        return any(
            isinstance(link, Prepared)
            and not self.records.memory.cooldowns.remaining_seconds(link.server, now.monotonic_seconds)
            for link in self.records.chain.links[self.position :]
        )

    def _skip(self, provider: str, model: str, reason: str, now: Instant) -> None:
        self.records.ledger.skip(provider, model, self.number, now.wall, reason)
        self.records.observer.emit(
            "attempt_skipped",
            now,
            provider=provider,
            model=model,
            attempt_number=self.number,
            facts={"reason": reason},
        )


def _renewing(link: Prepared) -> Callable[[], Credentials | None]:
    return partial(ask_for_credentials, link.provider, link.config.account)
