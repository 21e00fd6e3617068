"""Reads a stream of server-sent events, for every asynchronous transport."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from typing import Protocol

import anyio

from ..steps import ServerEvent, TransportFailure
from .bodies import Inflater
from .limits import DRAIN_SECONDS, late
from .server_events import EventBytes


class AsyncAnswer(Protocol):
    """An answer that is still being read."""

    @property
    def headers(self) -> Mapping[str, str]:
        """The headers by lower-case name."""

    async def chunk(self) -> bytes | None:
        """Return the next bytes of the body, or None at the end; the caller sets the time limit."""

    async def close(self) -> None:
        """Give back the connection; one whose answer was not read to the end is closed."""


class AsyncEvents:
    """An open status stream of an asynchronous client."""

    __slots__ = ("_answer", "_events", "_inflater")

    def __init__(self, answer: AsyncAnswer) -> None:
        self._answer = answer
        self._inflater = Inflater(answer.headers)
        self._events = EventBytes()

    async def next_event(self, timeout_seconds: float) -> ServerEvent | None:
        """Return the next event, or None at the end of the stream."""
        try:
            with anyio.fail_after(timeout_seconds):
                while (event := self._events.next_event()) is None:
                    chunk = await self._answer.chunk()
                    if chunk is None:
                        return None
                    for piece in self._inflater.feed(chunk):
                        self._events.feed(piece)
        except TimeoutError as error:
            raise late(timeout_seconds) from error
        return event

    async def close(self) -> None:
        """Give back the connection."""
        try:
            with anyio.move_on_after(DRAIN_SECONDS), contextlib.suppress(TransportFailure):
                while await self._answer.chunk() is not None:
                    pass
        finally:
            await self._answer.close()


__all__ = ["AsyncAnswer", "AsyncEvents"]
