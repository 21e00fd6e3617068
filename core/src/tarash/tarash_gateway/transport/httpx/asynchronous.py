"""The default transport for one event loop, asyncio or trio, on httpx."""

from __future__ import annotations

import contextlib
import ssl
import time
from collections.abc import AsyncIterator
from functools import partial
from typing import TYPE_CHECKING

import anyio
import httpcore
import httpx

from ...steps import HttpCall, HttpReply, ServerEvent, TransportFailure
from ..client_pool import Borrowed
from ..limits import answer_bytes, wait_seconds
from ..protocols import MAX_ANSWER_BYTES
from ..server_events import EventBytes
from ..websocket import conversation_for
from .bodies import AnswerBody, Inflater
from .messages import (
    CONNECT_SECONDS,
    DRAIN_SECONDS,
    LIMITS,
    NETWORK_ERRORS,
    READ_BYTES,
    Routes,
    build_request,
    check_stream,
    failure_of,
    headers_of,
    is_large,
    late,
    network_failure,
    tls_context,
)
from .private_logs import PrivateAsyncTransport

if TYPE_CHECKING:
    from ..websocket.conversation import Conversation


async def _close_early(response: httpx.Response, reader: AsyncIterator[object]) -> None:
    """Close a response that may not have been read to its end.

    httpx reads through a stack of asynchronous generators and leaves them suspended; trio warns about each. Reading on after the
    connection is closed ends them all with an error, which is suppressed here.
    """
    await response.aclose()
    with contextlib.suppress(httpx.HTTPError, httpx.StreamError, RuntimeError):
        await anext(reader, None)


class _AsyncUse:
    """An answer that is still being read, with the client that receives it."""

    def __init__(self, response: httpx.Response, borrowed: Borrowed[httpx.AsyncHTTPTransport]) -> None:
        self.response = response
        self._borrowed = borrowed

    async def close(self, reader: AsyncIterator[object] | None = None) -> None:
        """Give back the connection; a connection whose answer was not read to the end is closed.

        Args:
            reader: the iterator over the body, if it may not be at its end.
        """
        # an answer has been read: a cancellation must neither lose it nor leave a connection half closed
        with anyio.CancelScope(shield=True):
            try:
                if reader is not None:
                    await _close_early(self.response, reader)
            except BaseException:
                await self._borrowed.client.aclose()
                raise
            else:
                for idle in self._borrowed.give_back(time.monotonic()):
                    await idle.aclose()


class AsyncEvents:
    """An open status stream of an asynchronous client."""

    def __init__(self, use: _AsyncUse) -> None:
        self._use = use
        self._chunks: AsyncIterator[bytes] = use.response.aiter_raw()
        self._inflater = Inflater(use.response.headers)
        self._events = EventBytes()

    async def next_event(self, timeout_seconds: float) -> ServerEvent | None:
        """Return the next event, or None at the end of the stream."""
        try:
            with anyio.fail_after(timeout_seconds):
                while (event := self._events.next_event()) is None:
                    chunk = await anext(self._chunks, None)
                    if chunk is None:
                        return None
                    for piece in self._inflater.feed(chunk):
                        self._events.feed(piece)
        except TimeoutError as error:
            raise late(timeout_seconds) from error
        except httpx.HTTPError as error:
            raise failure_of(error) from error
        return event

    async def close(self) -> None:
        """Give back the connection."""
        try:
            with anyio.move_on_after(DRAIN_SECONDS), contextlib.suppress(httpx.HTTPError, httpx.StreamError):
                async for _ in self._chunks:
                    pass
        finally:
            await self._use.close(self._chunks)


class AsyncMessages:
    """An open WebSocket of an asynchronous client."""

    def __init__(self, use: _AsyncUse, conversation: Conversation) -> None:
        self._use = use
        self._conversation = conversation
        self._network: httpcore.AsyncNetworkStream = use.response.extensions["network_stream"]

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
        except NETWORK_ERRORS as error:
            raise network_failure(error) from error
        return event

    async def _send(self) -> None:
        if content := self._conversation.outgoing():
            await self._network.write(content)

    async def close(self) -> None:
        """Say that the WebSocket is closed, and close the connection."""
        self._conversation.close()
        try:
            with anyio.move_on_after(DRAIN_SECONDS), contextlib.suppress(*NETWORK_ERRORS):
                await self._send()
        finally:
            await self._use.close(self._use.response.aiter_raw())


