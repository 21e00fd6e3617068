"""Measures mocked generations, beside building the same models by hand. Nothing is sent, so all of the time is the gateway's own."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator

from benchmarks.findings import Finding
from tarash.tarash_gateway import (
    AttemptMetadata,
    ExecutionMetadata,
    Gateway,
    MockConfig,
    VideoGenerationConfig,
    VideoGenerationRequest,
    VideoGenerationResponse,
)

TARGET = 3.0


def measure(tiny: bool) -> Iterator[Finding]:
    """Generate with the mock: one after another in blocking code, all at once under asyncio."""
    jobs = 100 if tiny else 10_000
    config = VideoGenerationConfig(provider="fal", model="fal-ai/veo3.1/fast", mock=MockConfig())
    request = VideoGenerationRequest(prompt="rain", duration_seconds=4)
    gateway = Gateway()
    response = gateway.generate_video(config, request)

    began = time.process_time()
    for _ in range(jobs):
        gateway.generate_video(config, request)
    taken = time.process_time() - began
    yield _finding("blocking", jobs, taken)
    began = time.process_time()
    for _ in range(jobs):
        _by_hand(response)
    by_hand = time.process_time() - began
    note = f"{taken / jobs * 1e6:.0f} µs, by hand {by_hand / jobs * 1e6:.0f} µs"
    yield Finding(
        "mocked generation, to building its models by hand", taken / by_hand, "×", at_most=TARGET, note=note
    )

    async def all_at_once() -> float:
        began = time.process_time()
        await asyncio.gather(*(gateway.generate_video_async(config, request) for _ in range(jobs)))
        return time.process_time() - began

    yield _finding("async, all at once", jobs, asyncio.run(all_at_once()))


def _by_hand(response: VideoGenerationResponse) -> VideoGenerationResponse:
    """Build what a program without the gateway would build for its own mock: both models that ask, and the answer."""
    VideoGenerationConfig(provider="fal", model="fal-ai/veo3.1/fast", mock=MockConfig())
    VideoGenerationRequest(prompt="rain", duration_seconds=4)
    return VideoGenerationResponse(
        video=response.video,
        request_id=response.request_id,
        provider=response.provider,
        model=response.model,
        status=response.status,
        duration=response.duration,
        execution_metadata=ExecutionMetadata(
            total_attempts=1,
            successful_attempt=1,
            attempts=(AttemptMetadata(provider="fal", model="fal-ai/veo3.1/fast", status="success"),),
        ),
    )


def _finding(what: str, jobs: int, seconds: float) -> Finding:
    note = f"{jobs} generations, {seconds / jobs * 1e3:.2f} ms each"
    return Finding(f"mocked generations, {what}", seconds, "s of CPU", note=note)
