"""The connections of an asynchronous client, direct or through a proxy."""

from __future__ import annotations

import contextlib
import socket
import ssl
from collections.abc import AsyncIterable, AsyncIterator, Callable
from typing import Protocol, cast

import anyio
import httpcore

from ..client_pool import IDLE_SECONDS
from .failures import FAILURES
from .http11 import Head
from .messages import READ_BYTES, Request, Server
from .open_connections import Connection, DirectConnection, OpenConnections
from .preparing import CHUNK_BYTES
from .private_logs import without_details
from .proxied import as_sent, head_of, origin_of
from .routes import Proxy


class AsyncConnection(Connection, Protocol):
    """A connection that serves one exchange at a time: `open`, `send`, `chunk` until the end, `finish`. The caller sets the time limits."""

    @property
    def network(self) -> httpcore.AsyncNetworkStream:
        """The stream of bytes below an open WebSocket."""

    async def open(self, request: Request) -> None:
        """Open the connection, unless it is open; one through a proxy opens with its first request."""

    async def send(self, request: Request) -> Head:
        """Send a request, and read the head of the answer."""

    async def chunk(self) -> bytes | None:
        """Return the next bytes of the body, or None at its end."""

    async def finish(self) -> None:
        """End the exchange; a connection that cannot be used again is closed."""

    async def close(self) -> None:
        """Close the connection; one that cannot be closed raises nothing."""


class _Direct(DirectConnection[httpcore.AsyncNetworkStream]):
    """A connection without a proxy."""

    __slots__ = ("_backend", "_read_all")

    def __init__(self, server: Server, backend: httpcore.AsyncNetworkBackend, tls: ssl.SSLContext) -> None:
        super().__init__(server, tls)
        self._backend = backend
        self._read_all = True

    async def open(self, request: Request) -> None:
        if self._stream is None:
            await self._connect(request)

    async def send(self, request: Request) -> Head:
        self._read_seconds = request.read_seconds
        early: Head | None = None
        if request.prepared.size_bytes > CHUNK_BYTES:
            early = await self._upload(request)
        else:
            await self._write(request)
        while (head := early or self._http.head()) is None:
            await self._read()
        return head

    async def _write(self, request: Request) -> None:
        try:
            for piece in self._http.request(request):
                await self.network.write(piece, request.read_seconds)
        except httpcore.WriteError:
            # a server may refuse a large request before it has read it all
            self._http.cut_off()

    async def _upload(self, request: Request) -> Head | None:
        """Send a large request until the server answers; asyncio loses an answer that nobody reads before the connection breaks."""
        early: list[Head] = []

        async def listen() -> None:
            with contextlib.suppress(httpcore.ReadError):
                while not early and (received := await self.network.read(READ_BYTES)):
                    self._http.feed(received)
                    if (head := self._http.head()) is not None:
                        early.append(head)
                        group.cancel_scope.cancel()

        try:
            async with anyio.create_task_group() as group:
                group.start_soon(listen)
                await self._write(request)
                group.cancel_scope.cancel()
        except BaseExceptionGroup as failures:
            raise failures.exceptions[0] from None
        return early[0] if early else None

    async def chunk(self) -> bytes | None:
        while (chunk := self._http.chunk()) is None:
            await self._read()
        return chunk or None

    async def _read(self) -> None:
        received = await self.network.read(READ_BYTES, self._read_seconds)
        # asyncio takes more from a socket at once, and keeps the rest where `has_ended` does not see it
        self._read_all = len(received) < READ_BYTES
        self._http.feed(received)

    async def finish(self) -> None:
        if not self._is_kept() or not self._read_all or self._has_more():
            await self.close()

    def _has_more(self) -> bool:
        """Return whether TLS holds what nobody has asked for: the socket does not show what has been taken from it."""
        encrypted = self.network.get_extra_info("ssl_object")
        if encrypted is None:
            return False
        try:
            encrypted.read(1)
        except ssl.SSLWantReadError:
            return False
        except ssl.SSLError:
            return True
        return True

    async def close(self) -> None:
        stream, self._stream = self._stream, None
        if stream is not None:
            # whoever closes several must reach them all, and nobody can do more about this one
            with contextlib.suppress(Exception):
                await stream.aclose()

    async def _connect(self, request: Request) -> None:
        seconds = request.connect_seconds
        # kept before the handshake: if that is cancelled, `close` finds the stream
        self._stream = await self._backend.connect_tcp(self.server.host, self.server.port, seconds)
        if self.server.scheme == "http":
            return
        try:
            self._stream = await self._stream.start_tls(self._tls, self.server.certificate_name, seconds)
        except (ssl.SSLError, anyio.EndOfStream) as error:
            # httpcore before 1.0.6 does not wrap them
            raise httpcore.ConnectError(str(error)) from error


