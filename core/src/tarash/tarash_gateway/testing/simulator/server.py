"""The HTTP server of a simulator: a background thread with an event loop, and connections that can be closed or reset."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
import struct
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

from aiohttp import WSMsgType, web

from .messages import Answer, Message, Talk

RequestHandler = Callable[[web.Request], Awaitable[web.StreamResponse]]

LISTEN_BACKLOG = 4096
"""Most connections that may wait to be accepted; benchmarks open thousands at once."""
MAX_MESSAGE_BYTES = 4 * 1024 * 1024
"""Size limit of a WebSocket message from a client."""
SHUTDOWN_SECONDS = 0.1
"""How long a request in progress may still take after the server is stopped."""
TURNS_TO_ACCEPT = 5
"""Iterations of the event loop in which a connection accepted at the last moment gets its transport."""
RESET_ON_CLOSE = struct.pack("ii", 1, 0)
"""SO_LINGER with a time of 0: closing sends RST instead of FIN."""


class BackgroundServer:
    """Serves `routes` on 127.0.0.1 in a background thread; `start` returns once connections are accepted."""

    def __init__(
        self, routes: Sequence[tuple[str, str, RequestHandler]], *, ssl_context: ssl.SSLContext | None
    ) -> None:
        self._routes = routes
        self._ssl_context = ssl_context
        self._ready = threading.Event()
        self._startup_error: BaseException | None = None
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopping: asyncio.Event | None = None
        self.port = 0

    def start(self) -> None:
        """Listen on a free port and accept connections."""
        listener = socket.create_server(("127.0.0.1", 0), backlog=LISTEN_BACKLOG)
        self.port = listener.getsockname()[1]
        self._thread = threading.Thread(target=self._run, args=(listener,), name="simulator", daemon=True)
        self._thread.start()
        self._ready.wait()
        if self._startup_error is not None:
            self._thread.join()
            raise self._startup_error

    def stop(self) -> None:
        """End all requests and connections, stop the event loop and join the thread."""
        if self._thread is not None and self._loop is not None and self._stopping is not None:
            self._loop.call_soon_threadsafe(self._stopping.set)
            self._thread.join()
            self._thread = self._loop = self._stopping = None

    def call_soon(self, callback: Callable[[], object]) -> None:
        """Run `callback` in the thread of the event loop; do nothing if the server is not running."""
        loop = self._loop
        if loop is not None:
            with contextlib.suppress(RuntimeError):  # the loop was closed meanwhile
                loop.call_soon_threadsafe(callback)

    async def pause(self, seconds: float | None, event: asyncio.Event | None = None) -> None:
        """Wait for `event` or for the server to stop, but at most `seconds`; None sets no limit."""
        assert self._stopping is not None
        waits = [asyncio.ensure_future(self._stopping.wait())]
        if event is not None:
            waits.append(asyncio.ensure_future(event.wait()))
        try:
            await asyncio.wait(waits, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()

    @property
    def stopping(self) -> bool:
        """Whether requests in progress should end now."""
        return self._stopping is not None and self._stopping.is_set()

    def _run(self, listener: socket.socket) -> None:
        try:
            # the same loop everywhere: that of Windows, or of a policy such as uvloop's, may lack `remove_reader`
            with asyncio.Runner(loop_factory=asyncio.SelectorEventLoop) as runner:
                runner.run(self._serve(listener))
        except BaseException as error:
            if self._ready.is_set():
                raise
            self._startup_error = error
            self._ready.set()
        finally:
            listener.close()

    async def _serve(self, listener: socket.socket) -> None:
        self._loop = asyncio.get_running_loop()
        self._stopping = asyncio.Event()
        application = web.Application(client_max_size=1 << 30)
        for method, path, handler in self._routes:
            application.router.add_route(method, path, handler)
        runner = web.AppRunner(
            application,
            access_log=None,
            handle_signals=False,
            handler_cancellation=True,
            shutdown_timeout=SHUTDOWN_SECONDS,
        )
        await runner.setup()
        try:
            site = web.SockSite(runner, listener, ssl_context=self._ssl_context, backlog=LISTEN_BACKLOG)
            await site.start()
            self._ready.set()
            await self._stopping.wait()
            # asyncio loses a connection if the server closes after accepting it but before it has a transport: stop accepting, and
            # let the accepted ones finish
            self._loop.remove_reader(listener.fileno())
            for _ in range(TURNS_TO_ACCEPT):
                await asyncio.sleep(0)
        finally:
            connections = runner.server.connections if runner.server is not None else []
            transports = [connection.transport for connection in connections]
            await runner.cleanup()
            for transport in transports:
                if transport is not None:
                    transport.abort()


async def send(request: web.Request, answer: Answer) -> web.StreamResponse:
    """Send a complete answer, stream its chunks, or hold the conversation of a WebSocket."""
    if answer.talk is not None:
        return await _talk(request, answer.talk)
    headers = {"Content-Type": answer.content_type, **answer.headers}
    if answer.chunks is None:
        return web.Response(status=answer.status, body=answer.body, headers=headers)
    response = web.StreamResponse(status=answer.status, headers=headers)
    await response.prepare(request)
    async for chunk in answer.chunks:
        await response.write(chunk)
    await response.write_eof()
    return response


async def send_half(request: web.Request, answer: Answer) -> web.StreamResponse:
    """Declare the full length (or a stream), send the first half (or chunk, or message), and close the connection."""
    if answer.talk is not None:
        return close(request, await _talk(request, answer.talk, at_most=1))
    headers = {"Content-Type": answer.content_type, **answer.headers}
    response = web.StreamResponse(status=answer.status, headers=headers)
    first = answer.body[: len(answer.body) // 2]
    if answer.chunks is None:
        response.content_length = len(answer.body)
    else:
        first = await anext(answer.chunks, b"")
    await response.prepare(request)
    await response.write(first)
    return close(request, response)


async def _talk(request: web.Request, talk: Talk, *, at_most: int | None = None) -> web.StreamResponse:
    """Open a WebSocket and send what `talk` yields, but at most `at_most` messages, after which it stays open."""
    socket = web.WebSocketResponse(max_msg_size=MAX_MESSAGE_BYTES)
    await socket.prepare(request)
    sent = 0
    async for message in talk(_received(socket)):
        await (socket.send_str(message) if isinstance(message, str) else socket.send_bytes(message))
        sent += 1
        if sent == at_most:
            return socket
    await socket.close()
    return socket


async def _received(socket: web.WebSocketResponse) -> AsyncIterator[Message]:
    async for message in socket:
        if message.type in (WSMsgType.TEXT, WSMsgType.BINARY):
            yield message.data


def close(request: web.Request, response: web.StreamResponse | None = None) -> web.StreamResponse:
    """Close the connection regularly (FIN) after what was written so far."""
    if request.transport is not None:
        request.transport.close()
    return response or _Silence()


def reset(request: web.Request) -> web.StreamResponse:
    """Drop the connection as a crashed host does (RST)."""
    if request.transport is not None:
        connection = request.transport.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
        request.transport.abort()
    return _Silence()


class _Silence(web.StreamResponse):
    """The answer of a closed connection; it writes nothing."""

    async def prepare(self, request: web.BaseRequest) -> None:
        """Write no head."""

    async def write_eof(self, data: bytes = b"") -> None:
        """Write no body."""
