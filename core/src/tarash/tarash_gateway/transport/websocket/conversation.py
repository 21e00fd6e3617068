"""One WebSocket as a client has it (RFC 6455), without I/O: bytes in, messages out, on the sans-I/O layer of `websockets`."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Mapping
from dataclasses import replace

from websockets.client import ClientProtocol
from websockets.datastructures import Headers
from websockets.exceptions import InvalidHandshake, InvalidHeader
from websockets.frames import Frame, Opcode
from websockets.http11 import Response
from websockets.protocol import State
from websockets.typing import Subprotocol
from websockets.uri import WebSocketURI

from ...steps import HttpCall, ServerEvent, TransportFailure
from ..server_events import MAX_EVENT_BYTES

SWITCHING_PROTOCOLS = 101
_FROM_HANDSHAKE = ("Upgrade", "Connection", "Sec-WebSocket-Key", "Sec-WebSocket-Version")
_SILENT = logging.Logger(__name__, logging.CRITICAL + 1)  # noqa: LOG001 - no configuration may switch it on
"""The library logs the content of every frame, which may hold a key or a prompt."""
_NOWHERE = WebSocketURI(secure=True, host="localhost", port=443, path="/", query="")
"""The library builds a Host header, which is not used: the transport sends that of the call."""


class Conversation:
    """One WebSocket; the transport moves the bytes.

    No compression is offered: a few bytes could become gigabytes. Pings are answered. A message of more than `MAX_EVENT_BYTES`
    ends the conversation.

    Args:
        call: GET of the handshake. Its header Sec-WebSocket-Protocol names the subprotocols, if there are any.
        messages: texts to send once the handshake is accepted.

    Attributes:
        call: the call with the headers of the handshake.
    """

    def __init__(self, call: HttpCall, messages: tuple[str, ...]) -> None:
        self._protocol = ClientProtocol(
            _NOWHERE,
            subprotocols=_subprotocols(call.headers),
            state=State.OPEN,
            max_size=MAX_EVENT_BYTES,
            logger=_SILENT,
        )
        self._messages = messages
        self._waiting: deque[ServerEvent] = deque()
        self._opcode = Opcode.TEXT
        self._parts: list[bytes] = []
        offered = self._protocol.connect().headers
        self.call = replace(
            call, headers={**call.headers, **{name: offered[name] for name in _FROM_HANDSHAKE}}
        )

    def accept(self, status: int, headers: Mapping[str, str]) -> None:
        """Check the answer to the handshake.

        Raises:
            TransportFailure: the server has not opened a WebSocket.
        """
        if status != SWITCHING_PROTOCOLS:
            raise _failed(f"no WebSocket: HTTP {status}")
        wrong: str | None = None
        try:
            self._protocol.process_response(Response(status, "", Headers(headers)))
        except InvalidHandshake as error:
            # its message quotes what was received, so it is not the context either
            wrong = (
                f"the header {error.name} is wrong"
                if isinstance(error, InvalidHeader)
                else type(error).__name__
            )
        if wrong is not None:
            raise _failed(f"no WebSocket: {wrong}")
        for text in self._messages:
            self._protocol.send_text(text.encode())

    def outgoing(self) -> bytes:
        """Return the bytes to send now: first messages, answers to pings, the closing handshake."""
        return b"".join(self._protocol.data_to_send())

    def feed(self, content: bytes) -> None:
        """Add bytes as received; empty at the end of the connection."""
        if content:
            self._protocol.receive_data(content)
        else:
            self._protocol.receive_eof()
        for frame in self._protocol.events_received():
            # the handshake, the only other kind of event, is the transport's
            if isinstance(frame, Frame):
                self._keep(frame)

    def next_event(self) -> ServerEvent | None:
        """Return the next message that is complete, or None.

        Raises:
            TransportFailure: the server broke the protocol, or the connection without a closing handshake.
        """
        if self._waiting:
            return self._waiting.popleft()
        if self.is_over and self._protocol.close_rcvd is None:
            raise _failed(f"the WebSocket broke: {self._protocol.parser_exc or 'connection closed'}")
        return None

    @property
    def is_over(self) -> bool:
        """Whether no further message will arrive."""
        return self._protocol.state is not State.OPEN

    def close(self) -> None:
        """Begin the closing handshake, unless it has begun."""
        if not self.is_over:
            self._protocol.send_close()

    def _keep(self, frame: Frame) -> None:
        if frame.opcode in (Opcode.TEXT, Opcode.BINARY):
            self._opcode = frame.opcode
        elif frame.opcode is not Opcode.CONT:
            # a ping is answered by the library; a close is its state
            return
        if frame.data:
            self._parts.append(bytes(frame.data))
        if not frame.fin:
            return
        whole, self._parts = b"".join(self._parts), []
        if self._opcode is Opcode.TEXT:
            self._waiting.append(ServerEvent("message", whole.decode("utf-8", errors="replace")))
        else:
            self._waiting.append(ServerEvent("binary", "", whole))


def _subprotocols(headers: Mapping[str, str]) -> list[Subprotocol] | None:
    named = next((value for name, value in headers.items() if name.lower() == "sec-websocket-protocol"), "")
    return [Subprotocol(name.strip()) for name in named.split(",") if name.strip()] or None


def _failed(text: str) -> TransportFailure:
    return TransportFailure(text, kind="protocol", request_may_have_arrived=True)
