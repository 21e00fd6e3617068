"""Runs thousands of jobs at once: how many finish per second, and how much memory a waiting job takes."""

from __future__ import annotations

import asyncio
import gc
import resource
import time
import tracemalloc
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from benchmarks.findings import Finding
from benchmarks.handwritten import MODEL, AsyncLoop
from benchmarks.simulated import SimulatorProcess, prompt_for
from tarash.tarash_gateway import Gateway, VideoGenerationConfig, VideoGenerationRequest

JOB_SECONDS = 3.0
JOBS_PER_SECOND = {1000: 103.0, 5000: 205.0}
"""What plain httpx reached with requests capped in front of its pool, by number of jobs."""
SMALL_ENOUGH_KB = 10.0
SETTLE_SECONDS = 5.0
THREADS = 200
THREAD_REQUESTS, THREAD_CONNECTIONS = 7, 30
SLOTS = 100
WAITING_JOBS = 1000
SOCKETS, ESTABLISHED = Path("/proc/net/tcp"), "01"
"""Linux: every socket of the machine, with its state."""

Job = Callable[[], Awaitable[object]]


def measure(tiny: bool) -> Iterator[Finding]:
    """Run the gateway, a plain httpx loop, and an httpx loop behind a semaphore."""
    allow_many_files()
    seconds = 0.2 if tiny else JOB_SECONDS
    for jobs in (10,) if tiny else tuple(JOBS_PER_SECOND):
        yield _gateway(jobs, seconds)
    # the baselines run at the smaller size only: they fall further behind with more jobs
    few = 10 if tiny else min(JOBS_PER_SECOND)
    yield _by_hand("plain httpx", few, seconds, None)
    yield _by_hand("httpx behind a semaphore", few, seconds, SLOTS)
    yield from _threads(5 if tiny else THREADS, seconds)
    yield _memory(10 if tiny else WAITING_JOBS)


def _gateway(jobs: int, seconds: float) -> Finding:
    async def run(url: str) -> float:
        async with Gateway() as gateway:
            config, request = asked(url, seconds)
            return await _all(jobs, lambda: gateway.generate_video_async(config, request))

    with SimulatorProcess("fal") as simulator:
        cpu, taken = time.process_time(), asyncio.run(run(simulator.url))
        cpu = time.process_time() - cpu
        requests = sum(job.requests for job in simulator.served().values()) / jobs
    note = f"{jobs} jobs in {taken:.1f} s, {cpu / jobs * 1e3:.1f} ms of CPU and {requests:.1f} requests each"
    return Finding(
        f"gateway, {jobs} jobs at once", jobs / taken, "jobs/s", at_least=JOBS_PER_SECOND.get(jobs), note=note
    )


def _by_hand(what: str, jobs: int, seconds: float, slots: int | None) -> Finding:
    async def run(url: str) -> float:
        gate = None if slots is None else asyncio.Semaphore(slots)
        loop = AsyncLoop(url, streams=False, pause=pause, slots=gate)
        try:
            return await _all(jobs, lambda: loop.run(prompt_for(seconds)))
        finally:
            await loop.close()

    with SimulatorProcess("fal") as simulator:
        cpu, taken = time.process_time(), asyncio.run(run(simulator.url))
        cpu = time.process_time() - cpu
        requests = sum(job.requests for job in simulator.served().values()) / jobs
    note = f"{jobs} jobs in {taken:.1f} s, {cpu / jobs * 1e3:.1f} ms of CPU and {requests:.1f} requests each"
    return Finding(f"{what}, {jobs} jobs at once", jobs / taken, "jobs/s", note=note)


def _threads(jobs: int, seconds: float) -> Iterator[Finding]:
    with SimulatorProcess("fal") as simulator, Gateway() as gateway, ThreadPoolExecutor(jobs) as threads:
        config, request = asked(simulator.url, seconds)
        began = time.monotonic()
        done = [threads.submit(gateway.generate_video, config, request) for _ in range(jobs)]
        assert all(job.result().video for job in done)
        taken = time.monotonic() - began
        requests = sum(job.requests for job in simulator.served().values()) / jobs
        connections = _open_connections(simulator.url)
    yield Finding(f"gateway, {jobs} threads", jobs / taken, "jobs/s", note=f"{taken:.1f} s")
    yield Finding(f"gateway, {jobs} threads, requests", requests, "a job", at_most=THREAD_REQUESTS)
    if connections is not None:
        yield Finding(
            f"gateway, {jobs} threads, connections", connections, "kept", at_most=THREAD_CONNECTIONS
        )


def _open_connections(url: str) -> int | None:
    """Return how many connections to a server of this machine are open; None where the system does not say."""
    if not SOCKETS.exists():
        return None
    port = f":{int(url.rpartition(':')[2]):04X}"
    rows = [line.split() for line in SOCKETS.read_text().splitlines()[1:]]
    return sum(row[2].endswith(port) and row[3] == ESTABLISHED for row in rows)


def _memory(jobs: int) -> Finding:
    """Measure the memory of jobs that have been accepted, connections, streams and requests in flight included."""

    async def run(simulator: SimulatorProcess) -> float:
        url = simulator.url
        async with Gateway() as gateway:
            config, request = asked(url, 0.1)
            await gateway.generate_video_async(config, request)
            config, request = asked(url, 3600.0)
            gc.collect()
            tracemalloc.start()
            began = tracemalloc.get_traced_memory()[0]
            tasks = [asyncio.create_task(gateway.generate_video_async(config, request)) for _ in range(jobs)]
            while True:
                await asyncio.sleep(0.2)
                if simulator.accepted() > jobs:
                    break
            await asyncio.sleep(SETTLE_SECONDS)
            gc.collect()
            held = tracemalloc.get_traced_memory()[0] - began
            tracemalloc.stop()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            return held

    with SimulatorProcess("fal") as simulator:
        held = asyncio.run(run(simulator))
    return Finding("memory of a waiting job", held / jobs / 1024, "KB", at_most=SMALL_ENOUGH_KB)


async def _all(jobs: int, job: Job) -> float:
    began = time.monotonic()
    await asyncio.gather(*(job() for _ in range(jobs)))
    return time.monotonic() - began


def asked(url: str, seconds: float) -> tuple[VideoGenerationConfig, VideoGenerationRequest]:
    """Return what to ask fal's simulator for: a clip that takes this many seconds."""
    config = VideoGenerationConfig(
        provider="fal", model=MODEL, api_key="11111111-2222:simulated-secret", base_url=url
    )
    return config, VideoGenerationRequest(prompt=prompt_for(seconds))


def pause(elapsed_seconds: float) -> float:
    """Pause as the gateway does for a model it knows nothing about."""
    return max(0.25, elapsed_seconds * 0.2)


def allow_many_files() -> None:
    """Raise the limit of open files, which is 1,024 on many systems, as far as the system lets."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 16_384 if hard == resource.RLIM_INFINITY else min(16_384, hard)
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
