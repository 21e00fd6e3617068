"""The steps of a status stream: open it (server-sent events or a WebSocket), wait for the next event, close it."""

from __future__ import annotations

from dataclasses import dataclass, field

from .messages import HttpCall, HttpReply


@dataclass(frozen=True, slots=True)
class StreamHandle:
    """An open status stream; only the driver interprets `key`."""

    key: int


@dataclass(frozen=True, slots=True)
class OpenStream:
    """Open a stream of server-sent events; answered with a `StreamHandle`, or a `TransportFailure` is thrown."""

    call: HttpCall


@dataclass(frozen=True, slots=True)
class OpenWebSocket:
    """Open a WebSocket; answered with a `StreamHandle`, or a `TransportFailure` is thrown.

    Attributes:
        call: GET with the handshake's URL, https or http. The driver adds the headers of the handshake.
        messages: strings sent once it is open, such as a subscription.
    """

    call: HttpCall
    messages: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class ServerEvent:
    """One server-sent event, or one message of a WebSocket.

    Attributes:
        event: name of the event, "message" if none was sent; "binary" for a binary message of a WebSocket.
        data: the data lines, joined by line breaks, or the text of the message.
        content: the bytes of a binary message.
    """

    event: str
    data: str
    content: bytes = field(default=b"", repr=False)

    def json_object(self) -> dict[str, object]:
        """Return the parsed data, which must be a JSON object.

        Raises:
            UnexpectedResponseError: it is not a JSON object; the core then polls.
        """
        return HttpReply(200, content=self.data.encode(errors="replace")).json_object()


@dataclass(frozen=True, slots=True)
class NextEvent:
    """Wait for the next `ServerEvent`; answered with None at the end of the stream.

    If `timeout_seconds` pass without an event, a `TransportFailure` is thrown.
    """

    handle: StreamHandle
    timeout_seconds: float


@dataclass(frozen=True, slots=True)
class CloseStream:
    """Close a stream; answered with None, never fails."""

    handle: StreamHandle
