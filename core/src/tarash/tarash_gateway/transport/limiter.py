"""Decides which request may start: it limits the requests in flight at each origin with each account, and in total.

It does no I/O and does not wait itself, so blocking and asynchronous transports share it.
"""

from __future__ import annotations

import threading
import weakref
from collections import OrderedDict, deque
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


class Slot:
    """A request in flight, or one that waits to start. It counts until it is released, or until nothing refers to it any more.

    The latter covers what never gets to release anything: a coroutine that nobody awaits any more, and Ctrl-C at the wrong moment.

    Attributes:
        key: its origin and account.
        purpose: what it is for, which decides its priority.
        wake: called when it may start, perhaps twice and in any thread; None if it did not have to wait.
        reference: weak reference that the limiter keeps while it is in flight.
    """

    __slots__ = ("__weakref__", "key", "purpose", "reference", "wake")

    def __init__(self, key: Key, purpose: Purpose) -> None:
        self.key = key
        self.purpose: Purpose = purpose
        self.wake: Callable[[], object] | None = None
        self.reference: weakref.ref[Slot] | None = None


class _Queue:
    """The waiting slots of one key: cancels first, then reads, then submits; within each kind, the one that came first."""

    __slots__ = ("_reads_in_a_row", "_waiting")

    def __init__(self) -> None:
        self._waiting: dict[Purpose, OrderedDict[Slot, None]] = {
            "cancel": OrderedDict(),
            "read": OrderedDict(),
            "submit": OrderedDict(),
        }
        self._reads_in_a_row = 0

    def __bool__(self) -> bool:
        return any(self._waiting.values())

    def add(self, slot: Slot) -> None:
        self._waiting[slot.purpose][slot] = None

    def remove(self, slot: Slot) -> None:
        self._waiting[slot.purpose].pop(slot, None)

    def next(self) -> Slot:
        """Return the slot that starts next; there must be one."""
        purpose = next(purpose for purpose, slots in self._waiting.items() if slots)
        if purpose == "read" and self._waiting["submit"]:
            if self._reads_in_a_row >= READS_BEFORE_SUBMIT:
                purpose = "submit"
            self._reads_in_a_row += 1
        if purpose == "submit":
            self._reads_in_a_row = 0
        return next(iter(self._waiting[purpose]))


