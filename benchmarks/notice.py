"""Measures how soon a finished job is noticed, and with how many requests: on fal's status stream, and by polling Replicate."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from benchmarks.findings import Finding
from benchmarks.simulated import ProviderName, SimulatorProcess, prompt_for
from tarash.tarash_gateway import Gateway, ProgressUpdate, VideoGenerationConfig, VideoGenerationRequest

DURATIONS_SECONDS = (1.0, 3.0, 6.0, 12.0)
PROGRESS_BAR = {"with": True, "without": False}
STREAM_SECONDS, STREAM_REQUESTS = 0.05, 4
POLL_SECONDS, POLL_SHARE, POLL_REQUESTS = 0.25, 0.02, 15
WARM_UP_JOBS = 3


@dataclass(frozen=True, slots=True)
class Noticed:
    """One job: how long it took, how late its end was noticed, and how many requests it took."""

    duration_seconds: float
    late_seconds: float
    requests: int

    @property
    def share_of_allowance(self) -> float:
        """Lateness as a share of the target for polling: 0.25 s, or 2 % of the job's duration."""
        return self.late_seconds / max(POLL_SECONDS, POLL_SHARE * self.duration_seconds)


def measure(tiny: bool) -> Iterator[Finding]:
    """Follow jobs of several durations at once: the first job of each model, and later ones."""
    durations = (0.2,) if tiny else DURATIONS_SECONDS
    at_once, rounds = (1, 1) if tiny else (5, WARM_UP_JOBS + 1)
    streamed = asyncio.run(_watch("fal", "fal-ai/video-{}", durations, at_once, 1, True))[0]
    yield Finding(
        "streamed, noticed late, 95 of 100 jobs", _percentile(streamed), "s", at_most=STREAM_SECONDS
    )
    yield Finding(
        "streamed, requests", max(job.requests for job in streamed), "a job", at_most=STREAM_REQUESTS
    )
    for words, found in zip(PROGRESS_BAR, asyncio.run(_poll_both(durations, at_once, rounds)), strict=True):
        for state, jobs in (("cold", found[0]), ("warm", found[-1])):
            # without a percentage, `when` has the target: nobody can know the end that well
            target = 1.0 if PROGRESS_BAR[words] else None
            yield from _polled(f"polled {words} percentage, {state}", jobs, target)


async def _poll_both(durations: Sequence[float], at_once: int, rounds: int) -> list[list[list[Noticed]]]:
    return await asyncio.gather(
        *(
            _watch("replicate", "acme/video-{}", durations, at_once, rounds, shows)
            for shows in PROGRESS_BAR.values()
        )
    )


def _polled(what: str, jobs: Sequence[Noticed], target: float | None) -> Iterator[Finding]:
    share = sorted(job.share_of_allowance for job in jobs)[int(len(jobs) * 0.95)]
    by_duration: dict[float, list[Noticed]] = {job.duration_seconds: [] for job in jobs}
    for job in jobs:
        by_duration[job.duration_seconds].append(job)
    note = ", ".join(
        f"{duration:g} s: {max(job.late_seconds for job in same):.2f} s, {max(job.requests for job in same)} requests"
        for duration, same in by_duration.items()
    )
    allowed = f"of max({POLL_SECONDS:g} s, {POLL_SHARE:.0%})"
    yield Finding(f"{what}, noticed late", share, allowed, at_most=target, note=note)
    yield Finding(f"{what}, requests", max(job.requests for job in jobs), "a job", at_most=POLL_REQUESTS)


def _percentile(jobs: Sequence[Noticed]) -> float:
    return sorted(job.late_seconds for job in jobs)[int(len(jobs) * 0.95)]


async def _watch(
    provider: ProviderName,
    model: str,
    durations: Sequence[float],
    at_once: int,
    rounds: int,
    shows_progress: bool,
) -> list[list[Noticed]]:
    """Run the rounds one after another and return each round's jobs."""
    with SimulatorProcess(provider, shows_progress=shows_progress) as simulator:
        async with Gateway() as gateway:
            every = [duration for duration in durations for _ in range(at_once)]
            return [await watch_once(gateway, simulator, provider, model, every) for _ in range(rounds)]


async def watch_once(
    gateway: Gateway,
    simulator: SimulatorProcess,
    provider: ProviderName,
    model: str,
    durations: Sequence[float],
) -> list[Noticed]:
    """Run one job of each duration, all at once; `{}` in the model becomes its whole seconds."""
    waits = [
        _one(gateway, simulator, provider, model.format(int(duration)), duration) for duration in durations
    ]
    noticed = await asyncio.gather(*waits)
    served = simulator.served()
    return [
        Noticed(duration, at - served[job].finished_at, served[job].requests) for job, at, duration in noticed
    ]


async def _one(
    gateway: Gateway, simulator: SimulatorProcess, provider: ProviderName, model: str, duration: float
) -> tuple[str, float, float]:
    ended: list[float] = []

    def note(update: ProgressUpdate) -> None:
        if update.status == "completed":
            ended.append(time.monotonic())

    config = VideoGenerationConfig(
        provider=provider, model=model, api_key=simulator.api_key, base_url=simulator.base_url
    )
    request = VideoGenerationRequest(prompt=prompt_for(duration))
    response = await gateway.generate_video_async(config, request, on_progress=note)
    return response.request_id, ended[0], duration
