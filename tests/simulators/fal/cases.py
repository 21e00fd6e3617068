"""Owns what the conformance kit is told about fal: its errors, its failures, its status words."""

from __future__ import annotations

from tarash.tarash_gateway.plugin import (
    AuthenticationError,
    ContentModerationError,
    GenerationFailedError,
    HTTPError,
    ModelNotFoundError,
    QuotaExceededError,
    RateLimitError,
    ValidationError,
)
from tarash.tarash_gateway.testing import ConformanceCases, ErrorCase, Example, FailureCase
from tarash.tarash_gateway.testing.simulator import Status

from .failures import OUT_OF_CREDIT
from .webhooks import KEY_SET

FLAGGED = {"detail": [{"loc": ["body", "prompt"], "msg": "flagged", "type": "content_policy_violation"}]}
MISSING = {"detail": [{"loc": ["body", "prompt"], "msg": "Field required", "type": "missing"}]}
CROWDED = Status(
    429,
    json={"detail": "Too many concurrent requests", "error_type": "concurrent_requests_limit"},
    headers={"X-Fal-needs-retry": "1", "Retry-After": "3"},
)

CASES = ConformanceCases(
    video_model="fal-ai/veo3.1",
    image_model="fal-ai/flux/dev",
    frame_model="fal-ai/veo3.1/image-to-video",
    result_route="result",
    cancel_route="cancel",
    provider_config={"webhook_keys": KEY_SET},
    examples=(
        Example(
            {"duration_seconds": 8, "aspect_ratio": "16:9", "resolution": "720p"},
            sent={"duration": "8s", "aspect_ratio": "16:9", "resolution": "720p"},
            usd=8 * 0.40,  # a second with sound, fal's page of the model
        ),
        Example(
            # a clip of 6 s, a list of fal's endpoints of March 2026
            {"duration_seconds": 6},
            usd=0.28,
            model="fal-ai/minimax/hailuo-2.3/standard/text-to-video",
        ),
        Example(
            {"size": "1024x768"},
            sent={"image_size.width": 1024, "image_size.height": 768},
            usd=0.025,  # the megapixel that has begun, LiteLLM's price map
            modality="image",
        ),
        Example({"aspect_ratio": "16:9"}, sent={"image_size": "landscape_16_9"}, modality="image"),
        Example(
            {"n": 2},
            sent={"num_images": 2},
            usd=2 * 0.08,  # a picture of the usual size, LiteLLM's price map
            model="fal-ai/nano-banana-2",
            modality="image",
        ),
    ),
    billed_if_cancelled={"finished": "yes"},
    errors=(
        ErrorCase(
            "a malformed request",
            "bad_request",
            Status(400, json={"detail": "Bad request", "error_type": "bad_request"}),
            ValidationError,
        ),
        ErrorCase("a missing field", "bad_request", Status(422, json=MISSING), ValidationError),
        ErrorCase(
            "a wrong key",
            "authentication",
            Status(401, json={"detail": "Authentication is required to access this application"}),
            AuthenticationError,
        ),
        ErrorCase(
            "a key without the right",
            "authentication",
            Status(403, json={"detail": "Access denied"}),
            AuthenticationError,
        ),
        ErrorCase("out of credit", "quota_exceeded", OUT_OF_CREDIT, QuotaExceededError),
        ErrorCase(
            "out of credit, in short",
            "quota_exceeded",
            Status(403, json={"detail": "User is locked. Reason: TOP_UP"}),
            QuotaExceededError,
        ),
        ErrorCase(
            "a flagged prompt", "content_moderation", Status(422, json=FLAGGED), ContentModerationError
        ),
        ErrorCase("too many jobs at a time", "rate_limit", CROWDED, RateLimitError, retry_after=3.0),
        ErrorCase(
            "an unknown endpoint",
            "model_not_found",
            Status(404, json={"detail": "Application 'nobody/nothing' not found"}),
            ModelNotFoundError,
        ),
        ErrorCase(
            "an internal error",
            "server_error",
            Status(500, json={"detail": "Internal error", "error_type": "internal_error"}),
            HTTPError,
        ),
    ),
    failures=(
        FailureCase("content_policy", ContentModerationError),
        FailureCase("invalid_input", ValidationError),
        FailureCase("bad_image", ValidationError),
        FailureCase("no_media", GenerationFailedError),
        FailureCase("internal_error", GenerationFailedError),
        FailureCase("generation_timeout", GenerationFailedError),
        FailureCase("request_timeout", GenerationFailedError),
        FailureCase("runner_disconnected", GenerationFailedError),
        FailureCase("startup_timeout", GenerationFailedError),
    ),
    status_words={"IN_QUEUE": "queued", "IN_PROGRESS": "processing", "COMPLETED": "completed"},
)
