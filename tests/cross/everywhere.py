"""Owns the list of every provider with a server, and how each is asked on loopback."""

from __future__ import annotations

from typing import cast

from simulators.fal import FalSimulator
from simulators.google import GoogleSimulator
from simulators.kling import KlingSimulator
from simulators.luma import LumaSimulator
from simulators.minimax import MiniMaxSimulator
from simulators.openai import OpenAISimulator
from simulators.replicate import ReplicateSimulator
from simulators.runway import RunwaySimulator
from simulators.stability import StabilitySimulator
from simulators.xai import XaiSimulator
from tarash.tarash_gateway import ImageGenerationConfig, VideoGenerationConfig
from tarash.tarash_gateway.testing import ConformingSimulator, Simulator

SIMULATORS: dict[str, type[ConformingSimulator]] = {
    "fal": FalSimulator,
    "google": GoogleSimulator,
    "kling": KlingSimulator,
    "luma": LumaSimulator,
    "minimax": MiniMaxSimulator,
    "openai": OpenAISimulator,
    "replicate": ReplicateSimulator,
    "runway": RunwaySimulator,
    "stability": StabilitySimulator,
    "xai": XaiSimulator,
}
VIDEO_PROVIDERS = tuple(name for name, kind in SIMULATORS.items() if kind.cases.video_model)
IMAGE_PROVIDERS = tuple(name for name, kind in SIMULATORS.items() if kind.cases.image_model)
FRAME_PROVIDERS = tuple(name for name, kind in SIMULATORS.items() if kind.cases.frame_model)


def running(provider: str) -> Simulator:
    """Return the provider's simulator; use it as a context manager."""
    # every conforming simulator is a Simulator; the mixin only adds to it
    return cast("Simulator", SIMULATORS[provider]())


def video_config(provider: str, simulator: Simulator, **changes: object) -> VideoGenerationConfig:
    """The provider as the renderer of a video, on loopback."""
    model = SIMULATORS[provider].cases.video_model
    return VideoGenerationConfig.model_validate({**_settings(provider, simulator), "model": model, **changes})


def image_config(provider: str, simulator: Simulator, **changes: object) -> ImageGenerationConfig:
    """The provider as the renderer of an image, on loopback."""
    model = SIMULATORS[provider].cases.image_model
    return ImageGenerationConfig.model_validate({**_settings(provider, simulator), "model": model, **changes})


def _settings(provider: str, simulator: Simulator) -> dict[str, object]:
    cases = SIMULATORS[provider].cases
    return {
        "provider": provider,
        "base_url": simulator.url + cases.base_path,
        "api_key": simulator.api_key,
        "provider_config": cases.provider_config,
        "timeout": 20.0,
        "poll_interval": 0.01,
    }
