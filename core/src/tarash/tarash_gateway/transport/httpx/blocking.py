"""The default transport for blocking code, on httpx."""

from __future__ import annotations

import contextlib
import ssl
import time
from typing import TYPE_CHECKING

import httpcore

from ...messages import mark_unsent
from ...steps import HttpCall, HttpReply, ServerEvent, TransportFailure
from ..bodies import AnswerBody, Inflater
from ..client_pool import Borrowed
from ..heads import check_stream, headers_of
from ..limits import CONNECT_SECONDS, DRAIN_SECONDS, answer_bytes, wait_seconds
from ..protocols import MAX_ANSWER_BYTES
from ..server_events import EventBytes
from ..websocket import conversation_for
from .blocking_connections import BlockingConnection, BlockingConnections
from .failures import FAILURES, failure_of
from .http11 import Head
from .messages import READ_BYTES, Request
from .routes import Routes
from .tls import for_http11, tls_context

if TYPE_CHECKING:
    from ..websocket.conversation import Conversation

MOST_IDLE = 20
"""Most idle connections: threads rarely send more at once, and a burst need not leave sockets behind."""


class _Answer:
    """An answer that is still being read, with the client that receives it."""

    __slots__ = ("_borrowed", "_connection", "headers", "status", "trailing")

    def __init__(
        self, head: Head, connection: BlockingConnection, borrowed: Borrowed[BlockingConnections]
    ) -> None:
        self.status = head.status
        self.headers = headers_of(head.headers)
        self.trailing = head.trailing
        self._connection = connection
        self._borrowed: Borrowed[BlockingConnections] | None = borrowed

    @property
    def network(self) -> httpcore.NetworkStream:
        """The stream of bytes below an open WebSocket."""
        return self._connection.network

    def end_at(self, seconds: float) -> None:
        """Set the deadline on the monotonic clock, in seconds."""
        if self._borrowed is not None:
            self._borrowed.client.deadline.ends = seconds

    def chunk(self) -> bytes | None:
        """Return the next bytes of the body, or None at the end."""
        if self._borrowed is None:
            # closed: the connection may serve another request
            return None
        try:
            return self._connection.chunk()
        except FAILURES as error:
            failure = failure_of(error)
        raise failure

    def close(self) -> None:
        """Give back the connection, once; a connection whose answer was not read to the end is closed."""
        borrowed, self._borrowed = self._borrowed, None
        if borrowed is None:
            return
        try:
            self._connection.finish()
        except BaseException:
            borrowed.client.close()
            raise
        for idle in borrowed.give_back(time.monotonic()):
            idle.close()


class BlockingEvents:
    """An open status stream of a blocking client."""

    def __init__(self, answer: _Answer) -> None:
        self._answer = answer
        self._inflater = Inflater(answer.headers)
        self._events = EventBytes()

    def next_event(self, timeout_seconds: float) -> ServerEvent | None:
        """Return the next event, or None at the end of the stream."""
        self._answer.end_at(time.monotonic() + timeout_seconds)
        while (event := self._events.next_event()) is None:
            chunk = self._answer.chunk()
            if chunk is None:
                return None
            for piece in self._inflater.feed(chunk):
                self._events.feed(piece)
        return event

    def close(self) -> None:
        """Give back the connection."""
        self._answer.end_at(time.monotonic() + DRAIN_SECONDS)
        try:
            with contextlib.suppress(TransportFailure):
                while self._answer.chunk() is not None:
                    pass
        finally:
            self._answer.close()


class BlockingMessages:
    """An open WebSocket of a blocking client."""

    def __init__(self, answer: _Answer, conversation: Conversation) -> None:
        self._answer = answer
        self._conversation = conversation
        self._network = answer.network
        if answer.trailing:
            conversation.feed(answer.trailing)

    def next_event(self, timeout_seconds: float) -> ServerEvent | None:
        """Return the next message, or None after the server has closed the WebSocket."""
        self._answer.end_at(time.monotonic() + timeout_seconds)
        talk = self._conversation
        try:
            while (event := talk.next_event()) is None and not talk.is_over:
                self._send()
                talk.feed(self._network.read(READ_BYTES))
        except FAILURES as error:
            failure = failure_of(error)
        else:
            return event
        raise failure

    def _send(self) -> None:
        if content := self._conversation.outgoing():
            self._network.write(content)

    def close(self) -> None:
        """Say that the WebSocket is closed, and close the connection."""
        self._answer.end_at(time.monotonic() + DRAIN_SECONDS)
        self._conversation.close()
        try:
            with contextlib.suppress(*FAILURES):
                self._send()
        finally:
            self._answer.close()


