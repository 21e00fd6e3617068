"""Counts the cancelled calls of an event loop that still settle their jobs, so that closing the connections waits for them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import anyio
import anyio.lowlevel

WIND_UP_SECONDS = 30.0
"""Longest time that a cancelled task stays alive to cancel its job at the provider."""
TURNS = 10
"""Turns of the event loop that a cancellation may take through the tasks of a web framework until it reaches a call."""


class WindUps:
    """The wind-ups of one event loop: what cancelled calls do at last, such as cancelling their jobs at the provider."""

    __slots__ = ("_ended", "_running")

    def __init__(self) -> None:
        self._running = 0
        self._ended: anyio.Event | None = None

    @contextmanager
    def another(self) -> Iterator[None]:
        """Count one more, until the block ends."""
        self._running += 1
        try:
            yield
        finally:
            self._running -= 1
            if self._ended is not None and not self._running:
                self._ended.set()

    async def finish(self) -> None:
        """Wait until none is running, at most `WIND_UP_SECONDS`.

        A server that shuts down cancels its handlers and closes the gateway in the same moment, and ends its process right after.
        """
        for _ in range(TURNS):
            await anyio.lowlevel.checkpoint()
        with anyio.move_on_after(WIND_UP_SECONDS):
            while self._running:
                self._ended = anyio.Event()
                await self._ended.wait()


__all__ = ["WIND_UP_SECONDS", "WindUps"]
