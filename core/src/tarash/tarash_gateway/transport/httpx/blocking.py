"""The default transport for blocking code, on httpx."""

from __future__ import annotations

import contextlib
import ssl
import time
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import httpcore
import httpx

from ...steps import HttpCall, HttpReply, ServerEvent
from ..client_pool import Borrowed
from ..limits import answer_bytes, wait_seconds
from ..protocols import MAX_ANSWER_BYTES
from ..server_events import EventBytes
from ..websocket import conversation_for
from .bodies import AnswerBody, Inflater
from .deadline import BoundedTransport
from .messages import (
    CONNECT_SECONDS,
    DRAIN_SECONDS,
    NETWORK_ERRORS,
    READ_BYTES,
    Routes,
    build_request,
    check_stream,
    failure_of,
    headers_of,
    network_failure,
    tls_context,
)

if TYPE_CHECKING:
    from ..websocket.conversation import Conversation


class _BlockingUse:
    """An answer that is still being read, with the client that receives it."""

    def __init__(self, response: httpx.Response, borrowed: Borrowed[BoundedTransport]) -> None:
        self.response = response
        self._borrowed = borrowed

    def end_at(self, seconds: float) -> None:
        """Set the deadline on the monotonic clock, in seconds."""
        self._borrowed.client.deadline.ends = seconds

    def close(self) -> None:
        """Give back the connection; a connection whose answer was not read to the end is closed."""
        try:
            self.response.close()
        except BaseException:
            self._borrowed.client.close()
            raise
        else:
            _give_back(self._borrowed)


def _give_back(borrowed: Borrowed[BoundedTransport]) -> None:
    for idle in borrowed.give_back(time.monotonic()):
        idle.close()


class BlockingEvents:
    """An open status stream of a blocking client."""

    def __init__(self, use: _BlockingUse) -> None:
        self._use = use
        self._chunks: Iterator[bytes] = use.response.iter_raw()
        self._inflater = Inflater(use.response.headers)
        self._events = EventBytes()

    def next_event(self, timeout_seconds: float) -> ServerEvent | None:
        """Return the next event, or None at the end of the stream."""
        self._use.end_at(time.monotonic() + timeout_seconds)
        try:
            while (event := self._events.next_event()) is None:
                chunk = next(self._chunks, None)
                if chunk is None:
                    return None
                for piece in self._inflater.feed(chunk):
                    self._events.feed(piece)
        except httpx.HTTPError as error:
            raise failure_of(error) from error
        return event

    def close(self) -> None:
        """Give back the connection."""
        self._use.end_at(time.monotonic() + DRAIN_SECONDS)
        try:
            with contextlib.suppress(httpx.HTTPError, httpx.StreamError):
                for _ in self._chunks:
                    pass
        finally:
            self._use.close()


class BlockingMessages:
    """An open WebSocket of a blocking client."""

    def __init__(self, use: _BlockingUse, conversation: Conversation) -> None:
        self._use = use
        self._conversation = conversation
        self._network: httpcore.NetworkStream = use.response.extensions["network_stream"]

    def next_event(self, timeout_seconds: float) -> ServerEvent | None:
        """Return the next message, or None after the server has closed the WebSocket."""
        self._use.end_at(time.monotonic() + timeout_seconds)
        talk = self._conversation
        try:
            while (event := talk.next_event()) is None and not talk.is_over:
                self._send()
                talk.feed(self._network.read(READ_BYTES))
        except NETWORK_ERRORS as error:
            raise network_failure(error) from error
        return event

    def _send(self) -> None:
        if content := self._conversation.outgoing():
            self._network.write(content)

    def close(self) -> None:
        """Say that the WebSocket is closed, and close the connection."""
        self._use.end_at(time.monotonic() + DRAIN_SECONDS)
        self._conversation.close()
        try:
            with contextlib.suppress(*NETWORK_ERRORS):
                self._send()
        finally:
            self._use.close()