class BlockingDownload:
    """An answer of a blocking client whose body is not read yet."""

    def __init__(self, answer: _Answer, ends: float) -> None:
        self._answer = answer
        self.status = answer.status
        self.headers = answer.headers
        answer.end_at(ends)

    def read(self) -> bytes | None:
        """Return the next chunk, or None at the end."""
        # as received: decompressed, it could have any size
        return self._answer.chunk()

    def close(self) -> None:
        """Give back the connection."""
        self._answer.close()


class BlockingHttpx:
    """Sends calls for blocking code; safe to share between threads."""

    def __init__(
        self, *, max_answer_bytes: int = MAX_ANSWER_BYTES, tls: ssl.SSLContext | None = None
    ) -> None:
        own = tls_context() if tls is None else for_http11(tls)
        self._routes = Routes(lambda proxy: BlockingConnections(own, proxy), MOST_IDLE)
        self._max_answer_bytes = max_answer_bytes

    def exchange(self, call: HttpCall) -> HttpReply:
        """Send a call and read the whole answer within its `timeout_seconds`."""
        wait = wait_seconds(call)
        request = self._routes.request(call, read_seconds=wait)
        answer = self._open(request, wait)
        try:
            body = AnswerBody(answer.headers, call.method, answer_bytes(call, self._max_answer_bytes))
            while (chunk := answer.chunk()) is not None:
                body.add(chunk)
        finally:
            answer.close()
        request.prepared.check_proxy(answer.status, answer.headers)
        return HttpReply(answer.status, answer.headers, body.content())

    def open_download(self, call: HttpCall, silence_seconds: float) -> BlockingDownload:
        """Send a call and read the head of the answer; wait at most `silence_seconds` for each byte, `timeout_seconds` for all."""
        ends = time.monotonic() + wait_seconds(call)
        wait = min(wait_seconds(call), silence_seconds)
        request = self._routes.request(call, read_seconds=wait, codings="identity")
        return BlockingDownload(self._open(request, wait), ends)

    def open_stream(self, call: HttpCall) -> BlockingEvents:
        """Open a stream of server-sent events."""
        request = self._routes.request(call, read_seconds=None, codings="identity")
        answer = self._open(request, min(CONNECT_SECONDS, wait_seconds(call)))
        if (refused := check_stream(answer.status, answer.headers)) is not None:
            answer.close()
            raise refused
        return BlockingEvents(answer)

    def open_websocket(self, call: HttpCall, messages: tuple[str, ...]) -> BlockingMessages:
        """Open a WebSocket, and queue its first messages."""
        talk = conversation_for(call, messages)
        request = self._routes.request(talk.call, read_seconds=None, codings="identity")
        answer = self._open(request, min(CONNECT_SECONDS, wait_seconds(call)))
        try:
            talk.accept(answer.status, answer.headers)
        except BaseException:
            answer.close()
            raise
        return BlockingMessages(answer, talk)

    def _open(self, request: Request, seconds: float) -> _Answer:
        """Send a request and read the head of the answer within `seconds`."""
        ends = time.monotonic() + seconds
        borrowed = self._routes.borrow(request)
        client = borrowed.client
        connection: BlockingConnection | None = None
        try:
            client.deadline.ends = ends
            connection = client.connected(request)
            return _Answer(connection.send(request), connection, borrowed)
        except FAILURES as error:
            client.close()
            failure = failure_of(error)
        except BaseException as interruption:
            client.close()
            if connection is None:
                mark_unsent(interruption)
            raise
        raise failure

    def close(self) -> None:
        """Close every idle connection; the others close after their answer."""
        for idle in self._routes.close():
            idle.close()
