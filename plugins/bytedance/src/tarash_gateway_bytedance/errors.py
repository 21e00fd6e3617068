"""Turns ModelArk's errors into exceptions: `{"error": {"code", "message"}}`, in responses, in failed tasks and in single images.

Source: ModelArk documentation, "Error codes"; Volcengine documentation, "Error codes"; read 2026-11-27.
"""

from __future__ import annotations

import re
from typing import Literal

from tarash.tarash_gateway.plugin import (
    ContentModerationError,
    GenerationFailedError,
    HTTPError,
    HttpReply,
    ModelNotFoundError,
    QuotaExceededError,
    RateLimitError,
    TarashException,
    ValidationError,
    body_of,
    default_error,
    error_words,
    hookimpl,
    mentions_moderation,
    wire,
    wrong_address,
)

# InputTextSensitiveContentDetected, OutputVideoSensitiveContentDetected.PolicyViolation, InputImageRiskDetection, …
MODERATED = re.compile(r"SensitiveContentDetected|RiskDetection")
# 403 and 429; SetLimitExceeded is a limit of the user's own, at which ModelArk pauses the model
OUT_OF_CREDIT = re.compile(r"Overdue|SetLimitExceeded|^QuotaExceeded|InsufficientBalance")
# 400, 403 and 404: the account cannot use the model or the endpoint as things are
NO_MODEL = re.compile(
    r"^ModelNotOpen|^InvalidEndpoint|^UnsupportedModel|ServiceNotOpen|^ModelNotFound|^InvalidModel"
)
TOO_MANY = re.compile(r"RateLimit|^ServerOverloaded|^TooManyRequests|LimitExceeded")
BAD_INPUT = re.compile(r"^InvalidParameter|^MissingParameter|^InvalidArgument|^InvalidImage|^InvalidVideo")


@hookimpl
def tarash_error(response: HttpReply) -> TarashException:
    """Return the exception for an error response; the code says more than the HTTP status."""
    body = body_of(response)
    code, words = _code(body), error_words(body)
    told = _told(code, words)
    error = (
        wrong_address(response)
        or _refusal(response.status, code, told, body)
        or default_error(response, told if words or code else "")
    )
    error.request_id = response.header("x-request-id") or None
    return error


def job_failure(task: object) -> TarashException:
    """Return the exception for a task that failed or expired. ModelArk charges for finished videos only."""
    if (wire.text(task, "status") or "").lower() == "expired":
        return GenerationFailedError(
            "the task expired at ModelArk before it was done", raw_response=task, billed="no"
        )
    return _failure(task, task) or GenerationFailedError(
        "no explanation given", raw_response=task, billed="no"
    )


def image_failure(body: object) -> TarashException | None:
    """Return the exception for an answer in which no image succeeded; None if it names no error."""
    entries = (*wire.items(body, "data"), body)
    return next((found for entry in entries if (found := _failure(entry, body)) is not None), None)


def _failure(place: object, raw: object) -> TarashException | None:
    """Return the exception for the error that a task or an image carries, or None."""
    code, words = _code(place), error_words(place)
    if not code and not words:
        return None
    told = _told(code, words)
    if _is_moderation(code, words):
        return _moderation(code, told, raw)
    if BAD_INPUT.search(code):
        return ValidationError(f"refused as invalid: {told}", raw_response=raw, billed="no")
    if TOO_MANY.search(code):
        return RateLimitError(f"the provider is busy: {told}; try again later", raw_response=raw, billed="no")
    return GenerationFailedError(told, raw_response=raw, billed="no")


def _refusal(status: int, code: str, told: str, body: object) -> TarashException | None:
    """Return the exception where the HTTP status alone would mislead."""
    if status in (400, 403, 422) and _is_moderation(code, told):
        return _moderation(code, told, body, status=status)
    if OUT_OF_CREDIT.search(code):
        return QuotaExceededError(
            f"out of credit or over a limit: {told}; top up the account, or raise the limit in the console",
            status_code=status,
            raw_response=body,
            submitted="no",
        )
    if NO_MODEL.search(code):
        return ModelNotFoundError(
            f"{told}; check the model name and the region, and activate the model in the console",
            status_code=status,
            raw_response=body,
            submitted="no",
        )
    if status == 404:
        # models have codes of their own; it is the task that is not found, so no other provider is paid
        return HTTPError(
            f"not found (HTTP 404): {told}; check the region and the key, since ModelArk keeps tasks for seven days",
            status_code=status,
            raw_response=body,
            allows_fallback=False,
        )
    return None


def _moderation(code: str, told: str, body: object, *, status: int | None = None) -> ContentModerationError:
    return ContentModerationError(
        f"refused by content moderation: {told}; change the prompt or the inputs",
        stage=_stage(code),
        billed="no",
        status_code=status,
        raw_response=body,
    )


def _stage(code: str) -> Literal["input", "output", "unknown"]:
    if code.startswith("Output"):
        return "output"
    return "input" if code.startswith(("Input", "SensitiveContent")) else "unknown"


def _is_moderation(code: str, words: str) -> bool:
    return MODERATED.search(code) is not None or mentions_moderation(words)


def _code(place: object) -> str:
    return wire.text(place, "error", "code") or ""


def _told(code: str, words: str) -> str:
    return f"{words or 'no explanation given'}{f' ({code})' if code else ''}"
