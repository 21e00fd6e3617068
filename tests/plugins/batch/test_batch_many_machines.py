"""Workers share a PostgreSQL database: they keep the limits together, take over from dead ones, and pay for no row twice."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import threading
from collections import Counter
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import InternalError

from plugins.batch.batch_command import Tarash, wait_for, worker
from plugins.batch.postgres import needs_postgres, programs
from simulators.asking import video_config
from simulators.kling import KlingSimulator
from tarash.tarash_gateway import VideoGenerationRequest
from tarash.tarash_gateway.exceptions import ValidationError
from tarash_gateway_batch import BatchOptions, BatchRunner, BatchWorker, RowResult
from tarash_gateway_batch.location import Location
from tarash_gateway_batch.store import Store
from tarash_gateway_batch.tables import batches, lock_batch, open_database

pytestmark = pytest.mark.xdist_group("postgres")


def told_of(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def stop(*processes: subprocess.Popen[str]) -> None:
    for process in processes:
        process.send_signal(signal.SIGTERM)
    for process in processes:
        process.communicate(timeout=60)


def queued(server: str, kling: KlingSimulator, out: Path) -> Mapping[str, int]:
    """Queue twelve rows, and return how many are in which state."""
    requests = [
        VideoGenerationRequest(prompt=f"boat {number}", duration_seconds=5) for number in range(1, 13)
    ]
    options = BatchOptions(concurrency=4, budget_usd=50.0)

    async def main() -> Mapping[str, int]:
        async with BatchRunner(database=server) as runner:
            config = video_config(kling)
            return (await runner.enqueue(requests, config, name="boats", out=out, options=options)).counts

    return asyncio.run(main())


@needs_postgres
@pytest.mark.timeout(300)
def test_a_dead_and_a_frozen_worker_pay_for_no_row_twice(
    tarash: Tarash, server: str, kling: KlingSimulator, tmp_path: Path
) -> None:
    assert queued(server, kling, tmp_path / "videos") == {"waiting": 12}
    kling.hold("running")
    # two workers get rows, one after the other: each takes what the limit allows
    dead = worker(tarash, server, "a", kling)
    wait_for(lambda: len(kling.jobs) == 4, "the first worker takes no rows")
    dead.kill()
    dead.communicate()
    frozen = worker(tarash, server, "b", kling)
    third = None
    try:
        calls = len(kling.requests)
        wait_for(lambda: len(kling.requests) > calls, "the rows of the dead worker are not taken over")
        assert told_of(tarash("batch", "status", "boats", "--database", server, "--json"))["workers"]
        frozen.send_signal(signal.SIGSTOP)
        third = worker(tarash, server, "c", kling)
        calls = len(kling.requests)
        wait_for(lambda: len(kling.requests) > calls, "the rows of the frozen worker are not taken over")
        # what was taken over was resumed, and the limit of 4 has held for all workers together
        assert len(kling.jobs) == 4
        kling.release()
        frozen.send_signal(signal.SIGCONT)
        followed = tarash("batch", "resume", "boats", "--database", server, "--json")
    finally:
        frozen.send_signal(signal.SIGCONT)
        stop(frozen, *([third] if third is not None else []))
    assert followed.returncode == 0, followed.stderr
    told = told_of(followed)
    assert told["counts"] == {"completed": 12}
    assert told["spent_usd"] == pytest.approx(12 * 0.42)
    prompts = Counter(str(job.inputs.get("prompt", job.inputs)) for job in kling.jobs)
    assert (len(prompts), set(prompts.values())) == (12, {1})
    text = (tmp_path / "videos" / "manifest.jsonl").read_text("utf-8")
    results = [RowResult.model_validate_json(line) for line in text.splitlines()]
    assert [len(result.attempts) for result in results] == [1] * 12
    assert_no_secret_is_stored(server, kling.api_key)


@needs_postgres
@pytest.mark.timeout(30)
def test_a_worker_that_freezes_in_a_transaction_holds_nobody_up_for_long(server: str) -> None:
    frozen, awake = (open_database(Location.of(server), idle_seconds=1.0) for _ in range(2))
    try:
        with awake.begin() as connection:
            batch = {"name": "locked", "allow_unknown_cost": False, "settings": "{}", "out": "/locked"}
            connection.execute(batches.insert().values(batch))
        with frozen.connect() as idle:
            lock_batch(idle, "locked")
            # without the limit, this waits for as long as the other one is frozen
            with awake.begin() as connection:
                lock_batch(connection, "locked")
            with pytest.raises(InternalError, match="idle-in-transaction"):
                lock_batch(idle, "locked")
    finally:
        frozen.dispose()
        awake.dispose()


@needs_postgres
def test_of_two_batches_that_are_added_at_once_one_gets_the_folder(server: str) -> None:
    stores = [Store(open_database(Location.of(server))) for _ in range(2)]
    both = threading.Barrier(len(stores))

    def add(store: Store, name: str, out: str) -> str | None:
        both.wait(60.0)
        try:
            store.add(name, [], {}, BatchOptions(), out)
        except ValidationError as refusal:
            return refusal.message
        return None

    try:
        with ThreadPoolExecutor(len(stores)) as threads:
            for turn in range(10):
                out, names = f"/shared-{turn}", [f"{side}-{turn}" for side in ("left", "right")]
                refusals = list(threads.map(add, stores, names, [out] * 2))
                winner = names[refusals.index(None)]
                (refusal,) = filter(None, refusals)
                assert f"the batch {winner!r} has its manifest and its report in {out}" in refusal
    finally:
        for store in stores:
            store.engine.dispose()


def assert_no_secret_is_stored(server: str, key: str) -> None:
    folder = programs()
    assert folder is not None
    dumped = subprocess.run(
        [str(folder / "pg_dump"), server],
        capture_output=True,
        text=True,
        check=True,
        env={"PATH": os.defpath},
    ).stdout
    assert "boat 1" in dumped
    secrets = [part for part in (key, *key.split(":")) if len(part) > 3]
    assert secrets
    assert all(secret not in dumped for secret in secrets)


def test_a_worker_needs_a_server() -> None:
    with pytest.raises(ValidationError, match="workers share a PostgreSQL server"):
        BatchWorker(database="batches.sqlite")


def test_the_password_of_a_database_is_never_shown() -> None:
    location = Location.of("postgresql://tarash:hunter2@db:5432/batches")
    assert str(location) == "postgresql://tarash:***@db:5432/batches"
    assert "hunter2" not in repr(location)
    assert "hunter2" in location.connection


@pytest.mark.parametrize("address", ["mysql://a:hunter2@db/x", "postgresql://a:hunter2@db:port/x"])
def test_another_kind_of_database_is_refused_without_its_password(address: str) -> None:
    with pytest.raises(ValidationError) as caught:
        Location.of(address)
    assert "hunter2" not in str(caught.value)
