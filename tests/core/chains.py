"""Owns the configurations and requests that the tests of the core share, and what they look up in a ledger."""

from __future__ import annotations

import socket

from simulators.asking import config_fields, image_config, video_config
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
    """The fields of a configuration of fal, as JSON can hold them."""
    return config_fields(simulator, FAL_MODEL, **changes)


def fal_video(simulator: FalSimulator, **changes: object) -> VideoGenerationConfig:
    """fal as the renderer of a video."""
    return video_config(simulator, FAL_MODEL, **changes)


def fal_image(simulator: FalSimulator, **changes: object) -> ImageGenerationConfig:
    """fal as the renderer of an image."""
    return image_config(simulator, **changes)


def replicate_settings(simulator: ReplicateSimulator, **changes: object) -> dict[str, object]:
    """The fields of a configuration of Replicate, as JSON can hold them."""
    return config_fields(simulator, REPLICATE_MODEL, **changes)


def replicate_video(simulator: ReplicateSimulator, **changes: object) -> VideoGenerationConfig:
    """Replicate as the renderer of a video."""
    return video_config(simulator, REPLICATE_MODEL, **changes)


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
