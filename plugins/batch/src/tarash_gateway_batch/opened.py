"""An open database of batches: queues their rows, hands out their results, and closes without losing a running row."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import AsyncIterator, Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from tarash.tarash_gateway import Gateway
from tarash.tarash_gateway.exceptions import DownloadError

from .chains import Headers
from .journal import DatabaseJournal
from .location import Location
from .manifest import in_order, missing_outputs, write_manifest, write_parquet
from .options import BatchOptions
from .outages import Outages
from .part import Part
from .report import write_report
from .results import RowResult
from .store import WAITING, RowRun, Store
from .tables import ProcessLock, open_database
from .work import RowWork

if TYPE_CHECKING:
    from tarash.tarash_gateway import Journal

log = logging.getLogger(__name__)
T = TypeVar("T")

MANIFEST_SECONDS = 30.0
"""How often the manifest is written while a batch runs, in seconds."""
_LOOK_SECONDS = 0.5
_ENDLESS_SECONDS = 30 * 24 * 3600
"""How long a worker waits for the rows that run, in seconds: the deadline of each is that of its request."""


class OpenBatches:
    """An open database with its gateway and its engine: what a runner holds between entering and leaving.

    Args:
        location: the database.
        make_gateway: makes the gateway from its journal; None makes one with the defaults.
        base_urls: other servers to which rows that are read from the database may send a key.
        headers: headers for rows that are read from the database, by queue.
        part: what this process does with a database that many share; by default, it queues rows and works on none.

    Raises:
        ValidationError: the database cannot be used.
    """

    def __init__(
        self,
        location: Location,
        make_gateway: Callable[[Journal], Gateway] | None,
        base_urls: Sequence[str] = (),
        headers: Headers | None = None,
        *,
        part: Part | None = None,
    ) -> None:
        # DBOS takes longer to import than all else; only who runs a batch needs it, not `--help` or `status`
        from .engine import Engine

        database = open_database(location)
        self._lock: ProcessLock | None = None
        try:
            if location.path is not None:
                self._lock = ProcessLock(location.path)
        except BaseException:
            database.dispose()
            raise
        self.is_shared = location.is_server
        self.store = Store(database)
        self.outages = Outages(is_shared=location.is_server)
        journal = DatabaseJournal(database, self.outages)
        self.gateway = Gateway(journal=journal) if make_gateway is None else make_gateway(journal)
        self.work = RowWork(self.store, journal, self.gateway, self.outages, base_urls, headers)
        may_begin = self.work.is_open if part is None else _always
        self.engine = Engine(location, database, self._perform, may_begin, part or Part())
        self._ended = asyncio.Event()
        self._running: set[asyncio.Event] = set()
        self._touched: set[str] = set()
        self._unwritten: set[str] = set()
        self._failure: BaseException | None = None
        self._is_stopping = False
        # rows that one call queues must not be among those that another one has just found and takes out
        self._queueing = asyncio.Lock()

    async def enqueue(self, name: str, options: BatchOptions) -> None:
        """Queue the rows that wait; a row whose workflow ended without a result gets a new run, which finds its job."""
        async with self._queueing:
            waiting = await asyncio.to_thread(self.store.waiting, name)
            broken = await self.engine.enqueue(waiting, options)
            if broken:
                await asyncio.to_thread(self.store.renew, name, [run.key for run in broken])
                waiting = await asyncio.to_thread(self.store.waiting, name)
                await self.engine.enqueue(waiting, options)

    async def results(self, name: str, count: int, out: str | Path) -> AsyncIterator[RowResult]:
        """Yield the results of a batch until each of its rows has one."""
        seen: set[str] = set()
        newest, written = 0.0, time.monotonic()
        while True:
            self._ended.clear()
            # read before the results: a row that ends in between is not missed
            is_stopped = self._is_stopping and not self._running
            # a row that ended lately is read again: clocks differ, and transactions overtake each other
            read = partial(asyncio.to_thread, self.store.results, name, newest, seen=seen)
            fresh = await self.outages.through(read, self.until_stopped)
            for ended_at, result in fresh:
                newest = max(newest, ended_at)
                seen.add(result.key)
                yield result
            if len(seen) >= count or is_stopped:
                return
            if self._failure is not None:
                raise self._failure
            if time.monotonic() - written >= MANIFEST_SECONDS:
                await self.outages.through(partial(self._write_meanwhile, name, out), self.until_stopped)
                written = time.monotonic()
            await wait(self._ended, _LOOK_SECONDS)

    @property
    def running(self) -> int:
        """How many rows are being worked on."""
        return len(self._running)

    async def stop(self) -> None:
        """Let no further row begin; `results` ends with the rows that are being worked on."""
        self._is_stopping = True
        self._ended.set()
        for name in self.work.open_batches():
            self.work.close(name)
            await self._pause(name)

    async def until_stopped(self, seconds: float) -> bool:
        """Wait, and return whether somebody has stopped the batches meanwhile, or a row has ended."""
        return await wait(self._ended, seconds)

    async def leave(self, name: str) -> None:
        """Let no further row of a batch begin, unless another call runs it as well; rows that many share wait for the workers."""
        if self.work.leave(name):
            await self._pause(name)

    async def _pause(self, name: str) -> None:
        if self.is_shared:
            return
        async with self._queueing:
            # a call that has opened the batch in the meantime finds its rows queued
            if not self.work.is_open(name):
                await self.engine.pause(name)

    async def _write_meanwhile(self, name: str, out: str | Path) -> None:
        try:
            await asyncio.to_thread(self.write_manifest, name, out)
        except DownloadError as error:
            # the next one may succeed, and the last one has to; the rows need not wait for it
            _not_written(name, out, error)

    def write_manifest(self, name: str, out: str | Path) -> str:
        """Write the manifest of a batch as JSON lines, and return its path."""
        return self._with_all_results(name, partial(write_manifest, out))

    def write_results(self, name: str, out: str | Path) -> tuple[str, str, int]:
        """Write everything that says what became of a batch.

        Returns:
            The paths of the manifest and the report, and how many outputs are no longer where they were stored.
        """

        def write(results: Sequence[RowResult]) -> tuple[str, str, int]:
            write_parquet(out, results)
            report = write_report(name, results, self.store.progress(name), out)
            return write_manifest(out, results), report, len(missing_outputs(results))

        return self._with_all_results(name, write)

    def _with_all_results(self, name: str, write: Callable[[Sequence[RowResult]], T]) -> T:
        """Write the results of a batch, and once more if it has ended meanwhile.

        A worker that freezes in between would leave older results than the worker that has written the last ones.
        """
        while True:
            before = self.store.progress(name).counts
            written = write(in_order(result for _, result in self.store.results(name)))
            after = self.store.progress(name).counts
            if after == before or after.get(WAITING):
                return written

    def write_manifests(self, *, only_ended: bool) -> None:
        """Write the manifests of the batches in which a row has ended here since the last time.

        Args:
            only_ended: whether only those are written that have no waiting row any more.
        """
        for name in tuple(self._touched):
            goes_on = self._goes_on(name)
            if only_ended and (goes_on or name in self._unwritten):
                continue
            self._touched.discard(name)
            self._unwritten.discard(name)
            out = ""
            try:
                _, out = self.store.settings(name)
                if goes_on:
                    self.write_manifest(name, out)
                # another worker may have ended the batch in the meantime, and its manifest has just been replaced
                if not self._goes_on(name):
                    self.write_results(name, out)
            except DownloadError as error:
                _not_written(name, out, error)
                self._touched.add(name)
                self._unwritten.add(name)
            except BaseException:
                # the database failed: the manifest is still to be written
                self._touched.add(name)
                raise

    def _goes_on(self, name: str) -> bool:
        return bool(self.store.progress(name).counts.get(WAITING))

    async def finish(self) -> None:
        """Take no further row, wait for those that are being worked on, and close all but the database."""
        if self.is_shared:
            await self.engine.shut_down(seconds=_ENDLESS_SECONDS)
            await self.outages.asked(self.write_manifests, only_ended=False)
        else:
            for row in tuple(self._running):
                await row.wait()
            await self.engine.noted()
            await self.engine.shut_down()
        await self.gateway.aclose()

    def close(self) -> None:
        """Close the database."""
        self.store.engine.dispose()
        if self._lock is not None:
            self._lock.release()

    async def _perform(self, run: RowRun) -> str:
        done = asyncio.Event()
        self._running.add(done)
        try:
            # after an outage of many minutes, the row waits until its batch is resumed; its job is not lost
            return await self.outages.through(partial(self.work.perform, run))
        except Exception as error:
            self._failure = error
            raise
        finally:
            self._running.discard(done)
            self._touched.add(run.batch)
            done.set()
            self._ended.set()


def _not_written(name: str, out: str | Path, error: DownloadError) -> None:
    log.warning("manifest not written", extra={"batch": name, "place": str(out), "reason": str(error)})


def _always(_batch: str) -> bool:
    return True


async def wait(event: asyncio.Event, seconds: float) -> bool:
    """Wait for an event, for so many seconds at most, and return whether it has come."""
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(event.wait(), seconds)
    return event.is_set()


__all__ = ["OpenBatches", "wait"]
