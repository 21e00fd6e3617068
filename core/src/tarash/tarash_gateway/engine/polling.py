"""How long to wait before the next status request: few requests, and a finished job noticed soon."""

from __future__ import annotations

import statistics
import threading
from collections import OrderedDict, deque
from dataclasses import dataclass

SHORTEST_SECONDS = 0.25
CLOSEST_SECONDS = 0.2
"""Shortest pause around the expected end: with the time of the request itself, a job's end is noticed within 0.25 s."""
LONGEST_SECONDS = 10.0
FIRST_LOOK_SECONDS = 2.0
"""When a job is first looked at although it is expected to take longer."""
UNCERTAIN_SHARE = 0.2
"""With nothing known of the model, pauses are this share of the elapsed time."""
CLOSE_SHARE = 0.02
"""Around the expected end, pauses are this share of the expected duration."""


@dataclass(frozen=True, slots=True)
class Expectation:
    """How long a job of this kind takes, in seconds, and how far that is usually off."""

    duration_seconds: float
    spread_seconds: float


def next_delay_seconds(
    elapsed_seconds: float,
    *,
    expectation: Expectation | None = None,
    progress_percent: float | None = None,
    suggested_seconds: float | None = None,
    ceiling_seconds: float | None = None,
) -> float:
    """Return the pause before the next status request, in seconds.

    Args:
        elapsed_seconds: since the job was accepted.
        expectation: from earlier jobs of the model, or its table row.
        progress_percent: as the provider reports it; past 10 it tells when the job will end.
        suggested_seconds: the provider's own wish; never undercut, and 0 means at once.
        ceiling_seconds: the user's `poll_interval`; None is 10 s.
    """
    if suggested_seconds == 0.0:
        return 0.0
    ceiling = LONGEST_SECONDS if ceiling_seconds is None else ceiling_seconds
    if progress_percent is not None and 10 <= progress_percent < 100 and elapsed_seconds > 0:
        total = elapsed_seconds * 100 / progress_percent
        expectation = Expectation(total, total * 0.05)
    delay = max(elapsed_seconds * UNCERTAIN_SHARE, SHORTEST_SECONDS)
    if expectation is not None:
        delay = _towards(expectation, elapsed_seconds, delay)
    return max(min(delay, ceiling), suggested_seconds or 0.0)


def _towards(expectation: Expectation, elapsed: float, otherwise: float) -> float:
    close = max(expectation.duration_seconds * CLOSE_SHARE, CLOSEST_SECONDS)
    opens = expectation.duration_seconds - expectation.spread_seconds
    if elapsed < opens - close:
        # an early look finds what fails at once, two on the way show progress; the next one is when the job may first be done
        waypoint = expectation.duration_seconds / 3
        until_next = (
            FIRST_LOOK_SECONDS - elapsed
            if elapsed < FIRST_LOOK_SECONDS / 2
            else waypoint - elapsed % waypoint
        )
        return min(max(until_next, close), opens - elapsed)
    if elapsed <= expectation.duration_seconds + expectation.spread_seconds:
        return close
    return max(close, min(otherwise, (elapsed - expectation.duration_seconds) * 0.5))


class DurationHistory:
    """Remembers how long the last jobs of each model took; bounded in size, shared by threads."""

    def __init__(self, *, jobs_per_model: int = 16, models: int = 512) -> None:
        self._jobs_per_model = jobs_per_model
        self._models = models
        self._lock = threading.Lock()
        self._durations: OrderedDict[tuple[str, str], deque[float]] = OrderedDict()

    def add(self, server: str, model: str, duration_seconds: float) -> None:
        """Note one finished job of `model` at the server (base URL)."""
        key = (server, model)
        with self._lock:
            durations = self._durations.setdefault(key, deque(maxlen=self._jobs_per_model))
            durations.append(duration_seconds)
            self._durations.move_to_end(key)
            while len(self._durations) > self._models:
                self._durations.popitem(last=False)

    def expectation(
        self, server: str, model: str, typical_seconds: float | None = None
    ) -> Expectation | None:
        """Return what to expect of the next job; from the table's `typical_seconds` before the first one finished."""
        with self._lock:
            durations = tuple(self._durations.get((server, model), ()))
        if not durations:
            return None if typical_seconds is None else Expectation(typical_seconds, typical_seconds * 0.5)
        middle = statistics.median(durations)
        off = statistics.median(abs(duration - middle) for duration in durations)
        # a single observation says little of the spread
        return Expectation(middle, max(off * 2, middle * (0.3 / len(durations) + 0.04)))