class AsyncDownload:
    """An answer of an asynchronous client whose body is not read yet."""

    def __init__(self, use: _AsyncUse, ends: float, seconds: float) -> None:
        self._use = use
        self._ends = ends
        self._seconds = seconds
        # a file is kept as received: decompressed, it could have any size
        self._chunks: AsyncIterator[bytes] = use.response.aiter_raw()
        self.status = use.response.status_code
        self.headers = headers_of(use.response)

    async def read(self) -> bytes | None:
        """Return the next chunk, or None at the end."""
        try:
            with anyio.fail_after(max(self._ends - anyio.current_time(), 0.0)):
                return await anext(self._chunks, None)
        except TimeoutError as error:
            raise late(self._seconds) from error
        except httpx.HTTPError as error:
            raise failure_of(error) from error

    async def close(self) -> None:
        """Give back the connection."""
        await self._use.close(self._chunks)


class AsyncHttpx:
    """Sends calls in one event loop."""

    def __init__(
        self, *, max_answer_bytes: int = MAX_ANSWER_BYTES, tls: ssl.SSLContext | None = None
    ) -> None:
        self._routes: Routes[httpx.AsyncHTTPTransport] = Routes(
            lambda proxy: PrivateAsyncTransport(verify=tls or tls_context(), limits=LIMITS, proxy=proxy)
        )
        self._max_answer_bytes = max_answer_bytes

    async def exchange(self, call: HttpCall) -> HttpReply:
        """Send a call and read the whole answer within its `timeout_seconds`."""
        # `_open` limits the whole exchange, so httpx need not set a timer for each read
        began = anyio.current_time()
        if is_large(call):
            # built in a worker thread, so that the event loop stays free
            request = await anyio.to_thread.run_sync(partial(build_request, call, read_seconds=None))
        else:
            request = build_request(call, read_seconds=None)
        wait = wait_seconds(call) - (anyio.current_time() - began)
        most = answer_bytes(call, self._max_answer_bytes)
        use, content = await self._open(request, max(wait, 0.0), whole_bytes=most)
        await use.close()
        return HttpReply(use.response.status_code, headers_of(use.response), content)

    async def open_download(self, call: HttpCall, silence_seconds: float) -> AsyncDownload:
        """Send a call and read the head of the answer; wait at most `silence_seconds` for each byte, `timeout_seconds` for all."""
        ends = anyio.current_time() + wait_seconds(call)
        wait = min(wait_seconds(call), silence_seconds)
        request = build_request(call, read_seconds=wait, codings="identity")
        use, _ = await self._open(request, wait)
        return AsyncDownload(use, ends, wait_seconds(call))

    async def open_stream(self, call: HttpCall) -> AsyncEvents:
        """Open a stream of server-sent events."""
        request = build_request(call, read_seconds=None, codings="identity")
        wait = min(CONNECT_SECONDS, wait_seconds(call))
        use, _ = await self._open(request, wait)
        if (refused := check_stream(use.response)) is not None:
            await use.close(use.response.aiter_raw())
            raise refused
        return AsyncEvents(use)

    async def open_websocket(self, call: HttpCall, messages: tuple[str, ...]) -> AsyncMessages:
        """Open a WebSocket, and queue its first messages."""
        talk = conversation_for(call, messages)
        request = build_request(talk.call, read_seconds=None, codings="identity")
        use, _ = await self._open(request, min(CONNECT_SECONDS, wait_seconds(call)))
        try:
            talk.accept(use.response.status_code, headers_of(use.response))
        except BaseException:
            await use.close(use.response.aiter_raw())
            raise
        return AsyncMessages(use, talk)

    async def _open(
        self, request: httpx.Request, seconds: float, *, whole_bytes: int | None = None
    ) -> tuple[_AsyncUse, bytes]:
        """Send a request and read the answer, of at most `whole_bytes`, or only its head (None), within `seconds`."""
        borrowed = self._routes.borrow(request.url)
        try:
            with anyio.fail_after(seconds):
                response = await borrowed.client.handle_async_request(request)
                response.request = request
                content = b"" if whole_bytes is None else await self._read(response, whole_bytes)
        except BaseException as error:
            with anyio.CancelScope(shield=True):
                await borrowed.client.aclose()
            if isinstance(error, TimeoutError):
                raise late(seconds) from error
            if isinstance(error, httpx.HTTPError):
                raise failure_of(error) from error
            raise
        return _AsyncUse(response, borrowed), content

    async def _read(self, response: httpx.Response, max_bytes: int) -> bytes:
        reader = response.aiter_raw()
        try:
            body = AnswerBody(headers_of(response), response.request.method, max_bytes)
            async for chunk in reader:
                body.add(chunk)
        except TransportFailure:
            await _close_early(response, reader)
            raise
        return body.content()

    async def aclose(self) -> None:
        """Close every idle connection; the others close after their answer."""
        # at the end of a trio loop, this runs cancelled: without the shield, only the first connection would be closed
        with anyio.CancelScope(shield=True):
            for idle in self._routes.close():
                await idle.aclose()
