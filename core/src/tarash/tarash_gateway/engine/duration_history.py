"""Remembers how long the latest jobs of each model took, and derives from it how long the next one should take."""

from __future__ import annotations

import math
import statistics
from collections import OrderedDict, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from ..fork_safety import fork_safe_lock
from .expectation import Box, Expectation, scaled
from .first_jobs import first_boxes, first_expectation

ModelKey: TypeAlias = tuple[str, str]
"""Base URL of the server, and name of the model."""
NewDurations: TypeAlias = dict[ModelKey, list[float]]
JOBS_PER_MODEL = 40
MODELS = 512
FRESH_SECONDS = 0.25
SAVED_EVERY_SECONDS = 10.0
TAIL_WEIGHT = 0.25
"""Part of the chance that the next of n jobs is the quickest or the slowest so far, 2 in n + 1, that is given to each side."""
FIRST_WEIGHT = 0.3
"""Weight of what was assumed before the first job, once one has finished; it fades with their number to the power of 1.5."""
FEWEST_FOR_DRIFT = 8
DRIFT_SHARE = 0.9
"""Durations count as drifting if following the latest ones predicts them at least this much better than their median."""
FOLLOWED_SHARES = (0.3, 0.6)
"""How far the level moves towards each new duration; whichever predicted better is used."""


@dataclass(slots=True)
class _Durations:
    """The latest durations of one model, and what follows from them; computed once, because every poll asks.

    Attributes:
        seconds: the durations, oldest first.
        expectation: what follows from them, or from those of a moment ago.
        is_current: whether `expectation` takes all of them into account.
        computed_at: when it was computed, in seconds on the clock of whoever asked.
    """

    seconds: deque[float]
    expectation: Expectation | None = None
    is_current: bool = False
    computed_at: float = 0.0


class DurationHistory:
    """Remembers how long recent jobs of each model took. Bounded in size and thread-safe.

    Args:
        jobs_per_model: how many durations of a model are remembered.
        models: how many models.
        save: stores what was added, for other processes; None stores nothing.
    """

    def __init__(
        self,
        *,
        jobs_per_model: int = JOBS_PER_MODEL,
        models: int = MODELS,
        save: Callable[[NewDurations], None] | None = None,
    ) -> None:
        self._jobs_per_model = jobs_per_model
        self._models = models
        self._lock = fork_safe_lock(self, "_lock")
        self._by_model: OrderedDict[ModelKey, _Durations] = OrderedDict()
        self._save = save
        self._new: NewDurations = {}
        self._saved_at: float | None = None

    def add(self, server: str, model: str, duration_seconds: float, *, is_new: bool = True) -> None:
        """Add one finished job of `model` at `server` (its base URL); `is_new` is False for one that is not to be saved."""
        key = (server, model)
        with self._lock:
            known = self._by_model.get(key)
            if known is None:
                known = self._by_model[key] = _Durations(deque(maxlen=self._jobs_per_model))
            known.seconds.append(max(duration_seconds, 0.001))
            known.is_current = False
            if is_new and self._save is not None:
                self._new.setdefault(key, []).append(duration_seconds)
            self._by_model.move_to_end(key)
            while len(self._by_model) > self._models:
                self._by_model.popitem(last=False)

    def is_save_due(self, now_seconds: float) -> bool:
        """Return whether there is anything to save, and the last time was a while ago; counts as saved then."""
        if not self._new or (
            self._saved_at is not None and 0 <= now_seconds - self._saved_at < SAVED_EVERY_SECONDS
        ):
            return False
        self._saved_at = now_seconds
        return True

    def save(self) -> None:
        """Save what is not saved yet; it blocks for the time of a small write, and never fails."""
        with self._lock:
            fresh, self._new = self._new, {}
        if fresh and self._save is not None:
            self._save(fresh)

    def expectation(
        self, server: str, model: str, typical_seconds: float | None, now_seconds: float
    ) -> Expectation:
        """Return how long the next job should take.

        Args:
            server: base URL of the server.
            model: name of the model.
            typical_seconds: as the row says; it counts until some jobs have finished.
            now_seconds: the time on any clock. The answer may be as old as `FRESH_SECONDS`: thousands of jobs of one model may
                finish within a second, and each of those that wait asks again.
        """
        known = self._by_model.get((server, model))
        if known is None:
            return first_expectation(typical_seconds)
        expected = known.expectation
        if expected is not None and (
            known.is_current or 0 <= now_seconds - known.computed_at < FRESH_SECONDS
        ):
            return expected
        with self._lock:
            known.is_current, known.computed_at = True, now_seconds
            expected = known.expectation = expected_after(known.seconds, typical_seconds)
        return expected


