"""Owns the ways in which a call, or an accepted task, fails at Kling: one envelope, told apart by `code`."""

from __future__ import annotations

from collections.abc import Mapping

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
from tarash.tarash_gateway.testing import ErrorCase, FailureCase
from tarash.tarash_gateway.testing.simulator import Answer, Refusal, Status, json_answer

REQUEST_ID = "c1b2a3f4-0000-4000-8000-000000000001"

HTTP_STATUS: Mapping[int, int] = {
    **dict.fromkeys((1000, 1001, 1002, 1003, 1004), 401),
    **dict.fromkeys((1100, 1101, 1102, 1302, 1303, 1304), 429),
    **dict.fromkeys((1200, 1201, 1300, 1301), 400),
    **dict.fromkeys((1202, 1203), 404),
    1103: 403,
    5000: 500,
    5001: 503,
    5002: 504,
}
"""Business code to HTTP status (Kling error code page, 2026-09-20)."""

FAILURES: Mapping[str, str] = {
    "risk_control": "Failure to pass the risk control system",
    "render_error": "Task failed, please try again",
}
"""What the status message of a failed task says."""


def envelope(code: int, message: str) -> dict[str, object]:
    """The error envelope, which has no `data`."""
    return {"code": code, "message": message, "request_id": REQUEST_ID}


def error_answer(code: int, message: str) -> Answer:
    """An error as Kling sends it."""
    return json_answer(envelope(code, message), status=HTTP_STATUS[code])


def refuse(code: int, message: str) -> Refusal:
    """An error for a handler to raise."""
    return Refusal(error_answer(code, message))


def fault(code: int, message: str) -> Status:
    """An error to inject."""
    return Status(HTTP_STATUS[code], json=envelope(code, message))


ERRORS: tuple[ErrorCase, ...] = (
    ErrorCase(
        "invalid parameter", "bad_request", fault(1201, "duration value '7' is invalid"), ValidationError
    ),
    ErrorCase(
        "invalid authorization",
        "authentication",
        fault(1002, "Authorization is invalid"),
        AuthenticationError,
    ),
    ErrorCase(
        "no right to the model", "authentication", fault(1103, "Unauthorized access"), AuthenticationError
    ),
    ErrorCase(
        "address not listed", "authentication", fault(1304, "IP whitelist policy"), AuthenticationError
    ),
    ErrorCase("account in arrears", "quota_exceeded", fault(1101, "Account in arrears"), QuotaExceededError),
    ErrorCase(
        "resource pack used up", "quota_exceeded", fault(1102, "Resource pack exhausted"), QuotaExceededError
    ),
    ErrorCase(
        "platform policy",
        "content_moderation",
        fault(1300, "Blocked by platform policy"),
        ContentModerationError,
    ),
    ErrorCase(
        "content security",
        "content_moderation",
        fault(1301, "Content security policy"),
        ContentModerationError,
    ),
    ErrorCase("too many requests", "rate_limit", fault(1302, "Too many requests"), RateLimitError, 1.0),
    ErrorCase(
        "no such model", "model_not_found", fault(1203, "The model does not exist"), ModelNotFoundError
    ),
    ErrorCase("maintenance", "rate_limit", fault(5001, "Server temporarily unavailable"), RateLimitError),
    ErrorCase("internal error", "server_error", fault(5000, "Internal error"), HTTPError),
)

JOB_FAILURES: tuple[FailureCase, ...] = (
    FailureCase("risk_control", ContentModerationError),
    FailureCase("render_error", GenerationFailedError),
)
