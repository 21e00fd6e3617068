"""When to ask again: few requests, yet a finished job is noticed soon, whatever is known of its duration."""

from __future__ import annotations

import math
import random
import statistics
from pathlib import Path
from typing import Any

import pytest

from core.acme import AcmeServer, acme, generation
from tarash.tarash_gateway import ProgressUpdate
from tarash.tarash_gateway.engine.duration_history import FRESH_SECONDS, DurationHistory
from tarash.tarash_gateway.engine.expectation import Expectation
from tarash.tarash_gateway.engine.first_jobs import first_expectation
from tarash.tarash_gateway.engine.memory import Memory
from tarash.tarash_gateway.engine.polling import (
    LONGEST_SECONDS,
    SHORTEST_SECONDS,
    Prediction,
    next_delay_seconds,
)
from tarash.tarash_gateway.testing import VirtualTime

DURATIONS = [1, 2, 3, 5, 8, 13, 20, 30, 45, 60, 90, 120, 180, 240, 300, 420, 600, 900, 1800]
UNKNOWN = first_expectation(None)


def _observed(
    duration: float, expectation: Expectation = UNKNOWN, *, percent_step: float | None = None
) -> tuple[int, float]:
    """How many requests a job of that duration takes, and how long after its end it is noticed."""
    elapsed, requests, prediction = 0.0, 0, None
    while True:
        elapsed += next_delay_seconds(elapsed, expectation=expectation, prediction=prediction)
        requests += 1
        if elapsed >= duration:
            return requests, elapsed - duration
        if percent_step is not None:
            percent = elapsed / duration * 100 // percent_step * percent_step
            prediction = Prediction.of(elapsed, percent, prediction)


def _expected_after(*durations: float, typical_seconds: float | None = None) -> Expectation:
    history = DurationHistory()
    for duration in durations:
        history.add("server", "model", duration)
    return history.expectation("server", "model", typical_seconds, 0.0)


@pytest.mark.parametrize("duration", DURATIONS)
@pytest.mark.parametrize("off", [0.95, 1.0, 1.05])
def test_an_expected_end_is_noticed_at_once(duration: float, off: float) -> None:
    """Within 0.25 s or 3 % of its duration, with at most 15 requests, and one for every ten seconds on the way."""
    expectation = _expected_after(*(duration * factor for factor in (0.97, 1.0, 1.02, 1.03, 0.96, 1.04)))
    requests, lag = _observed(duration * off, expectation)
    assert lag <= max(0.25, duration * 0.03)
    assert requests <= 15 + duration / LONGEST_SECONDS


@pytest.mark.parametrize("duration", DURATIONS)
@pytest.mark.parametrize("typical", [None, 5.0, 90.0, 600.0])
def test_an_unexpected_end_is_noticed_within_seconds(duration: float, typical: float | None) -> None:
    """Of a job of up to a minute within 2 s, whatever its row says; later, within a tenth of the elapsed time."""
    requests, lag = _observed(duration, first_expectation(typical))
    assert lag <= max(2.0, min(duration * 0.1, LONGEST_SECONDS))
    assert requests <= 2 + 1.2 * duration


@pytest.mark.parametrize("duration", DURATIONS)
@pytest.mark.parametrize("step", [1.0, 0.01])
def test_a_percentage_tells_the_end(duration: float, step: float) -> None:
    requests, lag = _observed(duration, percent_step=step)
    assert lag <= max(SHORTEST_SECONDS, duration * 0.015)
    assert requests <= _observed(duration)[0] + 1


@pytest.mark.parametrize("stuck_at", [1.0, 20.0, 50.0, 90.0, 99.0])
@pytest.mark.parametrize("duration", [3, 20, 60, 600])
def test_a_percentage_that_stands_still_costs_little(duration: float, stuck_at: float) -> None:
    elapsed, prediction = 0.0, None
    while elapsed < duration:
        elapsed += next_delay_seconds(elapsed, expectation=UNKNOWN, prediction=prediction)
        prediction = Prediction.of(elapsed, stuck_at, prediction)
    assert elapsed - duration <= 5 + duration * 0.05


@pytest.mark.parametrize("percent", [None, 0.0, 0.5, 100.0])
def test_a_percentage_that_says_nothing_predicts_nothing(percent: float | None) -> None:
    assert Prediction.of(10.0, percent, None) is None


