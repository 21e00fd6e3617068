"""A worker: takes rows of all batches from a shared database, beside any number of others on any machine."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from functools import partial
from types import TracebackType
from typing import TYPE_CHECKING, Self
from uuid import uuid4

from tarash.tarash_gateway import Gateway
from tarash.tarash_gateway.exceptions import ValidationError

from .chains import Headers
from .location import Location
from .opened import MANIFEST_SECONDS, OpenBatches, wait
from .part import DEAD_SECONDS, Part
from .tables import BatchDatabaseError, told_as_one_error
from .workers import Heartbeat

if TYPE_CHECKING:
    from tarash.tarash_gateway import Journal

_LOOK_SECONDS = 1.0


class BatchWorker:
    """Works on the rows that `BatchRunner` queues in a PostgreSQL database: use it with `async with`, under asyncio.

        async with BatchWorker(database="postgresql://…", worker_id="a") as worker:
            await worker.work()

    Start as many as you like, on any machine: limits hold for all of them together. If one dies, others take over its rows
    within a minute, and resume their jobs. The database has no keys: they are read from the environment of each worker.

    Args:
        database: `postgresql://…`.
        worker_id: what to call the worker in `tarash batch status`.
        make_gateway: makes the gateway from its journal; None makes one with the defaults.
        base_urls: other servers to which rows may send a key; those of the providers always may.
        headers: headers of rows that are read from the database, by "provider" or "provider/account"; like keys, they are not stored.
        providers: takes only rows whose first provider is one of these, for workers that have only some of the keys. The rows of
            an account are "provider/account". None takes all.
        dead_seconds: how long after its last heartbeat another worker counts as dead, in seconds, 1 or more; give all workers the same.

    Raises:
        ValidationError: the database is not a server, or `dead_seconds` is too short.
    """

    def __init__(
        self,
        *,
        database: str,
        worker_id: str = "worker",
        make_gateway: Callable[[Journal], Gateway] | None = None,
        base_urls: Sequence[str] = (),
        headers: Headers | None = None,
        providers: Sequence[str] | None = None,
        dead_seconds: float = DEAD_SECONDS,
    ) -> None:
        self._location = Location.of(database)
        if not self._location.is_server:
            raise ValidationError(
                "workers share a PostgreSQL server (postgresql://…); a SQLite file belongs to one process, which works by itself"
            )
        if not dead_seconds >= 1:
            raise ValidationError(f"dead_seconds={dead_seconds} is too short; use at least 1 second")
        self._worker_id = worker_id
        self._dead_seconds = dead_seconds
        self._make_gateway = make_gateway
        self._base_urls = tuple(base_urls)
        self._headers = headers
        self._queues = None if providers is None else tuple(providers)
        self._opened: OpenBatches | None = None
        self._heartbeat: Heartbeat | None = None
        self._stopping = asyncio.Event()
        self._written_at = 0.0

    async def __aenter__(self) -> Self:
        """Open the database, and begin to take rows.

        Raises:
            ValidationError: the database cannot be used.
            AlreadyRunningError: this process already runs batches.
            BatchDatabaseError: the database failed.
        """
        part = Part(f"{self._worker_id}-{uuid4().hex}", self._queues)
        opened = OpenBatches(self._location, self._make_gateway, self._base_urls, self._headers, part=part)
        heartbeat = Heartbeat(
            opened.store.engine, self._worker_id, part.executor, opened.engine.take_over, self._dead_seconds
        )
        try:
            with told_as_one_error(self._location):
                # whoever takes a row must count as alive already
                heartbeat.beat()
                opened.engine.launch()
        except BaseException:
            opened.close()
            raise
        heartbeat.start()
        self._opened, self._heartbeat = opened, heartbeat
        self._written_at = time.monotonic()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Take no further row, wait for those that run, and close everything."""
        await self.leave()

    async def leave(self) -> None:
        """Take no further row, wait for those that run, and close everything."""
        opened, heartbeat = self._opened, self._heartbeat
        if opened is None or heartbeat is None:
            return
        heartbeat.only_beat()
        try:
            with told_as_one_error(self._location):
                await opened.finish()
        finally:
            self._opened = self._heartbeat = None
            await asyncio.to_thread(heartbeat.stop)
            opened.close()

    async def work(self, *, until_idle: bool = False) -> None:
        """Work on rows until `stop` is called, and keep the manifests of their batches up to date.

        While the server restarts or cannot be reached, the worker waits for it, for ten minutes at most.

        Args:
            until_idle: return when no row waits any more that this worker may take.

        Raises:
            BatchDatabaseError: the database has failed for ten minutes.
        """
        opened = self._open
        look = partial(self._look, opened, until_idle=until_idle)
        # rows are taken until this worker leaves, and a manifest can wait
        while not await wait(self._stopping, _LOOK_SECONDS):
            try:
                with told_as_one_error(self._location):
                    if await opened.outages.through(look, partial(wait, self._stopping)):
                        return
            except BatchDatabaseError:
                if not self._stopping.is_set():
                    raise

    async def _look(self, opened: OpenBatches, *, until_idle: bool) -> bool:
        """Bring manifests up to date, and return whether there is nothing left to do."""
        is_due = time.monotonic() - self._written_at >= MANIFEST_SECONDS
        await asyncio.to_thread(opened.write_manifests, only_ended=not is_due)
        self._written_at = time.monotonic() if is_due else self._written_at
        return until_idle and not await asyncio.to_thread(opened.store.is_anything_waiting, self._queues)

    async def stop(self) -> None:
        """Let `work` return; leaving the `async with` block waits for the rows that run."""
        self._stopping.set()

    @property
    def running(self) -> int:
        """How many rows are being worked on now."""
        return 0 if self._opened is None else self._opened.running

    @property
    def _open(self) -> OpenBatches:
        if self._opened is None:
            raise ValidationError(
                "the worker is not open; use it with `async with BatchWorker(…) as worker:`"
            )
        return self._opened


__all__ = ["BatchWorker"]
