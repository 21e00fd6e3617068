"""The errors of OpenAI and Azure: refusals of a request, and why an accepted job failed.

Source: OpenAI error guide and Azure OpenAI REST reference, read 2026-11-22; openai 3.54.0.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal, cast

from tarash.tarash_gateway.plugin import (
    ContentModerationError,
    GenerationFailedError,
    HttpReply,
    ModelNotFoundError,
    QuotaExceededError,
    RateLimitError,
    TarashException,
    ValidationError,
    body_of,
    default_error,
    hookimpl,
    overloaded_error,
    retry_after_seconds,
    wire,
)

MODERATED = frozenset({"moderation_blocked", "content_policy_violation", "content_filter", "contentfilter"})
AZURE_MODERATED = "ResponsibleAIPolicyViolation"
OUT_OF_CREDIT = frozenset(
    {
        "insufficient_quota",
        "credit_balance_exhausted",
        "organization_spend_limit_exceeded",
        "project_spend_limit_exceeded",
        "organization_usage_limit_exceeded",
        "billing_hard_limit_reached",
    }
)
# of responses that failed (openai 3.57.0, ResponseError); a picture that could not be fetched may be fetched by another provider
BAD_PICTURES = frozenset(
    {
        "invalid_image",
        "invalid_image_format",
        "invalid_base64_image",
        "invalid_image_url",
        "invalid_image_mode",
        "image_too_large",
        "image_too_small",
        "image_file_too_large",
        "image_parse_error",
        "unsupported_image_media_type",
        "empty_image_file",
    }
)
# the model lacks the capacity to take the request; for videos, this was a 429 before (OpenAI error guide)
OVERLOADED = "server_is_overloaded"
UNKNOWN_MODEL = frozenset({"model_not_found", "deploymentnotfound"})
REQUEST_ID_HEADERS = ("x-request-id", "apim-request-id", "x-ms-request-id")
# Azure writes the wait into the message when the header is missing
WAIT_IN_WORDS = re.compile(r"retry after (\d{1,6}) seconds?", re.IGNORECASE)

Stage = Literal["input", "output", "unknown"]


@hookimpl
def tarash_error(response: HttpReply) -> TarashException:
    """Return the exception for an error answer."""
    body = body_of(response)
    # Azure's older API answers the object without the envelope
    told = wire.mapping(body, "error") or wire.mapping(body)
    error = _by_code(told, response, body) or default_error(response, _words(told))
    error.request_id = request_id_of(response)
    if isinstance(error, RateLimitError) and error.retry_after is None:
        named = WAIT_IN_WORDS.search(_words(told))
        error.retry_after = (float(named[1]) or None) if named else None
    if response.header("x-should-retry") == "false":
        error.is_retryable = False
    return error


def request_id_of(response: HttpReply) -> str | None:
    """Return the id that OpenAI or Azure gave the request; None if the answer names none."""
    return next((value for name in REQUEST_ID_HEADERS if (value := response.header(name))), None)


def _by_code(told: dict[str, object], response: HttpReply, body: object) -> TarashException | None:
    """Return the exception if the code says more than the HTTP status; None leaves it to the status."""
    codes, words, status = _codes(told), _words(told), response.status
    if _is_moderated(told):
        stage = stage_of(told)
        return ContentModerationError(
            f"refused by the content policy: {words}",
            stage=stage,
            status_code=status,
            raw_response=body,
            # a refused output was generated, and nobody says that it is free
            submitted="unknown" if stage == "output" else "no",
        )
    if codes & OUT_OF_CREDIT:
        return QuotaExceededError(
            f"out of credit: {words}; top up the account or raise its limit",
            status_code=status,
            raw_response=body,
            submitted="no",
        )
    if codes & UNKNOWN_MODEL:
        return ModelNotFoundError(
            f"no such model: {words}", status_code=status, raw_response=body, submitted="no"
        )
    if OVERLOADED in codes:
        return overloaded_error(response, words)
    if status == 429 or codes & {"rate_limit_exceeded", "slow_down"}:
        return RateLimitError(
            f"too many requests: {words}",
            retry_after=retry_after_seconds(response),
            status_code=status,
            raw_response=body,
        )
    return None


def job_failure(told: dict[str, object], body: object) -> TarashException:
    """Return why an accepted job failed. OpenAI does not list the codes of videos, so words count too."""
    words, codes = _words(told) or "no explanation given", _codes(told)
    hints = " ".join((*codes, words.lower()))
    if _is_moderated(told) or "moderation" in hints or "policy" in hints:
        return ContentModerationError(
            f"refused by the content policy: {words}", stage=stage_of(told), raw_response=body
        )
    if codes & OUT_OF_CREDIT:
        return QuotaExceededError(f"out of credit: {words}; top up the account", raw_response=body)
    if "rate_limit_exceeded" in codes:
        wait = wire.number(told, "headers", "Retry-After")
        return RateLimitError(f"too many requests: {words}", retry_after=wait, raw_response=body)
    code = wire.text(told, "code")
    if code in BAD_PICTURES:
        return ValidationError(
            f"refused as invalid: {words} ({code}); check the input images", raw_response=body
        )
    return GenerationFailedError(f"{words} ({code})" if code else words, raw_response=body)


def _codes(told: dict[str, object]) -> set[str]:
    return {word.lower() for name in ("code", "type") if (word := wire.text(told, name))}


def _words(told: dict[str, object]) -> str:
    return wire.text(told, "message") or wire.text(told, "code") or ""


def _is_moderated(told: dict[str, object]) -> bool:
    # the member is spelled in two ways
    inner = wire.text(told, "innererror", "code") or wire.text(told, "inner_error", "code")
    return bool(_codes(told) & MODERATED) or inner == AZURE_MODERATED


def stage_of(told: Mapping[str, object]) -> Stage:
    """Return what a moderation refused: the input, the output, or what the error does not say."""
    named = wire.text(told, "moderation_details", "moderation_stage")
    if named in ("input", "output"):
        return cast("Stage", named)
    return "input" if wire.text(told, "param") == "prompt" else "unknown"
