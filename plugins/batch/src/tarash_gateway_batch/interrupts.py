"""What Ctrl-C means to a batch: once, finish what is running; twice, leave it running at the providers."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from .runner import BatchRunner

INTERRUPTED = 130
"""Exit code after Ctrl-C."""


class Interrupts:
    """Counts the interrupts of a run.

    Attributes:
        is_stopped: whether the run was asked to stop.
    """

    def __init__(self, runner: BatchRunner) -> None:
        self.is_stopped = False
        self._runner = runner
        self._stopping: asyncio.Task[None] | None = None

    def interrupt(self) -> None:
        """Stop the run, or leave the process if it is stopping already."""
        running = self._runner.running
        jobs = "1 row is" if running == 1 else f"{running} rows are"
        if self.is_stopped:
            _tell(
                f"detached: {jobs} left running at the providers, and nothing is lost; run the same command to carry on"
            )
            # no job is cancelled, and none is forgotten: the database has every one since before it was paid for
            os._exit(INTERRUPTED)
        self.is_stopped = True
        _tell(
            f"stopping: no further row begins, and {jobs} being finished; press Ctrl-C again to leave them running at the "
            "providers. Nothing is lost either way: run the same command to carry on"
        )
        self._stopping = asyncio.get_running_loop().create_task(self._runner.stop())


@contextmanager
def interrupts_of(runner: BatchRunner) -> Iterator[Interrupts]:
    """Handle Ctrl-C and SIGTERM while a batch runs; call it in the main thread, inside the event loop."""
    loop = asyncio.get_running_loop()
    interrupts = Interrupts(runner)

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


__all__ = ["INTERRUPTED", "Interrupts", "interrupts_of"]
