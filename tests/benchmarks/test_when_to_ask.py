"""The polling policy, replayed in virtual time: close to the best possible one, and to the goals for first jobs."""

from __future__ import annotations

import statistics
from collections.abc import Callable
from pathlib import Path

import pytest
from benchmarks.durations import DRIFTS, STEADY, Durations, first_jobs
from benchmarks.policies import mean_cost
from benchmarks.when_to_ask import DRIFTING_TARGET, STEADY_TARGET, Policies, drifting, steady

from core.acme import AcmeServer, acme, generation
from tarash.tarash_gateway.engine.memory import Memory
from tarash.tarash_gateway.testing import VirtualTime

JOBS, GRID_SECONDS = 1220, 0.1


def _ratio(waits: Policies) -> float:
    return mean_cost(waits["gateway"]) / mean_cost(waits["optimum"])


@pytest.mark.parametrize("durations", STEADY, ids=lambda durations: durations.name)
def test_once_the_durations_are_known_waiting_costs_little_more_than_the_optimum(
    durations: Durations,
) -> None:
    waits = steady(durations, JOBS, grid_seconds=GRID_SECONDS)
    assert _ratio(waits) <= STEADY_TARGET
    cheapest = min(mean_cost(of) for policy, of in waits.items() if policy not in {"gateway", "optimum"})
    # a fixed interval may happen to suit one distribution
    assert mean_cost(waits["gateway"]) < cheapest * 1.05


@pytest.mark.parametrize("factor", DRIFTS.values(), ids=list(DRIFTS))
def test_drifting_durations_are_followed(factor: Callable[[int], float]) -> None:
    assert _ratio(drifting(factor, JOBS, grid_seconds=GRID_SECONDS)) <= DRIFTING_TARGET


@pytest.mark.parametrize(
    ("tells_percent", "mean", "late", "most"),
    [
        pytest.param(False, 0.6, 1.5, 15, id="no-percentage"),
        pytest.param(True, 0.15, 0.35, 12, id="percentage"),
    ],
)
def test_the_end_of_a_first_job_is_noticed_soon_with_few_requests(
    tells_percent: bool, mean: float, late: float, most: float
) -> None:
    """Through the whole engine; all requests count, the submission included, and one for the result."""
    lateness, requests = [], []
    for seconds in first_jobs(400):
        server = AcmeServer(job_seconds=seconds, tells_percent=tells_percent)
        driver = VirtualTime(server, answer_seconds=0.005)
        driver.run(generation(acme(timeout=3600), Memory(Path("unused"))).generate())
        lateness.append(driver.seconds - seconds)
        requests.append(len(server.seen) + 1)
    assert statistics.mean(lateness) <= mean
    assert statistics.quantiles(lateness, n=20)[-1] <= late
    assert statistics.mean(requests) <= most
