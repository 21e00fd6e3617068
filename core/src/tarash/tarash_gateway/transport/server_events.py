"""Parses server-sent events (WHATWG HTML, "Server-sent events") line by line."""

from __future__ import annotations

from ..steps import ServerEvent


class EventParser:
    """Parses lines, passed without their line ends, and returns an event at each blank line."""

    def __init__(self) -> None:
        self._event = ""
        self._data: list[str] = []

    def feed(self, line: str) -> ServerEvent | None:
        """Parse one line; return the event that it completes, or None."""
        if not line:
            return self._finish()
        if line.startswith(":"):
            return None
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if name == "data":
            self._data.append(value)
        elif name == "event":
            self._event = value
        return None

    def _finish(self) -> ServerEvent | None:
        event = ServerEvent(self._event or "message", "\n".join(self._data)) if self._data else None
        self._event, self._data = "", []
        return event
