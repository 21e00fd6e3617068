"""A database server whose connections are open, and that says nothing or has set its clock, holds nobody up and kills no worker."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Collection, Iterator

import pytest
import sqlalchemy as sa

from plugins.batch.postgres import PostgresServer, needs_postgres, postgres_server
from tarash_gateway_batch import BatchDatabaseError
from tarash_gateway_batch.location import Location
from tarash_gateway_batch.tables import clock, open_database, told_as_one_error, workers
from tarash_gateway_batch.workers import Heartbeat

pytestmark = [needs_postgres, pytest.mark.xdist_group("postgres"), pytest.mark.timeout(60)]
HOUR = 3600.0


@pytest.fixture
def own_server() -> Iterator[PostgresServer]:
    with postgres_server() as running:
        yield running


def wait_for(condition: Callable[[], bool]) -> None:
    until = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.02)


@pytest.mark.skipif(sys.platform != "linux", reason="the processes of the server are listed in /proc")
def test_a_frozen_server_is_told_and_not_waited_for(own_server: PostgresServer) -> None:
    location = Location.of(own_server.address)
    engine = open_database(location, silent_seconds=0.5)
    try:
        with engine.connect() as connection:
            with (
                own_server.frozen(),
                pytest.raises(
                    BatchDatabaseError, match=r"said nothing for .* it is frozen.*; nothing is lost"
                ),
                told_as_one_error(location),
            ):
                connection.execute(sa.select(workers.c.id))
            # it wakes, and its other connections work
            with engine.connect() as another:
                assert another.execute(sa.select(workers.c.id)).all() == []
    finally:
        engine.dispose()
    wait_for(lambda: not any(thread.name == "tarash-silence" for thread in threading.enumerate()))


def test_a_server_that_works_on_is_waited_for(own_server: PostgresServer) -> None:
    engine = open_database(Location.of(own_server.address), silent_seconds=0.6)
    query = sa.text("SELECT repeat('x', 100000), pg_sleep(0.02) FROM generate_series(1, 60)")
    try:
        with engine.connect() as connection:
            assert len(connection.execute(query).all()) == 60
    finally:
        engine.dispose()


class TestClocks:
    """The clock of the server is set, or it slept together with its workers."""

    @pytest.fixture
    def engine(self, own_server: PostgresServer) -> Iterator[sa.Engine]:
        engine = open_database(Location.of(own_server.address))
        yield engine
        engine.dispose()

    def judged(self, engine: sa.Engine, alive: list[set[str]], name: str) -> Heartbeat:
        def take_over(found: Collection[str]) -> int:
            alive.append(set(found))
            return 0

        heartbeat = Heartbeat(engine, name, name, take_over, dead_seconds=1.2)
        heartbeat.beat()
        return heartbeat

    def test_a_clock_that_is_set_forward_makes_no_worker_dead(self, engine: sa.Engine) -> None:
        alive: list[set[str]] = []
        heartbeats = [self.judged(engine, alive, name) for name in ("a", "b")]
        for heartbeat in heartbeats:
            heartbeat.start()
        try:
            for _ in range(5):
                with engine.begin() as connection:
                    # as seen from then on, what was written before is old
                    connection.execute(workers.update().values(beat_at=workers.c.beat_at - HOUR))
                seen = len(alive)
                wait_for(lambda seen=seen: len(alive) >= seen + 3)  # type: ignore[misc] # its default is an int
        finally:
            for heartbeat in heartbeats:
                heartbeat.stop()
        assert all(found == {"a", "b"} for found in alive[: 5 * 3])

    def test_a_clock_that_is_set_back_keeps_no_dead_worker_alive(self, engine: sa.Engine) -> None:
        alive: list[set[str]] = []
        heartbeat = self.judged(engine, alive, "a")
        with engine.begin() as connection:
            later = clock(connection) + HOUR
            connection.execute(workers.insert().values(id="dead", name="dead", host="x:1", beat_at=later))
        heartbeat.start()
        try:
            wait_for(lambda: alive != [] and alive[-1] == {"a"})
        finally:
            heartbeat.stop()
        assert alive[0] == {"a", "dead"}
