"""Owns a program that waits for a video until it is interrupted, and says what it was told.

Arguments: blocking, asyncio or trio; fal's URL and key; Replicate's URL.
"""

from __future__ import annotations

import signal
import sys

import anyio

from tarash.tarash_gateway import (
    ProgressUpdate,
    VideoGenerationConfig,
    VideoGenerationRequest,
    generate_video,
    generate_video_async,
)


def main(mode: str, fal_url: str, key: str, replicate_url: str) -> None:
    """Wait for a video that is never finished."""
    fallback = VideoGenerationConfig(
        provider="replicate",
        model="google/veo-3.1-fast",
        base_url=f"{replicate_url}/v1",
        api_key="r8_simulated",
    )
    config = VideoGenerationConfig(
        provider="fal", model="fal-ai/veo3.1", base_url=fal_url, api_key=key, fallback_configs=(fallback,)
    )
    request = VideoGenerationRequest(prompt="a paper boat")
    told: list[str] = []

    def tell(update: ProgressUpdate) -> None:
        if update.status == "processing" and not told:
            told.append(update.status)
            print("submitted", flush=True)  # noqa: T201 - it is a program

    async def wait() -> None:
        await generate_video_async(config, request, on_progress=tell)

    try:
        if mode == "blocking":
            generate_video(config, request, on_progress=tell)
        else:
            anyio.run(wait, backend=mode)
    except KeyboardInterrupt:
        print("KeyboardInterrupt", flush=True)  # noqa: T201 - it is a program


# a shell that runs the tests in the background lets its programs ignore Ctrl-C
signal.signal(signal.SIGINT, signal.default_int_handler)
main(*sys.argv[1:])
