"""Owns a loopback server whose every byte and pause a test decides, and what runs a transport the three ways."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from types import TracebackType
from typing import Self

import anyio

from execution import Mode
from tarash.tarash_gateway.plugin import HttpCall, HttpReply
from tarash.tarash_gateway.steps import TransportFailure
from tarash.tarash_gateway.transport import TransportFactory

OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"


@dataclass(frozen=True)
class Received:
    """One request as it came over the connection."""

    connection: int
    target: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Connection:
    """One accepted connection, as an answering function sees it."""

    number: int
    socket: socket.socket
    stopping: threading.Event
    is_open: bool = True

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def drip(self, data: bytes, *, seconds: float = 0.05) -> None:
        """Send byte after byte, until all is sent or the client has gone."""
        for position in range(len(data)):
            if self.stopping.wait(seconds):
                return
            self.send(data[position : position + 1])

    def close(self) -> None:
        self.is_open = False


Answering = Callable[[Connection, Received], None]


def answer(data: bytes = OK) -> Answering:
    """Answer every request with these bytes."""
    return lambda connection, _request: connection.send(data)


@dataclass
class RawServer:
    """A server on 127.0.0.1; a thread per connection."""

    answering: Answering
    tls: ssl.SSLContext | None = None
    taking: Callable[[Connection], None] | None = None
    """Takes what comes over a connection, instead of reading and answering requests."""
    receive_buffer_bytes: int | None = None
    """Size of the buffer in which the system keeps what was not read yet; None leaves that to the system."""
    requests: list[Received] = field(default_factory=list)
    accepted: int = 0

    def __post_init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        if self.receive_buffer_bytes is not None:
            self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, self.receive_buffer_bytes)
        self.port: int = self._listener.getsockname()[1]
        self._stopping = threading.Event()
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._open: set[socket.socket] = set()
        self.closed = threading.Semaphore(0)
        """Released whenever a connection is over, whoever closed it."""

    @property
    def url(self) -> str:
        return f"{'https' if self.tls else 'http'}://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        self._threads[0].start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._stopping.set()
        for opened in (self._listener, *tuple(self._open)):
            with contextlib.suppress(OSError):
                # that of the base class: the one for TLS makes the thread read ciphertext
                socket.socket.shutdown(opened, socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join()
        self._listener.close()

    def _accept(self) -> None:
        while not self._stopping.is_set():
            try:
                raw, _ = self._listener.accept()
            except OSError:
                return
            self.accepted += 1
            self._open.add(raw)
            thread = threading.Thread(target=self._serve, args=(raw, self.accepted), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, raw: socket.socket, number: int) -> None:
        opened = raw
        try:
            if self.tls is not None:
                opened = self.tls.wrap_socket(raw, server_side=True)
                self._open.add(opened)
            connection = Connection(number, opened, self._stopping)
            if self.taking is not None:
                self.taking(connection)
                return
            with opened.makefile("rb") as reader:
                while connection.is_open:
                    target = reader.readline().decode()
                    if not target:
                        return
                    headers: dict[str, str] = {}
                    while line := reader.readline().decode().strip():
                        name, _, value = line.partition(": ")
                        headers[name.lower()] = value
                    body = reader.read(int(headers.get("content-length", "0")))
                    request = Received(number, target.strip(), headers, body)
                    self.requests.append(request)
                    self.answering(connection, request)
        except OSError:
            return  # the client has gone
        finally:
            for done in {raw, opened}:
                self._open.discard(done)
                done.close()
            self.closed.release()


def perform(
    mode: Mode, transports: TransportFactory, *calls: HttpCall, between: Callable[[], object] = lambda: None
) -> list[HttpReply | TransportFailure]:
    """Make these exchanges one after the other with one transport, and return what each came to."""
    if mode == "sync":
        return _perform_blocking(transports, calls, between)
    return anyio.run(partial(_perform, transports, calls, between), backend=mode)


def _perform_blocking(
    transports: TransportFactory, calls: Sequence[HttpCall], between: Callable[[], object]
) -> list[HttpReply | TransportFailure]:
    outcomes: list[HttpReply | TransportFailure] = []
    transport = transports.blocking()
    try:
        for call in calls:
            if outcomes:
                between()
            try:
                outcomes.append(transport.exchange(call))
            except TransportFailure as failure:
                outcomes.append(failure)
    finally:
        transport.close()
    return outcomes


async def _perform(
    transports: TransportFactory, calls: Sequence[HttpCall], between: Callable[[], object]
) -> list[HttpReply | TransportFailure]:
    outcomes: list[HttpReply | TransportFailure] = []
    transport = transports.asynchronous()
    try:
        for call in calls:
            if outcomes:
                between()
            try:
                outcomes.append(await transport.exchange(call))
            except TransportFailure as failure:
                outcomes.append(failure)
    finally:
        with anyio.CancelScope(shield=True):
            await transport.aclose()
    return outcomes


def reply_of(outcome: HttpReply | TransportFailure) -> HttpReply:
    """Return the reply, or fail with the failure."""
    assert isinstance(outcome, HttpReply), outcome
    return outcome


def failure_of(outcome: HttpReply | TransportFailure) -> TransportFailure:
    """Return the failure, or fail with the reply."""
    assert isinstance(outcome, TransportFailure), outcome
    return outcome
