"""Owns how a test asks a simulated provider: the configuration that reaches it, and a request."""

from __future__ import annotations

from simulators.every_provider import provider_of
from tarash.tarash_gateway import (
    ImageGenerationConfig,
    ImageGenerationRequest,
    VideoGenerationConfig,
    VideoGenerationRequest,
)
from tarash.tarash_gateway.testing import ConformanceCases, ConformingSimulator, Simulator

PROMPT = "a paper boat on a rainy street"


def config_fields(simulator: Simulator, model: str, /, **changes: object) -> dict[str, object]:
    """Return the fields of a configuration: a deadline far beyond what a test takes, and quick polls."""
    return {
        "provider": provider_of(simulator),
        "model": model,
        "base_url": simulator.url + _cases(simulator).base_path,
        "api_key": simulator.api_key,
        "timeout": 20.0,
        "poll_interval": 0.02,
        **changes,
    }


def video_config(simulator: Simulator, model: str = "", /, **changes: object) -> VideoGenerationConfig:
    """Return the simulated provider as the renderer of a video; without `model`, by the plainest one it has."""
    fields = config_fields(simulator, model or _cases(simulator).video_model, **changes)
    return VideoGenerationConfig.model_validate(fields)


def image_config(simulator: Simulator, model: str = "", /, **changes: object) -> ImageGenerationConfig:
    """Return the simulated provider as the renderer of images; without `model`, by the plainest one it has."""
    fields = config_fields(simulator, model or _cases(simulator).image_model, **changes)
    return ImageGenerationConfig.model_validate(fields)


def video_request(**fields: object) -> VideoGenerationRequest:
    """Return a request for a video; the prompt is `PROMPT` unless given."""
    return VideoGenerationRequest.model_validate({"prompt": PROMPT, **fields})


def image_request(**fields: object) -> ImageGenerationRequest:
    """Return a request for images; the prompt is `PROMPT` unless given."""
    return ImageGenerationRequest.model_validate({"prompt": PROMPT, **fields})


def _cases(simulator: Simulator) -> ConformanceCases:
    assert isinstance(simulator, ConformingSimulator)
    return simulator.cases
