"""What each HTTP error status means: whether to retry the call, whether to try another provider, and the fallback reason."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple


class StatusMeaning(NamedTuple):
    """What one kind of error means for the chain.

    Attributes:
        reason: the `fallback_on` reason that covers it; "http" is not one of them, so the chain stops.
        is_retryable: whether the same call may succeed when retried.
        allows_fallback: whether another provider may succeed.
    """

    reason: str
    is_retryable: bool
    allows_fallback: bool


VALIDATION = StatusMeaning("validation", is_retryable=False, allows_fallback=False)
AUTHENTICATION = StatusMeaning("authentication", is_retryable=False, allows_fallback=True)
QUOTA_EXCEEDED = StatusMeaning("quota_exceeded", is_retryable=False, allows_fallback=True)
MODEL_NOT_FOUND = StatusMeaning("model_not_found", is_retryable=False, allows_fallback=True)
RATE_LIMIT = StatusMeaning("rate_limit", is_retryable=True, allows_fallback=True)
SERVER_ERROR = StatusMeaning("server_error", is_retryable=True, allows_fallback=True)
OTHER_STATUS = StatusMeaning("http", is_retryable=False, allows_fallback=False)

STATUS_MEANINGS: Mapping[int, StatusMeaning] = MappingProxyType(
    {
        **dict.fromkeys((400, 413, 415, 422), VALIDATION),
        **dict.fromkeys((401, 403), AUTHENTICATION),
        402: QUOTA_EXCEEDED,
        404: MODEL_NOT_FOUND,
        # request timeout, conflict, too early: the server's state is at fault, not the request
        **dict.fromkeys((408, 409, 425), SERVER_ERROR),
        429: RATE_LIMIT,
    }
)
"""The statuses below 500 with a meaning of their own."""


def meaning_of_status(status_code: int | None) -> StatusMeaning:
    """Return what an HTTP status means; 500 and above is a server error."""
    if status_code is None:
        return OTHER_STATUS
    return SERVER_ERROR if status_code >= 500 else STATUS_MEANINGS.get(status_code, OTHER_STATUS)


_LEAVE_SUBMISSION_OPEN = frozenset({408, 409, 425, 499})
"""Client errors that say nothing about whether the server went on with the request."""


def proves_refusal(status_code: int) -> bool:
    """Return whether an error status alone proves that a submission created nothing.

    A 5xx status may come from a proxy whose server went on, or from a server that failed after it created the job; a redirect may
    be the answer to an accepted form.
    """
    return 400 <= status_code < 500 and status_code not in _LEAVE_SUBMISSION_OPEN
