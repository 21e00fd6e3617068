"""Google's errors: the envelope of every request, and the codes inside jobs."""

from __future__ import annotations

import re
from collections.abc import Mapping

from tarash.tarash_gateway.plugin import (
    AuthenticationError,
    ContentModerationError,
    GenerationFailedError,
    HttpReply,
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

_MODERATION = re.compile(
    r"violat|usage guidelines|safety|responsible ai|support codes?\b|sensitive words", re.IGNORECASE
)
"""Words of refusals that carry no code of their own; Google's reference lists the sentences of Veo."""
_MONEY = re.compile(r"billing|prepay|credits?\b|spend", re.IGNORECASE)
_EXCEEDED = "You exceeded your current quota, please check your plan and billing details"
"""Every 429 of the Gemini API says this, so its "billing" means nothing."""

# the status of the envelope, and the code of the Interactions API
_UNAVAILABLE = frozenset({"UNAVAILABLE", "service_unavailable"})
_OVERLOADED = re.compile(
    r"\bmodel is (?:currently )?(?:overloaded|experiencing high demand)\b", re.IGNORECASE
)
"""Words of a 503 by which Google sheds load: "The model is overloaded. Please try again later.", "This model is currently
experiencing high demand." (google-gemini/gemini-cli issue 7227, and Google's answers in its developer forum). The status UNAVAILABLE
alone proves nothing: it also comes with "Deadline expired before operation could complete." """


@hookimpl
def tarash_error(response: HttpReply) -> TarashException:
    """Return the exception for an error answer."""
    body = _body(response)
    error = wire.mapping(body, "error")
    words = wire.text(error, "message") or wire.text(body, "error_description") or _page(response)
    return _refusal(response, error, words, body) or default_error(response, words)


def _body(response: HttpReply) -> object:
    """Return the parsed body; some endpoints wrap the error in a list of one, and front ends answer with a page."""
    body = body_of(response)
    return body[0] if isinstance(body, list) and len(body) == 1 else body


def _page(response: HttpReply) -> str:
    kind = response.header("content-type") or ""
    return (
        "an HTML page instead of an answer; check base_url and api_version"
        if kind.startswith("text/html")
        else ""
    )


def _refusal(
    response: HttpReply, error: Mapping[str, object], words: str, body: object
) -> TarashException | None:
    status = response.status
    if status == 400:
        return _bad_request(error, words, body)
    if status == 403:
        return AuthenticationError(
            f"not permitted (HTTP 403): {words}; check the key's restrictions and the account's role",
            status_code=status,
            raw_response=body,
        )
    if status == 429:
        if _will_not_recover(error, words):
            return QuotaExceededError(
                f"quota exceeded (HTTP 429): {words}", status_code=status, raw_response=body
            )
        return RateLimitError(
            f"too many requests (HTTP 429): {words}",
            retry_after=_retry_delay(error) or retry_after_seconds(response),
            status_code=status,
            raw_response=body,
        )
    if status == 503 and _UNAVAILABLE & {wire.text(error, "status"), wire.text(error, "code")}:
        return overloaded_error(response, words) if _OVERLOADED.search(words) else None
    return None


def _bad_request(error: Mapping[str, object], words: str, body: object) -> TarashException | None:
    """Read HTTP 400, which Google also answers to a wrong key."""
    reasons = {wire.text(item, "reason") for item in wire.items(error, "details")}
    if reasons & {"API_KEY_INVALID", "API_KEY_EXPIRED"} or "API key" in words:
        return AuthenticationError(f"key refused (HTTP 400): {words}", status_code=400, raw_response=body)
    if wire.text(error, "status") == "FAILED_PRECONDITION":
        if _MONEY.search(words):
            return QuotaExceededError(
                f"billing is not enabled (HTTP 400): {words}", status_code=400, raw_response=body
            )
        return AuthenticationError(
            f"not available to this account (HTTP 400): {words}", status_code=400, raw_response=body
        )
    if _MODERATION.search(words):
        return ContentModerationError(
            f"refused for its content: {words}",
            stage="input",
            billed="no",
            status_code=400,
            raw_response=body,
        )
    return None


def _will_not_recover(error: Mapping[str, object], words: str) -> bool:
    """Return whether a 429 means a day's quota, none at all, or no money."""
    for detail in wire.items(error, "details"):
        for violation in wire.items(detail, "violations"):
            if (
                "PerDay" in (wire.text(violation, "quotaId") or "")
                or wire.number(violation, "quotaValue") == 0
            ):
                return True
    return "limit: 0" in words or _MONEY.search(words.replace(_EXCEEDED, "")) is not None


def _retry_delay(error: Mapping[str, object]) -> float | None:
    """Return the wait in seconds, which the body gives as "37s"."""
    for detail in wire.items(error, "details"):
        delay = wire.text(detail, "retryDelay") or ""
        seconds = wire.number(delay.removesuffix("s")) if delay.endswith("s") else None
        if seconds is not None and seconds >= 0:
            return seconds
    return None


def job_failure(error: Mapping[str, object], raw: object) -> TarashException:
    """Return the exception of a job that ended in an error; `code` is a google.rpc code, or a word."""
    words = wire.text(error, "message") or "no explanation given"
    code = wire.integer(error, "code")
    if _MODERATION.search(words):
        # a refused prompt of Veo is an operation that ends in code 3
        return ContentModerationError(f"refused for its content: {words}", stage="input", raw_response=raw)
    if code == 3:
        return ValidationError(f"refused as invalid: {words}", raw_response=raw)
    if code in (7, 16):
        return AuthenticationError(f"not permitted: {words}; check the account's role", raw_response=raw)
    if code == 8:
        return QuotaExceededError(f"quota exceeded: {words}", raw_response=raw)
    return GenerationFailedError(words, raw_response=raw)
