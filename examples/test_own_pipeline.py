"""Tests a pipeline without a key or a network: copy it to a folder of your own, and run `python -m pytest test_own_pipeline.py` there.

In the checkout, the settings of its tests apply: there, it needs the environment of `make setup`.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tarash.tarash_gateway import (
    ContentModerationError,
    Gateway,
    MockConfig,
    MockResponse,
    RateLimitError,
    ValidationError,
    VideoGenerationConfig,
    VideoGenerationRequest,
)

# The pipeline. It gets its configuration, so that a test can hand it another one.


def greet(
    gateway: Gateway, config: VideoGenerationConfig, name: str, folder: Path, *, seconds: float = 8
) -> Path | None:
    """Make a greeting for `name`; None if the provider refuses the name."""
    request = VideoGenerationRequest(prompt=f"A hand writes: welcome, {name}", duration_seconds=seconds)
    try:
        return gateway.generate_video(config, request).save(folder / f"{name}.mp4")
    except ContentModerationError:
        return None


# Its tests. The mock checks each request against the provider's real model table and returns a real clip.


def mocked(*responses: MockResponse, fallbacks: bool = False) -> VideoGenerationConfig:
    """The configuration of production, with mocks in place of the providers."""
    spare = VideoGenerationConfig(provider="replicate", model="google/veo-3.1-fast", mock=MockConfig())
    return VideoGenerationConfig(
        provider="fal",
        model="fal-ai/veo3.1",
        mock=MockConfig(responses=list(responses) or None),
        fallback_configs=[spare] if fallbacks else None,
    )


def test_a_greeting_is_saved_under_the_name(tmp_path: Path) -> None:
    """The clip decodes, so everything downstream can be tested with it, too."""
    with Gateway() as gateway:
        path = greet(gateway, mocked(), "Ada", tmp_path)
    assert path == tmp_path / "Ada.mp4"
    assert path.read_bytes()[4:8] == b"ftyp"


def test_a_refused_name_has_no_greeting(tmp_path: Path) -> None:
    """A mocked error is handled like a real one."""
    refused = MockResponse(error=ContentModerationError("not this name", stage="input"))
    with Gateway() as gateway:
        assert greet(gateway, mocked(refused), "Mallory", tmp_path) is None


def test_another_provider_takes_over_when_the_first_is_busy(tmp_path: Path) -> None:
    """A chain can be tested without an outage."""
    busy = MockResponse(error=RateLimitError("too many requests"))
    with Gateway() as gateway:
        assert greet(gateway, mocked(busy, fallbacks=True), "Ada", tmp_path) is not None


def test_a_length_that_the_model_does_not_offer_is_noticed_before_production(tmp_path: Path) -> None:
    """The mock refuses what the provider would refuse."""
    with Gateway() as gateway, pytest.raises(ValidationError, match="duration"):
        greet(gateway, mocked(), "Ada", tmp_path, seconds=60)
