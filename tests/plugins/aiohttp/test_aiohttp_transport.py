"""Whole generations through the aiohttp transport: jobs, streams, downloads, WebSockets, and where it does not work."""

from __future__ import annotations

import asyncio
import gc
import warnings
from pathlib import Path

import pytest
import trio

from simulators.asking import video_config, video_request
from simulators.comfyui import ComfyUISimulator
from simulators.every_provider import VIDEO_PROVIDERS, running
from simulators.fal import FalSimulator
from tarash.tarash_gateway import Gateway, ValidationError
from tarash_gateway_aiohttp import AiohttpTransports

pytestmark = pytest.mark.filterwarnings("ignore::tarash.tarash_gateway.ModelLifecycleWarning")


@pytest.mark.parametrize("provider", VIDEO_PROVIDERS)
def test_a_video_of_every_provider_arrives(provider: str, tmp_path: Path) -> None:
    with running(provider) as simulator:

        async def main() -> str:
            async with Gateway(transport=AiohttpTransports(), output_dir=tmp_path) as gateway:
                config = video_config(simulator, provider_config=dict(simulator.cases.provider_config))  # type: ignore[attr-defined]
                response = await gateway.generate_video_async(config, video_request())
                await response.save_async(tmp_path / "clip.mp4", allow_private_hosts=True)
                return response.video

        assert asyncio.run(main())
        assert (tmp_path / "clip.mp4").stat().st_size > 0
        assert simulator.count("submit") == 1


def test_the_progress_of_a_websocket_is_followed(tmp_path: Path) -> None:
    with ComfyUISimulator() as simulator:

        async def main() -> list[float | None]:
            seen: list[float | None] = []
            async with Gateway(transport=AiohttpTransports(), output_dir=tmp_path) as gateway:
                await gateway.generate_video_async(
                    video_config(simulator),
                    video_request(),
                    on_progress=lambda update: seen.append(update.progress_percent),
                )
            return seen

        assert asyncio.run(main())[-1] == 100.0


def test_a_hundred_jobs_at_once_leave_no_connection(tmp_path: Path) -> None:
    with FalSimulator() as simulator:

        async def main() -> int:
            async with Gateway(transport=AiohttpTransports(), output_dir=tmp_path) as gateway:
                config = video_config(simulator)
                jobs = (gateway.generate_video_async(config, video_request()) for _ in range(100))
                return len({response.request_id for response in await asyncio.gather(*jobs)})

        with warnings.catch_warnings():
            warnings.simplefilter("error", ResourceWarning)
            assert asyncio.run(main()) == 100
            gc.collect()
        assert simulator.count("submit") == 100


def test_blocking_calls_use_httpx(tmp_path: Path) -> None:
    with (
        FalSimulator() as simulator,
        Gateway(transport=AiohttpTransports(), output_dir=tmp_path) as gateway,
    ):
        assert gateway.generate_video(video_config(simulator), video_request()).video


def test_trio_is_sent_to_the_other_transport(tmp_path: Path) -> None:
    with FalSimulator() as simulator:

        async def main() -> None:
            async with Gateway(transport=AiohttpTransports(), output_dir=tmp_path) as gateway:
                await gateway.generate_video_async(video_config(simulator), video_request())

        with pytest.raises(ValidationError, match="under trio, use the httpx transport"):
            trio.run(main)
        assert simulator.requests == []
