"""Defines the durations of jobs that the policy is replayed on: distributions with a fixed seed, steady and drifting."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from dataclasses import dataclass
from statistics import NormalDist

_STANDARD = NormalDist()


@dataclass(frozen=True, slots=True)
class Durations:
    """How long jobs take.

    Attributes:
        name: what is special about them.
        draw: returns the duration of one job, in seconds.
        chance: the share of the jobs that have ended by a time in seconds.
        longest: nearly all jobs end within it, in seconds.
    """

    name: str
    draw: Callable[[random.Random], float]
    chance: Callable[[float], float]
    longest: float

    def slowed(self, factor: float) -> Durations:
        """Return the durations at a time when everything takes longer by a factor."""
        return Durations(
            self.name,
            lambda source: factor * self.draw(source),
            lambda seconds: self.chance(seconds / factor),
            factor * self.longest,
        )


def normal(name: str, mean: float, deviation: float) -> Durations:
    """Return durations that vary evenly around their mean."""
    known = NormalDist(mean, deviation)
    return Durations(
        name, lambda source: max(source.gauss(mean, deviation), 0.1), known.cdf, mean + 6 * deviation
    )


def log_normal(name: str, median: float, sigma: float) -> Durations:
    """Return durations that vary by a factor around their median."""

    def chance(seconds: float) -> float:
        return _STANDARD.cdf(math.log(seconds / median) / sigma) if seconds > 0 else 0.0

    return Durations(
        name, lambda source: median * math.exp(source.gauss(0, sigma)), chance, median * math.exp(4 * sigma)
    )


def pareto(name: str, shortest: float, power: float) -> Durations:
    """Return durations with a heavy tail: most are short, a few are very long."""

    def chance(seconds: float) -> float:
        return 1 - (shortest / seconds) ** power if seconds > shortest else 0.0

    return Durations(
        name,
        lambda source: shortest * (1 - source.random()) ** (-1 / power),
        chance,
        shortest * 1000 ** (1 / power),
    )


def either(name: str, one: Durations, share: float, other: Durations) -> Durations:
    """Return durations of which a share is drawn from one, the rest from the other, as with a cache or two kinds of server."""

    def draw(source: random.Random) -> float:
        return (one if source.random() < share else other).draw(source)

    def chance(seconds: float) -> float:
        return share * one.chance(seconds) + (1 - share) * other.chance(seconds)

    return Durations(name, draw, chance, max(one.longest, other.longest))


STEADY = (
    normal("narrow, 8 s", 8.0, 0.3),
    normal("narrow, 60 s", 60.0, 2.0),
    log_normal("wide, 20 s", 20.0, 0.5),
    log_normal("wide, 60 s", 60.0, 0.25),
    either("two peaks, 8 and 40 s", normal("", 8.0, 0.5), 0.5, normal("", 40.0, 2.0)),
    either("two peaks, 15 and 25 s", normal("", 15.0, 0.5), 0.7, normal("", 25.0, 1.0)),
    pareto("heavy tail, from 5 s", 5.0, 1.5),
    log_normal("heavy tail, 15 s", 15.0, 0.9),
)
DRIFTING = log_normal("", 20.0, 0.12)
DRIFTS: dict[str, Callable[[int], float]] = {
    "doubles and halves every 30 jobs": lambda job: 1.0 if job % 60 < 30 else 2.0,
    "2 % slower with each of 80 jobs": lambda job: 1.02 ** (job % 80),
    "load of the day, by half": lambda job: 1 + 0.5 * math.sin(job / 8),
}
"""The factor by which each job is slower, by its number."""


def first_jobs(count: int, *, shortest: float = 2.0, longest: float = 40.0, seed: int = 1) -> list[float]:
    """Return the durations of first jobs of unknown models: every order of magnitude is equally likely."""
    source = random.Random(seed)
    low, high = math.log(shortest), math.log(longest)
    return [math.exp(source.uniform(low, high)) for _ in range(count)]
