"""What an HTTP error status means when the provider's plugin does not say."""

from __future__ import annotations

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
from ..steps import HttpReply

TRANSIENT_STATUSES = frozenset({408, 409, 425, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524, 529})


def default_error(response: HttpReply, message: str = "") -> TarashException:
    """Return the exception that an error status stands for.

    Args:
        response: an answer whose status is no 2xx.
        message: the provider's words; the beginning of the body when empty.
    """
    words = redact_text(message or response.text().strip())[:500] or "no explanation given"
    status = response.status
    raw = body_of(response)
    if status in (400, 413, 415, 422):
        return ValidationError(
            f"refused as invalid (HTTP {status}): {words}", status_code=status, raw_response=raw
        )
    if status in (401, 403):
        return AuthenticationError(
            f"key refused (HTTP {status}): {words}; check the key and its rights",
            status_code=status,
            raw_response=raw,
        )
    if status == 402:
        return QuotaExceededError(
            f"out of credit (HTTP 402): {words}; top up the account", status_code=status, raw_response=raw
        )
    if status == 404:
        return ModelNotFoundError(
            f"not found (HTTP 404): {words}; check the model name", status_code=status, raw_response=raw
        )
    if status == 429:
        return RateLimitError(
            f"too many requests (HTTP 429): {words}",
            retry_after=retry_after_seconds(response),
            status_code=status,
            raw_response=raw,
        )
    transient = status in TRANSIENT_STATUSES or status >= 500
    return HTTPError(
        f"HTTP {status}: {words}",
        status_code=status,
        raw_response=raw,
        is_retryable=transient,
        allows_fallback=transient,
    )


def body_of(response: HttpReply) -> object:
    """Return the parsed body, or its text where it is no JSON; for `raw_response`."""
    try:
        return response.json()
    except Exception:  # noqa: BLE001 - any unreadable body is shown as text
        return response.text()[:2000]


def retry_after_seconds(response: HttpReply, *, now: datetime | None = None) -> float | None:
    """Return the wait the server asks for, in seconds ≥ 0, or None.

    `retry-after-ms` counts before `Retry-After`, which is seconds or an HTTP date (RFC 9110 §10.2.3). A date is measured from
    the answer's own `Date` header, so that a wrong local clock does no harm, else from `now`.
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