@pytest.mark.parametrize(
    ("settings", "delay"),
    [
        pytest.param({"elapsed_seconds": 5000}, LONGEST_SECONDS, id="at-most-ten-seconds"),
        pytest.param({"elapsed_seconds": 9e9}, LONGEST_SECONDS, id="longer-than-any-job"),
        pytest.param({"elapsed_seconds": 9e9, "ceiling_seconds": 60}, 60.0, id="the-users-ceiling"),
        pytest.param({"elapsed_seconds": 100, "ceiling_seconds": 0.01}, 0.01, id="a-low-ceiling"),
        pytest.param({"elapsed_seconds": 0, "suggested_seconds": 5}, 5, id="the-providers-wish"),
        pytest.param(
            {"elapsed_seconds": 0, "suggested_seconds": 5, "ceiling_seconds": 1}, 5, id="wish-before-ceiling"
        ),
        pytest.param({"elapsed_seconds": 100, "suggested_seconds": 0.0}, 0.0, id="at-once"),
        pytest.param({"elapsed_seconds": 1, "answer_seconds": 4}, 8.0, id="slow-answers"),
        pytest.param({"elapsed_seconds": 1, "answer_seconds": 40}, LONGEST_SECONDS, id="very-slow-answers"),
        pytest.param({"elapsed_seconds": 1, "failures": 9}, 8.8, id="failures"),
    ],
)
def test_the_limits_of_a_pause(settings: dict[str, Any], delay: float) -> None:
    assert next_delay_seconds(**settings, expectation=UNKNOWN) == pytest.approx(delay, rel=0.01)


def test_the_pause_is_where_the_expected_lateness_equals_the_price() -> None:
    """Checked against a sum over many durations instead of the closed form."""
    source = random.Random(3)
    expectation = _expected_after(*(20 * math.exp(source.gauss(0, 0.4)) for _ in range(30)))
    grid = [step * 0.005 for step in range(100_000)]
    chances = [expectation.chance(at) for at in grid]
    for now in (0.0, 7.5, 19.0, 42.0):
        then = expectation.next_look_seconds(now, 0.05)
        lateness = sum(
            (then - at) * (after - before)
            for at, before, after in zip(grid, chances, chances[1:], strict=False)
            if now <= at < then
        )
        assert lateness / (1 - expectation.chance(now)) == pytest.approx(0.05, abs=0.002)


def test_every_moment_has_a_pause() -> None:
    """No division by zero and no negative pause, at the knots of the distribution, beside them and far behind."""
    for expectation in (UNKNOWN, first_expectation(0.01), _expected_after(3.0), _expected_after(*[5.0] * 40)):
        for at in (0.0, 1e-9, 0.075, 2.999, 3.0, 5.0, 5.05, 1e4, 1e9):
            assert expectation.next_look_seconds(at, 0.03) >= at


def test_a_duration_is_learned_from_when_the_job_was_seen_running_and_ended() -> None:
    expectation = _expected_after(*[9.5, 10.0, 10.5] * 10)
    exact = expectation.median_seconds(8.0, 12.0)
    assert exact == pytest.approx(10.0, abs=0.1), "most likely where earlier jobs ended"
    assert 10.2 < expectation.median_seconds(10.2, 12.0) < 11.0
    assert expectation.median_seconds(10.1, 10.1) == 10.1
    assert expectation.median_seconds(5000.0, 5002.0) == 5001.0, "nothing is expected there"
    assert expectation.median_seconds(0.0, 1e6) == pytest.approx(10.0, abs=0.2), "seen a week later"


@pytest.mark.parametrize("duration", [1.0, 3.0])
def test_noticing_an_end_late_does_not_make_the_next_one_later(duration: float) -> None:
    """Learned as the duration, the moment of noticing would be the next one to look at, and half of the jobs would end long before."""
    memory, source = Memory(Path("unused")), random.Random(3)
    noticed: list[float] = []
    for _ in range(60):
        lasts = duration * (1 + source.uniform(-0.01, 0.01))
        driver = VirtualTime(AcmeServer(job_seconds=lasts))
        driver.run(generation(acme(timeout=3600), memory).generate())
        noticed.append(driver.seconds - lasts)
    assert statistics.mean(noticed[-40:]) < 0.2