class _Proxied:
    """A connection of httpcore."""

    __slots__ = ("_chunks", "_connection", "_response", "server")

    def __init__(self, server: Server, connection: httpcore.AsyncConnectionInterface) -> None:
        self.server = server
        self._connection = connection
        self._response: httpcore.Response | None = None
        self._chunks: AsyncIterator[bytes] | None = None

    @property
    def network(self) -> httpcore.AsyncNetworkStream:
        assert self._response is not None
        return cast("httpcore.AsyncNetworkStream", self._response.extensions["network_stream"])

    def has_ended(self) -> bool:
        return self._connection.is_closed() or self._connection.has_expired()

    async def open(self, request: Request) -> None:
        pass

    async def send(self, request: Request) -> Head:
        with without_details():
            self._response = await self._connection.handle_async_request(as_sent(request))
        self._chunks = aiter(cast("AsyncIterable[bytes]", self._response.stream))
        return head_of(self._response)

    async def chunk(self) -> bytes | None:
        assert self._chunks is not None
        with without_details():
            return await anext(self._chunks, None)

    async def finish(self) -> None:
        """End the answer, which may not have been read to its end.

        httpcore reads through a stack of asynchronous generators and leaves them suspended; trio warns about each. Reading on after
        the connection is closed ends them all with an error, which is suppressed here.
        """
        response, self._response = self._response, None
        if response is None:
            return
        with without_details():
            await response.aclose()
        with contextlib.suppress(*FAILURES, RuntimeError):
            # what had arrived before is still read
            while await self.chunk() is not None:
                pass

    async def close(self) -> None:
        with without_details(), contextlib.suppress(Exception):
            await self._connection.aclose()


class AsyncConnections:
    """The connections of one client, which serves one request at a time.

    Args:
        make: makes a connection, which opens with its first request.
    """

    __slots__ = ("_open",)

    def __init__(self, make: Callable[[Server], AsyncConnection]) -> None:
        self._open = OpenConnections(make)

    async def connected(self, request: Request) -> AsyncConnection:
        """Return an idle connection for a request, or a new one."""
        connection, ended = self._open.take(request.server)
        if ended:
            await _close_all(ended)
        await connection.open(request)
        return connection

    async def close(self) -> None:
        """Close every connection."""
        await _close_all(self._open.clear())


def end_at_once(network: httpcore.AsyncNetworkStream) -> None:
    """End a connection without waiting; the event loop, if it still runs, closes it when it notices."""
    opened = network.get_extra_info("socket")
    if opened is not None:
        with contextlib.suppress(OSError):
            opened.shutdown(socket.SHUT_RDWR)


async def _close_all(connections: list[AsyncConnection]) -> None:
    # a cancellation must not leave the others open
    with anyio.CancelScope(shield=True):
        for connection in connections:
            await connection.close()


def connection_maker(tls: ssl.SSLContext, proxy: Proxy | None) -> Callable[[Server], AsyncConnection]:
    """Return what makes connections; it can be shared by many clients.

    Args:
        tls: TLS context for the servers.
        proxy: the proxy, or None.
    """
    if proxy is None:
        backend = httpcore.AnyIOBackend()
        return lambda server: _Direct(server, backend, tls)
    # the pool serves as a factory only
    pool = (httpcore.AsyncSOCKSProxy if proxy.is_socks else httpcore.AsyncHTTPProxy)(
        proxy_url=proxy.url, proxy_auth=proxy.login, ssl_context=tls, keepalive_expiry=IDLE_SECONDS
    )
    return lambda server: _Proxied(server, pool.create_connection(origin_of(server)))
