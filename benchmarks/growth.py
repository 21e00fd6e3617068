"""Draws what waiting jobs cost as they become more, for docs/explanation/performance.md: `python -m benchmarks.growth`."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import time
from collections.abc import Awaitable, Callable, Coroutine
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from matplotlib import pyplot as plt
from matplotlib.axes import Axes

from benchmarks.concurrency import SLOTS, allow_many_files, asked, pause
from benchmarks.drawing import draw_svg
from benchmarks.handwritten import AsyncLoop
from benchmarks.simulated import SimulatorProcess, prompt_for
from tarash.tarash_gateway import Gateway

TARGET = Path(__file__).resolve().parents[1] / "docs" / "explanation" / "growth.svg"
MEMORY = Path("/proc/self/statm")
"""Linux: the second number is the resident memory of this process, in pages."""
JOB_SECONDS = 3600.0
"""No job ends while it is measured."""
SETTLE_SECONDS = 10.0
BY_HAND, GATEWAY = "httpx by hand, behind a semaphore", "gateway"
NUMBERS = {GATEWAY: (100, 1000, 5000, 20_000), BY_HAND: (100, 1000, 5000)}
"""How many jobs wait at once; 20,000 by hand would take five minutes to submit."""

Measured = tuple[float, float]
"""Megabytes that the waiting jobs hold, and milliseconds of CPU to submit one."""


def main() -> None:
    """Measure each number of jobs in a process of its own, and draw them."""
    # each measurement in a new process: memory that was freed does not always go back to the system
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context, max_tasks_per_child=1) as fresh:
        found = {
            way: [fresh.submit(measure, way, jobs).result() for jobs in numbers]
            for way, numbers in NUMBERS.items()
        }
    for way, rows in found.items():
        for jobs, (megabytes, milliseconds) in zip(NUMBERS[way], rows, strict=True):
            each = megabytes * 1024 / jobs
            print(f"{way}, {jobs} jobs: {megabytes:.1f} MB, {each:.1f} KB and {milliseconds:.2f} ms each")
    draw_svg("growth")
    figure, (left, right) = plt.subplots(1, 2, figsize=(11, 3.6), layout="constrained")
    _draw(left, {way: [row[0] for row in rows] for way, rows in found.items()})
    left.set_title("Memory of all waiting jobs, connections included, in MB")
    _draw(right, {way: [row[1] for row in rows] for way, rows in found.items()})
    right.set_title("CPU to submit one more job, in ms")
    right.set_ylim(bottom=0)
    left.set_yscale("log")
    left.legend(frameon=False)
    figure.savefig(TARGET, metadata={"Date": None})


def measure(way: str, jobs: int) -> Measured:
    """Submit this many jobs, and measure them once they all wait."""
    allow_many_files()
    with SimulatorProcess("fal") as simulator:
        return asyncio.run(_waiting(way, simulator, jobs))


async def _waiting(way: str, simulator: SimulatorProcess, jobs: int) -> Measured:
    job, close = _gateway(simulator.url) if way == GATEWAY else _by_hand(simulator.url)
    await job(0.1)
    before, began, submitted = _megabytes(), time.process_time(), simulator.accepted() + jobs
    tasks = [asyncio.create_task(job(JOB_SECONDS)) for _ in range(jobs)]
    while True:
        await asyncio.sleep(0.2)
        if simulator.accepted() >= submitted:
            break
    cpu = time.process_time() - began
    await asyncio.sleep(SETTLE_SECONDS)
    held = _megabytes() - before
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await close()
    return held, cpu / jobs * 1e3


Way = tuple[Callable[[float], Coroutine[None, None, object]], Callable[[], Awaitable[None]]]
"""Generates a clip that takes some seconds; closes the connections."""


def _gateway(url: str) -> Way:
    gateway = Gateway()

    async def job(seconds: float) -> object:
        return await gateway.generate_video_async(*asked(url, seconds))

    return job, gateway.aclose


def _by_hand(url: str) -> Way:
    loop = AsyncLoop(url, streams=False, pause=pause, slots=asyncio.Semaphore(SLOTS))
    return (lambda seconds: loop.run(prompt_for(seconds))), loop.close


def _megabytes() -> float:
    return int(MEMORY.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20


def _draw(axes: Axes, found: dict[str, list[float]]) -> None:
    for way, marker in zip(found, "os", strict=True):
        axes.plot(NUMBERS[way], found[way], f"{marker}-", label=way, markersize=5)
    axes.set_xscale("log")
    axes.set_xticks(NUMBERS[GATEWAY], [f"{jobs:,}" for jobs in NUMBERS[GATEWAY]])
    axes.minorticks_off()
    axes.set_xlabel("jobs that wait at once")


if __name__ == "__main__":
    main()
