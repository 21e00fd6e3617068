from __future__ import annotations

from datetime import UTC, datetime

import pytest

import tarash_gateway_luma as luma
from plugins.luma.luma_calls import make_call
from tarash.tarash_gateway.plugin import (
    ContentModerationError,
    GenerationFailedError,
    QuotaExceededError,
    RateLimitError,
    TarashException,
    ValidationError,
)
from tarash.tarash_gateway.testing import drive
from tarash_gateway_luma.status import read_status

SIGNED = (
    "https://storage.example.org/output.mp4?X-Amz-Date=20261122T100000Z&X-Amz-Expires=3600&X-Amz-Signature=ab"
)


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("queued", "queued"),
        ("processing", "processing"),
        ("dreaming", "processing"),
        ("completed", "completed"),
        ("failed", "failed"),
        ("Succeeded", "completed"),
        ("ERROR", "failed"),
        ("canceled", "cancelled"),
        ("sketching", "processing"),
        (None, "processing"),
    ],
)
def test_wire_states_map_to_job_states(word: str | None, state: str) -> None:
    assert read_status({"id": "7", "state": word}).state == state


@pytest.mark.parametrize(
    ("code", "reason", "kind", "retryable"),
    [
        ("content_moderated", "Generation output was flagged", ContentModerationError, False),
        ("generation_failed", "Generation failed", GenerationFailedError, True),
        ("output_not_found", "Output artifacts not found", GenerationFailedError, True),
        ("budget_exhausted", "Insufficient credits", QuotaExceededError, False),
        ("rate_limited", "Rate limited", RateLimitError, True),
        ("image_too_large", "too large", ValidationError, False),
        ("unsupported_format", "format", ValidationError, False),
        ("corrupt_input", "corrupt", ValidationError, False),
        ("invalid_request", "invalid", ValidationError, False),
        ("a_new_code", "something else", GenerationFailedError, False),
        (None, "Contains blacklisted words", ContentModerationError, False),
        (None, "Frame moderation failed", ContentModerationError, False),
        (None, "Advanced prompt moderation failed", ContentModerationError, False),
        (None, "Failed to read user input frames", ValidationError, False),
        (None, "Prompt processing failed", GenerationFailedError, True),
        (None, None, GenerationFailedError, True),
    ],
)
def test_failed_generations_say_what_failed(
    code: str | None, reason: str | None, kind: type[TarashException], retryable: bool
) -> None:
    error = read_status({"state": "failed", "failure_code": code, "failure_reason": reason}).error
    assert type(error) is kind
    assert error is not None
    assert error.is_retryable is retryable
    assert (reason or "no reason given") in error.message


@pytest.mark.parametrize(
    ("reason", "stage"),
    [
        ("Generation output was flagged by our content moderation system.", "output"),
        ("Contains blacklisted words", "input"),
        ("Advanced prompt moderation failed", "input"),
        ("Frame moderation failed", "unknown"),
        ("The request was refused by the content policy", "unknown"),
    ],
)
def test_moderation_tells_its_stage_where_the_reason_does(reason: str, stage: str) -> None:
    error = read_status({"state": "failed", "failure_reason": reason}).error
    assert isinstance(error, ContentModerationError)
    assert error.stage == stage


def test_outputs_of_the_agents_api_become_assets_with_their_expiry() -> None:
    exr = {"type": "exr", "url": "https://storage.example.org/output.exr"}
    raw = {"id": "7", "state": "completed", "output": [exr, {"type": "video", "url": SIGNED}]}
    generated, calls = drive(luma.tarash_normalize(raw))
    assert calls == []
    assert [(asset.kind, asset.content_type) for asset in generated.assets] == [
        ("video", "video/mp4"),
        ("other", None),
    ]
    assert generated.assets[0].expires_at == datetime(2026, 11, 22, 11, 0, tzinfo=UTC)
    assert generated.raw == raw


def test_every_layer_is_an_image_in_the_order_given() -> None:
    output = [
        {"type": "image", "url": f"https://storage.example.org/{index}.png", "layer": {"index": index}}
        for index in range(3)
    ]
    generated, _ = drive(luma.tarash_normalize({"output": output}))
    assert [asset.url for asset in generated.assets] == [item["url"] for item in output]
    assert {asset.kind for asset in generated.assets} == {"image"}


@pytest.mark.parametrize(
    ("assets", "kinds"),
    [
        (
            {"video": "https://c.example.org/v.mp4", "image": "https://c.example.org/t.jpg"},
            ["video", "thumbnail"],
        ),
        ({"video": None, "image": "https://c.example.org/i.jpg"}, ["image"]),
        ({"video": None, "image": None, "progress_video": "https://c.example.org/p.mp4"}, []),
        (None, []),
    ],
)
def test_assets_of_dream_machine_are_told_apart(assets: object, kinds: list[str]) -> None:
    generated, _ = drive(luma.tarash_normalize({"state": "completed", "assets": assets}))
    assert [asset.kind for asset in generated.assets] == kinds


@pytest.mark.parametrize("job", [{}, {"id": "7"}, {"api": "agents"}, {"api": "agents", "id": [7]}])
def test_a_job_that_was_not_saved_like_this_is_refused(job: dict[str, object]) -> None:
    with pytest.raises(ValidationError, match="as it was saved"):
        drive(luma.tarash_poll(make_call("ray-3.2"), job))
