"""Owns the ways in which Google says no: error envelopes, and jobs that end badly on each protocol."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tarash.tarash_gateway.testing.simulator import Answer, Status, json_answer

API_KEY_INVALID = {
    "@type": "type.googleapis.com/google.rpc.ErrorInfo",
    "reason": "API_KEY_INVALID",
    "domain": "googleapis.com",
    "metadata": {"service": "generativelanguage.googleapis.com"},
}
BLOCKED_WORDS = (
    "The prompt could not be submitted. It contains words that violate our policies. Support codes: 58061214"
)


def envelope(code: int, status: str, message: str, *details: Mapping[str, object]) -> dict[str, object]:
    """The error body of every Google API."""
    error: dict[str, object] = {"code": code, "message": message, "status": status}
    if details:
        error["details"] = list(details)
    return {"error": error}


def refusal(code: int, status: str, message: str, *details: Mapping[str, object]) -> Answer:
    """An error answer."""
    return json_answer(envelope(code, status, message, *details), status=code)


def fault(code: int, status: str, message: str, *details: Mapping[str, object]) -> Status:
    """An error to inject."""
    return Status(code, json=envelope(code, status, message, *details))


def _quota(quota: str) -> dict[str, object]:
    return {"@type": "type.googleapis.com/google.rpc.QuotaFailure", "violations": [{"quotaId": quota}]}


RETRY_IN_37_SECONDS = {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "37s"}
EXCEEDED = "You exceeded your current quota, please check your plan and billing details."

BAD_FIELD = fault(
    400, "INVALID_ARGUMENT", 'Invalid JSON payload received. Unknown name "fps": Cannot find field.'
)
WRONG_KEY = fault(400, "INVALID_ARGUMENT", "API key not valid. Please pass a valid API key.", API_KEY_INVALID)
REGION = fault(400, "FAILED_PRECONDITION", "User location is not supported for the API use.")
NO_RIGHT = fault(403, "PERMISSION_DENIED", "Permission 'aiplatform.endpoints.predict' denied on resource.")
NO_MODEL = fault(404, "NOT_FOUND", "models/nonesuch is not found for API version v1beta.")
RETIRED = fault(404, "NOT_FOUND", "models/veo-3.1-generate-preview is no longer available.")
TOO_MANY = fault(
    429,
    "RESOURCE_EXHAUSTED",
    EXCEEDED,
    _quota("GenerateRequestsPerMinutePerProjectPerModel"),
    RETRY_IN_37_SECONDS,
)
TOO_MANY_TODAY = fault(
    429,
    "RESOURCE_EXHAUSTED",
    EXCEEDED,
    _quota("GenerateRequestsPerDayPerProjectPerModel"),
    RETRY_IN_37_SECONDS,
)
OUT_OF_CREDIT = fault(429, "RESOURCE_EXHAUSTED", "Your prepayment credits are used up. Add funds in billing.")
OVERLOADED = fault(503, "UNAVAILABLE", "The model is overloaded. Please try again later.")
INTERNAL = fault(500, "INTERNAL", "An internal error has occurred.")


@dataclass(frozen=True)
class GoogleFailure:
    """One bad end of a job, as each protocol words it; members are merged over the bare answer."""

    interaction: Mapping[str, object]
    operation: Mapping[str, object]
    content: Mapping[str, object] = field(default_factory=dict)


def _said(text: str) -> dict[str, object]:
    """A finished interaction that holds words instead of media."""
    output = {"type": "model_output", "content": [{"type": "text", "text": text}]}
    return {"status": "completed", "steps": [output], "usage": {"total_output_tokens": 0}}


def _ended(reason: str, *parts: Mapping[str, object]) -> dict[str, object]:
    candidate = {"finishReason": reason, "index": 0, "content": {"role": "model", "parts": list(parts)}}
    return {"candidates": [candidate]}


_BLOCKED_STEP = {"type": "model_output", "error": {"code": 3, "message": BLOCKED_WORDS}}

FAILURES: Mapping[str, GoogleFailure] = {
    "filtered": GoogleFailure(
        interaction=_said("I cannot create that video."),
        operation={
            "response": {
                "raiMediaFilteredCount": 1,
                "raiMediaFilteredReasons": ["The video was filtered. Support codes: 15236754"],
            }
        },
        content=_ended("IMAGE_SAFETY"),
    ),
    "blocked_prompt": GoogleFailure(
        interaction={"status": "failed", "steps": [_BLOCKED_STEP]},
        operation={"error": {"code": 3, "message": BLOCKED_WORDS}},
        content={"promptFeedback": {"blockReason": "PROHIBITED_CONTENT"}},
    ),
    "internal": GoogleFailure(
        interaction={"status": "failed", "errors": [{"code": "internal", "message": "Internal error."}]},
        operation={"error": {"code": 13, "message": "Internal error."}},
        content=_ended("IMAGE_OTHER"),
    ),
    "out_of_budget": GoogleFailure(
        interaction={"status": "budget_exceeded"},
        operation={"error": {"code": 8, "message": "Quota exceeded for the project."}},
    ),
    "nothing": GoogleFailure(
        interaction={"status": "incomplete", "steps": []},
        operation={"response": {}},
        content=_ended("STOP", {"text": "Here is what I think about foxes."}),
    ),
}
