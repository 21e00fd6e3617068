"""Keeps the connections of one client. httpcore's pool would schedule its requests, although a client serves one at a time."""

from __future__ import annotations

import math
import ssl
import time
from collections.abc import Callable
from typing import Generic, Protocol, TypeVar

import httpcore

from ..client_pool import IDLE_SECONDS
from ..machine_sleep import SleepWatch
from .http11 import Http11
from .messages import Server

MOST_SERVERS = 10
"""Most connections that one client keeps: a program that meets many servers must not run out of file descriptors."""
Stream = TypeVar("Stream", bound=httpcore.NetworkStream | httpcore.AsyncNetworkStream)


class Connection(Protocol):
    """A connection, blocking or asynchronous, which opens with its first request."""

    @property
    def server(self) -> Server:
        """The server that it leads to, be it through a proxy."""

    def has_ended(self) -> bool:
        """Return whether it can serve no other request: it is closed, the server has closed it, or it was idle for too long."""


class DirectConnection(Generic[Stream]):
    """What blocking and asynchronous connections without a proxy have in common.

    httpcore's own connection also speaks through h11, but spends as much again on locks, on traces and on building each request and
    each answer anew.

    Args:
        server: the server that it leads to.
        tls: TLS context for the server.

    Attributes:
        server: the server that it leads to.
    """

    __slots__ = ("_http", "_idle_until", "_read_seconds", "_stream", "_tls", "server")

    def __init__(self, server: Server, tls: ssl.SSLContext) -> None:
        self.server = server
        self._tls = tls
        self._http = Http11()
        self._read_seconds: float | None = None
        self._stream: Stream | None = None
        self._idle_until = math.inf

    @property
    def network(self) -> Stream:
        """The open stream of bytes."""
        assert self._stream is not None
        return self._stream

    def has_ended(self) -> bool:
        """Return whether the connection can serve no other request."""
        if self._stream is None or time.monotonic() > self._idle_until:
            return True
        # nothing was asked for, so it is the end of the connection, or an answer that nobody waits for
        return bool(self._stream.get_extra_info("is_readable"))

    def _is_kept(self) -> bool:
        """End an exchange; return whether the connection is kept for the next one."""
        self._idle_until = time.monotonic() + IDLE_SECONDS
        return self._http.is_ready_for_another()


Kept = TypeVar("Kept", bound=Connection)


class OpenConnections(Generic[Kept]):
    """The connections of a client that serves one request at a time: at most one for each server.

    Args:
        make: makes a connection, which opens with its first request.
    """

    __slots__ = ("_make", "_open", "_sleep")

    def __init__(self, make: Callable[[Server], Kept]) -> None:
        self._make = make
        self._open: list[Kept] = []
        self._sleep = SleepWatch()

    def take(self, server: Server) -> tuple[Kept, list[Kept]]:
        """Return the connection for a request, and those that have ended or are too many, which the caller must close."""
        chosen: Kept | None = None
        # a submission on a connection that is dead would be lost, and nobody would know whether it had arrived
        ended: list[Kept] = self.clear() if self._sleep.has_slept() else []
        for connection in self._open:
            if connection.has_ended():
                ended.append(connection)
            elif chosen is None and connection.server == server:
                chosen = connection
        if ended:
            self._open = [connection for connection in self._open if connection not in ended]
        if chosen is None:
            chosen = self._make(server)
            self._open.append(chosen)
            if len(self._open) > MOST_SERVERS:
                ended.append(self._open.pop(0))
        return chosen, ended

    def clear(self) -> list[Kept]:
        """Forget every connection; return them all, for the caller to close."""
        everything, self._open = self._open, []
        return everything
