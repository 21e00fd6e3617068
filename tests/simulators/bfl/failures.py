"""Owns the ways in which Black Forest Labs refuses a submission or ends a job badly.

Source: Black Forest Labs documentation, "Errors"; Black Forest Labs' API skill, "Rate limiting"; read 2026-11-27.
"""

from __future__ import annotations

from collections.abc import Mapping

from tarash.tarash_gateway.testing.simulator import Answer, Status, json_answer


def detail(status: int, words: str) -> Status:
    """An error with a text."""
    return Status(status, json={"detail": words})


def finding(member: str, words: str) -> Status:
    """A 422 with one finding."""
    return Status(422, json={"detail": [{"type": "value_error", "loc": ["body", member], "msg": words}]})


def answer(status: Status) -> Answer:
    """The same answer from a handler."""
    return json_answer(status.json, status=status.status, headers=status.headers)


BAD_DURATION = finding("duration", "Input should be auto, or a whole number from 5 to 20")
BAD_REQUEST = detail(400, "Invalid request")
NO_KEY = detail(403, "Not authenticated")
WRONG_KEY = detail(401, "Not authenticated - Invalid Authentication")
NO_CREDITS = detail(402, "Insufficient credits. Add credits to your account to continue.")
MODERATED = detail(422, "The prompt was flagged by our content moderation system")
UNKNOWN_MODEL = detail(404, "Not Found")
GONE = Status(404, json={"detail": "Task not found"})
TOO_MANY_REQUESTS = Status(
    429, json={"error": "rate_limit_exceeded", "message": "Too many concurrent requests", "retry_after": 2}
)
UNAVAILABLE = detail(503, "Service temporarily unavailable")
INTERNAL = detail(500, "Internal Server Error")

FAILURES: Mapping[str, dict[str, object]] = {
    "internal": {"status": "Error", "details": {"error": "The generation failed"}},
    "failed": {"status": "Failed"},
    "request_moderated": {"status": "Request Moderated", "details": {"Moderation Reasons": ["Violence"]}},
    "content_moderated": {"status": "Content Moderated", "details": "The output was flagged"},
}
"""Ways in which a job ends badly."""
