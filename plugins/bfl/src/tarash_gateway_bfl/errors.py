"""Turns the errors of Black Forest Labs into exceptions: `detail` as a string or a list of findings, and the ends of jobs.

Source: Black Forest Labs documentation, "Errors"; Black Forest Labs' API skill, "Rate limiting"; comfy-cli 1.23.0 (OpenAPI); read
2026-11-27.
"""

from __future__ import annotations

import json
from typing import Literal

from tarash.tarash_gateway.plugin import (
    ContentModerationError,
    GenerationFailedError,
    HTTPError,
    HttpReply,
    RateLimitError,
    TarashException,
    body_of,
    default_error,
    error_words,
    hookimpl,
    mentions_moderation,
    wire,
    wrong_address,
)

MODERATED: dict[str, Literal["input", "output"]] = {
    "Request Moderated": "input",
    "Content Moderated": "output",
}
LONGEST_DETAILS = 500


@hookimpl
def tarash_error(response: HttpReply) -> TarashException:
    """Return the exception for an error response to any call."""
    body = body_of(response)
    words = error_words(body)
    error = (
        wrong_address(response) or _refusal(response.status, words, body) or default_error(response, words)
    )
    if isinstance(error, RateLimitError) and error.retry_after is None:
        seconds = wire.number(body, "retry_after")
        error.retry_after = None if seconds is None or seconds < 0 else seconds
    error.request_id = response.header("x-request-id") or None
    return error


def unknown_task(body: object) -> HTTPError:
    """Return the exception for a job that the cluster does not know; no other provider is paid for it."""
    return HTTPError(
        "job not found (HTTP 404): it does not exist, has expired or belongs to another key; check the key and the region",
        status_code=404,
        raw_response=body,
        allows_fallback=False,
    )


def job_failure(body: object) -> TarashException:
    """Return the exception for a job that failed or was withheld; `details` is a string or an object."""
    word = wire.text(body, "status") or wire.text(body, "state") or ""
    details = (
        _shown(wire.member(body, "details"))
        or _shown(wire.member(body, "error"))
        or _shown(wire.member(body, "result"))
    )
    told = details or "no explanation given"
    if word in MODERATED or mentions_moderation(f"{word} {details}"):
        return ContentModerationError(
            f"refused by content moderation: {told}; change the prompt or the inputs",
            stage=MODERATED.get(word, "unknown"),
            raw_response=body,
        )
    return GenerationFailedError(told, raw_response=body)


def _refusal(status: int, words: str, body: object) -> TarashException | None:
    """Return the exception where the HTTP status alone would mislead."""
    if status == 404 and "task" in f"{words} {wire.text(body, 'status') or ''}".lower():
        return unknown_task(body)
    if status in (400, 403, 422) and mentions_moderation(words):
        return ContentModerationError(
            f"refused by content moderation: {words}; change the prompt or the inputs",
            stage="input",
            billed="no",
            status_code=status,
            raw_response=body,
        )
    return None


def _shown(details: object) -> str:
    """Return details in a form for messages; an object as JSON."""
    if isinstance(details, str):
        return details[:LONGEST_DETAILS]
    if not isinstance(details, dict | list) or not details:
        return ""
    try:
        return json.dumps(details, ensure_ascii=True)[:LONGEST_DETAILS]
    except (TypeError, ValueError, RecursionError):
        return ""