def test_durations_are_learned_per_server_and_model_and_forgotten_in_the_end() -> None:
    history = DurationHistory(jobs_per_model=3, models=2)

    def usual(server: str, model: str) -> float | None:
        return history.expectation(server, model, 60.0, 0.0).usual_seconds

    assert usual("s", "m") == 60.0, "until a job has finished, the row counts"
    for duration in (1000, 10, 10, 10):
        history.add("s", "m", duration)
    assert usual("s", "m") == 10
    history.add("s", "n", 1)
    history.add("t", "m", 1)
    assert usual("s", "m") == 60.0, "the model used longest ago is forgotten"


def test_thousands_of_waiting_jobs_do_not_recompute_what_one_has() -> None:
    history = DurationHistory()
    history.add("s", "m", 10.0)
    first = history.expectation("s", "m", None, 100.0)
    history.add("s", "m", 30.0)
    assert history.expectation("s", "m", None, 100.0 + FRESH_SECONDS / 2) is first
    assert history.expectation("s", "m", None, 100.0 + FRESH_SECONDS) is not first


def test_a_provider_that_slows_down_is_followed() -> None:
    expectation = _expected_after(*(10 * 1.05**job for job in range(40)))
    assert expectation.usual_seconds == pytest.approx(10 * 1.05**40, rel=0.1)


def test_the_first_job_teaches_the_second() -> None:
    memory, counts = Memory(Path("unused")), []
    for _ in range(2):
        server = AcmeServer(job_seconds=40)
        VirtualTime(server).run(generation(acme(timeout=3600), memory).generate())
        counts.append(server.count("status"))
    assert counts[1] < counts[0] * 2 / 3


# Progress that is estimated.


def _updates(memory: Memory, server: AcmeServer, model: str = "plain") -> list[ProgressUpdate]:
    seen: list[ProgressUpdate] = []
    driver = VirtualTime(server, on_progress=seen.append)
    driver.run(generation(acme(model=model, timeout=3600), memory, reports=True).generate())
    return seen


@pytest.mark.parametrize("later", [30.0, 40.0, 300.0], ids=["sooner", "as-usual", "much-later"])
def test_an_estimate_advances_and_never_reaches_the_end_before_the_job(later: float) -> None:
    memory = Memory(Path("unused"))
    _updates(memory, AcmeServer(job_seconds=40))
    *running, last = _updates(memory, AcmeServer(job_seconds=later))
    percents = [update.progress_percent for update in running if update.status == "processing"]
    assert all(update.progress_is_estimated for update in running if update.status == "processing")
    known = [percent for percent in percents if percent is not None]
    assert len(known) == len(percents) > 0
    assert known == sorted(known)
    assert known[-1] < 100
    assert (last.progress_percent, last.progress_is_estimated) == (100.0, False)


def test_what_the_provider_reports_is_not_replaced_by_an_estimate() -> None:
    memory = Memory(Path("unused"))
    _updates(memory, AcmeServer(job_seconds=40))
    seen = _updates(memory, AcmeServer(job_seconds=80, tells_percent=True))
    assert not any(update.progress_is_estimated for update in seen)


def test_nothing_is_estimated_from_nothing() -> None:
    seen = _updates(Memory(Path("unused")), AcmeServer(job_seconds=20))
    assert {update.progress_percent for update in seen} == {None, 100.0}


def test_the_typical_duration_of_a_row_gives_an_estimate() -> None:
    seen = _updates(Memory(Path("unused")), AcmeServer(job_seconds=300), "paced")
    assert seen[-2].progress_is_estimated
    assert seen[-2].progress_percent == pytest.approx(300 / 600 * 90, rel=0.1)


@pytest.mark.parametrize(
    ("elapsed_seconds", "percent"), [(0.0, 0.0), (5.0, 45.0), (10.0, 90.0), (20.0, 94.5), (9000.0, 98.99)]
)
def test_a_job_that_takes_longer_than_usual_still_advances(elapsed_seconds: float, percent: float) -> None:
    expectation = Expectation([(0.0, 20.0, 1.0)], usual_seconds=10.0)
    assert expectation.progress_percent(elapsed_seconds) == pytest.approx(percent)
    assert Expectation([(0.0, 20.0, 1.0)]).progress_percent(elapsed_seconds) is None
