"""Measures whether jobs at a healthy provider suffer while hundreds of requests hang at another one."""

from __future__ import annotations

import asyncio
import contextlib
import statistics
from collections.abc import AsyncIterator, Iterator

from benchmarks.findings import Finding
from benchmarks.handwritten import MODEL
from benchmarks.notice import Noticed, watch_once
from benchmarks.simulated import SimulatorProcess
from tarash.tarash_gateway import Gateway, VideoGenerationConfig, VideoGenerationRequest

STALLED_JOBS = 500
HEALTHY_JOBS = 20
JOB_SECONDS = 6.0
TARGET = 1.25
"""Times the lateness without them; the moment of the last poll is random."""


def measure(tiny: bool) -> Iterator[Finding]:
    """Follow jobs at Replicate alone, then beside submissions to fal that are never answered."""
    stalled, healthy, seconds = (5, 2, 0.3) if tiny else (STALLED_JOBS, HEALTHY_JOBS, JOB_SECONDS)
    alone = asyncio.run(_healthy(0, healthy, seconds))
    beside = asyncio.run(_healthy(stalled, healthy, seconds))
    ratio = _late(beside) / _late(alone)
    note = f"{_late(beside):.2f} s late, alone {_late(alone):.2f} s"
    yield Finding(
        f"noticed late beside {stalled} stalled jobs, to alone", ratio, "×", at_most=TARGET, note=note
    )


def _late(jobs: list[Noticed]) -> float:
    return statistics.mean(job.late_seconds for job in jobs)


async def _healthy(stalled: int, jobs: int, seconds: float) -> list[Noticed]:
    with SimulatorProcess("fal") as hanging, SimulatorProcess("replicate") as healthy:
        hanging.hang()
        async with Gateway() as gateway, _in_the_background(gateway, hanging, stalled):
            durations = [seconds + 0.05 * number for number in range(jobs)]
            return await watch_once(gateway, healthy, "replicate", "acme/video", durations)


@contextlib.asynccontextmanager
async def _in_the_background(gateway: Gateway, simulator: SimulatorProcess, jobs: int) -> AsyncIterator[None]:
    config = VideoGenerationConfig(
        provider="fal", model=MODEL, api_key=simulator.api_key, base_url=simulator.base_url
    )
    request = VideoGenerationRequest(prompt="rain")
    tasks = [asyncio.create_task(gateway.generate_video_async(config, request)) for _ in range(jobs)]
    try:
        # let all of them begin
        await asyncio.sleep(1.0 if jobs else 0.0)
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
