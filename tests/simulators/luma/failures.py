"""Owns the ways in which a request or a job fails at Luma: the error bodies and reasons of both APIs.

Source: Luma Agents API documentation (error handling), Dream Machine documentation (errors), read 2026-11-22;
luma-agents 0.5.0 (failure codes). The Dream Machine bodies of 401, 402 and 429 are documented nowhere; they
have the general form of that API here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tarash.tarash_gateway.testing.simulator import Answer, Refusal, Status, json_answer


@dataclass(frozen=True)
class LumaFailure:
    """What a failed generation says: a code (Agents API only) and a reason."""

    code: str
    reason: str


FAILURES: Mapping[str, LumaFailure] = {
    # the Agents API: failure_code and failure_reason
    "content_moderated": LumaFailure(
        "content_moderated", "Generation output was flagged by our content moderation system."
    ),
    "generation_failed": LumaFailure("generation_failed", "Generation failed"),
    "output_not_found": LumaFailure("output_not_found", "Output artifacts not found"),
    "budget_exhausted": LumaFailure("budget_exhausted", "Insufficient credits to complete this generation."),
    "rate_limited": LumaFailure("rate_limited", "Rate limited upstream"),
    "image_too_large": LumaFailure("image_too_large", "Image exceeds the size limit"),
    "unsupported_format": LumaFailure("unsupported_format", "Unsupported image format"),
    "corrupt_input": LumaFailure("corrupt_input", "Input could not be decoded"),
    "invalid_request": LumaFailure("invalid_request", "Invalid request"),
    # Dream Machine: a reason only
    "blacklisted_words": LumaFailure("", "Contains blacklisted words"),
    "frame_moderation": LumaFailure("", "Frame moderation failed"),
    "prompt_moderation": LumaFailure("", "Advanced prompt moderation failed"),
    "unreadable_frames": LumaFailure("", "Failed to read user input frames"),
    "prompt_processing": LumaFailure("", "Prompt processing failed"),
    "job_error": LumaFailure("", "Job failed"),
}


def refused(status: int, detail: object, *, headers: Mapping[str, str] | None = None) -> Refusal:
    """Refuse a request the way both APIs do."""
    return Refusal(json_answer({"detail": detail}, status=status, headers=headers))


def answer(status: Status) -> Answer:
    """Answer outside of an injection what a constant below says."""
    return json_answer(status.json, status=status.status, headers=status.headers)


MISSING_KEY = Status(401, json={"detail": "Missing or invalid API key"})
WRONG_KEY = Status(401, json={"detail": "Invalid API key"})
"""A key of the right form that Luma does not know."""
REVOKED_KEY = Status(401, json={"detail": "API key has been revoked"})
"""Inject anywhere: the key was good once."""
SUSPENDED = Status(403, json={"detail": "API client is suspended"})
"""Inject anywhere: the account may not use the API for now."""
OUT_OF_CREDIT = Status(402, json={"detail": "Insufficient credits. Please add credits to continue."})
"""Inject into a submit route: nothing is queued."""
TOO_MANY_REQUESTS = Status(
    429,
    json={"detail": "Rate limit exceeded"},
    headers={
        "Retry-After": "3",
        "X-RateLimit-Limit": "30",
        "X-RateLimit-Remaining": "0",
        "X-RateLimit-Reset": "1795341600",
    },
)
"""Inject into a submit route: the sliding window of 60 seconds is full."""
TOO_MANY_JOBS = Status(429, json={"detail": "Too many concurrent jobs"}, headers={"Retry-After": "60"})
"""Inject into a submit route: the concurrency limit is reached; there are no X-RateLimit headers then."""
UPSTREAM_DOWN = Status(502, json={"detail": "Upstream service unavailable"})
"""Inject anywhere: whether a submit was accepted is unknown."""
INGESTION_DOWN = Status(503, json={"detail": "Image URL ingestion unavailable"})
"""Inject into a submit route: URLs cannot be fetched just now."""
TOO_LARGE = Status(413, json={"detail": "Image exceeds 50 MB size limit"})
"""Inject into a submit route."""
BAD_RATIO = Status(
    400, json={"detail": "Invalid aspect_ratio '4:3'. Valid: 1:1, 1:2, 1:3, 16:9, 2:1, 2:3, 3:1, 3:2, 9:16"}
)
"""Inject into a submit route: the example of the documentation."""
UNKNOWN_MODEL = Status(400, json={"detail": "Unknown model: ray-9"})
"""Inject into a submit route: also the answer for a model that the account lacks."""
BLACKLISTED = Status(400, json={"detail": "Contains blacklisted words"})
"""Inject into a submit route of Dream Machine: refused before it is queued."""
SHORT_PROMPT = Status(400, json={"detail": "Prompt is too short, minimum length is 3 characters"})
"""Inject into a submit route of Dream Machine."""
UNAVAILABLE = Status(503, json={"detail": "Service Unavailable"})
"""Inject anywhere: the server takes no requests just now."""
UNKNOWN_DREAM_MODEL = Status(
    422,
    json={
        "detail": [
            {
                "type": "literal_error",
                "loc": ["body", "model"],
                "msg": "Input should be 'ray-2' or 'ray-flash-2'",
                "input": "ray-9",
                "ctx": {"expected": "'ray-2' or 'ray-flash-2'"},
            }
        ]
    },
)
"""Inject into a submit route of Dream Machine: findings as a list."""
