"""Decides when a call is retried, and after how long: the only retry loop."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from ..exceptions import (
    HTTPError,
    RateLimitError,
    TarashException,
    TimeoutError,  # noqa: A004 - the public name is part of the contract
)
from ..statuses import proves_refusal
from ..steps import Flow, HttpReply, Instant, Sleep, read_clock, read_random

T = TypeVar("T")
OnRetry = Callable[[TarashException, Instant, float, int], object]

LONGEST_HINT_SECONDS = 60.0
"""A provider that asks for a longer wait is not retried: a fallback or the user has better use for the time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """Exponential backoff with full jitter.

    The provider's own hint (`Retry-After`, or what the plugin read from the body into `retry_after`) can lengthen a pause, but
    never shortens it.

    Attributes:
        max_retries: most retries of one call.
        first_delay_seconds: upper bound of the first pause; it doubles with every retry.
        longest_delay_seconds: upper bound of every pause.
        shortest_delay_seconds: lower bound of every pause.
    """

    max_retries: int = 4
    first_delay_seconds: float = 0.5
    longest_delay_seconds: float = 20.0
    shortest_delay_seconds: float = 0.0

    def delay_seconds(
        self, error: TarashException, *, retries: int, random_unit: float, remaining_seconds: float
    ) -> float | None:
        """Return the pause before the next try, in seconds; None if there should be no other try.

        Args:
            error: the error of the last try; only temporary failures are retried.
            retries: retries so far.
            random_unit: random number, 0.0 ≤ x < 1.0.
            remaining_seconds: time left before the deadline; a pause must be shorter.
        """
        if not error.is_retryable or retries >= self.max_retries:
            return None
        hint = error.retry_after if isinstance(error, HTTPError) else None
        if hint is not None and hint > LONGEST_HINT_SECONDS:
            return None
        # doubling stops mattering long before it overflows
        ceiling = min(self.first_delay_seconds * 2.0 ** min(retries, 16), self.longest_delay_seconds)
        delay = max(ceiling * random_unit, self.shortest_delay_seconds, hint or 0.0)
        return delay if delay < remaining_seconds else None


DEFAULT_RETRIES = RetryPolicy()


def repeat(
    once: Callable[[], Flow[T]],
    *,
    policy: RetryPolicy,
    until_seconds: float,
    may_repeat: Callable[[TarashException], bool],
    on_retry: OnRetry | None = None,
) -> Flow[T]:
    """Run `once`, and retry it after temporary failures for as long as the policy and the deadline allow.

    Args:
        once: makes the flow of one try.
        policy: how often, and after which pauses.
        until_seconds: deadline on the monotonic clock.
        may_repeat: returns whether another try is safe after this error (a submission must not be sent twice).
        on_retry: called before each retry with the error, the time, the pause in seconds and the number of the retry.

    Raises:
        TarashException: the error of the last try.
    """
    retries = 0
    failure: TarashException | None = None
    while True:
        try:
            return (yield from once())
        except TarashException as error:
            now = yield from read_clock()
            if failure is not None and _is_too_late(error, now, until_seconds):
                break
            if not may_repeat(error):
                raise
            delay = policy.delay_seconds(
                error,
                retries=retries,
                random_unit=(yield from read_random()),
                remaining_seconds=until_seconds - now.monotonic_seconds,
            )
            if delay is None:
                raise
            retries += 1
            if on_retry is not None:
                on_retry(error, now, delay, retries)
            failure = error
        yield Sleep(delay)
        if (yield from read_clock()).monotonic_seconds >= until_seconds:
            break
    # on a busy machine a pause takes longer than planned: why the last try failed says more than that time is up
    raise failure


def _is_too_late(error: TarashException, now: Instant, until_seconds: float) -> bool:
    """Return whether a try ended because no time was left for it, so that nothing was sent."""
    return (
        isinstance(error, TimeoutError) and error.submitted == "no" and now.monotonic_seconds >= until_seconds
    )


def leaves_open(error: TarashException, reply: HttpReply) -> bool:
    """Return whether a call may have had its effect even though it got an error status."""
    is_refusal = proves_refusal(reply.status) or states_refusal(error)
    return error.submitted == "unknown" or not is_refusal


def states_refusal(error: TarashException) -> bool:
    """Return whether a plugin says that nothing was accepted, whatever the status.

    Most classes prove nothing, since plugins choose them by the status, too, which a proxy may have answered after the job was made.
    """
    return error.states_refusal or isinstance(error, RateLimitError)


def reads_refusal(error: TarashException) -> bool:
    """Return whether an exception that a plugin makes of an answer it read itself, such as a 2xx, is a refusal."""
    status = error.status_code
    leaves_it_open = status is not None and status >= 300 and not proves_refusal(status)
    return error.submitted == "no" and (not leaves_it_open or states_refusal(error))
