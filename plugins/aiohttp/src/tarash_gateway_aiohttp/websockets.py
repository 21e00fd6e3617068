"""WebSockets on those of aiohttp, so the package `websockets` is not needed."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from functools import partial

import aiohttp

from tarash.tarash_gateway.steps import HttpCall, ServerEvent, TransportFailure
from tarash.tarash_gateway.transport.toolkit import (
    CONNECT_SECONDS,
    DRAIN_SECONDS,
    MAX_EVENT_BYTES,
    late,
    wait_seconds,
)

from .failures import FAILURES, BrokenConnectionError, failure_of
from .requests import NoWebSocketError
from .sessions import Sessions, headers_for, proxy_of, url_of

_LARGEST = MAX_EVENT_BYTES + 1
"""aiohttp refuses a message of exactly its limit."""


class AsyncMessages:
    """An open WebSocket. No compression is offered, and pings are answered."""

    def __init__(self, opened: aiohttp.ClientWebSocketResponse, sessions: Sessions) -> None:
        self._socket = opened
        self._sessions: Sessions | None = sessions
        self._is_over = False

    async def next_event(self, timeout_seconds: float) -> ServerEvent | None:
        """Return the next message, or None after the server has closed the WebSocket."""
        if self._is_over:
            return None
        try:
            async with asyncio.timeout(timeout_seconds):
                message = await self._socket.receive()
        except TimeoutError as error:
            raise late(timeout_seconds) from error
        if message.type is aiohttp.WSMsgType.TEXT:
            return ServerEvent("message", message.data)
        if message.type is aiohttp.WSMsgType.BINARY:
            return ServerEvent("binary", "", bytes(message.data))
        if message.type is aiohttp.WSMsgType.CLOSE:
            self._is_over = True
            return None
        broken = isinstance(message.data, aiohttp.WebSocketError)
        why = f"close code {int(message.data.code)}" if broken else "connection closed"
        raise _failed(f"the WebSocket broke: {why}")

    async def send(self, text: str) -> None:
        """Send a text."""
        failure: Exception
        try:
            await self._socket.send_str(text)
        except FAILURES as error:
            failure = error
        else:
            return
        raise failure_of(failure)

    async def close(self) -> None:
        """Say that the WebSocket is closed, and close the connection."""
        sessions, self._sessions = self._sessions, None
        if sessions is None:
            return
        try:
            with contextlib.suppress(*FAILURES):
                await self._socket.close()
        finally:
            sessions.leave()

    def __del__(self) -> None:
        # left by a coroutine that nobody awaits any more
        if self._sessions is not None:
            self._sessions.abandon(partial(_end_at_once, self._socket))


def _end_at_once(opened: aiohttp.ClientWebSocketResponse) -> None:
    """Close a connection without a closing handshake; aiohttp notices."""
    connection = opened.get_extra_info("socket")
    if connection is not None:
        with contextlib.suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)


async def open_websocket(sessions: Sessions, call: HttpCall, messages: tuple[str, ...]) -> AsyncMessages:
    """Open a WebSocket, and send its first messages.

    Raises:
        TransportFailure: the server has not opened a WebSocket, or not in time.
    """
    seconds = min(CONNECT_SECONDS, wait_seconds(call))
    try:
        async with asyncio.timeout(seconds):
            opened = await _connect(sessions, call)
            try:
                for text in messages:
                    await opened.send(text)
            except BaseException:
                await opened.close()
                raise
    except TimeoutError as error:
        raise late(seconds) from error
    return opened


async def _connect(sessions: Sessions, call: HttpCall) -> AsyncMessages:
    prepared = sessions.prepared(call, "identity")
    proxy = proxy_of(prepared)
    headers = headers_for(prepared, proxy)
    # "keep-alive", where aiohttp needs "Upgrade"
    headers.popall("Connection", None)
    offered = headers.pop("Sec-WebSocket-Protocol", "")
    session = sessions.enter(prepared)
    failure: Exception
    try:
        opened = await session.ws_connect(
            url_of(prepared),
            headers=headers,
            protocols=[name.strip() for name in offered.split(",") if name.strip()],
            timeout=aiohttp.ClientWSTimeout(ws_close=DRAIN_SECONDS),
            max_msg_size=_LARGEST,
            server_hostname=None if prepared.address is None else prepared.target.host,
            proxy=proxy.url,
            proxy_headers=proxy.tunnel_headers,
        )
        return AsyncMessages(opened, sessions)
    except NoWebSocketError as error:
        failure = _failed(f"no WebSocket: {error}")
    except aiohttp.WSServerHandshakeError:
        failure = _failed("no WebSocket: the server broke off the handshake")
    except (BrokenConnectionError, *FAILURES) as error:
        failure = error
    except BaseException:
        sessions.leave()
        raise
    sessions.leave()
    raise failure if isinstance(failure, TransportFailure) else failure_of(failure)


def _failed(text: str) -> TransportFailure:
    return TransportFailure(text, kind="protocol", request_may_have_arrived=True)
