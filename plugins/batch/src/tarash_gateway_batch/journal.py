"""The journal of a batch: its jobs, in the database, stored under the workflow of their row before they can be paid for."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from contextvars import ContextVar

import sqlalchemy as sa

from tarash.tarash_gateway import Job
from tarash.tarash_gateway.exceptions import ResumableJob, TarashException

from .amounts import dollars, held_for, units
from .store import RowRun
from .tables import batches, jobs, reading

CURRENT_RUN: ContextVar[RowRun | None] = ContextVar("tarash_gateway_batch_current_run", default=None)
"""The run whose generation is under way: worker threads that write to the journal inherit it."""


class OverBudgetError(TarashException):
    """The budget of the batch does not suffice for an attempt, or its cost is unknown. It was not sent."""

    code = "over_budget"


class OtherGenerationError(TarashException):
    """Another generation of the row has not ended: a second one could pay again. It was not sent."""

    code = "other_generation"


class DatabaseJournal:
    """Implements `tarash.tarash_gateway.job.Journal` in the database of the batches.

    The budget is checked in the transaction that notes an attempt: all attempts of all rows together never exceed it by estimate.

    Args:
        engine: the database.
    """

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._claimed: set[str] = set()
        self._lock = threading.Lock()

    def write(self, job: ResumableJob) -> None:
        """Store a job under its run, replacing its earlier state.

        Raises:
            OverBudgetError: the attempt does not fit into the budget; it must not be sent.
            OtherGenerationError: the row has another job that has not ended; this one must not be sent.
            sqlalchemy.exc.SQLAlchemyError: the database cannot be written to.
        """
        saved = Job.of(job)
        with self._engine.begin() as connection:
            query = sa.select(jobs.c.batch, jobs.c.held_units).where(
                jobs.c.generation_id == saved.generation_id
            )
            known = connection.execute(query).one_or_none()
            if known is None:
                self._insert(connection, saved)
            else:
                self._update(connection, saved, batch=known[0], held=known[1])

    def _insert(self, connection: sa.Connection, job: Job) -> None:
        run = CURRENT_RUN.get()
        if run is None:
            raise OtherGenerationError(
                "the gateway of a batch only generates rows; use a Gateway of your own"
            )
        owned = sa.and_(jobs.c.batch == run.batch, jobs.c.key == run.key)
        states = connection.execute(sa.select(jobs.c.state, jobs.c.number).where(owned)).all()
        if any(state != "ended" for state, _ in states):
            raise OtherGenerationError("an earlier generation of the row has not ended; resume that one")
        held = _held(job)
        self._count(connection, run.batch, job, held)
        connection.execute(
            jobs.insert().values(
                generation_id=job.generation_id, batch=run.batch, key=run.key, workflow_id=run.workflow_id,
                number=len(states) + 1, held_units=held, **_columns(job),
            )
        )  # fmt: skip

    def _update(self, connection: sa.Connection, job: Job, *, batch: str, held: int) -> None:
        values = _columns(job)
        if job.state != "ended":
            values["held_units"] = _held(job)
            self._count(connection, batch, job, _held(job) - held)
        # an ended job keeps its amount until the result of the row says what it cost
        chosen = jobs.c.generation_id == job.generation_id
        connection.execute(jobs.update().where(chosen).values(**values))

    def _count(self, connection: sa.Connection, batch: str, job: Job, change: int) -> None:
        """Reserve an amount; only an attempt that is not sent yet can be refused."""
        columns = (batches.c.budget_units, batches.c.allow_unknown_cost, batches.c.held_units)
        budget, allow_unknown, spent = connection.execute(
            sa.select(*columns).where(batches.c.name == batch)
        ).one()
        if job.state == "submitting" and budget is not None:
            if job.estimated_cost_usd is None and not allow_unknown:
                raise OverBudgetError(
                    f"the cost of {job.provider}/{job.model} is unknown, so it cannot be kept within the budget; choose a model "
                    "that has a price, or set allow_unknown_cost=True"
                )
            if spent + change > budget or budget == 0:
                raise OverBudgetError(
                    f"${dollars(spent):.2f} of the budget of ${dollars(budget):.2f} is spent or reserved, and this attempt may "
                    f"cost ${dollars(max(change, 0)):.2f}; run the batch again with a larger budget"
                )
        if change:
            chosen = batches.c.name == batch
            connection.execute(batches.update().where(chosen).values(held_units=spent + change))

    def read(self, job_id: str) -> Job | None:
        """Return the job as last written, or None."""
        with reading(self._engine).connect() as connection:
            text = connection.scalar(sa.select(jobs.c.text).where(jobs.c.generation_id == job_id))
        return None if text is None else Job.from_json(text)

    def list(self) -> Sequence[Job]:
        """Return the jobs that have not ended."""
        query = sa.select(jobs.c.text).where(jobs.c.state != "ended", jobs.c.text.is_not(None))
        with reading(self._engine).connect() as connection:
            found = [Job.from_json(text) for text in connection.scalars(query)]
        return sorted(found, key=lambda job: (job.started_at, job.generation_id))

    def of_row(self, run: RowRun) -> Job | None:
        """Return the job of a row that is to be resumed: one that has not ended, or whose result was not stored."""
        is_open = sa.or_(jobs.c.state != "ended", jobs.c.has_response)
        query = (
            sa.select(jobs.c.text)
            .where(jobs.c.batch == run.batch, jobs.c.key == run.key, jobs.c.text.is_not(None), is_open)
            .order_by(jobs.c.number.desc())
            .limit(1)
        )
        with reading(self._engine).connect() as connection:
            text = connection.scalar(query)
        return None if text is None else Job.from_json(text)

    def generation_of(self, run: RowRun) -> str | None:
        """Return the id of the generation that a run has begun, or None."""
        query = (
            sa.select(jobs.c.generation_id)
            .where(jobs.c.workflow_id == run.workflow_id)
            .order_by(jobs.c.number.desc())
            .limit(1)
        )
        with reading(self._engine).connect() as connection:
            found: str | None = connection.scalar(query)
        return found

    def claim(self, job_id: str) -> bool:
        """Lock a job; return False if another call holds it. The database belongs to one process, so that suffices."""
        with self._lock:
            if job_id in self._claimed:
                return False
            self._claimed.add(job_id)
            return True

    def release(self, job_id: str) -> None:
        """Unlock a job."""
        with self._lock:
            self._claimed.discard(job_id)


def _columns(job: Job) -> dict[str, object]:
    return {"state": job.state, "has_response": job.response is not None, "text": job.to_json()}


def _held(job: Job) -> int:
    """Return what the attempts of a job cost or may cost, the running one included."""
    return held_for(job.attempts) + units(job.estimated_cost_usd)


__all__ = ["CURRENT_RUN", "DatabaseJournal", "OtherGenerationError", "OverBudgetError"]
