"""The default transport: httpx. This module and `transport_httpx_wire` alone import it; nothing of it shows outside."""

from __future__ import annotations

import contextlib
import functools
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

import anyio
import httpx

from .lanes import Lane
from .server_events import EventParser
from .steps import HttpCall, HttpReply, ServerEvent
from .transport_httpx_wire import (
    CONNECT_SECONDS,
    LIMITS,
    Routes,
    build_request,
    check_stream,
    failure_of,
    headers_of,
    late,
    no_stream_slot,
    tls_context,
    wait_seconds,
)

DRAIN_SECONDS = 0.05
"""How long the end of a stream is waited for after the last event of interest: its connection can then be used again."""
_CHUNK_BYTES = 256 * 1024


class BlockingEvents:
    """An open status stream of a blocking client."""

    def __init__(self, response: httpx.Response, release: Callable[[], None]) -> None:
        self._response = response
        self._release = release
        self._lines: Iterator[str] = response.iter_lines()
        self._parser = EventParser()
        self._read_seconds = DRAIN_SECONDS
        self._network = response.extensions["network_stream"]
        # httpcore (1.0) bounds every read of a body by what was asked for when the first began: a deadline would be overrun
        self._network.read = self._bounded_read

    def next_event(self, timeout_seconds: float) -> ServerEvent | None:
        """Return the next event, or None at the end of the stream."""
        self._read_seconds = timeout_seconds
        try:
            for line in self._lines:
                event = self._parser.feed(line)
                if event is not None:
                    return event
        except httpx.HTTPError as error:
            raise failure_of(error) from error
        return None

    def close(self) -> None:
        """Give the connection and the slot back."""
        ends = time.monotonic() + DRAIN_SECONDS
        self._read_seconds = DRAIN_SECONDS
        try:
            with contextlib.suppress(httpx.HTTPError, httpx.StreamError):
                for _ in self._lines:
                    if time.monotonic() > ends:
                        break
            self._response.close()
        finally:
            del self._network.read
            self._release()

    def _bounded_read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002 - httpcore's names
        data: bytes = type(self._network).read(self._network, max_bytes, timeout=self._read_seconds)
        return data


class BlockingDownload:
    """An answer of a blocking client whose body is still to be read."""

    def __init__(self, response: httpx.Response, release: Callable[[], None]) -> None:
        self._response = response
        self._release = release
        self._chunks: Iterator[bytes] = response.iter_bytes(_CHUNK_BYTES)
        self.status = response.status_code
        self.headers = headers_of(response)

    def read(self) -> bytes | None:
        """Return the next piece, or None at the end."""
        try:
            return next(self._chunks, None)
        except httpx.HTTPError as error:
            raise failure_of(error) from error

    def close(self) -> None:
        """Give the connection and the slot back."""
        try:
            self._response.close()
        finally:
            self._release()


