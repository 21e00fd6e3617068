"""Turns a running attempt into a `Job`, and reads from a `Job` what a resume needs."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from ..exceptions import ValidationError
from ..job import MAX_OUTCOME, Job, saved_response
from ..models.addresses import without_password
from ..models.metadata import AttemptMetadata
from ..models.money import sound_amount
from ..models.response import GenerationResponse
from ..steps import Instant

if TYPE_CHECKING:
    from .attempt import Attempt
    from .chain import Chain
    from .ledger import Ledger
    from .observer import Observer


class SavedReference(dict[str, object]):
    """The reference by which the plugin finds a saved job.

    A user may have edited it, so a missing member is not reported as the plugin's bug.
    """

    def __missing__(self, name: str) -> object:
        raise ValidationError(
            f"the saved job's reference has no {name!r}; pass the unchanged text that Job.to_json returned"
        )


RESUME_SECONDS = 60.0
"""Shortest time that a resumed job gets, even if its deadline has passed."""


def job_of(attempt: Attempt, chain: Chain, ledger: Ledger, observer: Observer) -> Job:
    """Return the job of a running attempt.

    Args:
        attempt: the running attempt.
        chain: the whole chain.
        ledger: the earlier attempts and the warnings.
        observer: has the gateway's id of the generation, and its span.
    """
    call, exchange = attempt.exchange.call, attempt.exchange
    submitted = attempt.submitted_at or attempt.started
    left = exchange.deadline_seconds - attempt.started.monotonic_seconds
    return Job(
        state="submitting" if attempt.job is None else "submitted",
        modality=chain.modality.name,
        generation_id=observer.generation_id,
        traceparent=observer.traceparent,
        idempotency_key=call.idempotency_key,
        provider=call.provider.id,
        model=call.model,
        base_url=without_password(call.base_url),
        account=attempt.link.config.account,
        request_id=attempt.request_id,
        reference=attempt.job,
        configs=chain.saved_configs,
        position=attempt.position,
        request=chain.saved_request,
        attempts=tuple(_with_sound_amounts(entry) for entry in ledger.entries_before(exchange.number)),
        attempt_number=exchange.number,
        estimated_cost_usd=sound_amount(exchange.standing.estimated_cost_usd),
        started_at=ledger.began_at or attempt.started.wall,
        attempt_started_at=attempt.started.wall,
        submitted_at=submitted.wall,
        deadline_at=attempt.started.wall + timedelta(seconds=left),
        warnings=tuple(ledger.warnings),
        is_given_up=ledger.is_given_up,
    )


def ended(
    job: Job, outcome: str, response: GenerationResponse | None = None, *, may_go_on: bool = False
) -> Job:
    """Return a job that has ended, with its result if there is one.

    Args:
        job: its last state.
        outcome: see `Job.outcome`.
        response: the result, or None.
        may_go_on: see `Job.may_go_on`.
    """
    result = None if response is None else saved_response(response)
    changes = {
        "state": "ended",
        "outcome": outcome[:MAX_OUTCOME],
        "response": result,
        "may_go_on": may_go_on,
    }
    return job.model_copy(update=changes)


def _with_sound_amounts(entry: AttemptMetadata) -> AttemptMetadata:
    """Return an entry of the ledger without invalid amounts: a wrong price from a provider must not make a paid job unreadable."""
    names = ("cost_usd", "estimated_cost_usd", "elapsed_seconds")
    changes = {name: None for name in names if sound_amount(getattr(entry, name)) != getattr(entry, name)}
    return entry.model_copy(update=changes) if changes else entry


def remaining_seconds(job: Job, now: Instant) -> float:
    """Return how long the running attempt may still take, in seconds.

    The job's age is measured by the wall clock. If the deadline passed while no process waited, there is still time to
    fetch the result. A clock that has been set back, or is behind that of the other machine, gives no more time than there was.
    """
    whole = (job.deadline_at - job.attempt_started_at).total_seconds()
    left = (job.deadline_at - now.wall).total_seconds()
    return max(min(left, whole), RESUME_SECONDS)


def started_at(job: Job, now: Instant) -> Instant:
    """Return when the running attempt began, on this process's clock."""
    return _earlier(now, (now.wall - job.attempt_started_at).total_seconds())


def submitted_at(job: Job, now: Instant) -> Instant | None:
    """Return when the job was accepted, on this process's clock; None if that clock was set back since."""
    seconds = (now.wall - job.submitted_at).total_seconds()
    return None if seconds < 0 else _earlier(now, seconds)


def _earlier(now: Instant, seconds: float) -> Instant:
    age = max(seconds, 0.0)
    return Instant(now.monotonic_seconds - age, now.wall - timedelta(seconds=age))
