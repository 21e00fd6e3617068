"""Draws what waiting jobs cost as they become more, for docs/explanation/performance.md: `python -m benchmarks.growth`."""

from __future__ import annotations

import asyncio
import multiprocessing
from collections.abc import Awaitable, Callable, Coroutine
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from matplotlib import pyplot as plt
from matplotlib.axes import Axes

from benchmarks.concurrency import SLOTS, allow_many_files, asked, pause
from benchmarks.drawing import draw_svg
from benchmarks.handwritten import AsyncLoop
from benchmarks.memory import resident_bytes
from benchmarks.simulated import SimulatorProcess, prompt_for
from tarash.tarash_gateway import Gateway

TARGET = Path(__file__).resolve().parents[1] / "docs" / "explanation" / "growth.svg"
JOB_SECONDS = 3600.0
"""No job ends while it is measured."""
SETTLE_SECONDS = 10.0
BY_HAND, GATEWAY = "httpx by hand, behind a semaphore", "gateway"
NUMBERS = {GATEWAY: (100, 1000, 5000, 20_000), BY_HAND: (100, 1000, 5000)}
"""How many jobs wait at once; 20,000 by hand would take five minutes to submit."""


def main() -> None:
    """Measure each number of jobs in a process of its own, and draw them."""
    # each measurement in a new process: memory that was freed does not always go back to the system
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context, max_tasks_per_child=1) as fresh:
        draw(
            {
                way: [fresh.submit(measure, way, jobs).result() for jobs in numbers]
                for way, numbers in NUMBERS.items()
            }
        )


def draw(found: dict[str, list[float]]) -> None:
    """Draw the megabytes that were measured for each of `NUMBERS`."""
    draw_svg("growth")
    figure, (left, right) = plt.subplots(1, 2, figsize=(11, 3.6), layout="constrained")
    for way, marker in zip(found, "os", strict=True):
        each = [held * 1024 / jobs for held, jobs in zip(found[way], NUMBERS[way], strict=True)]
        left.plot(NUMBERS[way], found[way], f"{marker}-", label=way, markersize=5)
        right.plot(NUMBERS[way], each, f"{marker}-", label=way, markersize=5)
    left.set_title("All jobs that wait, connections included: memory in MB")
    left.set_yscale("log")
    left.set_yticks([1, 10, 100], ["1", "10", "100"])
    left.legend(frameon=False)
    right.set_title("One of them: memory in KB")
    right.set_ylim(bottom=0)
    for axes in (left, right):
        _number_jobs(axes)
    figure.savefig(TARGET, metadata={"Date": None})


def _number_jobs(axes: Axes) -> None:
    axes.set_xscale("log")
    axes.set_xticks(NUMBERS[GATEWAY], [f"{jobs:,}" for jobs in NUMBERS[GATEWAY]])
    axes.minorticks_off()
    axes.set_xlabel("jobs that wait at once")


def measure(way: str, jobs: int) -> float:
    """Submit this many jobs; return the megabytes by which the process has grown once they all wait."""
    allow_many_files()
    with SimulatorProcess("fal") as simulator:
        return asyncio.run(_waiting(way, simulator, jobs))


async def _waiting(way: str, simulator: SimulatorProcess, jobs: int) -> float:
    job, close = _gateway(simulator.url) if way == GATEWAY else _by_hand(simulator.url)
    await job(0.1)
    before, submitted = resident_bytes(), simulator.accepted() + jobs
    tasks = [asyncio.create_task(job(JOB_SECONDS)) for _ in range(jobs)]
    while True:
        await asyncio.sleep(0.2)
        if simulator.accepted() >= submitted:
            break
    await asyncio.sleep(SETTLE_SECONDS)
    held = (resident_bytes() - before) / 2**20
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await close()
    return held


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


if __name__ == "__main__":
    main()