class BlockingHttpx:
    """Blocking exchanges; safe to share between threads."""

    def __init__(self, *, max_connections: int, max_streams: int) -> None:
        self._routes = Routes(
            lambda proxy: httpx.HTTPTransport(verify=tls_context(), limits=LIMITS, proxy=proxy)
        )
        self._slots = threading.Semaphore(max_connections)
        self._download_slots = threading.Semaphore(max_connections)
        self._stream_slots = threading.Semaphore(max_streams)

    def exchange(self, call: HttpCall) -> HttpReply:
        """Send and read the whole answer within `timeout_seconds`."""
        wait = wait_seconds(call)
        request = build_request(call, read_seconds=wait)
        with self._slots:
            ends = time.monotonic() + wait
            response, lane = self._open(request)
            try:
                content = self._read(response, ends, wait)
            except httpx.HTTPError as error:
                raise failure_of(error) from error
            finally:
                response.close()
                self._leave(lane)
        return HttpReply(response.status_code, headers_of(response), content)

    @staticmethod
    def _read(response: httpx.Response, ends: float, wait: float) -> bytes:
        # httpx bounds each read, not their sum: a server that drips would outlive any deadline
        chunks: list[bytes] = []
        for chunk in response.iter_bytes():
            chunks.append(chunk)
            if time.monotonic() > ends:
                raise late(wait)
        return b"".join(chunks)

    def open_download(self, call: HttpCall) -> BlockingDownload:
        """Send and read the head of the answer."""
        request = build_request(call, read_seconds=wait_seconds(call))
        self._download_slots.acquire()
        try:
            response, lane = self._open(request)
        except BaseException:
            self._download_slots.release()
            raise
        return BlockingDownload(response, functools.partial(self._leave, lane, self._download_slots))

    def open_stream(self, call: HttpCall) -> BlockingEvents:
        """Open a server-sent-event stream, where a place is free."""
        request = build_request(call, read_seconds=wait_seconds(call))
        if not self._stream_slots.acquire(blocking=False):
            raise no_stream_slot()
        try:
            response, lane = self._open(request)
        except BaseException:
            self._stream_slots.release()
            raise
        if (refused := check_stream(response)) is not None:
            response.close()
            self._leave(lane, self._stream_slots)
            raise refused
        return BlockingEvents(response, functools.partial(self._leave, lane, self._stream_slots))

    def _open(self, request: httpx.Request) -> tuple[httpx.Response, Lane[httpx.HTTPTransport]]:
        lane = self._routes.enter(request.url)
        try:
            response = lane.client.handle_request(request)
        except httpx.HTTPError as error:
            lane.client.close()
            raise failure_of(error) from error
        except BaseException:
            lane.client.close()
            raise
        response.request = request
        return response, lane

    @staticmethod
    def _leave(lane: Lane[httpx.HTTPTransport], slots: threading.Semaphore | None = None) -> None:
        if slots is not None:
            slots.release()
        for idle in lane.leave(time.monotonic()):
            idle.close()

    def close(self) -> None:
        """Close every connection that is not in use; the others are closed after their answer."""
        for idle in self._routes.close():
            idle.close()


async def _close_early(response: httpx.Response, reader: AsyncIterator[object]) -> None:
    """Close a response that may not have been read to its end.

    httpx reads through a stack of asynchronous generators and leaves them suspended; trio warns of each. Asking for more after
    the connection is closed ends them all with the error that is swallowed here.
    """
    await response.aclose()
    with contextlib.suppress(httpx.HTTPError, httpx.StreamError, RuntimeError):
        await anext(reader, None)


class AsyncEvents:
    """An open status stream of an asynchronous client."""

    def __init__(self, response: httpx.Response, release: Callable[[], Awaitable[None]]) -> None:
        self._response = response
        self._release = release
        self._lines: AsyncIterator[str] = response.aiter_lines()
        self._parser = EventParser()

    async def next_event(self, timeout_seconds: float) -> ServerEvent | None:
        """Return the next event, or None at the end of the stream."""
        try:
            with anyio.fail_after(timeout_seconds):
                async for line in self._lines:
                    event = self._parser.feed(line)
                    if event is not None:
                        return event
        except TimeoutError as error:
            raise late(timeout_seconds) from error
        except httpx.HTTPError as error:
            raise failure_of(error) from error
        return None

    async def close(self) -> None:
        """Give the connection and the slot back."""
        try:
            with anyio.move_on_after(DRAIN_SECONDS), contextlib.suppress(httpx.HTTPError, httpx.StreamError):
                async for _ in self._lines:
                    pass
            await _close_early(self._response, self._lines)
        finally:
            await self._release()


