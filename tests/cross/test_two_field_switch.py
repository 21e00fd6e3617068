"""One program and one request: another provider is two other words, and what comes back has the same fields."""

from __future__ import annotations

import io
from importlib.metadata import entry_points
from pathlib import Path
from typing import cast

import av
import pytest
from PIL import Image

from execution import Run
from simulators.asking import image_config, video_config
from simulators.every_provider import IMAGE_PROVIDERS, SIMULATORS, VIDEO_PROVIDERS, running
from tarash.tarash_gateway import (
    Gateway,
    ImageGenerationRequest,
    ImageGenerationResponse,
    ProgressUpdate,
    VideoGenerationRequest,
    VideoGenerationResponse,
)

CLIP = VideoGenerationRequest(prompt="a paper boat on a rainy street")
PICTURE = ImageGenerationRequest(prompt="a paper boat on a rainy street")

# a model may be retired: its wire lives on in compatible servers
pytestmark = pytest.mark.filterwarnings("ignore::tarash.tarash_gateway.ModelLifecycleWarning")


def test_every_provider_with_a_server_is_here() -> None:
    installed = entry_points(group="tarash_gateway.providers").names
    assert set(SIMULATORS) == installed - {"local"}
    assert set(VIDEO_PROVIDERS) | set(IMAGE_PROVIDERS) == set(SIMULATORS)


@pytest.mark.parametrize("provider", VIDEO_PROVIDERS)
def test_a_video_comes_back_the_same_way_from_everyone(
    run: Run, gateway: Gateway, tmp_path: Path, provider: str
) -> None:
    seen: list[ProgressUpdate] = []
    with running(provider) as simulator:
        config = video_config(simulator)
        response = cast(
            "VideoGenerationResponse",
            run(gateway, "generate_video", config, CLIP, on_progress=seen.append),
        )
        saved = response.save(tmp_path / "clip.mp4", allow_private_hosts=True)
        assert simulator.count("submit") == 1
    assert set(response.model_dump()) == set(VideoGenerationResponse.model_fields)
    assert (response.status, response.provider, response.model) == ("completed", provider, config.model)
    assert (response.is_mock, bool(response.request_id)) == (False, True)
    assert response.video == response.assets[0].url
    assert response.assets[0].kind == "video"
    with av.open(str(saved)) as container:
        assert container.streams.video[0].frames > 0
    _assert_told(seen, provider)
    _assert_in_the_ledger(response)


@pytest.mark.parametrize("provider", IMAGE_PROVIDERS)
def test_a_picture_comes_back_the_same_way_from_everyone(
    run: Run, gateway: Gateway, tmp_path: Path, provider: str
) -> None:
    seen: list[ProgressUpdate] = []
    with running(provider) as simulator:
        config = image_config(simulator)
        response = cast(
            "ImageGenerationResponse",
            run(gateway, "generate_image", config, PICTURE, on_progress=seen.append),
        )
        saved = response.save(tmp_path / "picture", allow_private_hosts=True)
        assert simulator.count("submit") == 1
    assert set(response.model_dump()) == set(ImageGenerationResponse.model_fields)
    assert (response.status, response.provider, response.model) == ("completed", provider, config.model)
    assert (response.is_mock, bool(response.request_id)) == (False, True)
    assert response.images[0] == response.image == response.assets[0].url
    Image.open(io.BytesIO(saved.read_bytes())).verify()
    _assert_told(seen, provider)
    _assert_in_the_ledger(response)


def _assert_told(seen: list[ProgressUpdate], provider: str) -> None:
    assert seen, "a caller who waits is told something"
    assert {(update.provider, update.attempt_number) for update in seen} == {(provider, 1)}
    assert seen[-1].status == "completed"
    percents = [update.progress_percent for update in seen if update.progress_percent is not None]
    assert percents == sorted(percents)
    assert all(0 <= percent <= 100 for percent in percents)


def _assert_in_the_ledger(response: VideoGenerationResponse | ImageGenerationResponse) -> None:
    metadata = response.execution_metadata
    (entry,) = metadata.attempts
    assert (metadata.total_attempts, metadata.successful_attempt, metadata.configs_in_chain) == (1, 1, 1)
    assert (entry.status, entry.submitted, entry.billed) == ("success", "yes", "yes")
    assert (metadata.adjustments, metadata.fallback_triggered) == ((), False)
    assert entry.request_id == response.request_id
