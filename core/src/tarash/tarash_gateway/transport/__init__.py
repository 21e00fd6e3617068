"""What a transport must be able to do: the seam at which the HTTP library can be exchanged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from ..steps import HttpCall, HttpReply, ServerEvent

if TYPE_CHECKING:
    import ssl

MAX_CONNECTIONS = 100
MAX_STREAMS = 64
MAX_ANSWER_BYTES = 256 * 1024 * 1024
"""The largest answer that is read into memory, decoded; results are downloaded to a file, with a limit of their own."""


class BlockingEventSource(Protocol):
    """An open status stream."""

    def next_event(self, timeout_seconds: float) -> ServerEvent | None: ...

    def close(self) -> None: ...


class BlockingBody(Protocol):
    """An answer whose body is still to be read."""

    @property
    def status(self) -> int: ...

    @property
    def headers(self) -> Mapping[str, str]: ...

    def read(self) -> bytes | None: ...

    def close(self) -> None: ...


class BlockingTransport(Protocol):
    """Exchanges for blocking code; used by several threads at a time.

    Every method raises `TransportFailure` and says in it whether the request may have arrived. Redirects are never followed.
    """

    def exchange(self, call: HttpCall) -> HttpReply: ...

    def open_download(self, call: HttpCall) -> BlockingBody: ...

    def open_stream(self, call: HttpCall) -> BlockingEventSource: ...

    def close(self) -> None: ...


class AsyncEventSource(Protocol):
    """An open status stream."""

    async def next_event(self, timeout_seconds: float) -> ServerEvent | None: ...

    async def close(self) -> None: ...


class AsyncBody(Protocol):
    """An answer whose body is still to be read."""

    @property
    def status(self) -> int: ...

    @property
    def headers(self) -> Mapping[str, str]: ...

    async def read(self) -> bytes | None: ...

    async def close(self) -> None: ...


class AsyncTransport(Protocol):
    """Exchanges within one event loop, asyncio or trio; otherwise like `BlockingTransport`."""

    async def exchange(self, call: HttpCall) -> HttpReply: ...

    async def open_download(self, call: HttpCall) -> AsyncBody: ...

    async def open_stream(self, call: HttpCall) -> AsyncEventSource: ...

    async def aclose(self) -> None: ...


class TransportFactory(Protocol):
    """Makes transports: what `Gateway(transport=...)` takes. Each is opened when it is first needed."""

    def blocking(self) -> BlockingTransport: ...

    def asynchronous(self) -> AsyncTransport: ...


@dataclass(frozen=True, slots=True)
class HttpxTransports:
    """The default: httpx, imported on first use.

    Attributes:
        max_connections: requests in flight per pool; further ones wait in front of it, where waiting costs nothing.
        max_streams: status streams held open per pool; jobs beyond poll instead.
        max_answer_bytes: size of an answer, downloads excepted, above which it is not read on.
        tls: certificates to trust and the like; None is one context for the process, with certifi's certificates or those that
            SSL_CERT_FILE and SSL_CERT_DIR name.
    """

    max_connections: int = MAX_CONNECTIONS
    max_streams: int = MAX_STREAMS
    max_answer_bytes: int = MAX_ANSWER_BYTES
    tls: ssl.SSLContext | None = None

    def blocking(self) -> BlockingTransport:
        """Open a blocking pool."""
        from .httpx.blocking import BlockingHttpx

        return BlockingHttpx(
            max_connections=self.max_connections,
            max_streams=self.max_streams,
            max_answer_bytes=self.max_answer_bytes,
            tls=self.tls,
        )

    def asynchronous(self) -> AsyncTransport:
        """Open a pool for the running event loop."""
        from .httpx.asynchronous import AsyncHttpx

        return AsyncHttpx(
            max_connections=self.max_connections,
            max_streams=self.max_streams,
            max_answer_bytes=self.max_answer_bytes,
            tls=self.tls,
        )
