"""The journal of a batch: its jobs, in the database, stored under the workflow of their row before they can be paid for."""

from __future__ import annotations

from collections.abc import Sequence
from contextvars import ContextVar
from functools import partial

import sqlalchemy as sa

from tarash.tarash_gateway import Job
from tarash.tarash_gateway.exceptions import ResumableJob, TarashException
from tarash.tarash_gateway.models.money import dollars
from tarash.tarash_gateway.plugin import Phrase, mention

from .amounts import held_for, in_usd, units
from .given_up import keep_given_up, may_have_result
from .outages import PAUSES_SECONDS, SHORT_PAUSES_SECONDS, Outages
from .store import RowRun, Turn, owns
from .tables import batches, jobs, lock_batch, reading

CURRENT_TURN: ContextVar[Turn | None] = ContextVar("tarash_gateway_batch_current_turn", default=None)
"""The execution whose generation is under way: threads that write to the journal inherit it."""


class OverBudgetError(TarashException):
    """The budget of the batch does not suffice for an attempt, or its cost is unknown. It was not sent."""

    code = "over_budget"


class OtherGenerationError(TarashException):
    """Another generation of the row has not ended: a second one could pay again. It was not sent."""

    code = "other_generation"


class TakenOverError(TarashException):
    """Another execution has taken the row over, or it was cancelled. Nothing was sent."""

    code = "taken_over"


class DatabaseJournal:
    """Implements `tarash.tarash_gateway.job.Journal` in the database of the batches.

    The budget is checked in the transaction that notes an attempt: all attempts of all rows together never exceed it by estimate.

    Args:
        engine: the database.
        outages: waits for a server that is away.
    """

    def __init__(self, engine: sa.Engine, outages: Outages) -> None:
        self._engine = engine
        self._outages = outages

    def write(self, job: ResumableJob) -> None:
        """Store a job under its run, replacing its earlier state.

        Raises:
            OverBudgetError: the attempt does not fit into the budget; it must not be sent.
            OtherGenerationError: the row has another job that has not ended; this one must not be sent.
            TakenOverError: this execution does not own the row any more; it must not send anything.
            sqlalchemy.exc.SQLAlchemyError: the database cannot be written to.
        """
        saved = Job.of(job)
        turn = CURRENT_TURN.get()
        if turn is None:
            raise OtherGenerationError(
                "the gateway of a batch only generates rows; use a Gateway of your own"
            )
        # what a provider has accepted, or answered, is known here only; before that, the row can begin again
        pauses = SHORT_PAUSES_SECONDS if saved.state == "submitting" else PAUSES_SECONDS
        self._outages.waited(partial(self._write, turn, saved), pauses)

    def _write(self, turn: Turn, saved: Job) -> None:
        with self._engine.begin() as connection:
            lock_batch(connection, turn.run.batch)
            if not owns(connection, turn):
                raise TakenOverError("another worker has taken the row over, or it was cancelled")
            query = sa.select(jobs.c.held_units).where(jobs.c.generation_id == saved.generation_id)
            held = connection.scalar(query)
            if held is None:
                self._insert(connection, turn.run, saved)
            else:
                self._update(connection, saved, batch=turn.run.batch, held=held)

    def _insert(self, connection: sa.Connection, run: RowRun, job: Job) -> None:
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
        if job.state == "submitting" and any(map(may_have_result, job.attempts)):
            # this entry is that of the next attempt from now on
            keep_given_up(connection, job)
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
                    Phrase(
                        f"the cost of {job.provider}/{job.model} is unknown, so it cannot be kept within the budget; choose a model "
                        "that has a price, leave out ",
                        mention("extra_params"),
                        " that may change it, or set allow_unknown_cost=True",
                    )
                )
            if spent + change > budget or budget == 0:
                raise OverBudgetError(
                    f"{dollars(in_usd(spent))} of the budget of {dollars(in_usd(budget))} is spent or reserved, and this attempt may "
                    f"cost {dollars(in_usd(max(change, 0)))}; run the batch again with a larger budget"
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
        """Return whether the current execution may work on a job: it owns the row, until another one takes it over."""
        turn = CURRENT_TURN.get()
        if turn is None:
            return False
        other = sa.select(jobs.c.key).where(
            jobs.c.generation_id == job_id,
            sa.or_(jobs.c.batch != turn.run.batch, jobs.c.key != turn.run.key),
        )
        with reading(self._engine).connect() as connection:
            return connection.execute(other).first() is None and owns(connection, turn)

    def release(self, job_id: str) -> None:
        """Do nothing: an execution owns its row until another one takes it over."""


def _columns(job: Job) -> dict[str, object]:
    return {"state": job.state, "has_response": job.response is not None, "text": job.to_json()}


def _held(job: Job) -> int:
    """Return what the attempts of a job cost or may cost, the running one included."""
    return held_for(job.attempts) + units(job.estimated_cost_usd)


__all__ = ["CURRENT_TURN", "DatabaseJournal", "OtherGenerationError", "OverBudgetError", "TakenOverError"]
