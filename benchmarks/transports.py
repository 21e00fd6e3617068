"""Measures the aiohttp transport: CPU of a job beside aiohttp by hand and the default transport, and thousands of jobs at once."""

from __future__ import annotations

import asyncio
import gc
import json
import statistics
import time
from collections.abc import Awaitable, Callable, Iterator

import aiohttp

from benchmarks.cpu import AT_ONCE, PAUSE_SECONDS, POLLS, turn
from benchmarks.findings import Finding
from benchmarks.handwritten import HEADERS, KEY, MODEL
from benchmarks.simulated import SimulatorProcess, prompt_for
from tarash.tarash_gateway import Gateway, VideoGenerationConfig, VideoGenerationRequest
from tarash.tarash_gateway.transport import Limits
from tarash_gateway_aiohttp import AiohttpTransports

TARGET = 1.3
JOBS, JOB_SECONDS, JOBS_PER_SECOND = 5000, 3.0, 600.0
COLLECTED_AFTER = 50_000
"""New objects after which the garbage collector looks for cycles; its own 700 make it look through thousands of jobs ever again."""

Job = Callable[[], Awaitable[object]]


def measure(tiny: bool) -> Iterator[Finding]:
    """Compare polled jobs of fal, ten at a time, then run thousands at once."""
    jobs, rounds = (2, 1) if tiny else (40, 15)
    with SimulatorProcess("fal") as simulator:
        simulator.finish_after_polls(POLLS - 1)
        yield from asyncio.run(_cpu(simulator.url, jobs, rounds))
    at_once, seconds = (10, 0.2) if tiny else (JOBS, JOB_SECONDS)
    with SimulatorProcess("fal") as simulator:
        taken = asyncio.run(_at_once(simulator.url, at_once, seconds))
    name = f"gateway on aiohttp, {at_once} jobs at once"
    yield Finding(name, at_once / taken, "jobs/s", note=f"{taken:.1f} s")
    before = gc.get_threshold()
    gc.set_threshold(COLLECTED_AFTER)
    try:
        with SimulatorProcess("fal") as simulator:
            taken = asyncio.run(_at_once(simulator.url, at_once, seconds))
    finally:
        gc.set_threshold(*before)
    target = None if tiny else JOBS_PER_SECOND
    name = f"{name}, gc.set_threshold({COLLECTED_AFTER:_})"
    yield Finding(name, at_once / taken, "jobs/s", at_least=target, note=f"{taken:.1f} s")


async def _cpu(url: str, jobs: int, rounds: int) -> list[Finding]:
    config = VideoGenerationConfig(
        provider="fal", model=MODEL, api_key=KEY, base_url=url, poll_interval=PAUSE_SECONDS
    )
    limits = Limits(max_streams=0)
    async with (
        Gateway(transport=AiohttpTransports(), limits=limits) as fast,
        Gateway(limits=limits) as usual,
        aiohttp.ClientSession(headers=HEADERS) as session,
    ):

        async def through(gateway: Gateway) -> None:
            await gateway.generate_video_async(config, VideoGenerationRequest(prompt=prompt_for(0)))

        ways: dict[str, Job] = {
            "aiohttp": lambda: through(fast),
            "httpx": lambda: through(usual),
            "by hand": lambda: _by_hand(session, url),
        }
        for job in ways.values():
            await turn(job, AT_ONCE)
        taken = [{name: await turn(job, jobs) for name, job in ways.items()} for _ in range(rounds)]
    best = {name: min(row[name] for row in taken) / jobs * 1e3 for name in ways}
    to_hand = statistics.median(row["aiohttp"] / row["by hand"] for row in taken)
    to_httpx = statistics.median(row["aiohttp"] / row["httpx"] for row in taken)
    hand = f"{best['aiohttp']:.2f} ms a job, by hand {best['by hand']:.2f} ms"
    return [
        Finding(
            "CPU of a job on aiohttp, polled, to aiohttp by hand", to_hand, "×", at_most=TARGET, note=hand
        ),
        Finding(
            "CPU of a job on aiohttp, to the default transport",
            to_httpx,
            "×",
            note=f"default {best['httpx']:.2f} ms",
        ),
    ]


async def _by_hand(session: aiohttp.ClientSession, url: str) -> str:
    body = json.dumps({"prompt": prompt_for(0)})
    async with session.post(
        f"{url}/{MODEL}", data=body, headers={"Content-Type": "application/json"}
    ) as answer:
        answer.raise_for_status()
        job = (await answer.json())["response_url"]
    while True:
        await asyncio.sleep(PAUSE_SECONDS)
        async with session.get(f"{job}/status?logs=1") as answer:
            answer.raise_for_status()
            if (await answer.json())["status"] == "COMPLETED":
                break
    async with session.get(job) as answer:
        answer.raise_for_status()
        return str((await answer.json())["video"]["url"])


async def _at_once(url: str, jobs: int, seconds: float) -> float:
    """Return the seconds that thousands of jobs take."""
    config = VideoGenerationConfig(provider="fal", model=MODEL, api_key=KEY, base_url=url)
    request = VideoGenerationRequest(prompt=prompt_for(seconds))
    async with Gateway(transport=AiohttpTransports()) as gateway:
        began = time.monotonic()
        await asyncio.gather(*(gateway.generate_video_async(config, request) for _ in range(jobs)))
        return time.monotonic() - began
