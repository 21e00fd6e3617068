"""When a call is made again, and after how long: the one retry loop."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from ..exceptions import HTTPError, TarashException
from ..steps import Flow, Instant, Sleep, read_clock, read_random

T = TypeVar("T")
Told = Callable[[TarashException, Instant, float, int], object]

LONGEST_HINT_SECONDS = 60.0
"""A provider that asks for a longer wait is given up at once: another one, or the caller, has better use for the time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """Exponential backoff with full jitter.

    The provider's own hint (`Retry-After`, or a member of the body that the plugin put into `retry_after`) takes its place.

    Attributes:
        max_retries: how often a call is made again.
        first_delay_seconds: the first pause is a random share of it, the next of twice that, and so on
        longest_delay_seconds: up to this.
        shortest_delay_seconds: no pause is shorter.
    """

    max_retries: int = 4
    first_delay_seconds: float = 0.5
    longest_delay_seconds: float = 20.0
    shortest_delay_seconds: float = 0.0

    def delay_seconds(
        self, error: TarashException, *, retries: int, random_unit: float, remaining_seconds: float
    ) -> float | None:
        """Return the pause before the next try, or None when it is not worth one.

        Args:
            error: what the last try ended with; only passing failures are tried again.
            retries: how often it was tried again already.
            random_unit: random number, 0.0 ≤ x < 1.0.
            remaining_seconds: time left before the deadline; a pause that long is pointless.
        """
        if not error.is_retryable or retries >= self.max_retries:
            return None
        hint = error.retry_after if isinstance(error, HTTPError) else None
        if hint is not None and hint > LONGEST_HINT_SECONDS:
            return None
        # doubling stops mattering long before it overflows
        ceiling = min(self.first_delay_seconds * 2.0 ** min(retries, 16), self.longest_delay_seconds)
        delay = ceiling * random_unit if hint is None else hint
        delay = max(delay, self.shortest_delay_seconds)
        return delay if delay < remaining_seconds else None


DEFAULT_RETRIES = RetryPolicy()


def repeat(
    once: Callable[[], Flow[T]],
    *,
    policy: RetryPolicy,
    until_seconds: float,
    may_repeat: Callable[[TarashException], bool],
    told: Told | None = None,
) -> Flow[T]:
    """Run `once` again after passing failures, for as long as the policy and the time allow.

    Args:
        once: makes the flow of one try.
        policy: how often, and after which pauses.
        until_seconds: deadline on the monotonic clock.
        may_repeat: whether this failure allows another try at all (a submission may not be made twice).
        told: called with the failure, the time, the pause in seconds and the number of the retry.

    Raises:
        TarashException: of the last try.
    """
    retries = 0
    while True:
        try:
            return (yield from once())
        except TarashException as error:
            if not may_repeat(error):
                raise
            now = yield from read_clock()
            delay = policy.delay_seconds(
                error,
                retries=retries,
                random_unit=(yield from read_random()),
                remaining_seconds=until_seconds - now.monotonic_seconds,
            )
            if delay is None:
                raise
            retries += 1
            if told is not None:
                told(error, now, delay, retries)
        yield Sleep(delay)
