"""Owns the ways in which Stability refuses a request or a picture, in its own words.

Source: Stability's OpenAPI document (v2beta), read 2026-11-22.
"""

from __future__ import annotations

from collections.abc import Mapping

from tarash.tarash_gateway.testing.simulator import Answer, Status, json_answer

ERROR_ID = "a1b2c3d4e5f6a1b2c3d4e5f6a1b2c3d4"


def refusal(status: int, name: str, *errors: str) -> Status:
    """An error answer of the v2beta API."""
    return Status(status, json={"id": ERROR_ID, "name": name, "errors": list(errors)})


def answer(status: Status) -> Answer:
    """The same answer from a handler."""
    return json_answer(status.json, status=status.status, headers=status.headers)


BAD_REQUEST = refusal(400, "bad_request", "aspect_ratio: must be one of 21:9, 16:9, 3:2, 5:4, 1:1")
WRONG_KEY = Status(401, json={"message": "Incorrect API key provided"})
NO_KEY = Status(401, json={"id": ERROR_ID, "name": "unauthorized", "message": "missing authorization header"})
OUT_OF_CREDIT = refusal(
    402,
    "payment_required",
    "You lack sufficient credits to make this request. Please purchase more credits and try again.",
)
MODERATED = refusal(
    403,
    "content_moderation",
    "Your request was flagged by our content moderation system, as a result your request was denied and you "
    "were not charged.",
)
GONE = refusal(404, "generation_not_found", "id: the generation either does not exist or has expired.")
TOO_LARGE = refusal(413, "payload_too_large", "the request is larger than 10MiB")
NOT_ENGLISH = refusal(422, "invalid_language", "English is the only supported language for this service.")
PUBLIC_FIGURE = refusal(422, "public_figure", "Our systems detected the likeness of a public figure.")
TOO_MANY_REQUESTS = refusal(
    429,
    "rate_limit_exceeded",
    "You have exceeded the rate limit of 150 requests within a 10 second period, and have been timed out for "
    "60 seconds.",
)
INTERNAL = refusal(500, "internal_error", "An unexpected server error has occurred, please try again later.")

FILTERED = "filtered"
FAILURES: Mapping[str, Status | str] = {
    "content_filtered": FILTERED,
    "content_moderation": MODERATED,
    "public_figure": PUBLIC_FIGURE,
    "invalid_language": NOT_ENGLISH,
}
"""Ways in which a job ends: an error answer, or a blurred picture that says so."""
