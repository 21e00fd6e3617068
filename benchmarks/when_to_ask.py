"""Replays the polling policy in virtual time, beside fixed intervals, growing pauses and the best possible way to poll."""

from __future__ import annotations

import math
import random
import statistics
from collections.abc import Callable, Iterator, Sequence
from functools import cache

from benchmarks.durations import DRIFTING, DRIFTS, STEADY, Durations, first_jobs
from benchmarks.findings import Finding
from benchmarks.policies import Optimum, Pause, Wait, every, gateway, growing, mean_cost, wait_for
from tarash.tarash_gateway.engine.duration_history import DurationHistory
from tarash.tarash_gateway.engine.first_jobs import first_expectation
from tarash.tarash_gateway.engine.polling import Prediction, next_delay_seconds

LEARNED_JOBS = 20
STEADY_TARGET, DRIFTING_TARGET = 1.15, 1.4
OTHER_REQUESTS = 2
"""Requests of a job besides those for its status: its submission and its result."""
OTHERS: dict[str, Pause] = {
    "every 1 s": every(1.0),
    "every 5 s": every(5.0),
    "growing by a fifth": growing(0.2, 10.0),
}
Policies = dict[str, list[Wait]]


def measure(tiny: bool) -> Iterator[Finding]:
    """Replay first jobs, jobs with a percentage, and later jobs of models with all kinds of durations."""
    jobs = 40 if tiny else 2020
    first = first_jobs(50 if tiny else 2000)
    yield from _first(
        "no percentage, first job", [_without_percentage(seconds) for seconds in first], 0.6, 1.5, 15
    )
    yield from _first(
        "percentage, first job", [_with_percentage(seconds) for seconds in first], 0.15, 0.35, 12
    )
    for durations in STEADY:
        yield _learned(durations.name, steady(durations, jobs), STEADY_TARGET)
    for name, factor in DRIFTS.items():
        yield _learned(name, drifting(factor, jobs), DRIFTING_TARGET)


def _first(what: str, waits: Sequence[Wait], mean: float, late: float, most: float) -> Iterator[Finding]:
    lateness = sorted(wait.late_seconds for wait in waits)
    requests = statistics.mean(wait.requests for wait in waits) + OTHER_REQUESTS
    average = statistics.mean(lateness)
    yield Finding(f"{what}, noticed late", average, "s", at_most=mean)
    yield Finding(f"{what}, 95 of 100 jobs", lateness[int(len(lateness) * 0.95)], "s", at_most=late)
    yield Finding(
        f"{what}, requests", requests, "a job", at_most=most, note=f"× lateness {requests * average:.1f}"
    )


def _learned(what: str, waits: Policies, target: float) -> Finding:
    best = mean_cost(waits["optimum"])
    others = ", ".join(f"{name} {mean_cost(waits[name]) / best:.2f}×" for name in OTHERS)
    ratio = mean_cost(waits["gateway"]) / best
    return Finding(f"{what}: cost of waiting, to the optimum", ratio, "×", at_most=target, note=others)


def steady(durations: Durations, jobs: int, *, grid_seconds: float = 0.05) -> Policies:
    """Replay jobs of one model after `LEARNED_JOBS`, with every policy."""
    best = Optimum(durations, grid_seconds=grid_seconds)
    return _replay(jobs, lambda _: (durations, best))


def drifting(factor: Callable[[int], float], jobs: int, *, grid_seconds: float = 0.05) -> Policies:
    """Replay jobs that all become slower and quicker; the optimum knows by how much at each moment."""

    @cache
    def at(level: int) -> tuple[Durations, Optimum]:
        now = DRIFTING.slowed(1.03**level)
        return now, Optimum(now, grid_seconds=grid_seconds)

    return _replay(jobs, lambda job: at(round(math.log(factor(job), 1.03))))


def _replay(jobs: int, at: Callable[[int], tuple[Durations, Optimum]]) -> Policies:
    source, history = random.Random(5), DurationHistory()
    waits: Policies = {name: [] for name in ("gateway", "optimum", *OTHERS)}
    for job in range(jobs):
        durations, best = at(job)
        seconds = durations.draw(source)
        expected = history.expectation("server", "model", None, float(job))
        seen = wait_for(seconds, gateway(expected))
        if job >= LEARNED_JOBS:
            waits["gateway"].append(seen)
            for name, pause in {"optimum": best.pause, **OTHERS}.items():
                waits[name].append(wait_for(seconds, pause))
        # the gateway does not learn how long a job took, only when it was seen running and ended
        learned = expected.median_seconds(seen.running_seconds, seconds + seen.late_seconds)
        history.add("server", "model", learned)
    return waits


def _without_percentage(duration: float) -> Wait:
    return wait_for(duration, gateway(first_expectation(None)))


def _with_percentage(duration: float) -> Wait:
    prediction: Prediction | None = None

    def pause(elapsed: float) -> float:
        nonlocal prediction
        if elapsed > 0:
            prediction = Prediction.of(elapsed, math.floor(100 * elapsed / duration), prediction)
        return next_delay_seconds(elapsed, expectation=first_expectation(None), prediction=prediction)

    return wait_for(duration, pause)