class AsyncDownload:
    """An answer of an asynchronous client whose body is still to be read."""

    def __init__(self, response: httpx.Response, release: Callable[[], Awaitable[None]]) -> None:
        self._response = response
        self._release = release
        self._chunks: AsyncIterator[bytes] = response.aiter_bytes(_CHUNK_BYTES)
        self.status = response.status_code
        self.headers = headers_of(response)

    async def read(self) -> bytes | None:
        """Return the next piece, or None at the end."""
        try:
            return await anext(self._chunks, None)
        except httpx.HTTPError as error:
            raise failure_of(error) from error

    async def close(self) -> None:
        """Give the connection and the slot back."""
        try:
            await _close_early(self._response, self._chunks)
        finally:
            await self._release()


class AsyncHttpx:
    """Asynchronous exchanges of one event loop."""

    def __init__(self, *, max_connections: int, max_streams: int) -> None:
        self._routes = Routes(
            lambda proxy: httpx.AsyncHTTPTransport(verify=tls_context(), limits=LIMITS, proxy=proxy)
        )
        self._slots = anyio.Semaphore(max_connections, fast_acquire=True)
        self._download_slots = anyio.Semaphore(max_connections, fast_acquire=True)
        self._stream_slots = anyio.Semaphore(max_streams, fast_acquire=True)

    async def exchange(self, call: HttpCall) -> HttpReply:
        """Send and read the whole answer within `timeout_seconds`."""
        # `_open` bounds the exchange: httpx need not set a timer for each read as well
        request = build_request(call, read_seconds=None)
        async with self._slots:
            response, lane = await self._open(request, wait_seconds(call), whole=True)
            await self._leave(lane)
        return HttpReply(response.status_code, headers_of(response), response.content)

    async def open_download(self, call: HttpCall) -> AsyncDownload:
        """Send and read the head of the answer."""
        wait = wait_seconds(call)
        request = build_request(call, read_seconds=wait)
        await self._download_slots.acquire()
        try:
            response, lane = await self._open(request, wait)
        except BaseException:
            self._download_slots.release()
            raise
        return AsyncDownload(response, functools.partial(self._leave, lane, self._download_slots))

    async def open_stream(self, call: HttpCall) -> AsyncEvents:
        """Open a server-sent-event stream, where a place is free."""
        request = build_request(call, read_seconds=None)
        try:
            self._stream_slots.acquire_nowait()
        except anyio.WouldBlock as error:
            raise no_stream_slot() from error
        try:
            response, lane = await self._open(request, CONNECT_SECONDS)
        except BaseException:
            self._stream_slots.release()
            raise
        if (refused := check_stream(response)) is not None:
            await response.aclose()
            await self._leave(lane, self._stream_slots)
            raise refused
        return AsyncEvents(response, functools.partial(self._leave, lane, self._stream_slots))

    async def _open(
        self, request: httpx.Request, seconds: float, *, whole: bool = False
    ) -> tuple[httpx.Response, Lane[httpx.AsyncHTTPTransport]]:
        """Send, and read the head of the answer, or the whole of it, in so many seconds."""
        lane = self._routes.enter(request.url)
        try:
            with anyio.fail_after(seconds):
                response = await lane.client.handle_async_request(request)
                response.request = request
                if whole:
                    await response.aread()
        except BaseException as error:
            with anyio.CancelScope(shield=True):
                await lane.client.aclose()
            if isinstance(error, TimeoutError):
                raise late(seconds) from error
            if isinstance(error, httpx.HTTPError):
                raise failure_of(error) from error
            raise
        return response, lane

    @staticmethod
    async def _leave(lane: Lane[httpx.AsyncHTTPTransport], slots: anyio.Semaphore | None = None) -> None:
        if slots is not None:
            slots.release()
        idle = lane.leave(time.monotonic())
        if idle:
            # an answer has been read: a cancellation now must not lose it
            with anyio.CancelScope(shield=True):
                for client in idle:
                    await client.aclose()

    async def aclose(self) -> None:
        """Close every connection that is not in use; the others are closed after their answer."""
        for idle in self._routes.close():
            await idle.aclose()
