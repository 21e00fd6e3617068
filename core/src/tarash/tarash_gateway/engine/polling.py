"""Decides how long to wait before the next status request: few requests, yet a finished job is noticed soon."""

from __future__ import annotations

import statistics
from collections import OrderedDict, deque
from collections.abc import Collection
from dataclasses import dataclass

from ..fork_safety import fork_safe_lock

SHORTEST_SECONDS = 0.25
CLOSEST_SECONDS = 0.2
"""Shortest pause around the expected end; with the duration of the request, the end is noticed within 0.25 s."""
LONGEST_SECONDS = 10.0
FIRST_LOOK_SECONDS = 2.0
"""When to poll first, even if the job is expected to take longer."""
UNCERTAIN_SHARE = 0.2
"""If nothing is known about the model, each pause is this share of the elapsed time."""
CLOSE_SHARE = 0.02
"""Around the expected end, each pause is this share of the expected duration."""


@dataclass(frozen=True, slots=True)
class Expectation:
    """How long a job of this model usually takes, and how much that varies, in seconds."""

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
        elapsed_seconds: time since the job was accepted.
        expectation: from earlier jobs of the model, or from its row.
        progress_percent: as the provider reports it; from 10 on, it predicts the end.
        suggested_seconds: the delay that the provider suggests; the pause is never shorter. 0 means at once.
        ceiling_seconds: the user's `poll_interval`; None means 10 s, and 0 the shortest pause.
    """
    if suggested_seconds == 0.0:
        return 0.0
    ceiling = LONGEST_SECONDS if ceiling_seconds is None else ceiling_seconds or SHORTEST_SECONDS
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
        # one early poll notices immediate failures, two on the way show progress, the next is when the job may first be done
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


@dataclass(slots=True)
class _Durations:
    """How long the latest jobs of one model took, and what follows from it; computed once, because every poll asks."""

    seconds: deque[float]
    expectation: Expectation | None = None


class DurationHistory:
    """Remembers how long recent jobs of each model took. Bounded in size and thread-safe."""

    def __init__(self, *, jobs_per_model: int = 16, models: int = 512) -> None:
        self._jobs_per_model = jobs_per_model
        self._models = models
        self._lock = fork_safe_lock(self, "_lock")
        self._by_model: OrderedDict[tuple[str, str], _Durations] = OrderedDict()

    def add(self, server: str, model: str, duration_seconds: float) -> None:
        """Add one finished job of `model` at `server` (its base URL)."""
        key = (server, model)
        with self._lock:
            known = self._by_model.get(key)
            if known is None:
                known = self._by_model[key] = _Durations(deque(maxlen=self._jobs_per_model))
            known.seconds.append(duration_seconds)
            known.expectation = None
            self._by_model.move_to_end(key)
            while len(self._by_model) > self._models:
                self._by_model.popitem(last=False)

    def expectation(
        self, server: str, model: str, typical_seconds: float | None = None
    ) -> Expectation | None:
        """Return how long the next job should take; based on the row's `typical_seconds` until one has finished."""
        with self._lock:
            known = self._by_model.get((server, model))
            if known is None:
                return (
                    None if typical_seconds is None else Expectation(typical_seconds, typical_seconds * 0.5)
                )
            if known.expectation is None:
                known.expectation = _expected_after(known.seconds)
            return known.expectation


def _expected_after(durations: Collection[float]) -> Expectation:
    middle = statistics.median(durations)
    off = statistics.median(abs(duration - middle) for duration in durations)
    # a single observation says little about the spread
    return Expectation(middle, max(off * 2, middle * (0.3 / len(durations) + 0.04)))
