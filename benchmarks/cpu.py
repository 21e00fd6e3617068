"""Measures the client's CPU time per job: the gateway compared with a handwritten loop."""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence

from benchmarks.findings import Finding
from benchmarks.handwritten import KEY, MODEL, AsyncLoop, BlockingLoop
from benchmarks.simulated import SimulatorProcess, prompt_for
from tarash.tarash_gateway import Gateway, VideoGenerationConfig, VideoGenerationRequest
from tarash.tarash_gateway.transport import Limits

POLLS = 4
"""Status requests of a polled job; a streamed job has one."""
PAUSE_SECONDS = 0.002
AT_ONCE = 10
"""How many asynchronous jobs run at once."""
TARGET = 1.3

Turn = Callable[[int], float]
"""Runs the given number of jobs and returns the CPU time in seconds."""


def measure(tiny: bool) -> Iterator[Finding]:
    """Compare streamed and polled jobs, blocking and asynchronous."""
    jobs, rounds = (2, 1) if tiny else (20, 25)
    with SimulatorProcess("fal") as simulator:
        simulator.finish_after_polls(POLLS - 1)
        for streams in (True, False):
            way = "streamed" if streams else "polled"
            yield compare(f"blocking, {way}", _blocking_turns(simulator.url, streams), jobs, rounds)
            yield asyncio.run(_compare_async(f"async, {way}", simulator.url, streams, jobs, rounds))


def compare(
    what: str, turns: Mapping[str, Turn], jobs: int, rounds: int, *, at_most: float = TARGET
) -> Finding:
    """Run the gateway and the loop by hand in turns, and return their ratio."""
    for turn in turns.values():
        turn(1)
    # in turns, so that other load on the machine falls on both
    taken = [(turns["gateway"](jobs), turns["by hand"](jobs)) for _ in range(rounds)]
    return _finding(what, taken, jobs, at_most)


def _finding(what: str, taken: Sequence[tuple[float, float]], jobs: int, at_most: float = TARGET) -> Finding:
    """Return the median ratio of the rounds; the note has the fastest times, as on a quiet machine."""
    gateway, by_hand = (min(times) / jobs * 1e3 for times in zip(*taken, strict=True))
    ratio = statistics.median(row[0] / row[1] for row in taken)
    note = f"{gateway:.2f} ms a job, by hand {by_hand:.2f} ms"
    return Finding(f"CPU of the client, {what}", ratio, "×", at_most=at_most, note=note)


def _config(url: str) -> VideoGenerationConfig:
    return VideoGenerationConfig(
        provider="fal", model=MODEL, api_key=KEY, base_url=url, poll_interval=PAUSE_SECONDS
    )


def _limits(streams: bool) -> Limits:
    return Limits() if streams else Limits(max_streams=0)


def _pause(elapsed_seconds: float) -> float:  # noqa: ARG001 - other pauses depend on it
    return PAUSE_SECONDS


def _blocking_turns(url: str, streams: bool) -> dict[str, Turn]:
    gateway, config = Gateway(limits=_limits(streams)), _config(url)
    by_hand = BlockingLoop(url, streams=streams, pause=_pause)

    def through_gateway(jobs: int) -> float:
        began = time.process_time()
        for _ in range(jobs):
            gateway.generate_video(config, VideoGenerationRequest(prompt=prompt_for(0)))
        return time.process_time() - began

    def through_loop(jobs: int) -> float:
        began = time.process_time()
        for _ in range(jobs):
            by_hand.run(prompt_for(0))
        return time.process_time() - began

    return {"gateway": through_gateway, "by hand": through_loop}


async def _compare_async(what: str, url: str, streams: bool, jobs: int, rounds: int) -> Finding:
    gateway, config = Gateway(limits=_limits(streams)), _config(url)
    by_hand = AsyncLoop(url, streams=streams, pause=_pause)

    async def through_gateway() -> None:
        await gateway.generate_video_async(config, VideoGenerationRequest(prompt=prompt_for(0)))

    async def through_loop() -> None:
        await by_hand.run(prompt_for(0))

    await turn(through_gateway, AT_ONCE)
    await turn(through_loop, AT_ONCE)
    taken = [(await turn(through_gateway, jobs), await turn(through_loop, jobs)) for _ in range(rounds)]
    await gateway.aclose()
    await by_hand.close()
    return _finding(what, taken, jobs)


async def turn(job: Callable[[], Awaitable[object]], jobs: int) -> float:
    """Run this many jobs, `AT_ONCE` at a time, and return the CPU time in seconds."""
    began = time.process_time()
    waiting = iter(range(jobs))

    async def worker() -> None:
        for _ in waiting:
            await job()

    await asyncio.gather(*(worker() for _ in range(AT_ONCE)))
    return time.process_time() - began
