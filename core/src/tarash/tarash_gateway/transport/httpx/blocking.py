"""The default transport for blocking code, on httpx."""

from __future__ import annotations

import contextlib
import math
import ssl
import threading
import time
from collections.abc import Iterator

import httpx

from ...steps import HttpCall, HttpReply, ServerEvent
from ..client_pool import Borrowed
from ..protocols import MAX_ANSWER_BYTES
from ..server_events import EventParser
from .deadline import BoundedTransport
from .messages import (
    CHUNK_BYTES,
    CONNECT_SECONDS,
    DRAIN_SECONDS,
    AnswerSize,
    Routes,
    build_request,
    check_stream,
    failure_of,
    headers_of,
    no_connection_slot,
    no_stream_slot,
    tls_context,
    wait_seconds,
)


class _BlockingUse:
    """An answer that is still being read, with the client that receives it and the slot it occupies."""

    def __init__(
        self, response: httpx.Response, borrowed: Borrowed[BoundedTransport], slots: threading.Semaphore
    ) -> None:
        self.response = response
        self._borrowed = borrowed
        self._slots = slots

    def end_at(self, seconds: float) -> None:
        """Set the deadline on the monotonic clock, in seconds."""
        self._borrowed.client.deadline.ends = seconds

    def close(self) -> None:
        """Give back the connection and the slot; a connection whose answer was not read to the end is closed."""
        try:
            self.response.close()
        except BaseException:
            self._borrowed.client.close()
            raise
        else:
            _give_back(self._borrowed)
        finally:
            self._slots.release()


def _give_back(borrowed: Borrowed[BoundedTransport]) -> None:
    for idle in borrowed.give_back(time.monotonic()):
        idle.close()


class BlockingEvents:
    """An open status stream of a blocking client."""

    def __init__(self, use: _BlockingUse) -> None:
        self._use = use
        self._lines: Iterator[str] = use.response.iter_lines()
        self._parser = EventParser()

    def next_event(self, timeout_seconds: float) -> ServerEvent | None:
        """Return the next event, or None at the end of the stream."""
        self._use.end_at(time.monotonic() + timeout_seconds)
        try:
            for line in self._lines:
                event = self._parser.feed(line)
                if event is not None:
                    return event
        except httpx.HTTPError as error:
            raise failure_of(error) from error
        return None

    def close(self) -> None:
        """Give back the connection and the slot."""
        self._use.end_at(time.monotonic() + DRAIN_SECONDS)
        try:
            with contextlib.suppress(httpx.HTTPError, httpx.StreamError):
                for _ in self._lines:
                    pass
        finally:
            self._use.close()


class BlockingDownload:
    """An answer of a blocking client whose body is not read yet."""

    def __init__(self, use: _BlockingUse) -> None:
        self._use = use
        self._chunks: Iterator[bytes] = use.response.iter_bytes(CHUNK_BYTES)
        self.status = use.response.status_code
        self.headers = headers_of(use.response)
        # each read is limited, but not the whole download: a large file may take long
        use.end_at(math.inf)

    def read(self) -> bytes | None:
        """Return the next chunk, or None at the end."""
        try:
            return next(self._chunks, None)
        except httpx.HTTPError as error:
            raise failure_of(error) from error

    def close(self) -> None:
        """Give back the connection and the slot."""
        self._use.close()


class BlockingHttpx:
    """Sends calls for blocking code; safe to share between threads."""

    def __init__(
        self,
        *,
        max_connections: int,
        max_streams: int,
        max_answer_bytes: int = MAX_ANSWER_BYTES,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._routes = Routes(lambda proxy: BoundedTransport(tls=tls or tls_context(), proxy=proxy))
        self._max_answer_bytes = max_answer_bytes
        self._slots = threading.Semaphore(max_connections)
        self._download_slots = threading.Semaphore(max_connections)
        self._stream_slots = threading.Semaphore(max_streams)

    def exchange(self, call: HttpCall) -> HttpReply:
        """Send a call and read the whole answer within its `timeout_seconds`."""
        wait = wait_seconds(call)
        request = build_request(call, read_seconds=wait)
        use = self._open(request, self._slots, wait)
        try:
            content = self._read(use.response)
        except httpx.HTTPError as error:
            raise failure_of(error) from error
        finally:
            use.close()
        return HttpReply(use.response.status_code, headers_of(use.response), content)

    def _read(self, response: httpx.Response) -> bytes:
        size = AnswerSize(response, self._max_answer_bytes)
        chunks: list[bytes] = []
        for chunk in response.iter_bytes():
            size.add(chunk)
            chunks.append(chunk)
        return b"".join(chunks)

    def open_download(self, call: HttpCall) -> BlockingDownload:
        """Send a call and read the head of the answer."""
        wait = wait_seconds(call)
        request = build_request(call, read_seconds=wait)
        return BlockingDownload(self._open(request, self._download_slots, wait))

    def open_stream(self, call: HttpCall) -> BlockingEvents:
        """Open a stream of server-sent events, if a slot is free."""
        request = build_request(call, read_seconds=None)
        use = self._open(request, self._stream_slots, min(CONNECT_SECONDS, wait_seconds(call)), queue=False)
        if (refused := check_stream(use.response)) is not None:
            use.close()
            raise refused
        return BlockingEvents(use)

    def _open(
        self, request: httpx.Request, slots: threading.Semaphore, seconds: float, *, queue: bool = True
    ) -> _BlockingUse:
        """Send a request and read the head of the answer within `seconds`, including the wait for a slot."""
        ends = time.monotonic() + seconds
        if not (slots.acquire(timeout=seconds) if queue else slots.acquire(blocking=False)):
            raise no_connection_slot(seconds) if queue else no_stream_slot()
        try:
            borrowed = self._routes.borrow(request.url)
            try:
                borrowed.client.deadline.ends = ends
                response = borrowed.client.handle_request(request)
            except BaseException:
                borrowed.client.close()
                raise
        except BaseException as error:
            slots.release()
            if isinstance(error, httpx.HTTPError):
                raise failure_of(error) from error
            raise
        response.request = request
        return _BlockingUse(response, borrowed, slots)

    def close(self) -> None:
        """Close every idle connection; the others close after their answer."""
        for idle in self._routes.close():
            idle.close()
