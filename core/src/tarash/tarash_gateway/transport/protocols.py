"""What a transport must be able to do: the seam at which the HTTP library can be exchanged."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from ..steps import HttpCall, HttpReply, ServerEvent

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
