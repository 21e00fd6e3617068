"""What the database knows of batches and rows."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast

import sqlalchemy as sa

from tarash.tarash_gateway.exceptions import ValidationError
from tarash.tarash_gateway.models import GenerationConfig, GenerationRequest, modality_named

from .adding import add_rows
from .amounts import held_for, in_usd, units
from .chains import HeaderNames, header_names, restored_chain
from .folders import kept_to_itself, placed
from .given_up import forget_given_up
from .options import BatchOptions, provider_of
from .results import RowResult, after
from .rows import BatchRow
from .saved_options import SavedOptions
from .stores import place_of
from .tables import batches, clock, jobs, lock_batch, reading, rows

WAITING = "waiting"
"""State of a row that is not generated yet."""
_STORED = frozenset({"completed", "bad_media", "rejected"})
"""States of results whose outputs are stored."""
_CLOCK_SECONDS = 5.0
"""How far the clocks that stamp results may differ, in seconds."""


@dataclass(frozen=True, slots=True)
class RowRun:
    """One run of one row.

    Attributes:
        batch: name of the batch.
        key: identity of the row.
        run: 1, and one more each time that the row is tried again.
    """

    batch: str
    key: str
    run: int

    @property
    def workflow_id(self) -> str:
        """The id of its workflow in the engine."""
        return f"{self.batch}/{self.key}/{self.run}"


@dataclass(frozen=True, slots=True)
class Turn:
    """One execution of a run. A worker that froze may wake while another one has the row: the last to begin owns it.

    Attributes:
        run: the run.
        owner: name of this execution alone.
    """

    run: RowRun
    owner: str


@dataclass(frozen=True, slots=True)
class StoredRow:
    """A row as stored.

    Attributes:
        line: line in its table.
        is_taken: whether the execution that asked for it owns it.
        state: "waiting", or the state of its result.
        request: what to generate.
        config: with what, without keys.
        destination: path of its output without the suffix.
        header_names: names of the headers of each link of the chain.
        earlier: its result so far, of a run that was tried before or an output that was rejected; None if there is none.
    """

    line: int
    is_taken: bool
    state: str
    request: GenerationRequest
    config: GenerationConfig
    destination: str
    header_names: HeaderNames = ()
    earlier: RowResult | None = None


@dataclass(frozen=True, slots=True)
class BatchProgress:
    """How a batch stands.

    Attributes:
        counts: number of rows by state: "waiting", "completed", "bad_media", "failed", "unsaved", "over_budget" or "cancelled".
        spent_usd: what all attempts cost or may cost, in US dollars; running ones count with their estimate.
        budget_usd: the budget in US dollars, or None.
    """

    counts: Mapping[str, int]
    spent_usd: float
    budget_usd: float | None


class Store:
    """The batches of one database. All methods block.

    Args:
        engine: the database.
    """

    def __init__(self, engine: sa.Engine) -> None:
        self.engine = engine

    def add(
        self,
        batch: str,
        found: Sequence[BatchRow],
        destinations: Mapping[str, str],
        options: BatchOptions,
        out: str | Path,
    ) -> None:
        """Add a batch, or the rows that it does not have yet; set its budget and its options.

        Raises:
            ValidationError: a row of the batch is missing or was changed, its outputs lie elsewhere, or another batch writes to the
                folder.
        """
        with kept_to_itself(self.engine, batch, out), self.engine.begin() as connection:
            lock_batch(connection, batch)
            is_moved = placed(connection, batch, out, options)
            settings = {**_settings(options), "out": place_of(out)}
            if connection.scalar(sa.select(batches.c.name).where(batches.c.name == batch)) is None:
                connection.execute(batches.insert().values(name=batch, held_units=0, **settings))
            else:
                connection.execute(batches.update().where(batches.c.name == batch).values(**settings))
            add_rows(connection, batch, found, destinations, is_moved=is_moved, state=WAITING)

    def begin(self, turn: Turn) -> StoredRow:
        """Return a row; if its run is the current one and it waits, this execution owns it from now on."""
        with self.engine.begin() as connection:
            lock_batch(connection, turn.run.batch)
            is_current = sa.and_(rows.c.run == turn.run.run, rows.c.state == WAITING)
            taking = rows.update().where(_is(turn.run), is_current).values(owner=turn.owner)
            is_taken = connection.execute(taking).rowcount == 1
            query = sa.select(rows.c.content, rows.c.state, rows.c.result).where(_is(turn.run))
            text, state, earlier = connection.execute(query).one()
        content = cast("dict[str, object]", json.loads(text))
        config = restored_chain(cast("Mapping[str, object]", content["chain"]))
        kind = modality_named(str(cast("Mapping[str, object]", content["chain"])["modality"])).request
        return StoredRow(
            line=int(str(content["line"])),
            is_taken=is_taken,
            state=state,
            request=kind.model_validate(content["request"]),
            config=config,
            destination=str(content["destination"]),
            header_names=header_names(cast("Mapping[str, object]", content["chain"])),
            earlier=None if earlier is None else RowResult.model_validate_json(earlier),
        )

    def owns(self, turn: Turn) -> bool:
        """Return whether no later execution has taken the row over, and nobody has cancelled it."""
        with reading(self.engine).connect() as connection:
            return owns(connection, turn)

    def settings(self, batch: str) -> tuple[BatchOptions, str]:
        """Return the options with which a batch was started last, and its folder.

        Raises:
            ValidationError: there is no such batch.
        """
        columns = (batches.c.budget_units, batches.c.allow_unknown_cost, batches.c.settings, batches.c.out)
        with reading(self.engine).connect() as connection:
            found = connection.execute(sa.select(*columns).where(batches.c.name == batch)).one_or_none()
        if found is None:
            raise self._unknown(batch)
        budget, allow_unknown_cost, text, out = found
        options = SavedOptions.read(text).options(
            None if budget is None else in_usd(budget), allow_unknown_cost=allow_unknown_cost
        )
        return options, out

    def set_options(self, batch: str, options: BatchOptions) -> None:
        """Store the options of a batch; its outputs keep their names."""
        with self.engine.begin() as connection:
            chosen = batches.c.name == batch
            text = connection.scalar(sa.select(batches.c.settings).where(chosen).with_for_update())
            if text is not None:
                file_name = SavedOptions.read(text).file_name
                values = _settings(replace(options, file_name=file_name or options.file_name))
                connection.execute(batches.update().where(chosen).values(**values))

    def chains(self, batch: str) -> Iterator[GenerationConfig]:
        """Yield the chain of each row, without keys."""
        query = sa.select(rows.c.content).where(rows.c.batch == batch)
        with reading(self.engine).connect() as connection:
            for text in connection.scalars(query):
                yield restored_chain(cast("Mapping[str, object]", json.loads(text)["chain"]))

    def is_mock(self, batch: str) -> bool:
        """Return whether a batch is a rehearsal: the mock stands in for the providers of its first row."""
        first = next(self.chains(batch), None)
        return first is not None and first.mock is not None

    def per_provider(self, batch: str) -> Counter[str]:
        """Return how many rows each provider has, as the first of their chain."""
        query = sa.select(rows.c.queue, sa.func.count()).where(rows.c.batch == batch).group_by(rows.c.queue)
        found: Counter[str] = Counter()
        with reading(self.engine).connect() as connection:
            for queue, count in connection.execute(query):
                found[provider_of(queue)] += count
        return found

    def waiting(self, batch: str) -> list[tuple[RowRun, str]]:
        """Return the rows that are not generated yet, in order, each with its queue."""
        query = (
            sa.select(rows.c.key, rows.c.run, rows.c.queue)
            .where(rows.c.batch == batch, rows.c.state == WAITING)
            .order_by(rows.c.position)
        )
        with reading(self.engine).connect() as connection:
            return [(RowRun(batch, key, run), queue) for key, run, queue in connection.execute(query)]

    def is_anything_waiting(self, queues: Sequence[str] | None) -> bool:
        """Return whether a row of any batch waits in these queues; None is all of them."""
        query = sa.select(rows.c.key).where(rows.c.state == WAITING).limit(1)
        if queues is not None:
            query = query.where(rows.c.queue.in_(queues))
        with reading(self.engine).connect() as connection:
            return connection.execute(query).first() is not None

    def renew(self, batch: str, keys: Sequence[str]) -> None:
        """Give waiting rows a new run."""
        with self.engine.begin() as connection:
            chosen = sa.and_(rows.c.batch == batch, rows.c.state == WAITING, rows.c.key.in_(keys))
            connection.execute(rows.update().where(chosen).values(run=rows.c.run + 1))

    def end(self, turn: Turn, result: RowResult) -> RowResult | None:
        """Store the result of a row, and settle what its attempts cost; a row whose output was rejected waits on.

        Returns:
            The result with all attempts; None if another execution owns the row.
        """
        run, own = turn.run, jobs.c.generation_id == result.generation_id
        with self.engine.begin() as connection:
            lock_batch(connection, run.batch)
            if not owns(connection, turn):
                return None
            earlier = connection.scalar(sa.select(rows.c.result).where(_is(run)))
            if earlier is not None:
                result = after(RowResult.model_validate_json(earlier), result)
            held = held_for(result.last_attempts)
            before = connection.scalar(sa.select(jobs.c.held_units).where(own))
            if before is not None:
                spent = batches.c.held_units + held - before
                connection.execute(
                    batches.update().where(batches.c.name == run.batch).values(held_units=spent)
                )
                # the text of a stored result may hold the inputs, and nobody resumes it any more
                text = {"text": None, "has_response": False} if result.state in _STORED else {}
                connection.execute(jobs.update().where(own).values(held_units=held, **text))
                if text:
                    forget_given_up(connection, result.generation_id)
            goes_on = result.state == "rejected"
            values = {
                "state": WAITING if goes_on else result.state,
                "ended_at": None if goes_on else clock(connection),
                "result": result.model_dump_json(),
            }
            connection.execute(rows.update().where(_is(run)).values(**values))
        return result

    def results(
        self, batch: str, since: float = 0.0, *, seen: Collection[str] = ()
    ) -> list[tuple[float, RowResult]]:
        """Return the results in the order in which they were stored, each with its time.

        Args:
            batch: name of the batch.
            since: leave out those that are certainly older than this time.
            seen: leave out these rows, by key.
        """
        query = (
            sa.select(rows.c.key, rows.c.ended_at, rows.c.result)
            .where(rows.c.batch == batch, rows.c.ended_at >= since - _CLOCK_SECONDS)
            .order_by(rows.c.ended_at, rows.c.position)
        )
        with reading(self.engine).connect() as connection:
            found = connection.execute(query).all()
        return [
            (ended_at, RowResult.model_validate_json(text))
            for key, ended_at, text in found
            if key not in seen
        ]

    def names(self) -> list[str]:
        """Return the names of all batches."""
        with reading(self.engine).connect() as connection:
            return list(connection.scalars(sa.select(batches.c.name).order_by(batches.c.name)))

    def progress(self, batch: str) -> BatchProgress:
        """Return how a batch stands.

        Raises:
            ValidationError: there is no such batch.
        """
        counting = (
            sa.select(rows.c.state, sa.func.count()).where(rows.c.batch == batch).group_by(rows.c.state)
        )
        money = sa.select(batches.c.held_units, batches.c.budget_units).where(batches.c.name == batch)
        with reading(self.engine).connect() as connection:
            found = connection.execute(money).one_or_none()
            counts = {row[0]: row[1] for row in connection.execute(counting)}
        if found is None:
            raise self._unknown(batch)
        return BatchProgress(counts, in_usd(found[0]), None if found[1] is None else in_usd(found[1]))

    def _unknown(self, batch: str) -> ValidationError:
        known = ", ".join(self.names()) or "none"
        return ValidationError(f"there is no batch {batch!r} in this database; it has: {known}")


def _settings(options: BatchOptions) -> dict[str, object]:
    return {
        "budget_units": None if options.budget_usd is None else units(options.budget_usd),
        "allow_unknown_cost": options.allow_unknown_cost,
        "settings": SavedOptions.of(options).model_dump_json(),
    }


def owns(connection: sa.Connection, turn: Turn) -> bool:
    """Return whether an execution owns its row, which waits."""
    query = sa.select(rows.c.owner).where(_is(turn.run), rows.c.state == WAITING)
    return bool(connection.scalar(query) == turn.owner)


def _is(run: RowRun) -> sa.ColumnElement[bool]:
    return sa.and_(rows.c.batch == run.batch, rows.c.key == run.key)


__all__ = ["WAITING", "BatchProgress", "RowRun", "Store", "StoredRow", "Turn", "owns"]
