"""Ends the wait for a server that is silent although its connections are open: a frozen one, or one whose disk hangs.

Its kernel goes on to answer for it, so neither keepalives nor `tcp_user_timeout` notice, and its own timeouts are frozen with it.
"""

from __future__ import annotations

import contextlib
import os
import socket
import sys
import threading
import time
from collections.abc import Generator, Iterator
from typing import Any, TypeVar

import psycopg

T = TypeVar("T")
_LOOK_SECONDS = 1.0


class _Wait:
    """One wait for a server.

    Attributes:
        since: when the server was heard last, in seconds.
        is_over: whether it has been silent for too long.
    """

    def __init__(self, line: socket.socket) -> None:
        self._line = line
        self.since = time.monotonic()
        self.is_over = False

    def hear(self) -> None:
        self.since = time.monotonic()

    def give_up(self) -> None:
        self.is_over = True
        # whoever waits reads the end of the connection
        with contextlib.suppress(OSError):
            self._line.shutdown(socket.SHUT_RDWR)


class Silence:
    """Watches the waits of an engine's connections, in one thread that lives as long as there are any.

    Only operations that cannot be interrupted change its members, so it needs no lock, which a forked child could find locked.

    Args:
        seconds: how long a server may be silent.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._waits: set[_Wait] = set()
        self._watcher: threading.Thread | None = None

    @contextlib.contextmanager
    def limited(self, descriptor: int) -> Iterator[_Wait]:
        """Shut a connection down if its server stays silent during this block."""
        # a duplicate: the connection may be closed in the block, and its number be given to another file
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM, fileno=os.dup(descriptor)) as line:
            wait = _Wait(line)
            self._waits.add(wait)
            try:
                # a forked child has no thread of its parent
                watcher = self._watcher
                if watcher is None or not watcher.is_alive():
                    self._watcher = watcher = threading.Thread(
                        target=self._watch, name="tarash-silence", daemon=True
                    )
                    watcher.start()
                yield wait
            finally:
                self._waits.discard(wait)

    def _watch(self) -> None:
        while True:
            time.sleep(min(_LOOK_SECONDS, self.seconds))
            for wait in tuple(self._waits):
                if time.monotonic() - wait.since > self.seconds:
                    wait.give_up()
            if not self._waits:
                self._watcher = None
                # a wait that began before this line has found a thread, which must not end then
                if not self._waits:
                    return


def connection_class(seconds: float) -> type[psycopg.Connection[Any]]:
    """Return the class of connections whose server may be silent for so many seconds."""
    silence = Silence(seconds)

    class ListeningConnection(psycopg.Connection[Any]):
        """A connection that is closed if its server stays silent."""

        def wait(self, gen: Generator[Any, Any, T], *args: Any, **kwargs: Any) -> T:
            if sys.platform == "win32":
                # it does not duplicate sockets
                return super().wait(gen, *args, **kwargs)
            with silence.limited(self.pgconn.socket) as wait:
                try:
                    return super().wait(_heard(gen, wait), *args, **kwargs)
                except psycopg.OperationalError as error:
                    if not wait.is_over:
                        raise
                    raise psycopg.OperationalError(
                        f"the server has said nothing for {silence.seconds:.0f} s, although its connection is open: "
                        "it is frozen, or its disk is"
                    ) from error

    return ListeningConnection


def _heard(gen: Generator[Any, Any, T], wait: _Wait) -> Generator[Any, Any, T]:
    """Run a generator of psycopg, and note whenever its connection is ready."""
    try:
        wanted = next(gen)
        while True:
            ready = yield wanted
            if ready:
                wait.hear()
            wanted = gen.send(ready)
    except StopIteration as done:
        value: T = done.value
        return value


__all__ = ["Silence", "connection_class"]
