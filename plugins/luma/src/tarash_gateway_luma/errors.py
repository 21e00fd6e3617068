"""Luma's errors: a `detail` that is a string or a list of findings, and the reasons of failed generations.

Source: Luma Agents API documentation (error handling), Dream Machine documentation (errors), read 2026-11-22;
luma-agents 0.5.0 (failure codes).
"""

from __future__ import annotations

from collections.abc import Mapping
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
    overloaded_error,
    wire,
    wrong_address,
)

BAD_INPUTS = frozenset({"image_too_large", "unsupported_format", "corrupt_input", "invalid_request"})
INGESTION_DOWN = "Image URL ingestion unavailable"
UNREADABLE_INPUT = "failed to read user input frames"
# these do not blame the request: the same one may succeed
PASSING_FAILURES = frozenset({"generation_failed", "output_not_found"})
KNOWN_CODES = BAD_INPUTS | PASSING_FAILURES | {"budget_exhausted", "rate_limited"}


@hookimpl
def tarash_error(response: HttpReply) -> TarashException:
    """Return the exception of an error answer to any call of either API."""
    body = body_of(response)
    words = error_words(body)
    error = _refusal(response, body, words) or default_error(response, words)
    error.request_id = response.header("x-request-id") or None
    return error


def job_failure(generation: Mapping[str, object]) -> TarashException:
    """Return the exception of a generation that failed; Dream Machine gives no code, only a reason."""
    code = wire.text(generation, "failure_code") or ""
    reason = wire.text(generation, "failure_reason") or error_words(generation) or "no reason given"
    words = f"{reason} ({code})" if code else reason
    if mentions_moderation(code) or (code not in KNOWN_CODES and mentions_moderation(reason)):
        return ContentModerationError(
            f"refused by the content moderation: {reason}",
            stage=_stage(reason.lower()),
            raw_response=generation,
        )
    if code == "budget_exhausted":
        return QuotaExceededError(f"out of credit: {reason}; top up the account", raw_response=generation)
    if code == "rate_limited":
        return RateLimitError(f"too many requests: {reason}; try again later", raw_response=generation)
    if code in BAD_INPUTS or (not code and UNREADABLE_INPUT in reason.lower()):
        return ValidationError(f"refused as invalid: {words}; check the input media", raw_response=generation)
    passing = code in PASSING_FAILURES or not code
    return GenerationFailedError(words, is_retryable=passing, raw_response=generation)


def _stage(reason: str) -> Literal["input", "output", "unknown"]:
    if "output" in reason:
        return "output"
    return "input" if "prompt" in reason or "words" in reason else "unknown"


def _refusal(response: HttpReply, body: object, words: str) -> TarashException | None:
    """Return the exception where the HTTP status alone would mislead."""
    status = response.status
    if status in (400, 422) and _is_unknown_model(body, words):
        return ModelNotFoundError(
            f"{words}; check the model name, and whether the account's plan has it",
            status_code=status,
            raw_response=body,
        )
    if status in (400, 403, 422) and mentions_moderation(words):
        return ContentModerationError(
            f"refused by the content moderation: {words}",
            stage="input",
            billed="no",
            status_code=status,
            raw_response=body,
        )
    if status == 404:
        if (astray := wrong_address(response)) is not None:
            return astray
        # models are never reported like this; another key sees none of this key's generations
        return HTTPError(
            f"not found (HTTP 404): {words or 'no explanation given'}; check the base URL, and that the key is the one "
            "the generation was made with",
            status_code=status,
            raw_response=body,
            allows_fallback=False,
        )
    if status == 503 and words.startswith(INGESTION_DOWN):
        # the input cannot be fetched, which comes before a generation is made (Luma Agents API, error handling)
        return overloaded_error(response, f"{words}; try again, or give the image as a file or bytes")
    return None


def _is_unknown_model(body: object, words: str) -> bool:
    if words.startswith("Unknown model"):
        return True
    return any(
        wire.text(item, "loc", -1) == "model" and wire.text(item, "type") in ("literal_error", "enum")
        for item in wire.items(body, "detail")
    )
