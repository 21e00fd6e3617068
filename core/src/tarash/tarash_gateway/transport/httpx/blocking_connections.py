"""The connections of a blocking client, direct or through a proxy."""

from __future__ import annotations

import contextlib
import ssl
from collections.abc import Callable, Iterable, Iterator
from typing import Protocol, cast

import httpcore

from ..client_pool import IDLE_SECONDS
from .deadline import BoundedBackend, Deadline
from .http11 import Head
from .messages import READ_BYTES, Request, Server
from .open_connections import Connection, DirectConnection, OpenConnections
from .private_logs import without_details
from .proxied import as_sent, head_of, origin_of
from .routes import Proxy


class BlockingConnection(Connection, Protocol):
    """A connection that serves one exchange at a time: `open`, `send`, `chunk` until the end, `finish`."""

    @property
    def network(self) -> httpcore.NetworkStream:
        """The stream of bytes below an open WebSocket."""

    def open(self, request: Request) -> None:
        """Open the connection, unless it is open; one through a proxy opens with its first request."""

    def send(self, request: Request) -> Head:
        """Send a request, and read the head of the answer."""

    def chunk(self) -> bytes | None:
        """Return the next bytes of the body, or None at its end."""

    def finish(self) -> None:
        """End the exchange; a connection that cannot be used again is closed."""

    def close(self) -> None:
        """Close the connection; one that cannot be closed raises nothing."""


class _Direct(DirectConnection[httpcore.NetworkStream]):
    """A connection without a proxy."""

    __slots__ = ("_backend",)

    def __init__(self, server: Server, backend: httpcore.NetworkBackend, tls: ssl.SSLContext) -> None:
        super().__init__(server, tls)
        self._backend = backend

    def open(self, request: Request) -> None:
        if self._stream is None:
            self._stream = self._connected(request)

    def send(self, request: Request) -> Head:
        self._read_seconds = request.read_seconds
        try:
            for piece in self._http.request(request):
                self.network.write(piece, request.read_seconds)
        except httpcore.WriteError:
            # a server may refuse a large request before it has read it all
            self._http.cut_off()
        while (head := self._http.head()) is None:
            self._read()
        return head

    def chunk(self) -> bytes | None:
        while (chunk := self._http.chunk()) is None:
            self._read()
        return chunk or None

    def _read(self) -> None:
        self._http.feed(self.network.read(READ_BYTES, self._read_seconds))

    def finish(self) -> None:
        if not self._is_kept():
            self.close()

    def close(self) -> None:
        stream, self._stream = self._stream, None
        if stream is not None:
            # whoever closes several must reach them all, and nobody can do more about this one
            with contextlib.suppress(Exception):
                stream.close()

    def _connected(self, request: Request) -> httpcore.NetworkStream:
        seconds = request.connect_seconds
        stream = self._backend.connect_tcp(self.server.host, self.server.port, seconds)
        if self.server.scheme == "http":
            return stream
        return stream.start_tls(self._tls, self.server.certificate_name, seconds)


class _Proxied:
    """A connection of httpcore."""

    __slots__ = ("_chunks", "_connection", "_response", "server")

    def __init__(self, server: Server, connection: httpcore.ConnectionInterface) -> None:
        self.server = server
        self._connection = connection
        self._response: httpcore.Response | None = None
        self._chunks: Iterator[bytes] = iter(())

    @property
    def network(self) -> httpcore.NetworkStream:
        assert self._response is not None
        return cast("httpcore.NetworkStream", self._response.extensions["network_stream"])

    def has_ended(self) -> bool:
        return self._connection.is_closed() or self._connection.has_expired()

    def open(self, request: Request) -> None:
        pass

    def send(self, request: Request) -> Head:
        with without_details():
            self._response = self._connection.handle_request(as_sent(request))
        self._chunks = iter(cast("Iterable[bytes]", self._response.stream))
        return head_of(self._response)

    def chunk(self) -> bytes | None:
        with without_details():
            return next(self._chunks, None)

    def finish(self) -> None:
        response, self._response = self._response, None
        if response is not None:
            with without_details():
                response.close()

    def close(self) -> None:
        with without_details(), contextlib.suppress(Exception):
            self._connection.close()


class BlockingConnections:
    """The connections of one client, which serves one request at a time and stops waiting at `deadline`.

    Args:
        tls: TLS context for the servers.
        proxy: the proxy, or None.
    """

    def __init__(self, tls: ssl.SSLContext, proxy: Proxy | None) -> None:
        self.deadline = Deadline()
        self._open = OpenConnections(_maker(BoundedBackend(self.deadline), tls, proxy))

    def connected(self, request: Request) -> BlockingConnection:
        """Return an idle connection for a request, or a new one."""
        connection, ended = self._open.take(request.server)
        for other in ended:
            other.close()
        connection.open(request)
        return connection

    def close(self) -> None:
        """Close every connection."""
        for connection in self._open.clear():
            connection.close()


def _maker(
    backend: httpcore.NetworkBackend, tls: ssl.SSLContext, proxy: Proxy | None
) -> Callable[[Server], BlockingConnection]:
    if proxy is None:
        return lambda server: _Direct(server, backend, tls)
    # the pool serves as a factory only
    pool = (httpcore.SOCKSProxy if proxy.is_socks else httpcore.HTTPProxy)(
        proxy_url=proxy.url,
        proxy_auth=proxy.login,
        ssl_context=tls,
        keepalive_expiry=IDLE_SECONDS,
        network_backend=backend,
    )
    return lambda server: _Proxied(server, pool.create_connection(origin_of(server)))
