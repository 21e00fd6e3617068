"""The ledger of one generation: its attempts, its warnings and its cost."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from ..exceptions import FallbackExhaustedError, TarashException
from ..job import Job
from ..models.metadata import Adjustment, AttemptMetadata, ExecutionMetadata, YesNoUnknown
from ..models.unchecked import unchecked
from ..steps import Instant
from .exchange import Exchange

NOT_SETTLED = (
    "interrupted again before the job was settled; it may still run, and gateway.unsettled() lists it"
)
"""The note for a second interruption."""
RESULT_KEPT = (
    "the generation had finished; resume its job in gateway.unsettled() to get the result, which is paid for"
)
"""The note for an interruption that keeps the result from the caller."""


def entry_of(
    exchange: Exchange, started: Instant, ended: Instant, error: BaseException | None, *, polls: int
) -> AttemptMetadata:
    """Return the entry of an ended attempt: succeeded, or failed with `error`."""
    standing = exchange.standing
    known = error if isinstance(error, TarashException) else None
    return unchecked(
        AttemptMetadata,
        provider=exchange.call.provider.id,
        model=exchange.call.model,
        attempt_number=exchange.number,
        started_at=started.wall,
        ended_at=ended.wall,
        status="success" if error is None else "failed",
        error_type=None if error is None else type(error).__name__,
        error_message=known.message if known is not None else None if error is None else repr(error),
        is_retryable=None if known is None else known.is_retryable,
        request_id=exchange.request_id,
        elapsed_seconds=ended.monotonic_seconds - started.monotonic_seconds,
        submitted=standing.submitted,
        billed=standing.billed,
        cancelled=standing.cancelled,
        cost_usd=standing.cost_usd,
        estimated_cost_usd=standing.estimated_cost_usd,
        polls=polls,
    )


class Ledger:
    """Records every attempt of a generation; written by the orchestrator only.

    Args:
        links: number of configurations in the chain.
        notices: warnings known before the first attempt.
        job: the saved job being resumed, or None.

    Attributes:
        warnings: what the user should know.
        is_given_up: whether the saved job was given up: then there is no other attempt.
    """

    __slots__ = ("_began_at", "_entries", "_errors", "_generation_id", "_links", "is_given_up", "warnings")

    def __init__(self, links: int, notices: tuple[str, ...], job: Job | None) -> None:
        self._links = links
        # tuples: of thousands of waiting jobs nearly none has an ended attempt, and empty lists take memory
        self._entries: tuple[AttemptMetadata, ...] = () if job is None else job.attempts
        self._errors: tuple[TarashException, ...] = ()
        self.warnings: list[str] = list(notices if job is None else job.warnings)
        self._began_at: datetime | None = None if job is None else job.started_at
        self._generation_id = "" if job is None else job.generation_id
        self.is_given_up = job is not None and job.is_given_up

    def why_fallback(self) -> dict[str, object]:
        """Return which attempt was sent last and why it failed, as facts of an event; empty if none was sent."""
        sent = [entry for entry in self._entries if entry.status != "skipped"]
        if not sent:
            return {}
        last = sent[-1]
        return {
            "from_provider": last.provider,
            "from_model": last.model,
            "error_type": last.error_type,
            "message": last.error_message or last.error_type,
        }

    def is_open(self, number: int | None) -> bool:
        """Return whether attempt `number` may have created a job that nobody has found."""
        return any(entry.submitted == "unknown" for entry in self._entries if entry.attempt_number == number)

    def goes_on(self, number: int | None) -> bool:
        """Return whether attempt `number` was given up, and its job is not known to be cancelled."""
        return any(
            entry.cancelled in ("no", "unconfirmed")
            for entry in self._entries
            if entry.attempt_number == number
        )

    @property
    def began_at(self) -> datetime | None:
        """When the generation began, possibly in an earlier process."""
        return self._began_at

    def begin(self, now: Instant, generation_id: str) -> None:
        """Note the id of the generation, and when it began, unless an earlier process did."""
        self._generation_id = generation_id
        self._began_at = self._began_at or now.wall

    def write(self, entry: AttemptMetadata, error: TarashException | None = None) -> None:
        """Add an attempt that has ended, with its error if it failed."""
        self._entries += (entry,)
        if error is not None:
            self._errors += (error,)

    def skip(self, provider: str, model: str, number: int, at: datetime, reason: str) -> None:
        """Add an attempt that is skipped."""
        entry = AttemptMetadata(
            provider=provider,
            model=model,
            attempt_number=number,
            started_at=at,
            ended_at=at,
            status="skipped",
            error_type="Skipped",
            error_message=reason,
            elapsed_seconds=0.0,
        )
        self.write(entry)

    def entries_before(self, number: int) -> tuple[AttemptMetadata, ...]:
        """Return the attempts before attempt `number`."""
        return tuple(entry for entry in self._entries if entry.attempt_number < number)

    def metadata(
        self, now: Instant, *, successful: int | None = None, adjustments: tuple[Adjustment, ...] = ()
    ) -> ExecutionMetadata:
        """Return the ledger as `execution_metadata`."""
        sent = [entry for entry in self._entries if entry.status != "skipped"]
        costs = [entry.cost_usd for entry in sent if entry.billed != "no"]
        began = self.began_at or now.wall
        return unchecked(
            ExecutionMetadata,
            generation_id=self._generation_id,
            total_attempts=len(sent),
            successful_attempt=successful,
            attempts=self._entries,
            fallback_triggered=len(self._entries) > 1,
            configs_in_chain=self._links,
            total_elapsed_seconds=max((now.wall - began).total_seconds(), 0.0),
            adjustments=adjustments,
            warnings=tuple(self.warnings),
            cost_usd=None if None in costs else sum(cost for cost in costs if cost is not None),
        )

    def notes(self) -> tuple[str, ...]:
        """Return a line for every attempt that was sent and every warning, for exceptions without `execution_metadata`."""
        lines = [
            f"attempt {entry.attempt_number} at {entry.provider}/{entry.model}, job {entry.request_id or 'unknown'}: "
            f"{entry.error_type or 'succeeded'}; submitted: {entry.submitted}, billed: {entry.billed}, "
            f"cancelled: {entry.cancelled or 'not tried'}"
            for entry in self._entries
            if entry.status != "skipped"
        ]
        if any(entry.submitted == "unknown" for entry in self._entries):
            lines.append(
                "a submission was under way, so a job may exist; check with the provider, or resume the jobs in gateway.unsettled()"
            )
        return (*lines, *self.warnings)

    def attach(self, error: TarashException, now: Instant) -> TarashException:
        """Attach the ledger to an exception that leaves the gateway, and return the exception."""
        error.execution_metadata = self.metadata(now)
        return error

    def exhausted(self, now: Instant) -> TarashException:
        """Return the exception for an exhausted chain: the only failure itself, or one that carries them all."""
        if len(self._entries) == len(self._errors) == 1:
            return self.attach(self._errors[0], now)
        lines = "; ".join(f"{entry.provider}/{entry.model}: {entry.error_message}" for entry in self._entries)
        last = self._errors[-1] if self._errors else None
        error = FallbackExhaustedError(
            f"all {len(self._entries)} providers in the chain failed: {lines}",
            errors=self._errors,
            raw_response=None if last is None else last.raw_response,
            submitted=_of_all(entry.submitted for entry in self._entries),
            billed=_of_all(entry.billed for entry in self._entries),
        )
        error.__cause__ = last
        return self.attach(error, now)


def _of_all(answers: Iterable[YesNoUnknown]) -> YesNoUnknown:
    """Return what holds for a whole chain: "no" only if no attempt says otherwise."""
    given = set(answers)
    return "unknown" if "unknown" in given else "yes" if "yes" in given else "no"
