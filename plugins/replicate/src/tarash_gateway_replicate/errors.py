"""Replicate's errors: problem details of refused calls, and the texts of failed predictions.

Source: Replicate documentation (error codes), read 2026-11-22; bodies seen in public logs where noted.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from tarash.tarash_gateway.plugin import (
    AuthenticationError,
    ContentModerationError,
    GenerationFailedError,
    HttpReply,
    ModelNotFoundError,
    QuotaExceededError,
    RateLimitError,
    TarashException,
    body_of,
    default_error,
    error_words,
    hookimpl,
    mentions_moderation,
    retry_after_seconds,
    wire,
)

# besides the usual words; E005 is not in the list of codes, but seen in public logs
MODERATED = re.compile(r"\bE005\b|\bsafety\b", re.IGNORECASE)
OUT_OF_MEMORY = re.compile(r"\bE1001\b|out of memory", re.IGNORECASE)
# E8765, E8367 and E9243: meaning unverified
PASSING = re.compile(
    r"\b(?:E1000|E6716|E8765|E8367|E9243)\b|prediction interrupted|unexpected error", re.IGNORECASE
)
RESETS_IN = re.compile(r"resets in ~?(\d+(?:\.\d+)?)s")


@hookimpl
def tarash_error(response: HttpReply) -> TarashException:
    """Return the exception for an error response to any call."""
    body = body_of(response)
    words = read_words(body)
    status = response.status
    if status == 402:
        return QuotaExceededError(
            f"out of credit: {words}; top up at replicate.com/account/billing",
            status_code=status,
            raw_response=body,
        )
    if status == 403:
        return AuthenticationError(f"not permitted: {words}", status_code=status, raw_response=body)
    if status == 422 and (wire.text(body, "title") or "").startswith("Invalid version"):
        return ModelNotFoundError(f"{words}; check the version", status_code=status, raw_response=body)
    error = default_error(response, words)
    if isinstance(error, RateLimitError):
        error.retry_after = _wait_seconds(response, body, words)
    return error


def read_words(body: object) -> str:
    """Return what a problem says, on one line."""
    lines = error_words(body).splitlines()
    return "; ".join(line.removeprefix("- ").strip() for line in lines if line.strip())


def prediction_failure(prediction: Mapping[str, object]) -> TarashException:
    """Return the exception of a failed prediction; nothing but its text distinguishes the kinds of failure."""
    words = error_words(prediction) or "no explanation given"
    request_id = wire.identifier(prediction, "id")
    if MODERATED.search(words) or mentions_moderation(words):
        return ContentModerationError(
            f"refused for its content: {words}", request_id=request_id, raw_response=prediction
        )
    if OUT_OF_MEMORY.search(words):
        words = f"{words}; ask for a smaller size, a shorter clip or fewer outputs"
    return GenerationFailedError(
        words,
        request_id=request_id,
        raw_response=prediction,
        is_retryable=PASSING.search(words) is not None,
    )


def _wait_seconds(response: HttpReply, body: object, words: str) -> float | None:
    """Return how long to wait: the body says so; whether the header does is undocumented."""
    seconds = retry_after_seconds(response)
    if seconds is None:
        seconds = wire.number(body, "retry_after")
    if seconds is None and (found := RESETS_IN.search(words)):
        seconds = float(found[1])
    return seconds
