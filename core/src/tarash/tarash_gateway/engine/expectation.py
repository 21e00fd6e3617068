"""Defines what is known of how long a job takes, as a distribution: when to ask next, and how far the job is, follow from it."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import TypeAlias

Box: TypeAlias = tuple[float, float, float]
"""From and to, in seconds, and a weight: within its limits, every duration is equally likely."""

_UNEXPECTED = 1e-6
"""A chance so small that the expectation says nothing about what happened within that time."""


class Expectation:
    """How likely each duration of a job is: a mixture of boxes, so a cumulative distribution of straight pieces.

    Whoever asks at the end of a pause is late by the time since the end of the job. The longer the pause, the later on average.
    `next_look_seconds` returns the pause after which that expected lateness equals the price of a request: close looks where the
    job is likely to end, few elsewhere. Straight pieces have exact integrals, so a decision is two bisections.

    Args:
        boxes: the mixture; weights need not add up to 1. A box must not be empty.
        usual_seconds: the usual duration, if anything is known of the model.
    """

    __slots__ = ("_chances", "_integrals", "_times", "usual_seconds")

    def __init__(self, boxes: Iterable[Box], *, usual_seconds: float | None = None) -> None:
        self.usual_seconds = usual_seconds
        # the density changes at both ends of a box only
        changes: dict[float, float] = {0.0: 0.0}
        total = 0.0
        for begin, high, weight in boxes:
            low = max(begin, 0.0)
            change = weight / (high - low)
            changes[low] = changes.get(low, 0.0) + change
            changes[high] = changes.get(high, 0.0) - change
            total += weight
        times = sorted(changes)
        chances, integrals = [0.0], [0.0]
        density = changes[0.0] / total
        for earlier, later in pairwise(times):
            width, before = later - earlier, chances[-1]
            after = min(before + max(density, 0.0) * width, 1.0)
            chances.append(after)
            integrals.append(integrals[-1] + (before + after) / 2 * width)
            density += changes[later] / total
        self._times, self._chances, self._integrals = times, chances, integrals

    def next_look_seconds(self, elapsed_seconds: float, price_seconds: float) -> float:
        """Return when to ask next, in seconds since the job began.

        Args:
            elapsed_seconds: time since the job began; it has not ended yet.
            price_seconds: how much lateness is worth one request, in seconds.

        Returns:
            The moment; infinite if every known duration has passed.
        """
        times, chances, integrals = self._times, self._chances, self._integrals
        if elapsed_seconds >= times[-1]:
            return math.inf
        here = bisect_right(times, elapsed_seconds) - 1
        chance, integral = self._at(elapsed_seconds, here)
        affordable = price_seconds * (1.0 - chance)

        def lateness(knot: int) -> float:
            return integrals[knot] - integral - chance * (times[knot] - elapsed_seconds)

        low = bisect_left(range(len(times)), affordable, here + 1, key=lateness)
        if low == len(times):
            return times[-1]
        # between two knots, the lateness is a quadratic polynomial
        before = low - 1
        slope = (chances[low] - chances[before]) / (times[low] - times[before])
        if before == here:
            return elapsed_seconds + math.sqrt(2 * affordable / slope)
        ahead, missing = chances[before] - chance, affordable - lateness(before)
        return times[before] + 2 * missing / (ahead + math.sqrt(ahead * ahead + 2 * slope * missing))

    def chance(self, elapsed_seconds: float) -> float:
        """Return the chance that the job has ended by a time in seconds, 0 to 1."""
        if elapsed_seconds >= self._times[-1]:
            return 1.0
        return self._at(elapsed_seconds, bisect_right(self._times, elapsed_seconds) - 1)[0]

    def median_seconds(self, running_seconds: float, ended_seconds: float) -> float:
        """Return the likely duration of a job that was seen running at one time, and ended at a later one.

        The job is as likely to have ended before it as after it. If the time at which the end was noticed counted as the duration,
        the gateway would learn its own lateness, and look late again.
        """
        running, ended = self.chance(running_seconds), self.chance(ended_seconds)
        if ended - running < _UNEXPECTED:
            return (running_seconds + ended_seconds) / 2
        middle = (running + ended) / 2
        after = bisect_right(self._chances, middle)
        before = after - 1
        share = (middle - self._chances[before]) / (self._chances[after] - self._chances[before])
        return self._times[before] + share * (self._times[after] - self._times[before])

    def _at(self, seconds: float, piece: int) -> tuple[float, float]:
        """Return the chance to have ended by a moment within a piece, and its integral up to there."""
        times, chances = self._times, self._chances
        start, chance, since = times[piece], chances[piece], seconds - times[piece]
        slope = (chances[piece + 1] - chance) / (times[piece + 1] - start)
        return chance + slope * since, self._integrals[piece] + (chance + slope * since / 2) * since

    def progress_percent(self, elapsed_seconds: float) -> float | None:
        """Return an estimate of how far a running job is, from 0 to 99; None if nothing is known of the model."""
        if self.usual_seconds is None:
            return None
        share = elapsed_seconds / self.usual_seconds
        # a job that takes longer than usual still advances, and never seems to have ended
        return 90.0 * share if share <= 1.0 else 99.0 - 9.0 / share


def scaled(boxes: Sequence[Box], weight: float) -> list[Box]:
    """Return boxes with weights that add up to `weight`."""
    factor = weight / sum(box[2] for box in boxes)
    return [(low, high, share * factor) for low, high, share in boxes]


__all__ = ["Box", "Expectation", "scaled"]
