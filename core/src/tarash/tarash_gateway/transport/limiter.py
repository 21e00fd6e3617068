"""Decides which request may start: it limits the requests in flight at each origin with each account, and in total.

It does no I/O and does not wait itself, so blocking and asynchronous transports share it.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import TypeAlias, TypeVar
from urllib.parse import urlsplit

from ..messages import HttpCall, Purpose
from .limits import Limits

T = TypeVar("T")
Key: TypeAlias = tuple[str, str]
"""Origin and account: the requests that share one limit."""

READS_BEFORE_SUBMIT = 3
"""Most reads that overtake a waiting submit in a row, so that the polls of many jobs cannot hold up new ones forever."""


def key_of(call: HttpCall) -> Key:
    """Return the origin and the account of a call."""
    url = call.url
    end = url.find("/", 8)
    origin = url[:end]
    if end < 0 or "?" in origin or "@" in origin:
        origin = _parsed_origin(url)
    return (origin.lower(), call.account)


def _parsed_origin(url: str) -> str:
    """Return the origin of a URL that has no path or holds a login, which is no part of the origin."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"


class Waiter:
    """A request that waits to start.

    Attributes:
        key: its origin and account.
        purpose: what it is for, which decides its priority.
        wake: called when it may start.
        is_granted: whether it may start.
    """

    __slots__ = ("is_granted", "key", "purpose", "wake")

    def __init__(self, key: Key, purpose: Purpose, wake: Callable[[], object]) -> None:
        self.key = key
        self.purpose: Purpose = purpose
        self.wake = wake
        self.is_granted = False


class _Queue:
    """The waiters of one key: cancels first, then reads, then submits; within each kind, the one that came first."""

    __slots__ = ("_reads_in_a_row", "_waiters")

    def __init__(self) -> None:
        self._waiters: dict[Purpose, OrderedDict[Waiter, None]] = {
            "cancel": OrderedDict(),
            "read": OrderedDict(),
            "submit": OrderedDict(),
        }
        self._reads_in_a_row = 0

    def __bool__(self) -> bool:
        return any(self._waiters.values())

    def add(self, waiter: Waiter) -> None:
        self._waiters[waiter.purpose][waiter] = None

    def remove(self, waiter: Waiter) -> None:
        del self._waiters[waiter.purpose][waiter]

    def pop(self) -> Waiter:
        """Remove and return the next waiter; there must be one."""
        purpose = next(purpose for purpose, waiters in self._waiters.items() if waiters)
        if purpose == "read" and self._waiters["submit"]:
            if self._reads_in_a_row >= READS_BEFORE_SUBMIT:
                purpose = "submit"
            self._reads_in_a_row += 1
        if purpose == "submit":
            self._reads_in_a_row = 0
        return self._waiters[purpose].popitem(last=False)[0]


class Limiter:
    """Counts the requests in flight, and decides which waiting one is next.

    An origin uses at most half of the total and a single account at most a third, whatever their own limits: a request starts
    only while its account has fewer requests in flight than the origin leaves free. However many requests hang at one
    origin, the others find room. Keys are forgotten when their last request ends.

    Args:
        per_key: most requests in flight at one origin with one account.
        total: most requests in flight in all.
    """

    __slots__ = ("_at_origin", "_free", "_in_flight", "_per_key", "_queues")

    def __init__(self, *, per_key: int, total: int) -> None:
        self._per_key = per_key
        self._free = total
        self._in_flight: dict[Key, int] = {}
        self._at_origin: dict[str, int] = {}
        # waiters stay here only while their key may not start a request
        self._queues: dict[Key, _Queue] = {}

    @property
    def is_empty(self) -> bool:
        """Whether no request is in flight or waiting, and nothing is remembered of any."""
        return not (self._in_flight or self._at_origin or self._queues)

    def take(self, key: Key) -> bool:
        """Count a request that starts now; return False if it must wait."""
        mine = self._in_flight.get(key, 0)
        there = self._at_origin.get(key[0], 0)
        if mine >= self._per_key or mine >= self._free - there:
            return False
        self._in_flight[key] = mine + 1
        self._at_origin[key[0]] = there + 1
        self._free -= 1
        return True

    def release(self, key: Key) -> None:
        """Count a request that has ended, and let waiters start in its place."""
        _decrease(self._in_flight, key)
        _decrease(self._at_origin, key[0])
        self._free += 1
        # the end of one request may make room for two: at its origin and at another one
        while self._queues and (ready := next(filter(self.take, self._queues), None)) is not None:
            self._grant(ready)

    def queue(self, key: Key, purpose: Purpose, wake: Callable[[], object]) -> Waiter:
        """Add a request that could not start; `wake` is called when it may."""
        waiter = Waiter(key, purpose, wake)
        queue = self._queues.get(key)
        if queue is None:
            queue = self._queues[key] = _Queue()
        queue.add(waiter)
        return waiter

    def leave(self, waiter: Waiter) -> None:
        """Remove a waiter that gives up; if it was granted meanwhile, the next one starts."""
        if waiter.is_granted:
            self.release(waiter.key)
            return
        queue = self._queues[waiter.key]
        queue.remove(waiter)
        if not queue:
            del self._queues[waiter.key]

    def _grant(self, key: Key) -> None:
        queue = self._queues.pop(key)
        waiter = queue.pop()
        if queue:
            # last in line: keys take turns
            self._queues[key] = queue
        waiter.is_granted = True
        waiter.wake()


def _decrease(counts: dict[T, int], name: T) -> None:
    left = counts[name] - 1
    if left:
        counts[name] = left
    else:
        del counts[name]


def limiters_of(limits: Limits) -> tuple[Limiter, Limiter, Limiter]:
    """Return the limiters for requests, downloads and status streams: a long download must not delay a short request."""
    requests, downloads = (
        Limiter(per_key=limits.max_requests_per_origin, total=limits.max_connections) for _ in range(2)
    )
    return requests, downloads, Limiter(per_key=limits.max_streams, total=limits.max_streams)
