"""Keeps idle HTTP clients for reuse. Each request in flight has a client of its own, which makes many parallel requests fast.

A shared httpx pool (httpcore 1.0) compares all its connections with each other at the beginning and the end of every request. With a
hundred connections, that takes several times as long as the request itself.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Generic, TypeVar

Client = TypeVar("Client")

IDLE_SECONDS = 15.0
"""How long an idle client keeps its connection: longer than the pause between two polls."""
MOST_IDLE = 100
"""Most idle clients: as many as there are requests of an account in flight."""


class ClientPool(Generic[Client]):
    """A pool of clients that each serve one request at a time; safe to share between threads.

    The client used last is used next, so that few connections stay open and the others expire.

    Args:
        make: opens a client.
        most_idle: how many idle clients are kept; the one that has been idle longest goes first.
    """

    def __init__(self, make: Callable[[], Client], most_idle: int = MOST_IDLE) -> None:
        self._make = make
        self._most_idle = most_idle
        self._idle: deque[tuple[float, Client]] = deque()
        self._closed = False

    def borrow(self) -> Borrowed[Client]:
        """Borrow an idle client, or a new one."""
        try:
            client = self._idle.pop()[1]
        except IndexError:
            client = self._make()
        return Borrowed(self, client)

    def give_back(self, client: Client, now_seconds: float) -> list[Client]:
        """Keep a client for the next request; return those beyond the limits, which the caller must close."""
        self._idle.append((now_seconds, client))
        # checked after the append: a thread that closes the pool in between finds the client there
        if self._closed:
            return self.close()
        stale: list[Client] = []
        while True:
            try:
                oldest = self._idle.popleft()
            except IndexError:
                return stale
            if now_seconds - oldest[0] < IDLE_SECONDS and len(self._idle) < self._most_idle:
                self._idle.appendleft(oldest)
                return stale
            stale.append(oldest[1])

    def close(self) -> list[Client]:
        """Return every idle client, which the caller must close; those in use follow when they are given back."""
        self._closed = True
        idle: list[Client] = []
        while True:
            try:
                idle.append(self._idle.popleft()[1])
            except IndexError:
                return idle


class Borrowed(Generic[Client]):
    """A client borrowed for one request. After a failure, close it instead of giving it back.

    Attributes:
        client: the client to send the request with.
    """

    __slots__ = ("_pool", "client")

    def __init__(self, pool: ClientPool[Client], client: Client) -> None:
        self._pool = pool
        self.client = client

    def give_back(self, now_seconds: float) -> list[Client]:
        """Return the client to the pool after its response is read or closed; return those beyond the limits, to be closed.

        Args:
            now_seconds: current time on the monotonic clock.
        """
        return self._pool.give_back(self.client, now_seconds)
