"""Owns the ways in which xAI refuses a request or ends a video badly, in all three shapes of its errors.

Source: @ai-sdk/xai 3.0.138 (error schemas, status schema); texts from public reports, read 2026-11-22.
"""

from __future__ import annotations

from collections.abc import Mapping

from tarash.tarash_gateway.testing.simulator import Answer, Status, json_answer


def invalid(message: str, param: str | None = None) -> Status:
    """A 400 in the shape of the chat API's errors."""
    error = {"message": message, "type": "invalid_request_error", "param": param, "code": "invalid_value"}
    return Status(400, json={"error": error})


def answer(status: Status) -> Answer:
    """The same answer from a handler."""
    return json_answer(status.json, status=status.status, headers=status.headers)


BAD_DURATION = invalid("duration must be between 1 and 15", "duration")
WRONG_KEY = Status(
    400,
    json={
        "code": "Client specified an invalid argument",
        "error": "Incorrect API key provided: te***ey. You can obtain an API key from https://console.x.ai.",
    },
)
"""A wrong key comes as a plain 400."""
NO_KEY = Status(401, json={"error": "no credentials were given"})
NO_RIGHT = Status(
    403,
    json={
        "code": "The caller does not have permission to execute the specified operation",
        "error": "This API key may not use the endpoint.",
    },
)
OUT_OF_CREDIT = Status(
    403,
    json={
        "code": "The caller does not have permission to execute the specified operation",
        "error": "Your team has either used all available credits or reached its monthly spending limit.",
    },
)
MODERATED = Status(
    400,
    json={
        "code": "Client specified an invalid argument",
        "error": "Generated video rejected by content moderation.",
    },
)
UNKNOWN_MODEL = Status(404, json={"error": "Model grok-imagine-video-9 not found"})
GONE = Status(404, json={"error": "Request not found"})
SCHEMA = Status(422, text="Failed to deserialize the JSON body into the target type: missing field `prompt`")
TOO_MANY_REQUESTS = Status(429, json={"error": "Too many requests"}, headers={"Retry-After": "2"})
AT_CAPACITY = Status(
    503,
    json={
        "code": "The service is currently unavailable",
        "error": "The model is at capacity and currently cannot serve this request. Please try again later.",
    },
)
UNAVAILABLE = Status(503, json={"error": "Service temporarily unavailable"})

MODERATED_OUTPUT = "moderated_output"
EXPIRED = "expired"
FAILURES: Mapping[str, Mapping[str, object]] = {
    "internal": {"status": "failed", "error": {"code": "internal_error", "message": "Internal error"}},
    "bad_image": {
        "status": "failed",
        "error": {"code": "invalid_argument", "message": "The image could not be downloaded"},
    },
    "blocked": {
        "status": "failed",
        "error": {"code": "content_moderation", "message": "Rejected by content moderation"},
        "block_reason": "violence",
    },
    EXPIRED: {"status": "expired"},
    MODERATED_OUTPUT: {"status": "done", "video": {"respect_moderation": False, "duration": 6}},
}
"""Ways in which a video ends badly; the last one is charged."""
