"""How aiohttp sends a request here: never on a stale connection, never twice, with a large body in chunks."""

from __future__ import annotations

import asyncio
import select
import sys
import weakref
from typing import TYPE_CHECKING

import aiohttp
from aiohttp import hdrs, payload
from multidict import CIMultiDict

from tarash.tarash_gateway.steps import TransportFailure
from tarash.tarash_gateway.transport.toolkit import (
    CHUNK_BYTES,
    PreparedRequest,
    late,
    mark_unsent,
    not_connected,
)

from .failures import NOT_SENT, BrokenConnectionError

if TYPE_CHECKING:
    from aiohttp.abc import AbstractStreamWriter
    from aiohttp.client_proto import ResponseHandler
    from aiohttp.connector import Connection
    from aiohttp.typedefs import LooseHeaders

_SWITCHING_PROTOCOLS = 101
_FIRST_FINAL_STATUS = 200
_last_answer: weakref.WeakKeyDictionary[ResponseHandler, weakref.ref[CheckedResponse]] = (
    weakref.WeakKeyDictionary()
)
"""The answer to the last request that a connection has sent."""


class CheckedResponse(aiohttp.ClientResponse):
    """An answer that knows its connection; aiohttp forgets that as soon as the answer is complete.

    Attributes:
        sent_on: the connection, until it is used for another request.
    """

    sent_on: asyncio.Transport | None = None

    def hang_up(self) -> None:
        """Close the connection at once, if it cannot be used again; aiohttp would first send what nobody waits for."""
        transport, self.sent_on = self.sent_on, None
        if transport is None:
            return
        # the answer may be complete although the server has not taken the whole request
        if transport.is_closing() or not self.closed or transport.get_write_buffer_size():
            self.close()
            transport.abort()


class StaleConnectionError(Exception):
    """An idle connection was closed by the server, or has received something: nothing was sent on it."""


class CheckedRequest(aiohttp.ClientRequest):
    """A request that is not sent on a stale connection.

    aiohttp notices that a server has closed an idle connection only when the event loop gets round to it. A submission that is
    sent before breaks off with an unknown outcome.
    """

    _sent_on: asyncio.Transport | None = None

    def update_headers(self, headers: LooseHeaders | None) -> None:
        """Take the headers as they are: aiohttp would add a Host header to them one by one."""
        assert isinstance(headers, CIMultiDict)
        self.headers = headers

    async def send(self, conn: Connection) -> aiohttp.ClientResponse:
        """Send the request.

        Raises:
            StaleConnectionError: the connection cannot be used any more; nothing was sent.
        """
        protocol, self._sent_on = conn.protocol, conn.transport
        assert protocol is not None
        last = _last_answer.get(protocol)
        if last is not None:
            # an answer that nobody has asked for must not become the answer to this request
            if protocol.should_close or _is_readable(conn):
                raise StaleConnectionError
            # the task that reads the last answer may not have run since it was complete: the connection is no longer its own
            if (answer := last()) is not None:
                answer.sent_on = None
        if self.method == hdrs.METH_DELETE and not self.body:
            # aiohttp names a length of 0, which some servers take for a body
            self.headers.popall(hdrs.CONTENT_LENGTH, None)
        response = await super().send(conn)
        assert isinstance(response, CheckedResponse)
        _last_answer[protocol] = weakref.ref(response)
        response.sent_on = self._sent_on
        return response

    @property
    def is_sent(self) -> bool:
        """Whether it has a connection, so that a part of it may have arrived."""
        return self._sent_on is not None

    def abort(self) -> None:
        """Close the connection at once; aiohttp would first wait until the server has taken what is not sent yet."""
        if self._sent_on is not None:
            self._sent_on.abort()


def _is_readable(conn: Connection) -> bool:
    """Return whether a connection has received something, be it only its end."""
    transport = conn.transport
    if transport is None or transport.is_closing():
        return True
    number: int = transport.get_extra_info("socket").fileno()
    if number < 0:
        return True
    received: list[object]
    if sys.platform == "win32":
        received = [*select.select([number], [], [], 0)[0]]
    else:
        # `select` takes no numbers above 1023 here
        waiting = select.poll()
        waiting.register(number, select.POLLIN)
        received = [*waiting.poll(0)]
    return bool(received)


