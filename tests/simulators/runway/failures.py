"""Owns the ways in which Runway refuses a request or fails a task, in its own words.

Source: Runway API documentation (errors, task failures), read 2026-11-22; runwayml 5.24.0.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tarash.tarash_gateway.testing.simulator import Answer, Status, json_answer

DOCS = "https://docs.dev.runwayml.com/api"


@dataclass(frozen=True)
class RunwayFailure:
    """How a failed task reads: a text for people, perhaps a code for programs, and whether it is charged."""

    text: str
    code: str | None
    charged: bool


FAILURES: Mapping[str, RunwayFailure] = {
    "input_text_moderation": RunwayFailure(
        "Text did not pass moderation.", "SAFETY.INPUT.TEXT", charged=True
    ),
    "input_image_moderation": RunwayFailure(
        "Image did not pass moderation.", "SAFETY.INPUT.IMAGE", charged=True
    ),
    "preprocessing_moderation": RunwayFailure(
        "Input refused.", "INPUT_PREPROCESSING.SAFETY.TEXT", charged=True
    ),
    "output_moderation": RunwayFailure("Output refused.", "SAFETY.OUTPUT.VIDEO", charged=False),
    "invalid_asset": RunwayFailure("Invalid asset dimensions.", "ASSET.INVALID", charged=False),
    "bad_output": RunwayFailure("The output was unusable.", "INTERNAL.BAD_OUTPUT.01", charged=False),
    "internal": RunwayFailure("An unexpected error occurred.", "INTERNAL", charged=False),
    "no_code": RunwayFailure("An unexpected error occurred.", None, charged=False),
    "vendor_unavailable": RunwayFailure("The model is overloaded.", "THIRD_PARTY.UNAVAILABLE", charged=False),
}

UNAUTHENTICATED = Status(401, json={"error": "The API key is invalid.", "docUrl": DOCS})
NO_VERSION = Status(400, json={"error": "The X-Runway-Version header is required.", "docUrl": DOCS})
OUT_OF_CREDIT = Status(
    400, json={"error": "You do not have enough credits to run this task.", "docUrl": DOCS}
)
"""Inject into a submit: an account without credit; it comes as a plain 400."""
TOO_MANY_REQUESTS = Status(429, json={"message": "Too Many Requests"}, headers={"Retry-After": "2"})
"""Inject anywhere: a flood of requests."""
DAILY_LIMIT = Status(
    429, json={"error": "You have reached the daily generation limit for this model.", "docUrl": DOCS}
)
"""Inject into a submit: the model's quota of the last 24 hours is used up."""
OVERLOADED = Status(503, json={"error": "Service unavailable"})
"""Inject anywhere: load shedding."""
BROKEN = Status(502, json={"error": "Bad gateway"})
"""Inject into a submit: whether a task exists is unknown."""


def refused(issues: list[dict[str, object]]) -> Answer:
    """The 400 that lists every issue of a body."""
    return json_answer({"error": "Validation of body failed", "issues": issues, "docUrl": DOCS}, status=400)


def answer(status: Status) -> Answer:
    """The same answer from a handler."""
    return json_answer(status.json, status=status.status, headers=status.headers)


UNKNOWN_FIELD = Status(
    400,
    json={
        "error": "Validation of body failed",
        "issues": [
            {
                "code": "unrecognized_keys",
                "keys": ["fps"],
                "path": [],
                "message": "Unrecognized key(s) in object: 'fps'",
            }
        ],
        "docUrl": DOCS,
    },
)
UNKNOWN_MODEL = Status(
    400,
    json={
        "error": "Validation of body failed",
        "issues": [
            {
                "code": "invalid_union_discriminator",
                "options": ["gen4.5", "veo3.1"],
                "path": ["model"],
                "message": "Invalid discriminator value. Expected 'gen4.5' | 'veo3.1'",
            }
        ],
        "docUrl": DOCS,
    },
)
