"""The limits on requests in flight and on their time, and the failures of calls that exceed them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..exceptions import ValidationError
from ..messages import HttpCall, TransportFailure

MAX_REQUESTS_PER_ORIGIN = 100
MAX_CONNECTIONS = 500
MAX_STREAMS = 192
DEFAULT_SECONDS = 60.0
"""Timeout of a call that sets none."""
CONNECT_SECONDS = 10.0
"""Longest time to open a connection."""
DRAIN_SECONDS = 0.05
"""How long to wait for the end of a stream after the last event of interest, so that its connection can be reused."""
_SHORTEST_SECONDS = 0.001


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How many requests may be in flight at once, and how many submissions may begin in a minute.

    Each event loop has its own count of requests, and so has blocking code. Submissions are counted for the whole gateway.

    Requests over a limit wait, which counts toward their timeout. When one ends, those of the same origin and account start in
    this order: cancels, then status requests and results, then submissions. A job that waits for its next poll takes up nothing.

    Attributes:
        max_requests_per_origin: most requests in flight at one origin with one account, at least 1; likewise for downloads.
        max_connections: most requests in flight in total, at least 1; likewise for downloads. One origin uses at most half of
            them and one account at most a third, so that a provider that hangs does not delay the others.
        max_streams: most status streams open in total, shared in the same way; other jobs are polled. 0 opens none.
        submissions_per_minute: most attempts that begin in any minute at one server with one account, at least 1: one number for
            all providers, or a mapping of provider ids to numbers. Further attempts wait, and their `timeout` begins after that wait.
            None, the default, sets no limit. Mocks do not count, and neither do retries within an attempt.

    Raises:
        ValidationError: a limit is not a whole number, or too small.
    """

    max_requests_per_origin: int = MAX_REQUESTS_PER_ORIGIN
    max_connections: int = MAX_CONNECTIONS
    max_streams: int = MAX_STREAMS
    submissions_per_minute: int | Mapping[str, int] | None = None

    def __post_init__(self) -> None:
        for name, least in (("max_requests_per_origin", 1), ("max_connections", 1), ("max_streams", 0)):
            _check(name, getattr(self, name), least)
        rates = self.submissions_per_minute
        if isinstance(rates, Mapping):
            for provider, most in rates.items():
                _check(f"submissions_per_minute[{provider!r}]", most, 1)
        elif rates is not None:
            _check("submissions_per_minute", rates, 1)


def _check(name: str, given: object, least: int) -> None:
    if not isinstance(given, int) or given < least:
        raise ValidationError(f"{name}={given!r} is not allowed; use a whole number of at least {least}")


def wait_seconds(call: HttpCall) -> float:
    """Return how long the whole exchange may take, in seconds."""
    return call.timeout_seconds or DEFAULT_SECONDS


def answer_bytes(call: HttpCall, limit: int) -> int:
    """Return the size limit of the answer to a call, in bytes; `limit` is the transport's."""
    return limit if call.max_answer_bytes is None else min(call.max_answer_bytes, limit)


def with_time_left(call: HttpCall, seconds: float) -> HttpCall:
    """Return a call that has waited, with the time that is left."""
    return call.with_timeout(max(seconds, _SHORTEST_SECONDS))


def too_many_requests(seconds: float) -> TransportFailure:
    """Return the failure for a request that waited too long for others to end."""
    return TransportFailure(
        f"too many requests were in flight for {seconds:g} s; start fewer jobs at once, or raise max_requests_per_origin or "
        "max_connections of Gateway(limits=Limits(…))",
        kind="connect",
        request_may_have_arrived=False,
    )


def too_many_streams() -> TransportFailure:
    """Return the failure for a status stream over the limit; the job is polled instead."""
    return TransportFailure(
        "too many status streams are open", kind="connect", request_may_have_arrived=False
    )


def not_connected(seconds: float) -> TransportFailure:
    """Return the failure for a connection that took too long to open; nothing was sent on it."""
    return TransportFailure(
        f"no connection within {round(seconds, 2):g} s", kind="connect", request_may_have_arrived=False
    )


def late(seconds: float) -> TransportFailure:
    """Return the failure for an exchange that took too long."""
    return TransportFailure(
        f"no complete answer within {round(seconds, 2):g} s", kind="timeout", request_may_have_arrived=True
    )