async def send_once(
    request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType
) -> aiohttp.ClientResponse:
    """Send a request without aiohttp's repetition after a failure, and refuse redirects of a WebSocket, which aiohttp would follow.

    Raises:
        BrokenConnectionError: the connection broke, and the request may have arrived.
        TransportFailure: what the server sent is not an answer.
    """
    try:
        response = await handler(request)
    except NOT_SENT:
        raise
    except BaseException as error:
        if isinstance(request, CheckedRequest):
            request.abort()
        if isinstance(error, aiohttp.ClientOSError | aiohttp.ServerDisconnectedError):
            raise BrokenConnectionError(error) from None
        raise
    if hdrs.UPGRADE in request.headers and response.status != _SWITCHING_PROTOCOLS:
        response.close()
        raise NoWebSocketError(response.status)
    if (wrong := _wrong_head(request, response)) is not None:
        response.close()
        raise TransportFailure(wrong, kind="protocol", request_may_have_arrived=True)
    return response


def _wrong_head(request: aiohttp.ClientRequest, response: aiohttp.ClientResponse) -> str | None:
    """Return why an answer is none, although aiohttp takes it for one."""
    if response.status < _FIRST_FINAL_STATUS and hdrs.UPGRADE not in request.headers:
        return f"HTTP {response.status} is not an answer"
    encodings = response.headers.getall(hdrs.TRANSFER_ENCODING, [])
    if [encoding.lower() for encoding in encodings] in ([], ["chunked"]):
        return None
    # aiohttp would leave it encoded, and nothing else was offered
    return "the answer has a transfer encoding other than chunked"


class Attempt:
    """Sends a request as `send_once` does, and tells what became of it if that was cut off."""

    __slots__ = ("_request",)

    def __init__(self) -> None:
        self._request: aiohttp.ClientRequest | None = None

    async def __call__(
        self, request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType
    ) -> aiohttp.ClientResponse:
        self._request = request
        return await send_once(request, handler)

    def late(self, seconds: float) -> TransportFailure:
        """Return the failure for an answer that is not there after `seconds`."""
        return late(seconds) if self._is_sent() else not_connected(seconds)

    def mark(self, cancelled: asyncio.CancelledError) -> None:
        """Mark a cancellation that came before the request was sent."""
        if not self._is_sent():
            mark_unsent(cancelled)

    def _is_sent(self) -> bool:
        return isinstance(self._request, CheckedRequest) and self._request.is_sent


class NoWebSocketError(Exception):
    """A server that has not opened a WebSocket.

    Attributes:
        status: HTTP status of the answer.
    """

    def __init__(self, status: int) -> None:
        super().__init__(f"HTTP {status}")
        self.status = status


def body_of(prepared: PreparedRequest) -> bytes | payload.Payload | None:
    """Return the body of a request for aiohttp; small bodies are sent together with the headers."""
    if not prepared.size_bytes:
        return None
    if prepared.size_bytes <= CHUNK_BYTES:
        return b"".join(prepared.pieces)
    return _Chunks(prepared.pieces, prepared.size_bytes)


class _Chunks(payload.Payload):
    """A large body in memory, written in chunks, so that the event loop serves others in between."""

    _autoclose = True

    def __init__(self, pieces: list[bytes], size_bytes: int) -> None:
        super().__init__(pieces)
        self._pieces = pieces
        self._size = size_bytes

    def decode(self, encoding: str = "utf-8", errors: str = "strict") -> str:
        return b"".join(self._pieces).decode(encoding, errors)

    async def write(self, writer: AbstractStreamWriter) -> None:
        for piece in self._pieces:
            view = memoryview(piece)
            for at in range(0, len(view), CHUNK_BYTES):
                await writer.write(view[at : at + CHUNK_BYTES])
