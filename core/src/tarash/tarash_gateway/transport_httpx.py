"""The default transport: httpx. The one module that imports an HTTP library; nothing of it shows outside."""

from __future__ import annotations

import contextlib
import json
import ssl
import threading
import time
from collections.abc import AsyncIterator, Iterator
from typing import TypeAlias

import anyio
import httpx

from .exceptions import ValidationError
from .server_events import EventParser
from .steps import HttpCall, HttpReply, ServerEvent, TransportFailure

CONNECT_SECONDS = 10.0
DEFAULT_SECONDS = 60.0
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


def _limits(connections: int) -> httpx.Limits:
    return httpx.Limits(
        max_connections=connections, max_keepalive_connections=connections, keepalive_expiry=15.0
    )


def _request(
    client: httpx.Client | httpx.AsyncClient, call: HttpCall, *, connect_only: bool = False
) -> httpx.Request:
    headers = dict(call.headers)
    content = call.content
    if call.json is not None:
        content = json.dumps(call.json, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()
        headers.setdefault("Content-Type", "application/json")
    files: _Files | None = None
    if call.multipart is not None:
        files = [(part.name, (part.filename, part.value, part.content_type)) for part in call.multipart]
    wait = call.timeout_seconds or DEFAULT_SECONDS
    read = None if connect_only else wait
    timeout = httpx.Timeout(read, connect=min(CONNECT_SECONDS, wait))
    try:
        return client.build_request(
            call.method,
            call.url,
            headers=headers,
            content=content,
            data=call.form,
            files=files,
            timeout=timeout,
        )
    except (httpx.InvalidURL, UnicodeError, TypeError, ValueError) as error:
        raise ValidationError(
            f"the request cannot be built: {error}; check base_url, headers and parameters"
        ) from error


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

    def __init__(self, response: httpx.Response, slots: threading.BoundedSemaphore) -> None:
        self._response = response
        self._slots = slots
        self._lines: Iterator[str] = response.iter_lines()
        self._parser = EventParser()

    def next_event(self, timeout_seconds: float) -> ServerEvent | None:
        """Return the next event, or None at the end of the stream."""
        timeouts = self._response.request.extensions["timeout"]
        # httpcore reads this mapping at every read; it is the one way to bound a read of an open response
        timeouts["read"] = timeout_seconds
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
        self._response.close()
        self._slots.release()


class BlockingDownload:
    """An answer of a blocking client whose body is still to be read."""

    def __init__(self, response: httpx.Response) -> None:
        self._response = response
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
        """Give the connection back."""
        self._response.close()


class BlockingHttpx:
    """Blocking exchanges over one pool; safe to share between threads."""

    def __init__(self, *, max_connections: int, max_streams: int) -> None:
        self._client = httpx.Client(
            verify=_tls(), limits=_limits(max_connections + max_streams), follow_redirects=False
        )
        self._slots = threading.BoundedSemaphore(max_connections)
        self._stream_slots = threading.BoundedSemaphore(max_streams)

    def exchange(self, call: HttpCall) -> HttpReply:
        """Send and read the whole answer within `timeout_seconds`."""
        request = _request(self._client, call)
        wait = call.timeout_seconds or DEFAULT_SECONDS
        with self._slots:
            ends = time.monotonic() + wait
            try:
                response = self._client.send(request, stream=True)
                try:
                    content = self._read(response, ends, wait)
                finally:
                    response.close()
            except httpx.HTTPError as error:
                raise _failure(error) from error
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
        try:
            return BlockingDownload(self._client.send(_request(self._client, call), stream=True))
        except httpx.HTTPError as error:
            raise _failure(error) from error

    def open_stream(self, call: HttpCall) -> BlockingEvents:
        """Open a server-sent-event stream, where a place is free."""
        if not self._stream_slots.acquire(blocking=False):
            raise _no_stream_slot()
        try:
            response = self._client.send(_request(self._client, call), stream=True)
            if (refused := _check_stream(response)) is not None:
                response.close()
                raise refused
        except httpx.HTTPError as error:
            self._stream_slots.release()
            raise _failure(error) from error
        except BaseException:
            self._stream_slots.release()
            raise
        return BlockingEvents(response, self._stream_slots)

    def close(self) -> None:
        """Close every connection."""
        self._client.close()


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

    def __init__(self, response: httpx.Response, slots: anyio.CapacityLimiter, borrower: object) -> None:
        self._response = response
        self._slots = slots
        self._borrower = borrower
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
        await _close_early(self._response, self._lines)
        self._slots.release_on_behalf_of(self._borrower)


class AsyncDownload:
    """An answer of an asynchronous client whose body is still to be read."""

    def __init__(self, response: httpx.Response) -> None:
        self._response = response
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
        """Give the connection back."""
        await _close_early(self._response, self._chunks)


class AsyncHttpx:
    """Asynchronous exchanges over one pool of one event loop."""

    def __init__(self, *, max_connections: int, max_streams: int) -> None:
        # streams have a pool of their own: httpcore looks through every connection at each request
        self._client = httpx.AsyncClient(
            verify=_tls(), limits=_limits(max_connections), follow_redirects=False
        )
        self._stream_client = httpx.AsyncClient(
            verify=_tls(), limits=_limits(max_streams), follow_redirects=False
        )
        self._slots = anyio.CapacityLimiter(max_connections)
        self._stream_slots = anyio.CapacityLimiter(max_streams)

    async def exchange(self, call: HttpCall) -> HttpReply:
        """Send and read the whole answer within `timeout_seconds`."""
        request = _request(self._client, call)
        wait = call.timeout_seconds or DEFAULT_SECONDS
        async with self._slots:
            try:
                with anyio.fail_after(wait):
                    response = await self._client.send(request)
            except TimeoutError as error:
                raise _late(wait) from error
            except httpx.HTTPError as error:
                raise _failure(error) from error
        return HttpReply(response.status_code, _headers(response), response.content)

    async def open_download(self, call: HttpCall) -> AsyncDownload:
        """Send and read the head of the answer."""
        try:
            return AsyncDownload(await self._client.send(_request(self._client, call), stream=True))
        except httpx.HTTPError as error:
            raise _failure(error) from error

    async def open_stream(self, call: HttpCall) -> AsyncEvents:
        """Open a server-sent-event stream, where a place is free."""
        borrower = object()
        try:
            self._stream_slots.acquire_on_behalf_of_nowait(borrower)
        except anyio.WouldBlock as error:
            raise _no_stream_slot() from error
        try:
            request = _request(self._stream_client, call, connect_only=True)
            with anyio.fail_after(CONNECT_SECONDS):
                response = await self._stream_client.send(request, stream=True)
            if (refused := _check_stream(response)) is not None:
                await response.aclose()
                raise refused
        except TimeoutError as error:
            self._stream_slots.release_on_behalf_of(borrower)
            raise _late(CONNECT_SECONDS) from error
        except httpx.HTTPError as error:
            self._stream_slots.release_on_behalf_of(borrower)
            raise _failure(error) from error
        except BaseException:
            self._stream_slots.release_on_behalf_of(borrower)
            raise
        return AsyncEvents(response, self._stream_slots, borrower)

    async def aclose(self) -> None:
        """Close every connection."""
        await self._client.aclose()
        await self._stream_client.aclose()
