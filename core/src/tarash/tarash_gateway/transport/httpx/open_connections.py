"""Keeps the connections of one client. httpcore's pool would schedule its requests, although a client serves one at a time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

import httpcore

Connection = TypeVar("Connection", bound=httpcore.ConnectionInterface | httpcore.AsyncConnectionInterface)


class OpenConnections(Generic[Connection]):
    """The connections of a client that serves one request at a time: at most one for each origin.

    Args:
        make: makes a connection, which opens with its first request.
    """

    __slots__ = ("_make", "_open")

    def __init__(self, make: Callable[[httpcore.Origin], Connection]) -> None:
        self._make = make
        self._open: list[Connection] = []

    def take(self, origin: httpcore.Origin) -> tuple[Connection, list[Connection]]:
        """Return the connection for a request, and those that have ended or expired, which the caller must close."""
        chosen: Connection | None = None
        ended: list[Connection] = []
        for connection in self._open:
            if connection.is_closed() or connection.has_expired():
                ended.append(connection)
            elif chosen is None and connection.can_handle_request(origin):
                chosen = connection
        if ended:
            self._open = [connection for connection in self._open if connection not in ended]
        if chosen is None:
            chosen = self._make(origin)
            self._open.append(chosen)
        return chosen, ended

    def clear(self) -> list[Connection]:
        """Forget every connection; return them all, for the caller to close."""
        everything, self._open = self._open, []
        return everything
