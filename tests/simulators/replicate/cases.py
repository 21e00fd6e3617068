"""Owns what the conformance kit is told about Replicate: its refusals, failures and status words."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime

from tarash.tarash_gateway.plugin import (
    AuthenticationError,
    ContentModerationError,
    Delivery,
    GenerationFailedError,
    HTTPError,
    ModelNotFoundError,
    QuotaExceededError,
    RateLimitError,
    ValidationError,
)
from tarash.tarash_gateway.testing import ConformanceCases, ErrorCase, Example, FailureCase
from tarash.tarash_gateway.testing.simulator import Status

from .failures import INSUFFICIENT_CREDIT, THROTTLED

WEBHOOK_KEY = b"replicate-simulator-webhook-key!"
WEBHOOK_SECRET = "whsec_" + base64.b64encode(WEBHOOK_KEY).decode()

CASES = ConformanceCases(
    video_model="google/veo-3.1-fast",
    image_model="black-forest-labs/flux-schnell",
    frame_model="google/veo-3.1-fast",
    cancel_route="cancel",
    base_path="/v1",
    provider_config={"webhook_secret": WEBHOOK_SECRET},
    examples=(
        Example(
            {"duration_seconds": 8, "aspect_ratio": "16:9", "resolution": "720p"},
            sent={"input.duration": 8, "input.aspect_ratio": "16:9", "input.resolution": "720p"},
        ),
        Example(
            {"duration_seconds": 8, "resolution": "720p"},
            sent={"input.duration": 8, "input.resolution": "720p"},
            usd=8 * 0.14,  # a second at 720p, Replicate's page of the model
            model="alibaba/happyhorse-1.1",
        ),
        Example(
            {"duration_seconds": 5, "resolution": "720p"},
            sent={"input.duration": 5, "input.resolution": "720p"},
            usd=0.30,  # a clip of 5 s at 720p, Replicate's page of the model
            model="luma/ray-3.2",
        ),
        Example(
            {"aspect_ratio": "16:9", "n": 2},
            sent={"input.aspect_ratio": "16:9", "input.num_outputs": 2},
            usd=2 * 0.003,  # a picture, Replicate's page of the model
            modality="image",
        ),
    ),
    billed_if_cancelled={"queued": "no", "finished": "yes"},
    errors=(
        ErrorCase(
            "invalid input",
            "bad_request",
            Status(
                422,
                json={
                    "title": "Input validation failed",
                    "detail": "- input.duration: duration must be one of the following: 4, 6, 8\n",
                    "status": 422,
                    "invalid_fields": [{"type": "enum", "field": "input.duration", "description": "…"}],
                },
            ),
            ValidationError,
        ),
        ErrorCase(
            "wrong token",
            "authentication",
            Status(
                401,
                json={
                    "title": "Unauthenticated",
                    "detail": "You did not pass a valid authentication token",
                    "status": 401,
                },
            ),
            AuthenticationError,
        ),
        ErrorCase("out of credit", "quota_exceeded", INSUFFICIENT_CREDIT, QuotaExceededError),
        ErrorCase("throttled", "rate_limit", THROTTLED, RateLimitError, retry_after=1.0),
        ErrorCase(
            "version not permitted",
            "model_not_found",
            Status(
                422,
                json={
                    "title": "Invalid version or not permitted",
                    "detail": "The specified version does not exist (or you may not use it)",
                    "status": 422,
                },
            ),
            ModelNotFoundError,
        ),
        ErrorCase("unavailable", "server_error", Status(503, json={"detail": "unavailable"}), HTTPError),
    ),
    failures=(
        FailureCase("content_policy", ContentModerationError),
        FailureCase("nsfw", ContentModerationError),
        FailureCase("out_of_memory", GenerationFailedError),
        FailureCase("start_timeout", GenerationFailedError),
        FailureCase("model_error", GenerationFailedError),
    ),
    status_words={
        "starting": "queued",
        "processing": "processing",
        "succeeded": "completed",
        "failed": "failed",
        "canceled": "cancelled",
        "aborted": "cancelled",
    },
)


def sign(prediction: dict[str, object]) -> Delivery:
    """A webhook delivery of a prediction, signed as standard webhooks are."""
    body = json.dumps(prediction).encode()
    now = datetime.now(UTC)
    identifier, timestamp = f"msg_{prediction['id']}", str(int(now.timestamp()))
    digest = hmac.new(WEBHOOK_KEY, f"{identifier}.{timestamp}.".encode() + body, hashlib.sha256).digest()
    headers = {
        "content-type": "application/json",
        "webhook-id": identifier,
        "webhook-timestamp": timestamp,
        "webhook-signature": f"v1,{base64.b64encode(digest).decode()}",
    }
    return Delivery(headers=headers, body=body, received_at=now)
