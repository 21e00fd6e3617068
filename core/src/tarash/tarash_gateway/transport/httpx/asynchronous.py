"""The default transport for one event loop, asyncio or trio, on httpx."""

from __future__ import annotations

import contextlib
import ssl
import time
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

import anyio
import httpcore

from ...messages import mark_unsent
from ...steps import HttpCall, HttpReply, ServerEvent
from ..async_events import AsyncEvents
from ..bodies import AnswerBody
from ..client_pool import Borrowed
from ..heads import check_stream, headers_of
from ..limits import CONNECT_SECONDS, DRAIN_SECONDS, answer_bytes, late, not_connected, wait_seconds
from ..protocols import MAX_ANSWER_BYTES
from ..websocket import conversation_for
from .async_connections import AsyncConnection, AsyncConnections, connection_maker, end_at_once
from .failures import FAILURES, failure_of
from .http11 import Head
from .messages import READ_BYTES, Request, Server
from .preparing import is_large
from .routes import Proxy, Routes
from .tls import for_http11, tls_context

if TYPE_CHECKING:
    from ..websocket.conversation import Conversation


class _Answer:
    """An answer that is still being read, with the client that receives it."""

    __slots__ = ("_borrowed", "_connection", "headers", "status", "trailing")

    def __init__(self, head: Head, connection: AsyncConnection, borrowed: Borrowed[AsyncConnections]) -> None:
        self.status = head.status
        self.headers = headers_of(head.headers)
        self.trailing = head.trailing
        self._connection = connection
        self._borrowed: Borrowed[AsyncConnections] | None = borrowed

    @property
    def network(self) -> httpcore.AsyncNetworkStream:
        """The stream of bytes below an open WebSocket."""
        return self._connection.network

    async def chunk(self) -> bytes | None:
        """Return the next bytes of the body, or None at the end; the caller sets the time limit."""
        if self._borrowed is None:
            # closed: the connection may serve another request
            return None
        try:
            return await self._connection.chunk()
        except FAILURES as error:
            failure = failure_of(error)
        raise failure

    async def close(self) -> None:
        """Give back the connection, once; a connection whose answer was not read to the end is closed."""
        borrowed, self._borrowed = self._borrowed, None
        if borrowed is None:
            return
        # an answer has been read: a cancellation must neither lose it nor leave a connection half closed
        with anyio.CancelScope(shield=True):
            try:
                await self._connection.finish()
            except BaseException:
                await borrowed.client.close()
                raise
            for idle in borrowed.give_back(time.monotonic()):
                await idle.close()

    async def abort(self) -> None:
        """Close the connection, unless the answer is closed."""
        borrowed, self._borrowed = self._borrowed, None
        if borrowed is None:
            return
        with anyio.CancelScope(shield=True):
            await self._connection.finish()
            await borrowed.client.close()

    def __del__(self) -> None:
        # left by a coroutine that nobody awaits any more; the event loop would keep the connection open
        if self._borrowed is not None:
            end_at_once(self.network)


class AsyncMessages:
    """An open WebSocket of an asynchronous client."""

    def __init__(self, answer: _Answer, conversation: Conversation) -> None:
        self._answer = answer
        self._conversation = conversation
        self._network = answer.network
        if answer.trailing:
            conversation.feed(answer.trailing)

    async def next_event(self, timeout_seconds: float) -> ServerEvent | None:
        """Return the next message, or None after the server has closed the WebSocket."""
        talk = self._conversation
        try:
            with anyio.fail_after(timeout_seconds):
                while (event := talk.next_event()) is None and not talk.is_over:
                    await self._send()
                    talk.feed(await self._network.read(READ_BYTES))
        except TimeoutError as error:
            raise late(timeout_seconds) from error
        except FAILURES as error:
            failure = failure_of(error)
        else:
            return event
        raise failure

    async def _send(self) -> None:
        if content := self._conversation.outgoing():
            await self._network.write(content)

    async def close(self) -> None:
        """Say that the WebSocket is closed, and close the connection."""
        self._conversation.close()
        try:
            with anyio.move_on_after(DRAIN_SECONDS), contextlib.suppress(*FAILURES):
                await self._send()
        finally:
            await self._answer.close()


class AsyncDownload:
    """An answer of an asynchronous client whose body is not read yet."""

    def __init__(self, answer: _Answer, ends: float, seconds: float) -> None:
        self._answer = answer
        self._ends = ends
        self._seconds = seconds
        self.status = answer.status
        self.headers = answer.headers

    async def read(self) -> bytes | None:
        """Return the next chunk, or None at the end."""
        try:
            with anyio.fail_after(max(self._ends - anyio.current_time(), 0.0)):
                # as received: decompressed, it could have any size
                return await self._answer.chunk()
        except TimeoutError as error:
            raise late(self._seconds) from error

    async def close(self) -> None:
        """Give back the connection."""
        await self._answer.close()


