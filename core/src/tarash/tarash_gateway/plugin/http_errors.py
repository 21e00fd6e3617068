"""Chooses the exception for an HTTP error status if the plugin does not."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from ..exceptions import (
    AuthenticationError,
    HTTPError,
    ModelNotFoundError,
    QuotaExceededError,
    RateLimitError,
    TarashException,
    ValidationError,
)
from ..media.redaction import redact_text
from ..statuses import meaning_of_status
from ..steps import HttpReply

# class and sentence for each meaning that has a class of its own
_CLASSES: Mapping[str, tuple[type[TarashException], str]] = {
    ValidationError.code: (ValidationError, "refused as invalid (HTTP {status}): {words}"),
    AuthenticationError.code: (
        AuthenticationError,
        "key refused (HTTP {status}): {words}; check the key and its rights",
    ),
    QuotaExceededError.code: (
        QuotaExceededError,
        "out of credit (HTTP {status}): {words}; top up the account",
    ),
    ModelNotFoundError.code: (
        ModelNotFoundError,
        "not found (HTTP {status}): {words}; check the model name",
    ),
    RateLimitError.code: (RateLimitError, "too many requests (HTTP {status}): {words}"),
}


def default_error(response: HttpReply, message: str = "") -> TarashException:
    """Return the exception for an error status.

    Args:
        response: an answer with a status other than 2xx.
        message: the provider's explanation; if empty, the beginning of the body.
    """
    words = redact_text(message or response.text().strip())[:500] or "no explanation given"
    status = response.status
    kind, sentence = _CLASSES.get(meaning_of_status(status).reason, (HTTPError, "HTTP {status}: {words}"))
    error = kind(
        sentence.format(status=status, words=words), raw_response=body_of(response), status_code=status
    )
    if isinstance(error, HTTPError):
        error.retry_after = retry_after_seconds(response)
    return error


def body_of(response: HttpReply) -> object:
    """Return the parsed body, or its text if it is not JSON; for `raw_response`."""
    try:
        return response.json()
    except Exception:  # noqa: BLE001 - any unreadable body is shown as text
        return response.text()[:2000]


def retry_after_seconds(response: HttpReply, *, now: datetime | None = None) -> float | None:
    """Return how long the server asks to wait, in seconds, 0 or more; None if it does not.

    `retry-after-ms` takes precedence over `Retry-After`, which is seconds or an HTTP date (RFC 9110 §10.2.3). The wait until a
    date counts from the `Date` header of the answer, so that a wrong local clock does not matter, or else from `now`.
    """
    milliseconds = response.header("retry-after-ms")
    if milliseconds is not None:
        try:
            return max(float(milliseconds) / 1000.0, 0.0)
        except ValueError:
            pass
    value = response.header("retry-after")
    if value is None:
        return None
    try:
        return max(float(value), 0.0)
    except ValueError:
        pass
    until = _date(value)
    since = _date(response.header("date")) or now
    return None if until is None or since is None else max((until - since).total_seconds(), 0.0)


def _date(value: str | None) -> datetime | None:
    if value is None:
        return None
    try:
        parsed = parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return None
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)
