"""The protocols of a transport; implement them to use another HTTP library."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from ..steps import HttpCall, HttpReply, ServerEvent

MAX_ANSWER_BYTES = 256 * 1024 * 1024
"""Largest answer that is read into memory, decompressed, in bytes. Downloads go to a file and have another limit."""


class BlockingEventSource(Protocol):
    """An open status stream."""

    def next_event(self, timeout_seconds: float) -> ServerEvent | None: ...

    def close(self) -> None: ...


class BlockingBody(Protocol):
    """An answer whose body is not read yet."""

    @property
    def status(self) -> int: ...

    @property
    def headers(self) -> Mapping[str, str]: ...

    def read(self) -> bytes | None: ...

    def close(self) -> None: ...


class BlockingTransport(Protocol):
    """Sends calls for blocking code, from several threads at a time.

    Methods raise `TransportFailure`, which says whether the request may have arrived. Redirects are never followed.
    """

    def exchange(self, call: HttpCall) -> HttpReply: ...

    def open_download(self, call: HttpCall, silence_seconds: float) -> BlockingBody: ...

    def open_stream(self, call: HttpCall) -> BlockingEventSource: ...

    def open_websocket(self, call: HttpCall, messages: tuple[str, ...]) -> BlockingEventSource: ...

    def close(self) -> None: ...


class AsyncEventSource(Protocol):
    """An open status stream."""

    async def next_event(self, timeout_seconds: float) -> ServerEvent | None: ...

    async def close(self) -> None: ...


class AsyncBody(Protocol):
    """An answer whose body is not read yet."""

    @property
    def status(self) -> int: ...

    @property
    def headers(self) -> Mapping[str, str]: ...

    async def read(self) -> bytes | None: ...

    async def close(self) -> None: ...


class AsyncTransport(Protocol):
    """Sends calls in one event loop, asyncio or trio; otherwise like `BlockingTransport`."""

    async def exchange(self, call: HttpCall) -> HttpReply: ...

    async def open_download(self, call: HttpCall, silence_seconds: float) -> AsyncBody: ...

    async def open_stream(self, call: HttpCall) -> AsyncEventSource: ...

    async def open_websocket(self, call: HttpCall, messages: tuple[str, ...]) -> AsyncEventSource: ...

    async def aclose(self) -> None: ...


class TransportFactory(Protocol):
    """Opens transports, each on first use; pass one to `Gateway(transport=...)`."""

    def blocking(self) -> BlockingTransport: ...

    def asynchronous(self) -> AsyncTransport: ...
