"""HTTP/1.1 on one connection, without input and output: what to write, and what to make of what was read. On h11."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import h11

from .messages import Request
from .preparing import CHUNK_BYTES

MAX_HEAD_BYTES = 100 * 1024
"""Size limit of the head of an answer, and of each line between chunks, in bytes."""
_SWITCHING_PROTOCOLS = 101


@dataclass(frozen=True, slots=True)
class Head:
    """The head of an answer.

    Attributes:
        status: HTTP status.
        headers: headers as received, in order.
        trailing: what was read behind the head of an answer that opens a WebSocket.
    """

    status: int
    headers: list[tuple[bytes, bytes]]
    trailing: bytes = b""


class Http11:
    """The client's side of a connection, which serves one request after another.

    Methods raise `h11.ProtocolError`: `LocalProtocolError` for a request that cannot be sent, `RemoteProtocolError` for an answer that
    is not HTTP.
    """

    __slots__ = ("_h11", "_is_cut_off")

    def __init__(self) -> None:
        self._h11 = h11.Connection(h11.CLIENT, max_incomplete_event_size=MAX_HEAD_BYTES)
        self._is_cut_off = False

    def request(self, request: Request) -> Iterator[bytes]:
        """Yield what to write for a request. A small one comes in one piece, complete before anything is written."""
        sent = request.prepared
        whole = self._send(h11.Request(method=request.method, target=sent.target.path, headers=sent.headers))
        if sent.size_bytes > CHUNK_BYTES:
            yield whole
            whole = b""
            for chunk in chunks_of(sent.pieces):
                yield self._send(h11.Data(data=chunk))
        elif sent.size_bytes:
            whole += self._send(h11.Data(data=b"".join(sent.pieces)))
        if whole := whole + self._send(h11.EndOfMessage()):
            yield whole

    def _send(self, event: h11.Event) -> bytes:
        return self._h11.send(event) or b""

    def cut_off(self) -> None:
        """Say that the server has not taken the whole request, so that this connection serves no other one."""
        self._is_cut_off = True

    def feed(self, received: bytes) -> None:
        """Take what was read; nothing means that the server has closed the connection."""
        if not received and self._h11.their_state is h11.SEND_RESPONSE:
            raise h11.RemoteProtocolError("the server closed the connection without an answer")
        self._h11.receive_data(received)

    def head(self) -> Head | None:
        """Return the head of the answer, or None if more must be read."""
        while (event := self._h11.next_event()) is not h11.NEED_DATA:
            if isinstance(event, h11.Response):
                return Head(event.status_code, event.headers.raw_items())
            # "100 Continue" and "103 Early Hints" come before the answer
            if isinstance(event, h11.InformationalResponse) and event.status_code == _SWITCHING_PROTOCOLS:
                return Head(event.status_code, event.headers.raw_items(), self._h11.trailing_data[0])
        return None

    def chunk(self) -> bytes | None:
        """Return the next bytes of the body, nothing at and after its end, or None if more must be read."""
        if self._h11.their_state in (h11.DONE, h11.MUST_CLOSE, h11.CLOSED):
            return b""
        event = self._h11.next_event()
        if event is h11.NEED_DATA:
            return None
        return bytes(event.data) if isinstance(event, h11.Data) else b""

    def is_ready_for_another(self) -> bool:
        """End an exchange; return whether this connection may serve another request."""
        is_complete = self._h11.our_state is h11.DONE and self._h11.their_state is h11.DONE
        # what was received behind the answer would be taken for the answer to the next request
        if self._is_cut_off or not is_complete or self._h11.trailing_data[0]:
            return False
        self._h11.start_next_cycle()
        return True


def chunks_of(pieces: list[bytes]) -> Iterator[bytes]:
    """Yield a body in chunks of at most `CHUNK_BYTES`."""
    for piece in pieces:
        for at in range(0, len(piece), CHUNK_BYTES):
            yield piece[at : at + CHUNK_BYTES]
