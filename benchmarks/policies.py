"""Defines the ways to poll that are compared: the gateway's, fixed intervals, growing pauses, and the best possible one."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeAlias

from benchmarks.durations import Durations
from tarash.tarash_gateway.engine.expectation import Expectation
from tarash.tarash_gateway.engine.polling import (
    LONGEST_SECONDS,
    SHORTEST_SECONDS,
    next_delay_seconds,
    price_seconds,
)

Pause: TypeAlias = Callable[[float], float]
"""Returns the pause before the next request, given the seconds since the job began."""


@dataclass(frozen=True, slots=True)
class Wait:
    """How the wait for one job went.

    Attributes:
        requests: how many status requests it took.
        running_seconds: when it was last seen running, in seconds since it began.
        late_seconds: how late its end was noticed.
        cost: the lateness plus the price of the requests, in seconds.
    """

    requests: int
    running_seconds: float
    late_seconds: float
    cost: float


def wait_for(duration: float, pause: Pause) -> Wait:
    """Replay the wait for a job in virtual time."""
    elapsed, running, requests, cost = 0.0, 0.0, 0, 0.0
    while elapsed < duration:
        running = elapsed
        cost += price_seconds(elapsed)
        elapsed += pause(elapsed)
        requests += 1
    return Wait(requests, running, elapsed - duration, cost + elapsed - duration)


def gateway(expectation: Expectation) -> Pause:
    """Pause as the gateway does."""
    return lambda elapsed: next_delay_seconds(elapsed, expectation=expectation)


def every(seconds: float) -> Pause:
    """Pause for a fixed interval."""
    return lambda _: seconds


def growing(share: float, longest: float) -> Pause:
    """Pause for a share of the elapsed time: the gaps grow exponentially."""
    return lambda elapsed: min(max(elapsed * share, 0.25), longest)


class Optimum:
    """The best possible way to poll jobs whose distribution is known, computed by dynamic programming.

    It obeys the limits that the gateway obeys, the shortest and the longest pause, and pays the same price for a request.

    Args:
        durations: the distribution.
        grid_seconds: how finely the moments of requests are varied.
    """

    def __init__(self, durations: Durations, *, grid_seconds: float = 0.05) -> None:
        steps = math.ceil(durations.longest / grid_seconds)
        shortest = math.ceil(SHORTEST_SECONDS / grid_seconds)
        longest = round(LONGEST_SECONDS / grid_seconds)
        times = [step * grid_seconds for step in range(steps + longest + 1)]
        chances = [durations.chance(time) if step < steps else 1.0 for step, time in enumerate(times)]
        integrals = [0.0]
        for before, after in pairwise(chances):
            integrals.append(integrals[-1] + (before + after) / 2 * grid_seconds)
        # cost from a step on, times the chance that the job is still running then
        costs = [0.0] * len(times)
        self._pauses, self._grid = [LONGEST_SECONDS] * steps, grid_seconds
        for now in range(steps - 1, -1, -1):
            chance, integral, time = chances[now], integrals[now], times[now]
            if chance >= 1 - 1e-9:
                continue
            best, then = min(
                (integrals[later] - chance * (times[later] - time) + costs[later], later)
                for later in range(now + shortest, now + longest + 1)
            )
            costs[now] = (1 - chance) * price_seconds(time) + best - integral
            self._pauses[now] = times[then] - time

    def pause(self, elapsed: float) -> float:
        """Return the best pause at a moment of the grid; later than nearly all jobs, the longest one."""
        step = round(elapsed / self._grid)
        return self._pauses[step] if step < len(self._pauses) else LONGEST_SECONDS


def mean_cost(waits: Sequence[Wait]) -> float:
    """Return the mean cost of waits, in seconds."""
    return sum(wait.cost for wait in waits) / len(waits)
