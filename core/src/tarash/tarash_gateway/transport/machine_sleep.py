"""Knows how long the machine has slept: the clock that measures idle connections stands still meanwhile, on Linux and on macOS."""

from __future__ import annotations

import sys
import time

SLEPT_SECONDS = 1.0
"""How long a machine sleeps before its connections count as dead: a server, or a router on the way, forgets them without a word."""


def asleep_seconds() -> float:
    """Return how long the machine has slept, in seconds from any beginning, so that only differences count."""
    try:
        return _with_sleep() - time.monotonic()
    except OSError:
        # an emulated kernel that lacks the clock
        return 0.0


def _with_sleep() -> float:
    if sys.platform == "linux":
        seconds = time.clock_gettime(time.CLOCK_BOOTTIME)
    elif sys.platform == "darwin":
        # there, this clock goes on, unlike `time.monotonic` (clock_gettime(3))
        seconds = time.clock_gettime(time.CLOCK_MONOTONIC)
    else:
        # on Windows, it goes on
        seconds = time.monotonic()
    return seconds


class SleepWatch:
    """Notices that the machine has slept."""

    __slots__ = ("_asleep_seconds",)

    def __init__(self) -> None:
        self._asleep_seconds = asleep_seconds()

    def has_slept(self) -> bool:
        """Return whether the machine has slept since the last call, or since this was made."""
        earlier, self._asleep_seconds = self._asleep_seconds, asleep_seconds()
        return self._asleep_seconds - earlier > SLEPT_SECONDS


__all__ = ["SLEPT_SECONDS", "SleepWatch", "asleep_seconds"]
