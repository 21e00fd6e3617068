"""Reads Kling's errors: an envelope whose `code` counts before the HTTP status, and the words of failed tasks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal

from tarash.tarash_gateway.plugin import (
    AuthenticationError,
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
    error_in_body,
    error_words,
    hookimpl,
    mentions_moderation,
    overloaded_error,
    wire,
)

NOT_FOUND = 1203
CLOCK_CODES = frozenset({1003, 1004})
"""A token that is not valid yet, or not any more: the clocks disagree."""

OUTCOME_UNKNOWN = frozenset({5000, 5002})
"""The server broke, or took too long, while it had the request."""

UNAVAILABLE = 5001
"""The server is unavailable, "usually due to maintenance" (error code page), and accepts nothing; 5000 and 5002 do not say so."""

_STATUSES: Mapping[int, int] = {1202: 404, 5000: 500, 5002: 504}
_ADVICE: Mapping[int, str] = {
    1003: "the token is not valid yet; check this machine's clock",
    1004: "the token has expired; check this machine's clock",
    1100: "the account is in an abnormal state; check it in the console",
    1101: "the account is in arrears; top it up",
    1102: "the resource pack is used up or expired; buy another, or switch on pay as you go",
    1103: "the account has no right to this API or model",
    1203: "check the model name",
    1304: "this machine's address is not on the account's IP whitelist",
}
# Kling asks for a lower rate without saying how long to wait (error code page, 2026-09-20): a second for the
# request rate; a place among the concurrent tasks only frees when one of them ends.
_RETRY_AFTER_SECONDS: Mapping[int, float] = {1302: 1.0, 1303: 10.0}


@hookimpl
def tarash_error(response: HttpReply) -> TarashException:
    """Return the exception of an error answer; the code in the body counts before the HTTP status."""
    body = body_of(response)
    code = wire.integer(body, "code")
    error = _from_code(code, error_words(body), body, response) if code else None
    # a gateway in front answers HTML, or JSON without `code`
    error = error or (error_in_body(response) if response.is_success else None)
    error = error or default_error(response, error_words(body))
    error.request_id = wire.identifier(body, "request_id")
    return error


def data_of(response: HttpReply, *, submitting: bool = False) -> object:
    """Return the `data` of a successful answer.

    Args:
        response: the answer.
        submitting: whether it answers a submit, which may have been accepted although the server then broke.

    Raises:
        TarashException: `code` is not zero, which happens with HTTP 200 too.
        UnexpectedResponseError: the body is not a JSON object.
    """
    body = response.json_object()
    code = wire.integer(body, "code")
    if code not in (0, None):
        error = tarash_error(response)
        if submitting and code in OUTCOME_UNKNOWN:
            error.submitted = "unknown"
        raise error
    if response.status >= 400:
        # no code: what answered is not Kling's own server, and says nothing about a task
        raise tarash_error(response)
    return body.get("data")


def code_of(response: HttpReply) -> int | None:
    """Return the business code of an answer, or None where it has none."""
    return wire.integer(body_of(response), "code")


def task_failure(words: str | None, raw: object) -> TarashException:
    """Return why an accepted task failed. Kling refuses content without a code, only in words."""
    reason = words or "no reason given"
    if "sensitive" in reason.lower() or mentions_moderation(reason):
        return ContentModerationError(
            f"refused for its content: {reason}; change prompt or images",
            stage=_stage(reason.lower()),
            raw_response=raw,
        )
    return GenerationFailedError(f"the task failed: {reason}", raw_response=raw)


def _stage(reason: str) -> Literal["input", "output", "unknown"]:
    if any(word in reason for word in ("prompt", "input", "upload")):
        return "input"
    return "output" if any(word in reason for word in ("output", "result", "generated")) else "unknown"


def _from_code(code: int, words: str, body: object, response: HttpReply) -> TarashException | None:
    status = response.status
    advice = f"; {_ADVICE[code]}" if code in _ADVICE else ""
    text = f"{words or 'no explanation given'} (code {code}){advice}"
    if code in (1300, 1301):
        return ContentModerationError(
            f"refused for its content: {text}",
            stage="input",
            billed="no",
            status_code=status,
            raw_response=body,
            submitted="no",
        )
    if code in _RETRY_AFTER_SECONDS:
        return RateLimitError(
            f"too many requests or tasks at a time: {text}",
            retry_after=_RETRY_AFTER_SECONDS[code],
            status_code=status,
            raw_response=body,
        )
    if code == UNAVAILABLE:
        return overloaded_error(response, text)
    if code in _STATUSES:
        real = _STATUSES[code] if status < 400 else status
        passing = code != 1202
        return HTTPError(
            f"HTTP {real}: {text}",
            status_code=real,
            raw_response=body,
            is_retryable=passing,
            allows_fallback=passing,
        )
    make = _KINDS.get(code)
    return None if make is None else make(text, status_code=status, raw_response=body, submitted="no")


_KINDS: Mapping[int, Callable[..., TarashException]] = {
    **dict.fromkeys((1000, 1001, 1002, 1003, 1004, 1100, 1103, 1304), AuthenticationError),
    # these come with HTTP 429, but waiting does not help
    **dict.fromkeys((1101, 1102), QuotaExceededError),
    **dict.fromkeys((1200, 1201), ValidationError),
    NOT_FOUND: ModelNotFoundError,
}
