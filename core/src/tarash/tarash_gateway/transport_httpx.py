"""The default transport: httpx. The one module that imports an HTTP library; nothing of it shows outside."""

from __future__ import annotations

import contextlib
import functools
import json
import ssl
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import TypeAlias

import anyio
import httpx

from .exceptions import ValidationError
from .lanes import Lanes
from .server_events import EventParser
from .steps import HttpCall, HttpReply, ServerEvent, TransportFailure

CONNECT_SECONDS = 10.0
DEFAULT_SECONDS = 60.0
DRAIN_SECONDS = 0.05
"""How long the end of a stream is waited for after the last event of interest: its connection can then be used again."""
_CHUNK_BYTES = 256 * 1024
_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)
_Files: TypeAlias = list[tuple[str, tuple[str | None, str | bytes, str | None]]]

_tls_lock = threading.Lock()
_tls_context: ssl.SSLContext | None = None


def _tls() -> ssl.SSLContext:
    """Return the process's one TLS context: loading the certificates costs more than a request."""
    global _tls_context
    with _tls_lock:
        if _tls_context is None:
            _tls_context = httpx.create_ssl_context()
        return _tls_context


@functools.cache
def _standard_headers() -> tuple[tuple[str, str], ...]:
    """Return what httpx sends with every request: names in lower case."""
    with httpx.Client(verify=_tls()) as client:
        return tuple(client.headers.items())