def expected_after(durations: Sequence[float] | deque[float], typical_seconds: float | None) -> Expectation:
    """Return what to expect after jobs that took these times, in seconds, oldest first."""
    seconds = list(durations)
    followed = _followed(seconds)
    boxes = _around(seconds if followed is None else followed)
    boxes += scaled(first_boxes(typical_seconds), FIRST_WEIGHT / len(seconds) ** 1.5)
    usual = statistics.median(seconds if followed is None else followed)
    return Expectation(boxes, usual_seconds=usual)


def _around(durations: list[float]) -> list[Box]:
    """Return a density estimate: a box around each duration that reaches to its neighbours, and the tails on both sides.

    Where durations lie close together, boxes are narrow and add up; where they are sparse, boxes are wide.
    """
    ordered = sorted(durations)
    count = len(ordered)
    neighbours = min(max(1, round(math.sqrt(count))), count - 1)
    # a single observation says little about the spread
    least = 0.2 / count + 0.01
    boxes: list[Box] = []
    for position, middle in enumerate(ordered):
        reach = max(_distance(ordered, position, neighbours), middle * least)
        boxes.append((middle - reach, middle + reach, 1.0))
    low, high = ordered[0], ordered[-1]
    spread = max(high - low, ordered[count // 2] * (0.1 + 0.4 / count))
    tail = TAIL_WEIGHT / (count + 1)
    boxes = scaled(boxes, 1.0)
    for reach, weight in ((spread / 2, 0.6 * tail), (spread * 2, 0.4 * tail)):
        boxes += [(high, high + reach, weight), (max(low - reach, 0.0), low, weight)]
    return boxes


def _distance(ordered: list[float], position: int, neighbours: int) -> float:
    """Return how far the k-th nearest neighbour of a value is."""
    middle = ordered[position]
    first = max(position - neighbours, 0)
    last = min(position, len(ordered) - 1 - neighbours)
    return min(
        max(middle - ordered[start], ordered[start + neighbours] - middle) for start in range(first, last + 1)
    )


def _followed(durations: list[float]) -> list[float] | None:
    """Return the durations moved to where they are drifting, such as a provider that is getting busier; None if they are not."""
    if len(durations) < FEWEST_FOR_DRIFT:
        return None
    logs = [math.log(seconds) for seconds in durations]
    middle = statistics.median(logs)
    steady = sum(abs(log - middle) for log in logs[3:])
    best: tuple[float, float, list[float]] | None = None
    for share in FOLLOWED_SHARES:
        level, misses = logs[0], []
        for log in logs[1:]:
            misses.append(log - level)
            level += share * (log - level)
        # the level starts at a single duration
        missed = sum(map(abs, misses[2:]))
        if best is None or missed < best[0]:
            best = missed, level, misses[2:]
    if best is None or best[0] > DRIFT_SHARE * steady or _sparsity(best[2]) > _sparsity(logs[3:]):
        return None
    return [math.exp(best[1] + miss) for miss in best[2]]


def _sparsity(values: list[float]) -> float:
    """Return how far apart neighbours are, on a logarithmic scale: an estimate of the entropy, so low also for several narrow peaks."""
    ordered = sorted(values)
    neighbours = round(math.sqrt(len(ordered)))
    distances = (_distance(ordered, position, neighbours) for position in range(len(ordered)))
    return sum(math.log(max(distance, 0.005)) for distance in distances)


__all__ = ["DurationHistory", "expected_after"]