class Limiter:
    """Counts the requests in flight, and decides which waiting one is next.

    An origin uses at most half of the total and a single account at most a third, whatever their own limits: a request starts
    only while its account has fewer requests in flight than the origin leaves free. However many requests hang at one
    origin, the others find room. Keys are forgotten when their last request ends.

    Thread-safe. The garbage collector may run in any thread and in the middle of a change, and whatever it collects may release a slot
    or be one: what ends then is counted by that change. A change that Ctrl-C interrupts is completed by the next one, which counts anew
    what is in flight.

    Args:
        per_key: most requests in flight at one origin with one account.
        total: most requests in flight in all.
    """

    __slots__ = (
        "_at_origin", "_ended", "_free", "_in_flight", "_is_changing", "_is_interrupted", "_lock", "_lost", "_per_key",
        "_queues", "_started", "_total",
    )  # fmt: skip

    def __init__(self, *, per_key: int, total: int) -> None:
        self._per_key = per_key
        self._total = self._free = total
        self._in_flight: dict[Key, int] = {}
        self._at_origin: dict[str, int] = {}
        # the truth, from which the numbers above can be counted anew
        self._started: set[weakref.ref[Slot]] = set()
        # both are filled at any moment, also in the middle of a change
        self._ended: deque[Slot] = deque()
        self._lost: deque[weakref.ref[Slot]] = deque()
        # slots stay here only while their key may not start a request
        self._queues: OrderedDict[Key, _Queue] = OrderedDict()
        # reentrant, because of the garbage collector; a forked child opens a transport of its own, so it never meets this lock
        self._lock = threading.RLock()
        self._is_changing = False
        self._is_interrupted = False

    @property
    def is_empty(self) -> bool:
        """Whether no request is in flight or waiting, and nothing is remembered of any."""
        return not (self._in_flight or self._at_origin or self._started or self._queues)

    def is_in_flight(self, slot: Slot) -> bool:
        """Return whether a slot may start, or has started."""
        return slot.reference in self._started

    def take(self, slot: Slot) -> bool:
        """Count a request that starts now; return False if it must wait."""
        return self._change(self._take, slot)

    def queue(self, slot: Slot, wake: Callable[[], object]) -> None:
        """Add a request that could not start; `wake` is called when it may."""
        slot.wake = wake
        self._change(self._wait, slot)

    def release(self, slot: Slot) -> None:
        """Count a request that has ended, or waits no longer, and let others start in its place; releasing it again does nothing."""
        self._ended.append(slot)
        self._change()

    def _lose(self, reference: weakref.ref[Slot]) -> None:
        self._lost.append(reference)
        self._change()

    def _change(self, change: Callable[[Slot], bool] | None = None, slot: Slot | None = None) -> bool:
        """Make one change, and count what has ended; a change within another one is left to that one."""
        answer = False
        with self._lock:
            if self._is_changing:
                return False
            self._is_changing = True
            try:
                self._count_ended()
                if change is not None and slot is not None:
                    answer = change(slot)
                    self._count_ended()
            except BaseException:
                self._is_interrupted = True
                raise
            finally:
                self._is_changing = False
        if self._ended or self._lost:
            # it came at the very end
            self._change()
        return answer

    def _take(self, slot: Slot) -> bool:
        may_start = self._has_room(slot.key)
        if may_start:
            self._start(slot)
        return may_start

    def _wait(self, slot: Slot) -> bool:
        queue = self._queues.get(slot.key)
        if queue is None:
            queue = self._queues[slot.key] = _Queue()
        queue.add(slot)
        if self._has_room(slot.key):
            # another one has ended since it was told to wait
            self._start_waiting()
        return True

    def _count_ended(self) -> None:
        while self._ended or self._lost or self._is_interrupted:
            if self._lost or self._is_interrupted:
                self._count_anew()
                continue
            self._end(self._ended[0])
            # only now: after an interruption, it is counted again
            self._ended.popleft()

    def _end(self, slot: Slot) -> None:
        if slot.reference in self._started:
            self._started.discard(slot.reference)
            self._count(slot.key, -1)
            # it would call back when the slot dies, which is not lost
            slot.reference = None
        else:
            self._leave_queue(slot)
        self._start_waiting()

    def _count_anew(self) -> None:
        self._lost.clear()
        slots = [slot for reference in self._started if (slot := reference()) is not None]
        self._started = {slot.reference for slot in slots if slot.reference is not None}
        self._in_flight, self._at_origin, self._free = {}, {}, self._total
        for slot in slots:
            self._count(slot.key, 1)
            self._leave_queue(slot)
            if slot.wake is not None:
                slot.wake()
        self._queues = OrderedDict((key, queue) for key, queue in self._queues.items() if queue)
        self._start_waiting()
        self._is_interrupted = False

    def _has_room(self, key: Key) -> bool:
        mine = self._in_flight.get(key, 0)
        return mine < self._per_key and mine < self._free - self._at_origin.get(key[0], 0)

    def _start(self, slot: Slot) -> None:
        slot.reference = weakref.ref(slot, self._lose)
        self._started.add(slot.reference)
        self._count(slot.key, 1)

    def _count(self, key: Key, change: int) -> None:
        _add(self._in_flight, key, change)
        _add(self._at_origin, key[0], change)
        self._free -= change

    def _start_waiting(self) -> None:
        # the end of one request may make room for two: at its origin and at another one
        while self._queues and (key := next(filter(self._has_room, self._queues), None)) is not None:
            slot = self._queues[key].next()
            self._start(slot)
            # last in line: keys take turns
            self._queues.move_to_end(key)
            self._leave_queue(slot)
            if slot.wake is not None:
                slot.wake()

    def _leave_queue(self, slot: Slot) -> None:
        queue = self._queues.get(slot.key)
        if queue is not None:
            queue.remove(slot)
            if not queue:
                del self._queues[slot.key]


def _add(counts: dict[T, int], name: T, change: int) -> None:
    count = counts.get(name, 0) + change
    if count:
        counts[name] = count
    else:
        del counts[name]


def limiters_of(limits: Limits) -> tuple[Limiter, Limiter, Limiter]:
    """Return the limiters for requests, downloads and status streams: a long download must not delay a short request."""
    requests, downloads = (
        Limiter(per_key=limits.max_requests_per_origin, total=limits.max_connections) for _ in range(2)
    )
    return requests, downloads, Limiter(per_key=limits.max_streams, total=limits.max_streams)
