"""When a call is made again, and after how long."""

from __future__ import annotations

from ..exceptions import RateLimitError, TarashException

MAX_RETRIES = 4
FIRST_DELAY_SECONDS = 0.5
LONGEST_DELAY_SECONDS = 20.0
LONGEST_HINT_SECONDS = 60.0
"""A provider that asks for a longer wait is given up at once: another one, or the caller, has better use for the time."""


def retry_delay_seconds(
    error: TarashException, *, retries: int, random_unit: float, remaining_seconds: float
) -> float | None:
    """Return the pause before the next try, or None when it is not worth one.

    Exponential backoff with full jitter; the provider's own hint (`Retry-After`, or a member of the body that the plugin put
    into `retry_after`) takes its place.

    Args:
        error: what the last try ended with; only passing failures are tried again.
        retries: how often it was tried again already.
        random_unit: random number, 0.0 ≤ x < 1.0.
        remaining_seconds: time left before the deadline; a pause that long is pointless.
    """
    if not error.is_retryable or retries >= MAX_RETRIES:
        return None
    hint = error.retry_after if isinstance(error, RateLimitError) else None
    if hint is not None and hint > LONGEST_HINT_SECONDS:
        return None
    ceiling = min(FIRST_DELAY_SECONDS * 2.0**retries, LONGEST_DELAY_SECONDS)
    delay = ceiling * random_unit if hint is None else hint
    return delay if delay < remaining_seconds else None
