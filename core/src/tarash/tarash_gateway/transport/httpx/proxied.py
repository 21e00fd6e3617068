"""Requests that go through a proxy: httpcore opens the tunnel, and speaks SOCKS."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import httpcore

from .http11 import Head, chunks_of
from .messages import Request, Server


class _Literal(bytes):
    """An IPv6 address in brackets, as requests name it, and as text without, as TLS and SOCKS want it: httpcore has one for both."""

    __slots__ = ()

    def decode(self, encoding: str = "ascii", errors: str = "strict") -> str:
        return super().decode(encoding, errors).strip("[]")


def _host_of(server: Server) -> bytes:
    host = server.host.encode("ascii")
    return _Literal(b"[%b]" % host) if b":" in host else host


def origin_of(server: Server) -> httpcore.Origin:
    """Return a server for httpcore."""
    return httpcore.Origin(server.scheme.encode("ascii"), _host_of(server), server.port)


def as_sent(request: Request) -> httpcore.Request:
    """Return a request for httpcore."""
    server, sent = request.server, request.prepared
    return httpcore.Request(
        request.method,
        httpcore.URL(
            scheme=server.scheme.encode("ascii"),
            host=_host_of(server),
            # a forwarding proxy is sent the URL as it was given
            port=sent.target.port,
            target=sent.target.path,
        ),
        headers=sent.headers,
        content=_Body(sent.pieces),
        extensions={
            "timeout": {
                "connect": request.connect_seconds,
                "read": request.read_seconds,
                "write": request.read_seconds,
                "pool": None,
            }
        },
    )


def head_of(response: httpcore.Response) -> Head:
    """Return the head of an answer; what follows a WebSocket's is read from its network stream."""
    return Head(response.status, response.headers)


class _Body:
    """A body in memory, sent in chunks, blocking or asynchronously.

    An asynchronous generator would stay suspended if sending breaks off, and trio warns about that. A single chunk would be copied
    again by httpcore for each part that the socket accepts.
    """

    def __init__(self, pieces: list[bytes]) -> None:
        self._pieces = pieces

    def __iter__(self) -> Iterator[bytes]:
        return chunks_of(self._pieces)

    def __aiter__(self) -> AsyncIterator[bytes]:
        return _Chunks(self._pieces)


class _Chunks:
    def __init__(self, pieces: list[bytes]) -> None:
        self._left = chunks_of(pieces)

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        chunk = next(self._left, None)
        if chunk is None:
            raise StopAsyncIteration
        return chunk
