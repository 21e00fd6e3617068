"""Jobs that were given up, although they may still give their result: which rows have one, and how it is asked for again."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from tarash.tarash_gateway import Job
from tarash.tarash_gateway.models import AttemptMetadata

from .chains import restored_chain
from .results import RowResult
from .tables import given_up, jobs, reading, rows

_KEYS_AT_ONCE = 500
_OVER = frozenset({"GenerationFailedError", "ContentModerationError"})
"""Errors with which the job itself has ended at the provider: it gives no result any more."""
HAS_SUBMITTED = (
    sa.select(jobs.c.generation_id)
    .where(jobs.c.batch == rows.c.batch, jobs.c.key == rows.c.key, jobs.c.state == "submitted")
    .exists()
)
"""Whether a row has a job that was left running."""


@dataclass(frozen=True, slots=True)
class Unresolved:
    """How many failed rows may be paid for.

    Attributes:
        collectable: rows whose job is known and may still give its result.
        unknown: rows of which nobody knows whether they have a job.
    """

    collectable: int
    unknown: int


def unresolved(engine: sa.Engine, batch: str) -> Unresolved:
    """Count the failed rows of a batch that may be paid for."""
    query = sa.select(rows.c.key, rows.c.result, HAS_SUBMITTED)
    failed = query.where(rows.c.batch == batch, rows.c.state == "failed")
    with reading(engine).connect() as connection:
        found = [
            (key, RowResult.model_validate_json(text), has_job)
            for key, text, has_job in connection.execute(failed)
        ]
        known = {key for key, _, has_job in found if has_job}
        known |= given_up_jobs(connection, batch, {key: result for key, result, _ in found}).keys()
    unknown = sum(result.may_be_paid for key, result, _ in found if key not in known)
    return Unresolved(collectable=len(known), unknown=unknown)


def given_up_jobs(connection: sa.Connection, batch: str, results: Mapping[str, RowResult]) -> dict[str, Job]:
    """Return a job of each row that was given up, and may still give its result; one that was not asked for again comes first.

    Args:
        connection: a transaction.
        batch: name of the batch.
        results: results of rows by key.
    """
    candidates = {
        result.generation_id: key
        for key, result in results.items()
        if result.generation_id is not None and any(map(may_have_result, result.last_attempts))
    }
    found: dict[str, list[Job]] = {}
    for part in parts(list(candidates)):
        last = sa.select(jobs.c.text).where(
            jobs.c.generation_id.in_(part),
            jobs.c.batch == batch,
            jobs.c.state == "ended",
            jobs.c.text.is_not(None),
        )
        earlier = sa.select(given_up.c.text).where(given_up.c.generation_id.in_(part))
        for text in (*connection.scalars(last), *connection.scalars(earlier)):
            job = Job.from_json(text)
            key = candidates[job.generation_id]
            if _is_resumable(job, results[key].last_attempts):
                found.setdefault(key, []).append(job)
    return {key: min(several, key=lambda job: job.is_given_up) for key, several in found.items()}


def _is_resumable(job: Job, attempts: Iterable[AttemptMetadata]) -> bool:
    """Return whether a job may still give its result, by what the attempts of its generation say."""
    return job.reference is not None and any(
        may_have_result(attempt) for attempt in attempts if attempt.attempt_number == job.attempt_number
    )


def may_have_result(attempt: AttemptMetadata) -> bool:
    """Return whether the job of an attempt may still run, or has a result that was not fetched."""
    return (
        (attempt.submitted, attempt.status) == ("yes", "failed")
        and attempt.cancelled != "yes"
        and attempt.error_type not in _OVER
    )


def keep_given_up(connection: sa.Connection, job: Job) -> None:
    """Keep the attempt that is stored of a generation, if `job` replaces it and it may still give its result.

    Args:
        connection: a transaction that has locked the batch.
        job: the next attempt, or one that is asked for again.
    """
    stored = connection.scalar(sa.select(jobs.c.text).where(jobs.c.generation_id == job.generation_id))
    before = None if stored is None else Job.from_json(stored)
    if before is None or before.reference is None or before.attempt_number == job.attempt_number:
        return
    forget_given_up(connection, job.generation_id, before.attempt_number)
    values = {"generation_id": job.generation_id, "attempt_number": before.attempt_number, "text": stored}
    connection.execute(given_up.insert().values(**values))


def forget_given_up(
    connection: sa.Connection, generation_id: str | None, attempt_number: int | None = None
) -> None:
    """Delete what is kept of a generation, or of one of its attempts."""
    chosen = given_up.c.generation_id == generation_id
    if attempt_number is not None:
        chosen = sa.and_(chosen, given_up.c.attempt_number == attempt_number)
    connection.execute(given_up.delete().where(chosen))


def ask_again(connection: sa.Connection, batch: str, found: Mapping[str, Job]) -> None:
    """Let jobs that were given up be resumed: without their fallbacks, and for as long as their rows may take now.

    Args:
        connection: a transaction that has locked the batch.
        batch: name of the batch.
        found: the jobs by the key of their row.
    """
    now = datetime.now(UTC)
    for key, job in found.items():
        content = connection.scalar(sa.select(rows.c.content).where(rows.c.batch == batch, rows.c.key == key))
        chain = restored_chain(json.loads(content or "")["chain"]).chain()
        seconds = next(
            config.timeout
            for config in (*chain, *job.restored_configs())
            if (config.provider, config.model) == (job.provider, job.model)
        )
        changes: dict[str, object] = {
            "state": "submitted",
            "outcome": None,
            "is_given_up": True,
            "may_go_on": False,
            "configs": job.configs[: job.position + 1],
            "deadline_at": now + timedelta(seconds=seconds),
        }
        values = {"state": "submitted", "text": job.model_copy(update=changes).to_json()}
        keep_given_up(connection, job)
        forget_given_up(connection, job.generation_id, job.attempt_number)
        connection.execute(jobs.update().where(jobs.c.generation_id == job.generation_id).values(**values))


def parts(items: Sequence[str]) -> Iterator[Sequence[str]]:
    """Yield items in parts that fit into one statement."""
    for start in range(0, len(items), _KEYS_AT_ONCE):
        yield items[start : start + _KEYS_AT_ONCE]


__all__ = [
    "Unresolved",
    "ask_again",
    "forget_given_up",
    "given_up_jobs",
    "keep_given_up",
    "may_have_result",
    "parts",
    "unresolved",
]
