"""Which workers are alive: each one's heartbeat in the shared database, and the rows that dead ones leave behind."""

from __future__ import annotations

import contextlib
import os
import socket
import threading
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from .part import DEAD_SECONDS
from .tables import clock, reading, schema, workers

BEATS = 6
"""How many heartbeats a worker misses before it counts as dead."""
_WATCHED_BEATS = 2
"""How many of its own heartbeats a worker watches another one before it believes the server's clock that the other is dead."""


@dataclass(frozen=True, slots=True)
class Worker:
    """A worker that is alive.

    Attributes:
        id: name of the process, which no other one has or had.
        name: what its user calls it.
        host: the machine on which it runs.
    """

    id: str
    name: str
    host: str


def alive_workers(connection: sa.Connection, dead_seconds: float = DEAD_SECONDS) -> list[Worker]:
    """Return the workers whose last heartbeat is not older than this, in seconds."""
    oldest = clock(connection) - dead_seconds
    query = sa.select(workers.c.id, workers.c.name, workers.c.host).where(workers.c.beat_at >= oldest)
    return [Worker(*row) for row in connection.execute(query.order_by(workers.c.name))]


class Heartbeat:
    """Keeps a worker alive from a thread of its own, and takes over what dead workers leave.

    A worker that freezes and wakes goes on, and beats again; the rows that were taken over from it belong to others by then.

    Args:
        engine: the shared database.
        worker_id: what the user calls the worker.
        executor: name of the process.
        take_over: queues the rows again on which none of these processes works, and returns how many.
        dead_seconds: how long after its last heartbeat a worker counts as dead, in seconds.
    """

    def __init__(
        self,
        engine: sa.Engine,
        worker_id: str,
        executor: str,
        take_over: Callable[[Collection[str]], int],
        dead_seconds: float = DEAD_SECONDS,
    ) -> None:
        self._engine = engine
        self._name = worker_id
        self._executor = executor
        self._take_over = take_over
        self._dead_seconds = dead_seconds
        self._beat_seconds = dead_seconds / BEATS
        self._is_leaving = False
        self._judges_from = 0.0
        self._seen: dict[str, tuple[float, float]] = {}
        """By worker, its last heartbeat, and when it was first seen, in seconds of the monotonic clock."""
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="tarash-heartbeat", daemon=True)

    def start(self) -> None:
        """Beat again and again, and look after the rows of the dead."""
        self._thread.start()

    def only_beat(self) -> None:
        """Take nothing over any more, as this worker is about to leave."""
        self._is_leaving = True

    def stop(self) -> None:
        """Stop beating, and leave at once: what this worker has not finished may be taken over."""
        self._stopped.set()
        self._thread.join(self._beat_seconds)
        # if the server is away, the others see within `dead_seconds` that this worker is gone
        with contextlib.suppress(sa.exc.SQLAlchemyError), self._engine.begin() as connection:
            connection.execute(workers.delete().where(workers.c.id == self._executor))

    def _run(self) -> None:
        while not self._stopped.wait(self._beat_seconds):
            try:
                self.beat()
                if not self._is_leaving and time.monotonic() >= self._judges_from:
                    self._look_after_the_dead()
            except sa.exc.SQLAlchemyError:
                # the server restarts, or the network is down: beating goes on when it is back
                self._engine.dispose()
                # the others could not beat either, and have what their rows were answered meanwhile
                self._judges_from = time.monotonic() + self._dead_seconds

    def beat(self) -> None:
        """Say that this worker is alive.

        Raises:
            sqlalchemy.exc.SQLAlchemyError: the database failed.
        """
        with self._engine.begin() as connection:
            now = clock(connection)
            own = workers.c.id == self._executor
            if connection.execute(workers.update().where(own).values(beat_at=now)).rowcount:
                return
            host = f"{socket.gethostname()}:{os.getpid()}"
            connection.execute(
                workers.insert().values(id=self._executor, name=self._name, host=host, beat_at=now)
            )

    def _look_after_the_dead(self) -> None:
        with self._engine.begin() as connection:
            # one worker at a time: a second one would take the same rows from the first
            only = sa.select(schema.c.version).with_for_update(skip_locked=True)
            if connection.scalar(only) is None:
                return
            found = connection.execute(sa.select(workers.c.id, workers.c.beat_at))
            beats = {row.id: row.beat_at for row in found}
            dead = self._dead_among(beats, clock(connection))
            self._take_over(beats.keys() - dead)
            # no row names them any more; a worker that wakes after all enters itself again
            connection.execute(workers.delete().where(workers.c.id.in_(dead)))

    def _dead_among(self, beats: Mapping[str, float], now: float) -> set[str]:
        """Return the workers that are dead.

        If the server's clock is set, every heartbeat is old at once, or none for hours: a worker is dead only if its heartbeat has
        not changed while this one watched.
        """
        watched = time.monotonic()
        self._seen = {
            worker: self._seen[worker] if self._seen.get(worker, (None, 0.0))[0] == beat else (beat, watched)
            for worker, beat in beats.items()
        }
        silent = {worker: watched - since for worker, (_, since) in self._seen.items()}
        return {
            worker
            for worker, beat in beats.items()
            if silent[worker] > self._dead_seconds
            or (beat < now - self._dead_seconds and silent[worker] > _WATCHED_BEATS * self._beat_seconds)
        }


def names_of_workers(engine: sa.Engine) -> list[str]:
    """Return the workers that are alive, each with its machine."""
    with reading(engine).connect() as connection:
        return [f"{worker.name} ({worker.host})" for worker in alive_workers(connection)]


__all__ = ["Heartbeat", "Worker", "alive_workers", "names_of_workers"]
