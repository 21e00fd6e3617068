"""Measures mocked generations. Nothing is sent, so all of the time is the gateway's own."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator

from benchmarks.findings import Finding
from tarash.tarash_gateway import Gateway, MockConfig, VideoGenerationConfig, VideoGenerationRequest


def measure(tiny: bool) -> Iterator[Finding]:
    """Generate with the mock: one after another in blocking code, all at once under asyncio."""
    jobs = 100 if tiny else 10_000
    config = VideoGenerationConfig(provider="fal", model="fal-ai/veo3.1/fast", mock=MockConfig(enabled=True))
    request = VideoGenerationRequest(prompt="rain", duration_seconds=4)
    gateway = Gateway()
    gateway.generate_video(config, request)

    began = time.process_time()
    for _ in range(jobs):
        gateway.generate_video(config, request)
    yield _finding("blocking", jobs, time.process_time() - began)

    async def all_at_once() -> float:
        began = time.process_time()
        await asyncio.gather(*(gateway.generate_video_async(config, request) for _ in range(jobs)))
        return time.process_time() - began

    yield _finding("async, all at once", jobs, asyncio.run(all_at_once()))


def _finding(what: str, jobs: int, seconds: float) -> Finding:
    note = f"{jobs} generations, {seconds / jobs * 1e3:.2f} ms each"
    return Finding(f"mocked generations, {what}", seconds, "s of CPU", note=note)