class AsyncHttpx:
    """Sends calls in one event loop."""

    def __init__(
        self, *, max_answer_bytes: int = MAX_ANSWER_BYTES, tls: ssl.SSLContext | None = None
    ) -> None:
        self._tls = tls_context() if tls is None else for_http11(tls)
        self._direct: Callable[[Server], AsyncConnection] | None = None
        self._routes = Routes(self._client)
        self._max_answer_bytes = max_answer_bytes

    def _client(self, proxy: Proxy | None) -> AsyncConnections:
        if proxy is not None:
            return AsyncConnections(connection_maker(self._tls, proxy))
        # shared by the hundred clients that may be idle
        self._direct = self._direct or connection_maker(self._tls, None)
        return AsyncConnections(self._direct)

    async def exchange(self, call: HttpCall) -> HttpReply:
        """Send a call and read the whole answer within its `timeout_seconds`."""
        # one limit for the whole exchange, so httpcore need not set a timer for each read
        began = anyio.current_time()
        if is_large(call):
            # built in a worker thread, so that the event loop stays free
            request = await anyio.to_thread.run_sync(partial(self._routes.request, call, read_seconds=None))
        else:
            request = self._routes.request(call, read_seconds=None)
        wait = wait_seconds(call) - (anyio.current_time() - began)
        most = answer_bytes(call, self._max_answer_bytes)
        answer, content = await self._open(request, max(wait, 0.0), whole_bytes=most)
        await answer.close()
        request.prepared.check_proxy(answer.status, answer.headers)
        return HttpReply(answer.status, answer.headers, content)

    async def open_download(self, call: HttpCall, silence_seconds: float) -> AsyncDownload:
        """Send a call and read the head of the answer; wait at most `silence_seconds` for each byte, `timeout_seconds` for all."""
        ends = anyio.current_time() + wait_seconds(call)
        wait = min(wait_seconds(call), silence_seconds)
        request = self._routes.request(call, read_seconds=wait, codings="identity")
        answer, _ = await self._open(request, wait)
        return AsyncDownload(answer, ends, wait_seconds(call))

    async def open_stream(self, call: HttpCall) -> AsyncEvents:
        """Open a stream of server-sent events."""
        request = self._routes.request(call, read_seconds=None, codings="identity")
        wait = min(CONNECT_SECONDS, wait_seconds(call))
        answer, _ = await self._open(request, wait)
        if (refused := check_stream(answer.status, answer.headers)) is not None:
            await answer.close()
            raise refused
        return AsyncEvents(answer)

    async def open_websocket(self, call: HttpCall, messages: tuple[str, ...]) -> AsyncMessages:
        """Open a WebSocket, and queue its first messages."""
        talk = conversation_for(call, messages)
        request = self._routes.request(talk.call, read_seconds=None, codings="identity")
        answer, _ = await self._open(request, min(CONNECT_SECONDS, wait_seconds(call)))
        try:
            talk.accept(answer.status, answer.headers)
        except BaseException:
            await answer.close()
            raise
        return AsyncMessages(answer, talk)

    async def _open(
        self, request: Request, seconds: float, *, whole_bytes: int | None = None
    ) -> tuple[_Answer, bytes]:
        """Send a request and read the answer, of at most `whole_bytes`, or only its head (None), within `seconds`."""
        borrowed = self._routes.borrow(request)
        connection: AsyncConnection | None = None
        answer: _Answer | None = None
        content: bytes | None = None
        try:
            # cheaper than `fail_after`, which is a generator
            with anyio.move_on_after(seconds):
                connection = await borrowed.client.connected(request)
                answer = _Answer(await connection.send(request), connection, borrowed)
                if whole_bytes is None:
                    content = b""
                else:
                    content = await _content(answer, AnswerBody(answer.headers, request.method, whole_bytes))
            if answer is not None and content is not None:
                return answer, content
            failure = not_connected(seconds) if connection is None else late(seconds)
        except FAILURES as error:
            failure = failure_of(error)
        except BaseException as interruption:
            if connection is None:
                mark_unsent(interruption)
            raise
        finally:
            if content is None:
                with anyio.CancelScope(shield=True):
                    await (borrowed.client.close() if answer is None else answer.abort())
        raise failure

    async def aclose(self) -> None:
        """Close every idle connection; the others close after their answer."""
        # at the end of a trio loop, this runs cancelled: without the shield, only the first connection would be closed
        with anyio.CancelScope(shield=True):
            for idle in self._routes.close():
                await idle.close()


async def _content(answer: _Answer, body: AnswerBody) -> bytes:
    while (chunk := await answer.chunk()) is not None:
        body.add(chunk)
    return body.content()
