"""MiniMax's errors: HTTP statuses with `{"type": "error"}` (second version), HTTP 200 with `base_resp` (first one).

Source: MiniMax platform documentation (error codes); litellm 1.109.1 (unknown task); read 2026-11-22.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Literal

from tarash.tarash_gateway.plugin import (
    AuthenticationError,
    ContentModerationError,
    GenerationFailedError,
    HTTPError,
    HttpReply,
    QuotaExceededError,
    RateLimitError,
    TarashException,
    ValidationError,
    body_of,
    default_error,
    hookimpl,
    mentions_moderation,
    wire,
)

KEY_REFUSED = frozenset({1004, 2049})
OUT_OF_CREDIT = frozenset({1008, 2056})
# limits of requests, tokens, connections and growth of the request rate
TOO_MANY = frozenset({1002, 1039, 1041, 2045})
SENSITIVE_INPUT, SENSITIVE_OUTPUT = 1026, 1027
INVALID = frozenset({1042, 2013})
REFUSALS = KEY_REFUSED | OUT_OF_CREDIT | TOO_MANY | INVALID | {SENSITIVE_INPUT}
"""Codes after which nothing was made; after any other one (a timeout, a sensitive output), a task or a picture may have been."""

TASK_UNKNOWN_WORDS = "record not found"
CREDIT_WORDS = ("balance", "credit", "quota")


def checked_body(reply: HttpReply, *, submitting: bool = False) -> dict[str, object]:
    """Return the body of a 2xx answer, which may still be a refusal.

    Args:
        reply: the answer.
        submitting: whether it answers a submit, which may have been accepted although the answer is an error.

    Raises:
        TarashException: the body's `base_resp` reports an error, or the body is one.
    """
    body = reply.json_object()
    code = wire.integer(body, "base_resp", "status_code")
    if code:
        error = base_error(code, wire.text(body, "base_resp", "status_msg") or "", body)
        error.request_id = _request_id(reply, body)
        if submitting and code not in REFUSALS:
            error.submitted = "unknown"
        raise error
    if body.get("type") == "error":
        raise _error_in_2xx(reply, body, submitting=submitting)
    return body


def _error_in_2xx(reply: HttpReply, body: Mapping[str, object], *, submitting: bool) -> TarashException:
    """Return the exception of an error body of the second version whose HTTP status says that all is well."""
    # the body names the status that was meant; without one, it is not known what went wrong
    status = wire.integer(body, "error", "http_code") or 500
    error = tarash_error(replace(reply, status=status))
    if submitting and status >= 500:
        error.submitted = "unknown"
    return error


def base_error(code: int, words: str, body: object) -> TarashException:
    """Return the exception of a `base_resp` code."""
    told = f"{words or 'no explanation given'} (code {code})"
    if code in KEY_REFUSED:
        return AuthenticationError(
            f"key refused: {told}; check the key and its region", raw_response=body, submitted="no"
        )
    if code in OUT_OF_CREDIT:
        return QuotaExceededError(
            f"out of credit: {told}; top up the account", raw_response=body, submitted="no"
        )
    if code in TOO_MANY:
        return RateLimitError(f"too many requests: {told}", raw_response=body, submitted="no")
    if code == SENSITIVE_INPUT:
        return _sensitive(told, body, is_output=False, submitted="no")
    if code == SENSITIVE_OUTPUT:
        return _sensitive(told, body, is_output=True)
    if code in INVALID:
        return ValidationError(f"refused as invalid: {told}", raw_response=body, submitted="no")
    return HTTPError(f"failed at MiniMax: {told}", raw_response=body, is_retryable=True, allows_fallback=True)


def job_failure(code: int | None, words: str, task: Mapping[str, object]) -> TarashException:
    """Return the exception of an accepted task that failed."""
    told = f"{words or 'no explanation given'}{f' (code {code})' if code else ''}"
    is_refused = _speaks_of_moderation(words)
    if code == SENSITIVE_OUTPUT or (is_refused and "output" in words.lower()):
        return _sensitive(told, task, is_output=True)
    if code == SENSITIVE_INPUT or is_refused:
        return _sensitive(told, task, is_output=False)
    if code in INVALID:
        return ValidationError(f"refused as invalid: {told}", raw_response=task)
    return GenerationFailedError(told, raw_response=task)


@hookimpl
def tarash_error(response: HttpReply) -> TarashException:
    """Return the exception of an error answer to any call."""
    body = body_of(response)
    code = wire.integer(body, "base_resp", "status_code")
    words = wire.text(body, "error", "message") or wire.text(body, "base_resp", "status_msg") or _plain(body)
    error = (
        base_error(code, words, body)
        if code
        else _refusal(response, words, body) or default_error(response, words)
    )
    error.status_code = error.status_code or response.status
    error.request_id = _request_id(response, body)
    return error


def _refusal(response: HttpReply, words: str, body: object) -> TarashException | None:
    """Return the exception where the HTTP status alone would mislead."""
    status, lower = response.status, words.lower()
    if TASK_UNKNOWN_WORDS in lower:
        # as HTTP 500 it would count as passing, and polling would go on until the deadline
        return HTTPError(
            f"no such task: {words}; it was deleted or never existed",
            status_code=404,
            raw_response=body,
            allows_fallback=False,
        )
    if status in (400, 403, 422) and _speaks_of_moderation(words):
        return _sensitive(words, body, is_output=False, status=status)
    if status == 403 and any(text in lower for text in CREDIT_WORDS):
        return QuotaExceededError(
            f"out of credit: {words}; top up the account", status_code=status, raw_response=body
        )
    return None


def _sensitive(
    words: str,
    body: object,
    *,
    is_output: bool,
    status: int | None = None,
    submitted: Literal["no"] | None = None,
) -> ContentModerationError:
    return ContentModerationError(
        f"refused as sensitive: {words}; change the {'prompt' if is_output else 'prompt or the input media'}",
        stage="output" if is_output else "input",
        status_code=status,
        raw_response=body,
        submitted=submitted,
    )


def _speaks_of_moderation(words: str) -> bool:
    return "sensitive" in words.lower() or mentions_moderation(words)


def _request_id(reply: HttpReply, body: object) -> str | None:
    return (
        wire.identifier(body, "request_id")
        or reply.header("trace-id")
        or reply.header("minimax-request-id")
        or None
    )


def _plain(body: object) -> str:
    return body if isinstance(body, str) else wire.text(body, "message") or ""
