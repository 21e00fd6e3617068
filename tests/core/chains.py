"""Owns the configurations and requests that the tests of the core share, and what they look up in a ledger."""

from __future__ import annotations

import socket

from simulators.fal import FalSimulator
from simulators.replicate import ReplicateSimulator
from tarash.tarash_gateway import (
    AttemptMetadata,
    ExecutionMetadata,
    ImageGenerationConfig,
    TarashException,
    VideoGenerationConfig,
    VideoGenerationRequest,
    VideoGenerationResponse,
)

BOAT = VideoGenerationRequest(prompt="a paper boat on a rainy street")
FAL_MODEL = "fal-ai/veo3.1"
REPLICATE_MODEL = "google/veo-3.1-fast"


def fal_settings(simulator: FalSimulator, **changes: object) -> dict[str, object]:
    """Settings of fal on loopback; `timeout` is far beyond what any test takes."""
    return {
        "provider": "fal",
        "model": FAL_MODEL,
        "base_url": simulator.url,
        "api_key": simulator.api_key,
        "timeout": 20,
        "poll_interval": 0.02,
        **changes,
    }


def fal_video(simulator: FalSimulator, **changes: object) -> VideoGenerationConfig:
    """fal as the renderer of a video."""
    return VideoGenerationConfig.model_validate(fal_settings(simulator, **changes))


def replicate_settings(simulator: ReplicateSimulator, **changes: object) -> dict[str, object]:
    """Settings of Replicate on loopback."""
    return {
        "provider": "replicate",
        "model": REPLICATE_MODEL,
        "base_url": f"{simulator.url}/v1",
        "api_key": simulator.api_key,
        "timeout": 20,
        "poll_interval": 0.02,
        **changes,
    }


def replicate_video(simulator: ReplicateSimulator, **changes: object) -> VideoGenerationConfig:
    """Replicate as the renderer of a video."""
    return VideoGenerationConfig.model_validate(replicate_settings(simulator, **changes))


def fal_image(simulator: FalSimulator, **changes: object) -> ImageGenerationConfig:
    """fal as the renderer of an image."""
    return ImageGenerationConfig.model_validate(
        fal_settings(simulator, **{"model": "fal-ai/flux/dev", **changes})
    )


def ledger(outcome: VideoGenerationResponse | TarashException) -> tuple[AttemptMetadata, ...]:
    """The attempts behind a response or an exception."""
    metadata: ExecutionMetadata | None = outcome.execution_metadata
    assert metadata is not None
    return metadata.attempts


def refusing_url() -> str:
    """The URL of a port on loopback where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    return f"http://127.0.0.1:{port}"
