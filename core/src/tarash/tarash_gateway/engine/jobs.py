"""Turns a running attempt into a `Job`, and reads from a `Job` what a resume needs."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Literal

import pydantic

from ..exceptions import ValidationError
from ..job import Job, saved_config, saved_request
from ..models.config import GenerationConfig
from ..steps import Instant

if TYPE_CHECKING:
    from .attempt import Attempt
    from .chain import Chain
    from .ledger import Ledger


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


def job_of(
    attempt: Attempt,
    chain: Chain,
    ledger: Ledger,
    *,
    generation_id: str,
    position: int,
    state: Literal["submitting", "submitted", "ended"],
) -> Job:
    """Return the job of a running attempt.

    Args:
        attempt: the running attempt.
        chain: the whole chain.
        ledger: the earlier attempts and the warnings.
        generation_id: the gateway's id of the generation.
        position: index of the attempt's link in the chain.
        state: see `Job.state`.
    """
    call, exchange = attempt.exchange.call, attempt.exchange
    submitted = attempt.submitted_at or attempt.started
    left = exchange.deadline_seconds - attempt.started.monotonic_seconds
    return Job(
        state=state,
        modality=chain.modality.name,
        generation_id=generation_id,
        idempotency_key=call.idempotency_key,
        provider=call.provider.id,
        model=call.model,
        base_url=call.base_url,
        account=attempt.link.config.account,
        request_id=attempt.request_id,
        reference=attempt.reference(),
        configs=tuple(saved_config(link.config) for link in chain.links),
        position=position,
        request=saved_request(chain.request),
        attempts=ledger.entries_before(exchange.number),
        attempt_number=exchange.number,
        estimated_cost_usd=exchange.standing.estimated_cost_usd,
        started_at=ledger.began_at or attempt.started.wall,
        attempt_started_at=attempt.started.wall,
        submitted_at=submitted.wall,
        deadline_at=attempt.started.wall + timedelta(seconds=left),
        warnings=tuple(ledger.warnings),
    )


def remaining_seconds(job: Job, now: Instant) -> float:
    """Return how long the running attempt may still take, in seconds.

    The job's age is measured by the wall clock. If the deadline passed while no process waited, there is still time to
    fetch the result.
    """
    return max((job.deadline_at - now.wall).total_seconds(), RESUME_SECONDS)


def started_at(job: Job, now: Instant) -> Instant:
    """Return when the running attempt began, on this process's clock."""
    return _earlier(now, (now.wall - job.attempt_started_at).total_seconds())


def submitted_at(job: Job, now: Instant) -> Instant:
    """Return when the job was accepted, on this process's clock."""
    return _earlier(now, (now.wall - job.submitted_at).total_seconds())


def _earlier(now: Instant, seconds: float) -> Instant:
    age = max(seconds, 0.0)
    return Instant(now.monotonic_seconds - age, now.wall - timedelta(seconds=age))


def with_secrets(
    job: Job, config: GenerationConfig | None, api_keys: Mapping[str, str]
) -> tuple[GenerationConfig, ...]:
    """Return the saved chain with the keys and secret settings of `config` and `api_keys` filled in."""
    given = config.chain() if config is not None else ()
    restored: list[GenerationConfig] = []
    for position, saved in enumerate(job.restored_configs()):
        changes: dict[str, object] = {}
        if position < len(given) and (given[position].provider, given[position].model) == (
            saved.provider,
            saved.model,
        ):
            changes["api_key"] = given[position].api_key
            changes["provider_config"] = {**saved.provider_config, **given[position].provider_config}
        key = api_keys.get(saved.account or "") or api_keys.get(saved.provider)
        if key:
            changes["api_key"] = pydantic.SecretStr(key)
        restored.append(saved.model_copy(update=changes) if changes else saved)
    return tuple(restored)
