"""Parses server-sent events (WHATWG HTML, "Server-sent events"), and limits the size of an event."""

from __future__ import annotations

import re
from collections import deque

from ..steps import ServerEvent, TransportFailure

MAX_EVENT_BYTES = 1024 * 1024
"""Size limit of one line, and of the data of one event; a status has a few hundred bytes."""
_LINE_END = re.compile(rb"\r\n|\n|\r")


class EventParser:
    """Parses lines, passed without their line ends, and returns an event at each blank line."""

    __slots__ = ("_data", "_event", "_size")

    def __init__(self) -> None:
        self._event = ""
        self._data: list[str] = []
        self._size = 0

    def feed(self, line: str) -> ServerEvent | None:
        """Parse one line; return the event that it completes, or None.

        Raises:
            TransportFailure: the event is larger than `MAX_EVENT_BYTES`.
        """
        if not line:
            return self._finish()
        if line.startswith(":"):
            return None
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if name == "data":
            self._size += len(value) + 1
            if self._size > MAX_EVENT_BYTES:
                raise _too_large()
            self._data.append(value)
        elif name == "event":
            self._event = value
        return None

    def _finish(self) -> ServerEvent | None:
        event = ServerEvent(self._event or "message", "\n".join(self._data)) if self._data else None
        self._event, self._data, self._size = "", [], 0
        return event


class EventBytes:
    """Parses the bytes of a stream as they arrive."""

    __slots__ = ("_after_return", "_line", "_line_bytes", "_parser", "_waiting")

    def __init__(self) -> None:
        self._parser = EventParser()
        self._waiting: deque[ServerEvent] | None = None
        # the unfinished line, in parts: joining them each time would take quadratic time
        self._line: list[bytes] = []
        self._line_bytes = 0
        self._after_return = False

    def feed(self, content: bytes) -> None:
        """Add bytes of the stream.

        Raises:
            TransportFailure: a line or an event is larger than `MAX_EVENT_BYTES`.
        """
        if not content:
            # a part of a compressed stream may hold no text
            return
        if self._after_return:
            # CR LF is one line end, even if it is split between two calls
            content = content.removeprefix(b"\n")
        self._after_return = content.endswith(b"\r")
        *lines, rest = _LINE_END.split(content)
        for line in lines:
            self._keep(line)
            self._end_line()
        self._keep(rest)

    def next_event(self) -> ServerEvent | None:
        """Return the next event that is complete, or None."""
        if not self._waiting:
            # a deque takes 700 bytes even if it is empty, and a stream is silent most of the time
            self._waiting = None
            return None
        return self._waiting.popleft()

    def _keep(self, part: bytes) -> None:
        if part:
            self._line.append(part)
            self._line_bytes += len(part)
            if self._line_bytes > MAX_EVENT_BYTES:
                raise _too_large()

    def _end_line(self) -> None:
        line = b"".join(self._line).decode("utf-8", errors="replace")
        self._line, self._line_bytes = [], 0
        event = self._parser.feed(line)
        if event is not None:
            self._waiting = self._waiting or deque()
            self._waiting.append(event)


def _too_large() -> TransportFailure:
    return TransportFailure(
        f"an event of the status stream has more than {MAX_EVENT_BYTES} bytes",
        kind="protocol",
        request_may_have_arrived=True,
    )
