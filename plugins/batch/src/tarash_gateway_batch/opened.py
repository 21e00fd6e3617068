"""An open database of batches: queues their rows, hands out their results, and closes without losing a running row."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from tarash.tarash_gateway import Gateway
from tarash.tarash_gateway.exceptions import DownloadError

from .engine import Engine
from .journal import DatabaseJournal
from .manifest import in_order, write_manifest, write_parquet
from .options import BatchOptions
from .report import write_report
from .results import RowResult
from .store import RowRun, Store
from .tables import ProcessLock, open_database
from .work import RowWork

if TYPE_CHECKING:
    from tarash.tarash_gateway.job import Journal

log = logging.getLogger(__name__)

MANIFEST_SECONDS = 30.0
"""How often the manifest is written while a batch runs, in seconds."""
_LOOK_SECONDS = 0.5


class OpenBatches:
    """An open database with its gateway and its engine: what a runner holds between entering and leaving.

    Args:
        path: the database.
        make_gateway: makes the gateway from its journal; None makes one with the defaults.
        base_urls: other servers to which rows that are read from the database may send a key.

    Raises:
        ValidationError: the database cannot be used.
    """

    def __init__(
        self,
        path: Path,
        make_gateway: Callable[[Journal], Gateway] | None,
        base_urls: Sequence[str] = (),
    ) -> None:
        database = open_database(path)
        try:
            self._lock = ProcessLock(path)
        except BaseException:
            database.dispose()
            raise
        self.store = Store(database)
        journal = DatabaseJournal(database)
        self.gateway = Gateway(journal=journal) if make_gateway is None else make_gateway(journal)
        self.work = RowWork(self.store, journal, self.gateway, base_urls)
        self.engine = Engine(path, self._perform, self.work.is_open)
        self._ended = asyncio.Event()
        self._running: set[asyncio.Event] = set()
        self._failure: BaseException | None = None
        self._is_stopping = False

    async def enqueue(self, name: str, options: BatchOptions) -> None:
        """Queue the rows that wait; a row whose workflow ended without a result gets a new run, which finds its job."""
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
            for ended_at, result in await asyncio.to_thread(self.store.results, name, newest):
                newest = max(newest, ended_at)
                if result.key not in seen:
                    seen.add(result.key)
                    yield result
            if len(seen) >= count or is_stopped:
                return
            if self._failure is not None:
                raise self._failure
            if time.monotonic() - written >= MANIFEST_SECONDS:
                await self._write_meanwhile(name, out)
                written = time.monotonic()
            await _wait(self._ended, _LOOK_SECONDS)

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
            await self.engine.pause(name)

    async def _write_meanwhile(self, name: str, out: str | Path) -> None:
        try:
            await asyncio.to_thread(self.write_manifest, name, out)
        except DownloadError as error:
            # the next one may succeed, and the last one has to; the rows need not wait for it
            log.warning(
                "manifest not written", extra={"batch": name, "place": str(out), "reason": str(error)}
            )

    def write_manifest(self, name: str, out: str | Path) -> str:
        """Write the manifest of a batch as JSON lines, and return its path."""
        return write_manifest(out, in_order(result for _, result in self.store.results(name)))

    def write_results(self, name: str, out: str | Path) -> tuple[str, str]:
        """Write everything that says what became of a batch, and return the paths of the manifest and the report."""
        results = in_order(result for _, result in self.store.results(name))
        write_parquet(out, results)
        report = write_report(name, results, self.store.progress(name), out)
        return write_manifest(out, results), report

    async def finish(self) -> None:
        """Wait for the rows that are being worked on, then close."""
        for row in tuple(self._running):
            await row.wait()
        await self.engine.shut_down()
        await self.gateway.aclose()
        self.close()

    def close(self) -> None:
        """Close the database."""
        self.store.engine.dispose()
        self._lock.release()

    async def _perform(self, run: RowRun) -> str:
        done = asyncio.Event()
        self._running.add(done)
        try:
            return await self.work.perform(run)
        except Exception as error:
            self._failure = error
            raise
        finally:
            self._running.discard(done)
            done.set()
            self._ended.set()


async def _wait(event: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(event.wait(), seconds)
    except TimeoutError:
        return


__all__ = ["OpenBatches"]
