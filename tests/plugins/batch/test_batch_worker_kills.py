"""Workers are killed and frozen at random moments: others take over, each attempt is paid for once, and every cent is accounted for."""

from __future__ import annotations

import asyncio
import json
import random
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Literal

import pytest
import sqlalchemy as sa

from plugins.batch.batch_command import Tarash
from plugins.batch.batch_program import rows_of
from plugins.batch.killed_batches import (
    KILLS,
    MOST_SECONDS,
    ROWS,
    assert_nothing_is_lost_or_paid_twice,
    dice_of_the_seed,
    faulty_providers,
    settings_of,
    wait_for_calls,
)
from plugins.batch.postgres import needs_postgres
from plugins.batch.simulators_with_clips import KlingWithClips, ReplicateWithClips
from tarash_gateway_batch import BatchOptions, BatchRunner
from tarash_gateway_batch.location import Location
from tarash_gateway_batch.store import WAITING, Store
from tarash_gateway_batch.tables import open_database
from tarash_gateway_batch.workers import alive_workers

pytestmark = [needs_postgres, pytest.mark.xdist_group("postgres")]

WORKERS = 3
DEAD_SECONDS = 3.0
Simulators = tuple[KlingWithClips, ReplicateWithClips]
Blow = Literal["kill for good", "kill", "freeze"]


def blows() -> Iterator[Blow]:
    """Yield what is done to the workers: one freezes after every fifth kill, and after the last."""
    yield "kill for good"
    for number in range(1, KILLS + 1):
        yield "kill"
        if number % 5 == 0 or number == KILLS:
            yield "freeze"


def wait_until(condition: Callable[[], bool]) -> None:
    pause, until = threading.Event(), time.monotonic() + MOST_SECONDS
    while not condition():
        assert time.monotonic() < until
        pause.wait(0.05)


class Workers:
    """Three workers, of which one after the other is killed or frozen."""

    def __init__(self, start: Callable[[str], subprocess.Popen[str]], database: sa.Engine) -> None:
        self._start = start
        self._database = database
        self._running: list[subprocess.Popen[str]] = []
        self._started = 0

    def start(self) -> None:
        """Start one, and do not wait until it is ready."""
        self._started += 1
        self._running.append(self._start(f"worker-{self._started}"))

    def wait_until_ready(self) -> None:
        for process in self._running:
            assert process.stderr is not None
            assert "is ready" in process.stderr.readline()

    def kill(self, dice: random.Random) -> None:
        chosen = self._running.pop(dice.randrange(len(self._running)))
        chosen.kill()
        chosen.communicate()

    @contextmanager
    def frozen(self, dice: random.Random) -> Iterator[None]:
        """Freeze one until the others count it as dead, and for as long as the context lasts."""
        wait_until(lambda: any(map(self._is_alive, self._running)))
        chosen = dice.choice([process for process in self._running if self._is_alive(process)])
        chosen.send_signal(signal.SIGSTOP)
        try:
            wait_until(lambda: not self._is_alive(chosen))
            yield
        finally:
            chosen.send_signal(signal.SIGCONT)

    def _is_alive(self, process: subprocess.Popen[str]) -> bool:
        with self._database.connect() as connection:
            alive = alive_workers(connection, DEAD_SECONDS)
        return any(worker.host.endswith(f":{process.pid}") for worker in alive)

    def stop(self) -> None:
        """Let all of them finish; each must end as it should, those that were frozen included."""
        for process in self._running:
            process.send_signal(signal.SIGTERM)
        for process in self._running:
            _, err = process.communicate(timeout=60)
            assert process.returncode == 130, err

    def close(self) -> None:
        for process in self._running:
            process.kill()
            process.communicate()


@contextmanager
def three_workers(
    tarash: Tarash, server: str, simulators: Simulators, database: sa.Engine
) -> Iterator[Workers]:
    kling, replicate = simulators

    def start(name: str) -> subprocess.Popen[str]:
        return tarash.start(
            "batch", "worker", "--database", server, "--worker-id", name, "--dead-after", DEAD_SECONDS,
            "--base-url", kling.url, "--base-url", f"{replicate.url}/v1",
            KLING_API_KEY=kling.api_key, REPLICATE_API_TOKEN=replicate.api_key,
        )  # fmt: skip

    workers = Workers(start, database)
    try:
        for _ in range(WORKERS):
            workers.start()
        workers.wait_until_ready()
        yield workers
    finally:
        workers.close()


def queue(server: str, folder: Path, simulators: Simulators) -> None:
    rows = rows_of(settings_of(folder, *simulators), ROWS)
    options = BatchOptions(concurrency=3, budget_usd=1000.0, on_bad_media="retry")

    async def main() -> None:
        async with BatchRunner(database=server) as runner:
            await runner.enqueue(rows, name="boats", out=folder / "videos", options=options)

    asyncio.run(main())


@pytest.mark.timeout(2 * MOST_SECONDS + 60)
def test_workers_that_are_killed_and_frozen_again_and_again_pay_for_each_attempt_once(
    tarash: Tarash, server: str, tmp_path: Path
) -> None:
    dice = dice_of_the_seed()
    database = open_database(Location.of(server))
    store = Store(database)
    struck: list[Blow] = []

    def is_over() -> bool:
        return not store.progress("boats").counts.get(WAITING)

    with ExitStack() as stack:
        stack.callback(database.dispose)
        simulators = stack.enter_context(faulty_providers())
        workers = stack.enter_context(three_workers(tarash, server, simulators, database))
        queue(server, tmp_path, simulators)
        planned = tuple(blows())
        most_calls = max(3 * ROWS // len(planned), 1)
        for blow in planned:
            wait_for_calls(dice.randint(1, most_calls), simulators, is_over)
            if is_over():
                break
            struck.append(blow)
            if blow == "freeze":
                with workers.frozen(dice):
                    wait_for_calls(dice.randint(1, most_calls), simulators, is_over)
                continue
            workers.kill(dice)
            if blow == "kill":
                workers.start()
        followed = tarash("batch", "resume", "boats", "--database", server, "--json", "--quiet")
        workers.stop()
        accepted = {"kling": simulators[0].jobs, "replicate": simulators[1].jobs}
    told = json.loads(followed.stdout)
    assert set(told["counts"]) <= {"completed", "bad_media", "failed"}, followed.stderr
    assert set(struck) == set(planned)
    assert_nothing_is_lost_or_paid_twice(tmp_path / "videos", told["spent_usd"], accepted)
