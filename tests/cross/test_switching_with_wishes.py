"""The two-field switch keeps the prompt, the shape and the length: what a model has no exact value for becomes a near one, listed."""

from __future__ import annotations

import pytest

from simulators.asking import video_config
from simulators.every_provider import running
from simulators.google import GoogleSimulator
from simulators.luma import LumaSimulator
from tarash.tarash_gateway import (
    Gateway,
    ProgressUpdate,
    ValidationError,
    VideoGenerationConfig,
    VideoGenerationRequest,
)
from tarash.tarash_gateway.testing import Simulator

LAKE = VideoGenerationRequest(prompt="a calm lake at sunrise", duration_seconds=4, aspect_ratio="16:9")

# a model may be retired: its wire lives on in compatible servers
pytestmark = pytest.mark.filterwarnings("ignore::tarash.tarash_gateway.ModelLifecycleWarning")

SWITCHES = [
    pytest.param("fal", "fal-ai/veo3.1", 4, id="fal"),
    pytest.param("runway", "gen4.5", 4, id="runway"),
    pytest.param("replicate", "google/veo-3", 4, id="replicate"),
    pytest.param("openai", "sora-2", 4, id="openai"),
    pytest.param("kling", "kling-v2-6", 5, id="kling"),
    pytest.param("luma", "ray-2", 5, id="luma"),
    pytest.param("google", "veo-3.1-generate-001", 4, id="google"),
]
VERTEX = {
    "api_key": None,
    "provider_config": {"project": "simulated-project", "access_token": "ya29.simulated"},
}


def config_of(simulator: Simulator, model: str) -> VideoGenerationConfig:
    """The configuration for a model; Ray 2 and Veo have an address and a key of their own."""
    if isinstance(simulator, LumaSimulator):
        address = f"{simulator.url}/dream-machine/v1"
        return video_config(simulator, model, base_url=address, api_key=simulator.dream_machine_key)
    return video_config(simulator, model, **(VERTEX if isinstance(simulator, GoogleSimulator) else {}))


@pytest.mark.parametrize(("provider", "model", "seconds"), SWITCHES)
def test_the_same_request_works_when_two_fields_change(
    gateway: Gateway, provider: str, model: str, seconds: int
) -> None:
    seen: list[ProgressUpdate] = []
    with running(provider) as simulator:
        config = config_of(simulator, model)
        (planned,) = gateway.plan_video(config, LAKE).attempts
        response = gateway.generate_video(config, LAKE, on_progress=seen.append)
        assert len(simulator.jobs) == 1
    changed = [(item.field, item.requested, item.used) for item in planned.adjustments]
    assert changed == ([] if seconds == 4 else [("duration_seconds", 4, seconds)])
    assert response.execution_metadata.adjustments == planned.adjustments
    assert (response.provider, response.model, response.status) == (provider, model, "completed")
    assert (seen[-1].status, seen[-1].progress_percent) == ("completed", 100)


@pytest.mark.parametrize(("provider", "model", "seconds"), SWITCHES[1:])
def test_the_strict_policy_names_the_nearest_length(
    gateway: Gateway, provider: str, model: str, seconds: int
) -> None:
    config = VideoGenerationConfig(provider=provider, model=model, unsupported="error")
    if seconds == 4:
        assert gateway.plan_video(config, LAKE).attempts[0].adjustments == ()
        return
    with pytest.raises(
        ValidationError, match=f"duration_seconds=4 is not offered; use .*; the nearest is {seconds}"
    ):
        gateway.plan_video(config, LAKE)


def test_a_model_that_only_animates_an_image_says_so_with_its_end_and_its_replacement(
    gateway: Gateway,
) -> None:
    config = VideoGenerationConfig(provider="runway", model="gen3a_turbo")
    with pytest.raises(ValidationError) as caught:
        gateway.plan_video(config, LAKE)
    for told in (
        "first_frame is required for this model; it only animates an image",
        "was retired on 2026-07-30",
        "use gen4_turbo (or gen4.5, which also takes text alone)",
    ):
        assert told in caught.value.message
