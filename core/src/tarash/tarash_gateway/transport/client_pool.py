"""Keeps idle HTTP clients ready: each request in flight has one to itself, so that none looks through the others' connections.

A pool of httpx (httpcore 1.0) compares all of its connections with each other at the beginning and at the end of every request: with
a hundred of them that costs several times the request itself.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Generic, TypeVar

Client = TypeVar("Client")

IDLE_SECONDS = 15.0
"""How long a client, and with it its connection, is kept without use: longer than the pause between two polls."""


class ClientPool(Generic[Client]):
    """Clients that serve one request at a time; safe to share between threads.

    The one used last is used next: few connections stay busy, the others grow old and are closed.

    Args:
        make: opens a client.
    """

    def __init__(self, make: Callable[[], Client]) -> None:
        self._make = make
        self._idle: deque[tuple[float, Client]] = deque()
        self._closed = False

    def borrow(self) -> Borrowed[Client]:
        """Lend a client that nobody uses."""
        try:
            client = self._idle.pop()[1]
        except IndexError:
            client = self._make()
        return Borrowed(self, client)

    def give_back(self, client: Client, now_seconds: float) -> list[Client]:
        """Keep a client for the next request; return those that are to be closed."""
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
            if now_seconds - oldest[0] < IDLE_SECONDS:
                self._idle.appendleft(oldest)
                return stale
            stale.append(oldest[1])

    def close(self) -> list[Client]:
        """Return every idle client, to be closed; those in use follow when they are given back."""
        self._closed = True
        idle: list[Client] = []
        while True:
            try:
                idle.append(self._idle.popleft()[1])
            except IndexError:
                return idle


class Borrowed(Generic[Client]):
    """A client on loan to one request; after a failure, close it instead of giving it back.

    Attributes:
        client: to send one request with.
    """

    __slots__ = ("_pool", "client")

    def __init__(self, pool: ClientPool[Client], client: Client) -> None:
        self._pool = pool
        self.client = client

    def give_back(self, now_seconds: float) -> list[Client]:
        """Let the client serve others, now that its response is read or closed; return those that are to be closed.

        Args:
            now_seconds: on the monotonic clock.
        """
        return self._pool.give_back(self.client, now_seconds)
