"""Measures batches: what a row costs, and whether it costs the same in a large batch; and the memory of jobs that wait."""

from __future__ import annotations

import asyncio
import multiprocessing
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, cast

from benchmarks.findings import Finding
from benchmarks.handwritten import MODEL
from benchmarks.memory import largest_resident_bytes
from benchmarks.simulated import SimulatorProcess, prompt_for
from tarash.tarash_gateway import Gateway, MockConfig, VideoGenerationConfig, VideoGenerationRequest
from tarash.tarash_gateway.job import Journal
from tarash_gateway_batch import BatchOptions, BatchRunner

ROWS, LARGE_ROWS = (100, 400), (500, 5000, 20_000)
CONCURRENCY = 50
PAGE_BYTES = 4096
"""Size of a page of SQLite, in bytes: a database grows by whole ones."""
FLAT = 1.3
"""Times what a row costs in the smallest batch."""
WAITING_JOBS, MORE_WAITING_JOBS = 300, 1000
WAITING_KB = 150.0
SETTLE_SECONDS = 3.0
LOOK_SECONDS = 0.2
_MB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Measured:
    """What a batch took.

    Attributes:
        rows: number of its rows.
        seconds: time in seconds.
        cpu_seconds: CPU time of its process in seconds.
        grown_bytes: by how much the largest memory of the process grew, in bytes.
        database_bytes: by how much the database grew, in bytes.
    """

    rows: int
    seconds: float
    cpu_seconds: float
    grown_bytes: int
    database_bytes: int


def measure(tiny: bool) -> Iterator[Finding]:
    """Run batches with the mock in processes of their own, and let jobs wait at a simulator."""
    yield from _sizes((4, 8) if tiny else ROWS)
    yield _waiting(5 if tiny else WAITING_JOBS)


def measure_large(tiny: bool) -> Iterator[Finding]:
    """Run batches up to a size that takes many minutes, and let more jobs wait."""
    yield from _sizes((4, 16) if tiny else LARGE_ROWS)
    yield _waiting(5 if tiny else MORE_WAITING_JOBS)


def _sizes(sizes: Sequence[int]) -> Iterator[Finding]:
    few, *others = measured = [_in_a_process(_run_rows, rows) for rows in sizes]
    for batch in measured:
        note = (
            f"{_cpu(batch) * 1e3:.1f} ms of CPU and {_database(batch) / 1024:.1f} KB of database a row; "
            f"{batch.grown_bytes / _MB:.0f} MB of memory, {batch.database_bytes / _MB:.1f} MB of database"
        )
        yield Finding(f"batch of {batch.rows} rows", batch.rows / batch.seconds, "rows/s", note=note)
    for batch in others:
        beside = f", {batch.rows} rows to {few.rows}"
        yield Finding(f"CPU of a row{beside}", _cpu(batch) / _cpu(few), "×", at_most=FLAT)
        yield Finding(f"database of a row{beside}", _database(batch) / _database(few), "×", at_most=FLAT)


def _cpu(batch: Measured) -> float:
    return batch.cpu_seconds / batch.rows


def _database(batch: Measured) -> float:
    # a few rows may fit into a page that was there
    return max(batch.database_bytes, PAGE_BYTES) / batch.rows


def _waiting(jobs: int) -> Finding:
    with SimulatorProcess("fal") as simulator:
        grown = _in_a_process(_let_wait, jobs, simulator.url, at_simulator=simulator)
    note = f"{grown / _MB:.0f} MB"
    return Finding(
        f"memory of a row that waits, beside {jobs}", grown / jobs / 1024, "KB", at_most=WAITING_KB, note=note
    )


def _in_a_process(
    work: Callable[..., Any], *arguments: object, at_simulator: SimulatorProcess | None = None
) -> Any:
    """Run a function in a fresh process and an empty folder, and return what it sends; it may ask how many jobs the simulator has."""
    context = multiprocessing.get_context("spawn")
    pipe, theirs = context.Pipe()
    with tempfile.TemporaryDirectory() as folder:
        process = context.Process(target=work, args=(theirs, Path(folder), *arguments), daemon=True)
        process.start()
        theirs.close()
        try:
            while (told := pipe.recv()) == "accepted?" and at_simulator is not None:
                pipe.send(at_simulator.accepted())
            return told
        finally:
            process.kill()
            process.join()


# In the process of a batch.


def _run_rows(pipe: Connection, folder: Path, rows: int) -> None:
    pipe.send(asyncio.run(_batches_of(folder, rows)))


async def _batches_of(folder: Path, rows: int) -> Measured:
    await _batch_of(folder, "warm-up", 20)
    return await _batch_of(folder, "rain", rows)


async def _batch_of(folder: Path, name: str, rows: int) -> Measured:
    config = VideoGenerationConfig(provider="fal", model=MODEL, mock=MockConfig())
    options = BatchOptions(concurrency=CONCURRENCY, check_media=False)
    requests = [
        VideoGenerationRequest(prompt=f"{name} {number}", duration_seconds=4) for number in range(rows)
    ]
    size = _size_of(folder)
    async with BatchRunner(database=folder / "batches.sqlite") as runner:
        memory, cpu, began = largest_resident_bytes(), time.process_time(), time.monotonic()
        await runner.run(requests, config, name=name, out=folder / name, options=options)
        taken = time.monotonic() - began, time.process_time() - cpu, largest_resident_bytes() - memory
    return Measured(rows, *taken, _size_of(folder) - size)


def _size_of(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.glob("batches.sqlite*"))


def _let_wait(pipe: Connection, folder: Path, jobs: int, url: str) -> None:
    asyncio.run(_wait_for_jobs(pipe, folder, jobs, url))


async def _wait_for_jobs(pipe: Connection, folder: Path, jobs: int, url: str) -> None:
    """Send by how much memory grows, in bytes, until all jobs wait; this process is killed then."""
    config = VideoGenerationConfig(
        provider="fal", model=MODEL, api_key="11111111-2222:simulated-secret", base_url=url, timeout=3600.0
    )
    options = BatchOptions(concurrency=jobs, check_media=False)

    def make_gateway(journal: Journal) -> Gateway:
        return Gateway(journal=journal, environ={}, allow_private_hosts=True, output_dir=folder)

    async with BatchRunner(database=folder / "batches.sqlite", make_gateway=make_gateway) as runner:
        short = [VideoGenerationRequest(prompt=prompt_for(0.1))]
        await runner.run(short, config, name="warm-up", out=folder / "warm-up", options=options)
        memory = largest_resident_bytes()
        requests = [VideoGenerationRequest(prompt=prompt_for(3600.0)) for _ in range(jobs)]
        waiting = asyncio.create_task(
            runner.run(requests, config, name="rain", out=folder / "rain", options=options)
        )
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            if waiting.done():
                raise AssertionError(f"the batch has ended: {await waiting}")
            pipe.send("accepted?")
            if cast("int", pipe.recv()) > jobs:
                break
        await asyncio.sleep(SETTLE_SECONDS)
        pipe.send(largest_resident_bytes() - memory)
        # killed here: closing the runner would wait for the jobs
        await waiting
