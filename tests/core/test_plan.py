"""The plan says what would be sent, without a key, without sending, without showing a secret or a picture."""

from __future__ import annotations

import base64

import pytest

from core.chains import BOAT, fal_image, fal_video, replicate_video
from simulators.fal import FalSimulator
from simulators.replicate import ReplicateSimulator
from tarash.tarash_gateway import (
    Gateway,
    ImageGenerationRequest,
    ModelLifecycleWarning,
    ValidationError,
    VideoGenerationConfig,
    VideoGenerationRequest,
)
from tarash.tarash_gateway.testing.simulator import tiny_png


def test_a_plan_needs_no_key_and_sends_nothing(
    gateway: Gateway, fal: FalSimulator, replicate: ReplicateSimulator
) -> None:
    config = fal_video(fal, api_key=None, fallback_configs=[replicate_video(replicate, api_key=None)])
    first, second = gateway.plan_video(config, BOAT).attempts
    assert (first.provider, first.model, first.base_url) == ("fal", "fal-ai/veo3.1", fal.url)
    assert first.payload == {"prompt": BOAT.prompt}
    assert second.payload == {"prompt": BOAT.prompt}
    assert (fal.requests, replicate.requests) == ([], [])


def test_media_and_secrets_are_masked(gateway: Gateway, fal: FalSimulator) -> None:
    request = VideoGenerationRequest(
        prompt="she turns",
        image_list=[{"image": tiny_png(), "type": "first_frame"}],
        extra_params={"openai_api_key": "sk-of-a-customer", "webhook": {"secret": "hush-hush"}, "cfg": 0.5},
    )
    plan = gateway.plan_video(fal_video(fal, model="fal-ai/veo3.1/image-to-video"), request)
    text = plan.model_dump_json()
    for hidden in ("sk-of-a-customer", "hush-hush", base64.b64encode(tiny_png()).decode()[:40], fal.api_key):
        assert hidden not in text
    payload = plan.attempts[0].payload
    assert (payload["openai_api_key"], payload["cfg"]) == ("***", 0.5)
    assert f"{len(tiny_png())} bytes" in str(payload["image_url"])


def test_adjustments_skips_and_costs_are_foreseen(
    gateway: Gateway, fal: FalSimulator, replicate: ReplicateSimulator
) -> None:
    request = VideoGenerationRequest(
        prompt="x",
        duration_seconds=5,
        image_list=[{"image": "https://x.example/a.png", "type": "first_frame"}],
    )
    config = replicate_video(replicate, unsupported="adjust", fallback_configs=[fal_video(fal)])
    first, second = gateway.plan_video(config, request).attempts
    assert [(item.field, item.requested, item.used) for item in first.adjustments] == [
        ("duration_seconds", 5, 6)
    ]
    assert first.skipped_reason is None
    assert "would lose first_frame" in (second.skipped_reason or "")
    plain = gateway.plan_video(fal_video(fal), VideoGenerationRequest(prompt="x", duration_seconds=8))
    assert plain.attempts[0].estimated_cost_usd is not None
    assert plain.attempts[0].estimated_cost_usd > 0


def test_the_plan_is_what_is_sent(gateway: Gateway, fal: FalSimulator) -> None:
    request = VideoGenerationRequest(prompt="x", duration_seconds=8, resolution="1080p", seed=3)
    planned = gateway.plan_video(fal_video(fal), request).attempts[0].payload
    gateway.generate_video(fal_video(fal), request)
    assert fal.jobs[0].inputs == planned


def test_images_are_planned_too(gateway: Gateway, fal: FalSimulator) -> None:
    plan = gateway.plan_image(fal_image(fal), ImageGenerationRequest(prompt="a fox", n=2))
    assert plan.attempts[0].payload == {"prompt": "a fox", "num_images": 2}


def test_a_plan_that_cannot_work_is_refused(gateway: Gateway, fal: FalSimulator) -> None:
    with pytest.raises(ValidationError, match="use 4, 6 or 8"):
        gateway.plan_video(fal_video(fal), VideoGenerationRequest(prompt="x", duration_seconds=30))


def test_the_end_of_a_model_is_in_the_plan_and_warned_of_when_called(
    gateway: Gateway, fal: FalSimulator
) -> None:
    config = VideoGenerationConfig(
        provider="openai", model="sora-2", api_key="unused-key", base_url=fal.url, timeout=1
    )
    notice = gateway.plan_video(config, BOAT).attempts[0].end_notice
    assert notice is not None
    with (
        pytest.warns(ModelLifecycleWarning, match="sora-2") as warned,
        pytest.raises(Exception, match="sora-2"),
    ):
        gateway.generate_video(config, BOAT)
    assert str(warned[0].message) == notice
