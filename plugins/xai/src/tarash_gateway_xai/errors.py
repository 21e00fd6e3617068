"""Turns xAI's errors into exceptions. They come in three shapes: `{"error": {…}}`, `{"code", "error"}` with texts, and `{"error"}` alone.

Source: @ai-sdk/xai 3.0.138 (xai-error); xAI documentation and public reports of the texts, read 2026-11-22.
"""

from __future__ import annotations

from collections.abc import Mapping

from tarash.tarash_gateway.plugin import (
    AuthenticationError,
    ContentModerationError,
    GenerationFailedError,
    HTTPError,
    HttpReply,
    QuotaExceededError,
    TarashException,
    body_of,
    default_error,
    error_words,
    hookimpl,
    mentions_moderation,
    overloaded_error,
    wire,
    wrong_address,
)

WRONG_KEY = "incorrect api key"
OUT_OF_CREDIT = ("credits", "spending limit")
# xAI documents no code for a refused prompt; users report these words, besides the usual ones
MODERATION_WORDS = "usage guidelines"

# "The model is at capacity and currently cannot serve this request." (public reports, all with HTTP 503 and xAI's own body).
# "The model's availability is currently degraded." does not say so
AT_CAPACITY = "at capacity and currently cannot serve"


@hookimpl
def tarash_error(response: HttpReply) -> TarashException:
    """Return the exception for an error response to any call."""
    body = body_of(response)
    words = error_words(body)
    error = wrong_address(response) or _refusal(response, words, body) or default_error(response, words)
    error.request_id = response.header("x-request-id") or None
    return error


def blocked(body: object) -> ContentModerationError:
    """Return the exception for a result that was rendered and charged, but withheld."""
    return ContentModerationError(
        "the result was withheld by content moderation, and is charged; change the prompt",
        stage="output",
        billed="yes",
        raw_response=body,
    )


def job_failure(body: Mapping[str, object]) -> TarashException:
    """Return the exception for a video that failed or expired."""
    if (wire.text(body, "status") or "").lower() == "expired":
        return GenerationFailedError("the request expired at xAI before it was done", raw_response=body)
    reason = wire.text(body, "block_reason")
    code = wire.text(body, "error", "code")
    words = error_words(body)
    explanation = "; ".join(part for part in (words, code, reason) if part) or "no explanation given"
    if reason is not None or _speaks_of_moderation(f"{code} {words}"):
        return ContentModerationError(f"refused by content moderation: {explanation}", raw_response=body)
    return GenerationFailedError(explanation, raw_response=body)


def _refusal(response: HttpReply, words: str, body: object) -> TarashException | None:
    """Return the exception where the HTTP status alone would mislead."""
    status, lower = response.status, words.lower()
    if status == 503 and AT_CAPACITY in lower:
        return overloaded_error(response, words)
    if status == 400 and WRONG_KEY in lower:
        return AuthenticationError(
            f"key refused: {words}; check the key", status_code=status, raw_response=body
        )
    if status in (400, 403, 422) and _speaks_of_moderation(lower):
        return ContentModerationError(
            f"refused by content moderation: {words}",
            stage="input",
            billed="no",
            status_code=status,
            raw_response=body,
        )
    if status == 403 and any(text in lower for text in OUT_OF_CREDIT):
        return QuotaExceededError(
            f"out of credit: {words}; top up the account", status_code=status, raw_response=body
        )
    if status == 404 and "model" not in lower:
        return HTTPError(
            f"not found (HTTP 404): {words or 'no explanation given'}; xAI keeps videos for about a day",
            status_code=status,
            raw_response=body,
            # it is the job that is not found, not the model, so no other provider is paid
            allows_fallback=False,
        )
    return None


def _speaks_of_moderation(words: str) -> bool:
    return MODERATION_WORDS in words.lower() or mentions_moderation(words)
