"""What Ctrl-C means to a batch: once, finish what is running; twice, leave it running at the providers."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NamedTuple, Protocol

from .wording import counted

INTERRUPTED = 130
"""Exit code after Ctrl-C."""


class Stoppable(Protocol):
    """What can be stopped while rows run."""

    @property
    def running(self) -> int:
        """How many rows are being worked on now."""

    async def stop(self) -> None:
        """Let no further row begin."""


class Words(NamedTuple):
    """The messages after an interrupt.

    Attributes:
        stopping: after the first interrupt; {rows} is what runs.
        detached: after the second one.
    """

    stopping: str
    detached: str


RUN_WORDS = Words(
    "stopping: no further row begins, and {rows} being finished; press Ctrl-C again to leave them running at the providers. Nothing is "
    "lost either way: run the same command to carry on",
    "detached: {rows} left running at the providers, and nothing is lost; run the same command to carry on",
)
SHARED_WORDS = Words(
    "no longer following: the rows are queued, and the workers go on; run the same command to follow again, or `tarash batch cancel` to "
    "take out what waits",
    "no longer following: the workers go on",
)
WORKER_WORDS = Words(
    "stopping: this worker takes no further row, and {rows} being finished; interrupt it again to leave them to other workers",
    "detached: {rows} left running at the providers; another worker takes them over within a minute",
)


class Interrupts:
    """Counts the interrupts of a run.

    Attributes:
        is_stopped: whether the run was asked to stop.
    """

    def __init__(self, runner: Stoppable, words: Words) -> None:
        self.is_stopped = False
        self._runner = runner
        self._words = words
        self._stopping: asyncio.Task[None] | None = None

    def interrupt(self) -> None:
        """Stop the run, or leave the process if it is stopping already."""
        running = self._runner.running
        rows = counted(running, one="is", more="are")
        if self.is_stopped:
            _tell(self._words.detached.format(rows=rows))
            # no job is cancelled, and none is forgotten: the database has every one since before it was paid for
            os._exit(INTERRUPTED)
        self.is_stopped = True
        _tell(self._words.stopping.format(rows=rows))
        self._stopping = asyncio.get_running_loop().create_task(self._runner.stop())


@contextmanager
def interrupts_of(runner: Stoppable, words: Words = RUN_WORDS) -> Iterator[Interrupts]:
    """Handle Ctrl-C and SIGTERM while rows run; call it in the main thread, inside the event loop."""
    loop = asyncio.get_running_loop()
    interrupts = Interrupts(runner, words)

    def handle(_number: int, _frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(interrupts.interrupt)

    numbers = (signal.SIGINT, signal.SIGTERM)
    usual = {number: signal.signal(number, handle) for number in numbers}
    try:
        yield interrupts
    finally:
        for number, handler in usual.items():
            signal.signal(number, handler)


def _tell(text: str) -> None:
    sys.stderr.write(f"\n{text}\n")
    sys.stderr.flush()


__all__ = ["INTERRUPTED", "RUN_WORDS", "SHARED_WORDS", "WORKER_WORDS", "Interrupts", "Words", "interrupts_of"]