class BlockingDownload:
    """An answer of a blocking client whose body is not read yet."""

    def __init__(self, use: _BlockingUse, ends: float) -> None:
        self._use = use
        # a file is kept as received: decompressed, it could have any size
        self._chunks: Iterator[bytes] = use.response.iter_raw()
        self.status = use.response.status_code
        self.headers = headers_of(use.response)
        use.end_at(ends)

    def read(self) -> bytes | None:
        """Return the next chunk, or None at the end."""
        try:
            return next(self._chunks, None)
        except httpx.HTTPError as error:
            raise failure_of(error) from error

    def close(self) -> None:
        """Give back the connection."""
        self._use.close()


class BlockingHttpx:
    """Sends calls for blocking code; safe to share between threads."""

    def __init__(
        self, *, max_answer_bytes: int = MAX_ANSWER_BYTES, tls: ssl.SSLContext | None = None
    ) -> None:
        self._routes = Routes(lambda proxy: BoundedTransport(tls=tls or tls_context(), proxy=proxy))
        self._max_answer_bytes = max_answer_bytes

    def exchange(self, call: HttpCall) -> HttpReply:
        """Send a call and read the whole answer within its `timeout_seconds`."""
        wait = wait_seconds(call)
        request = build_request(call, read_seconds=wait)
        use = self._open(request, wait)
        try:
            headers = headers_of(use.response)
            content = self._read(use.response, headers, answer_bytes(call, self._max_answer_bytes))
        except httpx.HTTPError as error:
            raise failure_of(error) from error
        finally:
            use.close()
        return HttpReply(use.response.status_code, headers, content)

    def _read(self, response: httpx.Response, headers: Mapping[str, str], max_bytes: int) -> bytes:
        body = AnswerBody(headers, response.request.method, max_bytes)
        for chunk in response.iter_raw():
            body.add(chunk)
        return body.content()

    def open_download(self, call: HttpCall, silence_seconds: float) -> BlockingDownload:
        """Send a call and read the head of the answer; wait at most `silence_seconds` for each byte, `timeout_seconds` for all."""
        ends = time.monotonic() + wait_seconds(call)
        wait = min(wait_seconds(call), silence_seconds)
        request = build_request(call, read_seconds=wait, codings="identity")
        return BlockingDownload(self._open(request, wait), ends)

    def open_stream(self, call: HttpCall) -> BlockingEvents:
        """Open a stream of server-sent events."""
        request = build_request(call, read_seconds=None, codings="identity")
        use = self._open(request, min(CONNECT_SECONDS, wait_seconds(call)))
        if (refused := check_stream(use.response)) is not None:
            use.close()
            raise refused
        return BlockingEvents(use)

    def open_websocket(self, call: HttpCall, messages: tuple[str, ...]) -> BlockingMessages:
        """Open a WebSocket, and queue its first messages."""
        talk = conversation_for(call, messages)
        request = build_request(talk.call, read_seconds=None, codings="identity")
        use = self._open(request, min(CONNECT_SECONDS, wait_seconds(call)))
        try:
            talk.accept(use.response.status_code, headers_of(use.response))
        except BaseException:
            use.close()
            raise
        return BlockingMessages(use, talk)

    def _open(self, request: httpx.Request, seconds: float) -> _BlockingUse:
        """Send a request and read the head of the answer within `seconds`."""
        ends = time.monotonic() + seconds
        borrowed = self._routes.borrow(request.url)
        try:
            borrowed.client.deadline.ends = ends
            response = borrowed.client.handle_request(request)
        except BaseException as error:
            borrowed.client.close()
            if isinstance(error, httpx.HTTPError):
                raise failure_of(error) from error
            raise
        response.request = request
        return _BlockingUse(response, borrowed)

    def close(self) -> None:
        """Close every idle connection; the others close after their answer."""
        for idle in self._routes.close():
            idle.close()