def _request(call: HttpCall, *, read_seconds: float | None) -> httpx.Request:
    # not made by the client: that would send back cookies, from one account's answers with another's requests
    content = call.content
    given = {name.lower() for name in call.headers}
    headers = [*call.headers.items(), *(item for item in _standard_headers() if item[0] not in given)]
    if call.json is not None:
        content = json.dumps(call.json, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()
        if "content-type" not in given:
            headers.append(("Content-Type", "application/json"))
    files: _Files | None = None
    if call.multipart is not None:
        files = [(part.name, (part.filename, part.value, part.content_type)) for part in call.multipart]
    timeouts = {
        "connect": min(CONNECT_SECONDS, _wait_seconds(call)),
        "read": read_seconds,
        "write": read_seconds,
        "pool": None,
    }
    try:
        return httpx.Request(
            call.method,
            call.url,
            headers=headers,
            content=content,
            data=call.form,
            files=files,
            extensions={"timeout": timeouts},
        )
    except (httpx.InvalidURL, UnicodeError, TypeError, ValueError) as error:
        raise ValidationError(
            f"the request cannot be built: {error}; check base_url, headers and parameters"
        ) from error


def _wait_seconds(call: HttpCall) -> float:
    return call.timeout_seconds or DEFAULT_SECONDS


def _failure(error: Exception) -> TransportFailure:
    text = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    if isinstance(error, _NOT_SENT):
        return TransportFailure(text, kind="connect", request_may_have_arrived=False)
    if isinstance(error, httpx.TimeoutException):
        return TransportFailure(text, kind="timeout", request_may_have_arrived=True)
    if isinstance(error, httpx.NetworkError):
        return TransportFailure(text, kind="reset", request_may_have_arrived=True)
    if isinstance(error, httpx.UnsupportedProtocol | httpx.LocalProtocolError):
        return TransportFailure(text, kind="protocol", request_may_have_arrived=False)
    return TransportFailure(text, kind="protocol", request_may_have_arrived=True)


def _late(seconds: float, *, arrived: bool = True) -> TransportFailure:
    return TransportFailure(
        f"no complete answer within {seconds:g} s", kind="timeout", request_may_have_arrived=arrived
    )


def _headers(response: httpx.Response) -> dict[str, str]:
    # httpx joins repeated headers with a comma, as RFC 9110 allows
    return dict(response.headers.items())


def _no_stream_slot() -> TransportFailure:
    return TransportFailure(
        "all places for status streams are taken", kind="connect", request_may_have_arrived=False
    )


def _check_stream(response: httpx.Response) -> TransportFailure | None:
    kind = response.headers.get("content-type", "")
    if response.status_code == httpx.codes.OK and kind.startswith("text/event-stream"):
        return None
    return TransportFailure(
        f"no event stream: HTTP {response.status_code}, {kind or 'no content type'}",
        kind="protocol",
        request_may_have_arrived=True,
    )


class BlockingEvents:
    """An open status stream of a blocking client."""

    def __init__(self, response: httpx.Response, release: Callable[[], None]) -> None:
        self._response = response
        self._release = release
        self._lines: Iterator[str] = response.iter_lines()
        self._parser = EventParser()

    def next_event(self, timeout_seconds: float) -> ServerEvent | None:
        """Return the next event, or None at the end of the stream."""
        self._bound_reads(timeout_seconds)
        try:
            for line in self._lines:
                event = self._parser.feed(line)
                if event is not None:
                    return event
        except httpx.HTTPError as error:
            raise _failure(error) from error
        return None

    def close(self) -> None:
        """Give the connection and the slot back."""
        ends = time.monotonic() + DRAIN_SECONDS
        self._bound_reads(DRAIN_SECONDS)
        try:
            with contextlib.suppress(httpx.HTTPError, httpx.StreamError):
                for _ in self._lines:
                    if time.monotonic() > ends:
                        break
            self._response.close()
        finally:
            self._release()

    def _bound_reads(self, seconds: float) -> None:
        # httpcore reads this mapping at every read; it is the one way to bound a read of an open response
        self._response.request.extensions["timeout"]["read"] = seconds


class BlockingDownload:
    """An answer of a blocking client whose body is still to be read."""

    def __init__(self, response: httpx.Response, release: Callable[[], None]) -> None:
        self._response = response
        self._release = release
        self._chunks: Iterator[bytes] = response.iter_bytes(_CHUNK_BYTES)
        self.status = response.status_code
        self.headers = _headers(response)

    def read(self) -> bytes | None:
        """Return the next piece, or None at the end."""
        try:
            return next(self._chunks, None)
        except httpx.HTTPError as error:
            raise _failure(error) from error

    def close(self) -> None:
        """Give the connection and the slot back."""
        try:
            self._response.close()
        finally:
            self._release()


class BlockingHttpx:
    """Blocking exchanges; safe to share between threads."""

    def __init__(self, *, max_connections: int, max_streams: int) -> None:
        self._lanes = Lanes(lambda: httpx.Client(verify=_tls()))
        self._slots = threading.Semaphore(max_connections)
        self._download_slots = threading.Semaphore(max_connections)
        self._stream_slots = threading.Semaphore(max_streams)

    def exchange(self, call: HttpCall) -> HttpReply:
        """Send and read the whole answer within `timeout_seconds`."""
        wait = _wait_seconds(call)
        request = _request(call, read_seconds=wait)
        with self._slots:
            ends = time.monotonic() + wait
            client, response = self._open(request)
            try:
                content = self._read(response, ends, wait)
            except httpx.HTTPError as error:
                raise _failure(error) from error
            finally:
                response.close()
                self._give_back(client)
        return HttpReply(response.status_code, _headers(response), content)

    @staticmethod
    def _read(response: httpx.Response, ends: float, wait: float) -> bytes:
        # httpx bounds each read, not their sum: a server that drips would outlive any deadline
        chunks: list[bytes] = []
        for chunk in response.iter_bytes():
            chunks.append(chunk)
            if time.monotonic() > ends:
                raise _late(wait)
        return b"".join(chunks)

    def open_download(self, call: HttpCall) -> BlockingDownload:
        """Send and read the head of the answer."""
        request = _request(call, read_seconds=_wait_seconds(call))
        self._download_slots.acquire()
        try:
            client, response = self._open(request)
        except BaseException:
            self._download_slots.release()
            raise
        return BlockingDownload(response, lambda: self._give_back(client, self._download_slots))

    def open_stream(self, call: HttpCall) -> BlockingEvents:
        """Open a server-sent-event stream, where a place is free."""
        request = _request(call, read_seconds=_wait_seconds(call))
        if not self._stream_slots.acquire(blocking=False):
            raise _no_stream_slot()
        try:
            client, response = self._open(request)
        except BaseException:
            self._stream_slots.release()
            raise
        if (refused := _check_stream(response)) is not None:
            response.close()
            self._give_back(client, self._stream_slots)
            raise refused
        return BlockingEvents(response, lambda: self._give_back(client, self._stream_slots))

    def _open(self, request: httpx.Request) -> tuple[httpx.Client, httpx.Response]:
        client = self._lanes.take()
        try:
            return client, client.send(request, stream=True)
        except httpx.HTTPError as error:
            client.close()
            raise _failure(error) from error
        except BaseException:
            client.close()
            raise

    def _give_back(self, client: httpx.Client, slots: threading.Semaphore | None = None) -> None:
        if slots is not None:
            slots.release()
        for idle in self._lanes.give_back(client, time.monotonic()):
            idle.close()

    def close(self) -> None:
        """Close every connection that is not in use; the others are closed after their answer."""
        for idle in self._lanes.close():
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
            raise _late(timeout_seconds) from error
        except httpx.HTTPError as error:
            raise _failure(error) from error
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
        self.headers = _headers(response)

    async def read(self) -> bytes | None:
        """Return the next piece, or None at the end."""
        try:
            return await anext(self._chunks, None)
        except httpx.HTTPError as error:
            raise _failure(error) from error

    async def close(self) -> None:
        """Give the connection and the slot back."""
        try:
            await _close_early(self._response, self._chunks)
        finally:
            await self._release()


class AsyncHttpx:
    """Asynchronous exchanges of one event loop."""

    def __init__(self, *, max_connections: int, max_streams: int) -> None:
        self._lanes = Lanes(lambda: httpx.AsyncClient(verify=_tls()))
        self._slots = anyio.Semaphore(max_connections, fast_acquire=True)
        self._download_slots = anyio.Semaphore(max_connections, fast_acquire=True)
        self._stream_slots = anyio.Semaphore(max_streams, fast_acquire=True)

    async def exchange(self, call: HttpCall) -> HttpReply:
        """Send and read the whole answer within `timeout_seconds`."""
        wait = _wait_seconds(call)
        # the scope bounds every read: httpx need not set a timer for each as well
        request = _request(call, read_seconds=None)
        async with self._slots:
            client, response = await self._open(request, wait, stream=False)
            await self._give_back(client)
        return HttpReply(response.status_code, _headers(response), response.content)

    async def open_download(self, call: HttpCall) -> AsyncDownload:
        """Send and read the head of the answer."""
        wait = _wait_seconds(call)
        request = _request(call, read_seconds=wait)
        await self._download_slots.acquire()
        try:
            client, response = await self._open(request, wait, stream=True)
        except BaseException:
            self._download_slots.release()
            raise
        return AsyncDownload(response, functools.partial(self._give_back, client, self._download_slots))

    async def open_stream(self, call: HttpCall) -> AsyncEvents:
        """Open a server-sent-event stream, where a place is free."""
        request = _request(call, read_seconds=None)
        try:
            self._stream_slots.acquire_nowait()
        except anyio.WouldBlock as error:
            raise _no_stream_slot() from error
        try:
            client, response = await self._open(request, CONNECT_SECONDS, stream=True)
        except BaseException:
            self._stream_slots.release()
            raise
        if (refused := _check_stream(response)) is not None:
            await response.aclose()
            await self._give_back(client, self._stream_slots)
            raise refused
        return AsyncEvents(response, functools.partial(self._give_back, client, self._stream_slots))

    async def _open(
        self, request: httpx.Request, seconds: float, *, stream: bool
    ) -> tuple[httpx.AsyncClient, httpx.Response]:
        client = self._lanes.take()
        try:
            with anyio.fail_after(seconds):
                return client, await client.send(request, stream=stream)
        except BaseException as error:
            with anyio.CancelScope(shield=True):
                await client.aclose()
            if isinstance(error, TimeoutError):
                raise _late(seconds) from error
            if isinstance(error, httpx.HTTPError):
                raise _failure(error) from error
            raise

    async def _give_back(self, client: httpx.AsyncClient, slots: anyio.Semaphore | None = None) -> None:
        if slots is not None:
            slots.release()
        idle = self._lanes.give_back(client, time.monotonic())
        if idle:
            # an answer has been read: a cancellation now must not lose it
            with anyio.CancelScope(shield=True):
                for old in idle:
                    await old.aclose()

    async def aclose(self) -> None:
        """Close every connection that is not in use; the others are closed after their answer."""
        for idle in self._lanes.close():
            await idle.aclose()
