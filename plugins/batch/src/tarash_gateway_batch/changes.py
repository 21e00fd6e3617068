"""Changes that somebody asks for: rows that wait are cancelled, and rows that have ended are tried again."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from tarash.tarash_gateway import Job

from .given_up import ask_again, given_up_jobs, parts
from .options import BatchOptions
from .results import RowResult, after
from .store import WAITING, RowRun
from .tables import clock, jobs, lock_batch, rows

_HAS_JOB = (
    sa.select(jobs.c.generation_id)
    .where(
        jobs.c.batch == rows.c.batch,
        jobs.c.key == rows.c.key,
        sa.or_(jobs.c.state != "ended", jobs.c.has_response),
    )
    .exists()
)
"""Whether a row has a job that is to be resumed."""


@dataclass(frozen=True, slots=True)
class Cancelled:
    """What cancelling a batch has done.

    Attributes:
        cancelled: number of rows that will not be sent.
        running: number of rows that have a job at a provider: it is paid for, so it is finished.
    """

    cancelled: int
    running: int


def cancel_waiting(engine: sa.Engine, batch: str) -> Cancelled:
    """Take the rows of a batch out that have no job, also while another process works on the batch.

    A row that is about to be sent finds out when it notes its job: both are one transaction, so a row is either cancelled or sent.
    """
    waits = sa.and_(rows.c.batch == batch, rows.c.state == WAITING)
    with engine.begin() as connection:
        # a job is noted only while its batch is locked, so none is between the two statements
        lock_batch(connection, batch)
        columns = (rows.c.key, rows.c.content, rows.c.result)
        found = connection.execute(sa.select(*columns).where(waits, ~_HAS_JOB)).all()
        counting = sa.select(sa.func.count()).select_from(rows).where(waits, _HAS_JOB)
        running = connection.scalar(counting) or 0
        now = clock(connection)
        for key, content, earlier in found:
            result = _cancelled(batch, key, content, earlier)
            values = {"state": result.state, "ended_at": now, "result": result.model_dump_json()}
            connection.execute(rows.update().where(rows.c.batch == batch, rows.c.key == key).values(**values))
    return Cancelled(len(found), running)


def _cancelled(batch: str, key: str, content: str, earlier: str | None) -> RowResult:
    before = None if earlier is None else RowResult.model_validate_json(earlier)
    if before is not None and before.state == "rejected":
        # it was to be generated again; what was paid for is there
        return before.model_copy(update={"state": "bad_media"})
    row = json.loads(content)
    result = RowResult.model_validate(
        {
            "batch": batch,
            "key": key,
            "line": row["line"],
            "state": "cancelled",
            "prompt": row["request"]["prompt"],
            "total_cost_usd": 0.0,
            "error_code": "cancelled",
            "error_message": "the batch was cancelled before the row was sent; try it again with retry_cancelled=True",
        }
    )
    return result if before is None else after(before, result)


def try_again(engine: sa.Engine, batch: str, options: BatchOptions) -> None:
    """Let the rows wait again that have ended without a good output, each with a new run; their results keep the attempts so far.

    A row that has a job resumes it, also one that was given up, if it may still give its result. One that may be paid for and has
    no job stays as it is, unless `retry_unknown` is set: then jobs whose submission is unknown are given up.
    """
    states = ["unsaved", "over_budget"]
    states += ["failed", "bad_media"] if options.retry_failed else []
    states += ["cancelled"] if options.retry_cancelled else []
    with engine.begin() as connection:
        lock_batch(connection, batch)
        query = sa.select(rows.c.key, rows.c.result, _HAS_JOB)
        found = connection.execute(query.where(rows.c.batch == batch, rows.c.state.in_(states))).all()
        results = {key: RowResult.model_validate_json(text) for key, text, _ in found}
        # an output that failed its checks was paid for, and is asked for again
        may_be_paid = {
            key for key, result in results.items() if result.may_be_paid and result.state != "bad_media"
        }
        is_asked = options.retry_failed and options.retry_unknown
        has_job = {key for key, _, is_there in found if is_there}
        given_up = given_up_jobs(connection, batch, {key: results[key] for key in results.keys() - has_job})
        if is_asked:
            _give_up(connection, batch, sorted(may_be_paid))
            # one that was asked for in vain is generated again
            has_job -= _end_asked(connection, batch)
            given_up = {key: job for key, job in given_up.items() if not job.is_given_up}
        ask_again(connection, batch, given_up)
        has_job |= given_up.keys()
        chosen = [key for key in results if is_asked or key in has_job or key not in may_be_paid]
        for keys in parts(chosen):
            again = sa.and_(rows.c.batch == batch, rows.c.key.in_(keys))
            values = {"state": WAITING, "run": rows.c.run + 1, "ended_at": None}
            connection.execute(rows.update().where(again).values(**values))


def _end_asked(connection: sa.Connection, batch: str) -> set[str]:
    """Give up the jobs that were left running, and asked for in a later run without success; return the keys of their rows."""
    query = (
        sa.select(jobs.c.generation_id, jobs.c.key, jobs.c.workflow_id, jobs.c.text, rows.c.run)
        .join(rows, sa.and_(rows.c.batch == jobs.c.batch, rows.c.key == jobs.c.key))
        .where(jobs.c.batch == batch, jobs.c.state == "submitted", rows.c.state == "failed")
    )
    asked = {
        generation_id: key
        for generation_id, key, workflow_id, text, run in connection.execute(query)
        # one that is still as `ask_again` has left it was not asked for: its key was missing, for example
        if workflow_id != RowRun(batch, key, run).workflow_id and not Job.from_json(text).is_given_up
    }
    for part in parts(list(asked)):
        connection.execute(jobs.update().where(jobs.c.generation_id.in_(part)).values(state="ended"))
    return set(asked.values())


def _give_up(connection: sa.Connection, batch: str, keys: Sequence[str]) -> None:
    for part in parts(keys):
        unknown = sa.and_(jobs.c.batch == batch, jobs.c.key.in_(part), jobs.c.state == "submitting")
        connection.execute(jobs.update().where(unknown).values(state="ended"))


__all__ = ["Cancelled", "cancel_waiting", "try_again"]
