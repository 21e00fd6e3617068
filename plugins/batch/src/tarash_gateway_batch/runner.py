"""Runs batches: checks every row, queues the rows, and hands out their results as they end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import aclosing
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, ParamSpec, Self, TypeVar

from tarash.tarash_gateway import Gateway
from tarash.tarash_gateway.exceptions import ValidationError
from tarash.tarash_gateway.models import GenerationConfig

from .callbacks import OnResult, tell
from .chains import Headers
from .changes import Cancelled, cancel_waiting, try_again
from .checking import Rows, check_options, checked, tell_of_headers
from .folders import take_folder, writable
from .given_up import unresolved
from .location import Location
from .names import check_name
from .opened import OpenBatches
from .options import BatchOptions
from .results import RowResult
from .rows import BatchRow
from .store import BatchProgress
from .summary import BatchSummary
from .tables import told_as_one_error

if TYPE_CHECKING:
    from tarash.tarash_gateway import Journal

P = ParamSpec("P")
T = TypeVar("T")


class BatchRunner:
    """Generates hundreds of rows, and carries on after a crash without paying twice: use it with `async with`, under asyncio.

        async with BatchRunner(database="batches.sqlite") as runner:
            summary = await runner.run(read_table("prompts.csv", config), name="cards", out="videos")

    Run the same again after a crash, a power cut or Ctrl-C: rows that are done stay, rows whose job is running are resumed, and
    the others are generated. Each job is stored in the database before it can be billed.

    A process has one runner at a time. A SQLite file belongs to one process at a time. With `postgresql://…`, the runner queues the
    rows and hands out their results, and any number of `BatchWorker` generate them; leaving the runner does not stop them.

    Args:
        database: the SQLite file for everything that must survive, or `postgresql://…`.
        make_gateway: makes the gateway from its journal; None makes one with the defaults. The keys are read from the
            configurations or the environment; the database has none.
        base_urls: other servers to which rows that are read from the database may send a key; those of the providers always may.
        headers: headers of rows that are read from the database, by "provider" or "provider/account"; like keys, they are not stored.
    """

    def __init__(
        self,
        *,
        database: str | Path = "tarash-batches.sqlite",
        make_gateway: Callable[[Journal], Gateway] | None = None,
        base_urls: Sequence[str] = (),
        headers: Headers | None = None,
    ) -> None:
        self._location = Location.of(database)
        self._make_gateway = make_gateway
        self._base_urls = tuple(base_urls)
        self._headers = headers
        self._opened: OpenBatches | None = None
        self._summaries: dict[str, BatchSummary] = {}

    async def __aenter__(self) -> Self:
        """Open the database and start the engine.

        Raises:
            ValidationError: the database cannot be used.
            AlreadyRunningError: another process uses the SQLite file, or this process already runs batches.
        """
        self._opened = OpenBatches(self._location, self._make_gateway, self._base_urls, self._headers)
        try:
            with told_as_one_error(self._location):
                self._opened.engine.launch()
        except BaseException:
            self._opened.close()
            self._opened = None
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Wait for the rows that are being worked on, and close everything; the other rows wait for the next run."""
        opened, self._opened = self._opened, None
        if opened is not None:
            await opened.finish()
            opened.close()

    async def run(
        self,
        rows: Rows,
        config: GenerationConfig | None = None,
        *,
        name: str,
        out: str | Path,
        options: BatchOptions | None = None,
        on_result: OnResult = None,
    ) -> BatchSummary:
        """Generate every row, and return how the batch stands when none waits any more.

        Args:
            rows: a table, rows, or requests.
            config: the chain for requests; tables and rows have their own.
            name: name of the batch: the same name carries on with the same rows. Letters, digits, ".", "_" and "-".
            out: folder for the outputs and the manifest, or its URL of fsspec.
            options: limits and names; None takes the defaults.
            on_result: called with each result, those of earlier runs included. What it raises ends the call; the rows are not lost.

        Raises:
            BadRowsError: rows cannot be generated. Nothing was sent.
            ValidationError: an argument is wrong, or the batch was started with other rows. Nothing was sent.
            BatchDatabaseError: the database failed; run the batch again when it works.
        """
        results = self.iterate(rows, config, name=name, out=out, options=options)
        await tell(results, on_result)
        return self._summaries[name]

    async def iterate(
        self,
        rows: Rows,
        config: GenerationConfig | None = None,
        *,
        name: str,
        out: str | Path,
        options: BatchOptions | None = None,
    ) -> AsyncGenerator[RowResult, None]:
        """Like `run`, but yield each result as its row ends; results of earlier runs come first.

        If you leave the loop early, no further row begins.
        """
        options = options or BatchOptions()
        found = await self._add(rows, config, name, out, options)
        configs = {row.key: row.config for row in found}
        async with aclosing(self._carried_on(name, options, out, configs)) as results:
            async for result in results:
                yield result

    async def add(
        self,
        rows: Rows,
        config: GenerationConfig | None = None,
        *,
        name: str,
        out: str | Path,
        options: BatchOptions | None = None,
    ) -> BatchProgress:
        """Check and store every row, so that no crash loses the batch; send nothing. The arguments are those of `run`.

        `resume` generates the rows, with keys from the environment.

        Raises:
            BadRowsError: rows cannot be generated.
            ValidationError: an argument is wrong, or the batch was started with other rows.
            BatchDatabaseError: the database failed.
        """
        await self._add(rows, config, name, out, options or BatchOptions())
        await self._claim(name, out)
        return await self.progress(name)

    async def enqueue(
        self,
        rows: Rows,
        config: GenerationConfig | None = None,
        *,
        name: str,
        out: str | Path,
        options: BatchOptions | None = None,
    ) -> BatchProgress:
        """Queue every row for the workers of a PostgreSQL database, and return at once; the arguments are those of `run`.

        Raises:
            BadRowsError: rows cannot be generated. Nothing was sent.
            ValidationError: an argument is wrong, the batch was started with other rows, or the database is a file.
            BatchDatabaseError: the database failed.
        """
        if not self._location.is_server:
            raise ValidationError(
                "rows are queued for workers in PostgreSQL only; name postgresql://… as database, or run the batch here"
            )
        options = options or BatchOptions()
        await self._add(rows, config, name, out, options)
        with told_as_one_error(self._location):
            await self._asked(try_again, self._open.store.engine, name, options)
            await self._claim(name, out)
            await self._open.enqueue(name, options)
            return await self.progress(name)

    async def resume(
        self, name: str, *, options: BatchOptions | None = None, on_result: OnResult = None
    ) -> BatchSummary:
        """Carry on with a batch whose rows are in the database, without its table.

        The keys come from the environment. A key goes only to the provider's own server, or to one of `base_urls`.

        Args:
            name: name of the batch.
            options: limits; None takes those of the last run. See `options_of`.
            on_result: called with each result, those of earlier runs included.

        Raises:
            ValidationError: there is no such batch.
            BatchDatabaseError: the database failed; resume the batch when it works.
        """
        stored, out = await self._asked(self._open.store.settings, name)
        check_options(options or stored, out)
        if options is not None:
            await self._asked(self._open.store.set_options, name, options)
        await tell(self._carried_on(name, options or stored, out, {}), on_result)
        return self._summaries[name]

    async def options_of(self, name: str) -> BatchOptions:
        """Return the limits with which a batch was started last, to be changed and passed to `resume`.

        Raises:
            ValidationError: there is no such batch.
            BatchDatabaseError: the database failed.
        """
        options, _ = await self._asked(self._open.store.settings, name)
        return options

    async def cancel(self, name: str) -> Cancelled:
        """Take the rows of a batch out that have not been sent. Those that run are finished, as they are paid for.

        Raises:
            ValidationError: there is no such batch.
            BatchDatabaseError: the database failed.
        """
        await self.progress(name)
        return await self._asked(cancel_waiting, self._open.store.engine, name)

    async def _add(
        self,
        rows: Rows,
        config: GenerationConfig | None,
        name: str,
        out: str | Path,
        options: BatchOptions,
    ) -> list[BatchRow]:
        check_options(options, out)
        found, places = await checked(self._open.gateway, rows, config, out=out, options=options)
        check_name(name)
        tell_of_headers(found, is_shared=self.is_shared)
        await self._asked(take_folder, self._open.store.engine, self._location, name, out)
        await self._asked(self._open.store.add, name, found, places, options, out)
        return found

    async def _claim(self, name: str, out: str | Path) -> None:
        """Write the manifest, by which other databases know that the folder is taken.

        Raises:
            ValidationError: it cannot be written, which is noticed here, before anything is paid for.
        """
        with writable(out):
            await self._asked(self._open.write_manifest, name, out)

    async def _carried_on(
        self, name: str, options: BatchOptions, out: str | Path, configs: Mapping[str, GenerationConfig]
    ) -> AsyncGenerator[RowResult, None]:
        opened = self._open
        with told_as_one_error(self._location):
            await self._asked(try_again, opened.store.engine, name, options)
            count = sum((await self.progress(name)).counts.values())
            await self._claim(name, out)
            opened.work.open(name, configs)
            summary, is_over = partial(self.summary, name, out), False
            try:
                await opened.enqueue(name, options)
                async for result in opened.results(name, count, out):
                    yield result
                is_over = True
            finally:
                await opened.leave(name)
                # what was followed for hours is not lost at its end
                told = opened.outages.through(summary, opened.until_stopped) if is_over else summary()
                self._summaries[name] = await told

    async def stop(self) -> None:
        """Let no further row of any batch begin: calls of `run` and `iterate` end with the rows that are being worked on.

        The other rows wait for the next runner. With PostgreSQL, the calls end at once, and the workers go on.
        """
        await self._open.stop()

    @property
    def running(self) -> int:
        """How many rows are being worked on now."""
        return self._open.running

    @property
    def is_shared(self) -> bool:
        """Whether workers generate the rows, and not this process."""
        return self._location.is_server

    async def names(self) -> list[str]:
        """Return the names of all batches in the database.

        Raises:
            BatchDatabaseError: the database failed.
        """
        return await self._asked(self._open.store.names)

    async def progress(self, name: str) -> BatchProgress:
        """Return how a batch stands now.

        Raises:
            ValidationError: there is no such batch.
            BatchDatabaseError: the database failed.
        """
        return await self._asked(self._open.store.progress, name)

    async def summary(self, name: str, out: str | Path) -> BatchSummary:
        """Write the manifest and the report, and return how a batch stands.

        Raises:
            ValidationError: there is no such batch.
            DownloadError: the manifest or the report cannot be written.
            BatchDatabaseError: the database failed.
        """
        manifest, report, missing = await self._asked(self._open.write_results, name, out)
        found = await self.progress(name)
        paid = await self._asked(unresolved, self._open.store.engine, name)
        return BatchSummary(
            name, found.counts, found.spent_usd, manifest, report, paid.unknown, paid.collectable, missing
        )

    async def _asked(self, ask: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        with told_as_one_error(self._location):
            return await asyncio.to_thread(ask, *args, **kwargs)

    @property
    def _open(self) -> OpenBatches:
        if self._opened is None:
            raise ValidationError(
                "the runner is not open; use it with `async with BatchRunner(…) as runner:`"
            )
        return self._opened


__all__ = ["BatchRunner"]
