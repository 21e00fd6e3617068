"""When to ask again, when to try again, whom to pass over: the policies as tables."""

from __future__ import annotations

from typing import Any

import pytest

from core.acme import AcmeServer, acme, generation
from tarash.tarash_gateway import (
    AuthenticationError,
    ContentModerationError,
    GenerationFailedError,
    HTTPConnectionError,
    HTTPError,
    QuotaExceededError,
    RateLimitError,
    TarashException,
    TimeoutError,  # noqa: A004 - the public name is part of the contract
    UnexpectedResponseError,
    ValidationError,
)
from tarash.tarash_gateway.engine.cooldown import FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS, Cooldowns
from tarash.tarash_gateway.engine.polling import DurationHistory, Expectation, next_delay_seconds
from tarash.tarash_gateway.engine.retry import DEFAULT_RETRIES, LONGEST_HINT_SECONDS
from tarash.tarash_gateway.testing import VirtualTime

SERVER = ("fal", "https://queue.fal.run", "")
OUTAGE = HTTPError("down", status_code=503, is_retryable=True)


def _observed(
    duration: float,
    expectation: Expectation | None,
    *,
    tells_percent: bool = False,
    ceiling_seconds: float | None = None,
) -> tuple[int, float]:
    """How many requests a job of that duration takes, and how long after its end it is noticed."""
    elapsed, requests, percent = 0.0, 0, None
    while True:
        elapsed += next_delay_seconds(
            elapsed, expectation=expectation, progress_percent=percent, ceiling_seconds=ceiling_seconds
        )
        requests += 1
        if elapsed >= duration:
            return requests, elapsed - duration
        percent = elapsed / duration * 100 if tells_percent else None


DURATIONS = [1, 2, 3, 5, 8, 13, 20, 30, 45, 60, 90, 120, 180, 240, 300, 420, 600, 900, 1800]


def _expected_after_four_jobs(duration: float) -> Expectation | None:
    history = DurationHistory()
    for factor in (0.97, 1.0, 1.02, 1.03):
        history.add("server", "model", duration * factor)
    return history.expectation("server", "model")


@pytest.mark.parametrize("duration", DURATIONS)
@pytest.mark.parametrize("off", [0.9, 0.95, 1.0, 1.05, 1.1])
def test_an_expected_end_is_noticed_at_once(duration: float, off: float) -> None:
    """Within 0.25 s or 2 % of its duration, also when it comes a tenth earlier or later than usual."""
    _, lag = _observed(duration * off, _expected_after_four_jobs(duration))
    assert lag <= max(0.25, duration * 0.02) + 1e-9


@pytest.mark.parametrize("duration", DURATIONS)
@pytest.mark.parametrize("off", [0.95, 1.0, 1.05])
def test_an_expected_end_takes_few_requests(duration: float, off: float) -> None:
    """At most 15; and, unless `poll_interval` allows longer pauses, one for every ten seconds on the way."""
    expectation = _expected_after_four_jobs(duration)
    requests, _ = _observed(duration * off, expectation, ceiling_seconds=3600)
    assert requests <= 15
    requests, _ = _observed(duration * off, expectation)
    assert requests <= 15 + duration / 10


@pytest.mark.parametrize("duration", DURATIONS)
def test_an_unexpected_end_is_noticed_within_a_fifth_and_ten_seconds(duration: float) -> None:
    """Of a model that nothing is known of, the pauses are a fifth of the elapsed time, 0.25 s to 10 s."""
    requests, lag = _observed(duration, None)
    assert lag <= max(0.25, min(duration * 0.2, 10.0))
    assert requests <= 5 + 22 + duration / 10


@pytest.mark.parametrize("duration", DURATIONS)
def test_a_percentage_tells_the_end_nearly_as_well(duration: float) -> None:
    _, lag = _observed(duration, None, tells_percent=True)
    assert lag <= max(0.5, duration * 0.03)


@pytest.mark.parametrize("actual", [60, 200, 1200, 3000])
def test_a_typical_duration_that_is_wrong_costs_little(actual: float) -> None:
    requests, lag = _observed(actual, Expectation(600, 300))
    assert lag <= 200 if actual < 300 else lag <= 60
    assert requests <= 30 + actual / 10


@pytest.mark.parametrize(
    ("settings", "delay"),
    [
        pytest.param({"elapsed_seconds": 0}, 0.25, id="first"),
        pytest.param({"elapsed_seconds": 10}, 2.0, id="a-fifth"),
        pytest.param({"elapsed_seconds": 3600}, 10.0, id="at-most-ten-seconds"),
        pytest.param({"elapsed_seconds": 3600, "ceiling_seconds": 60}, 60.0, id="the-users-ceiling"),
        pytest.param({"elapsed_seconds": 100, "ceiling_seconds": 0.01}, 0.01, id="a-low-ceiling"),
        pytest.param({"elapsed_seconds": 0, "suggested_seconds": 5}, 5, id="the-providers-wish"),
        pytest.param(
            {"elapsed_seconds": 0, "suggested_seconds": 5, "ceiling_seconds": 1}, 5, id="wish-before-ceiling"
        ),
        pytest.param({"elapsed_seconds": 100, "suggested_seconds": 0.0}, 0.0, id="at-once"),
    ],
)
def test_the_pause_before_the_next_status_request(settings: dict[str, Any], delay: float) -> None:
    assert next_delay_seconds(**settings) == pytest.approx(delay)


def test_durations_are_learned_per_server_and_model_and_forgotten_in_the_end() -> None:
    history = DurationHistory(jobs_per_model=3, models=2)
    assert history.expectation("s", "m") is None
    assert history.expectation("s", "m", 60.0) == Expectation(60.0, 30.0)
    for duration in (1000, 10, 10, 10):
        history.add("s", "m", duration)
    learned = history.expectation("s", "m", 60.0)
    assert learned is not None
    assert learned.duration_seconds == 10
    history.add("s", "n", 1)
    history.add("t", "m", 1)
    assert history.expectation("s", "m") is None, "the model used longest ago is forgotten"


@pytest.mark.parametrize(
    ("error", "retries", "remaining", "delay"),
    [
        pytest.param(OUTAGE, 0, 100, 0.25, id="first"),
        pytest.param(OUTAGE, 1, 100, 0.5, id="second"),
        pytest.param(OUTAGE, 3, 100, 2.0, id="fourth"),
        pytest.param(OUTAGE, DEFAULT_RETRIES.max_retries, 100, None, id="no-more"),
        pytest.param(OUTAGE, 0, 0.2, None, id="no-time"),
        pytest.param(RateLimitError("x", retry_after=7), 0, 100, 7, id="hint"),
        pytest.param(RateLimitError("x", retry_after=0), 0, 100, 0.25, id="a-hint-never-shortens"),
        pytest.param(RateLimitError("x", retry_after=7), 0, 7, None, id="hint-beyond-the-deadline"),
        pytest.param(RateLimitError("x", retry_after=LONGEST_HINT_SECONDS), 0, 100, 60, id="longest-hint"),
        pytest.param(RateLimitError("x", retry_after=61), 0, 1000, None, id="hint-too-long"),
        pytest.param(RateLimitError("x"), 0, 100, 0.25, id="no-hint"),
        pytest.param(HTTPConnectionError("x"), 0, 100, 0.25, id="connection"),
        pytest.param(UnexpectedResponseError("x"), 0, 100, 0.25, id="unreadable"),
        pytest.param(ValidationError("x"), 0, 100, None, id="validation"),
        pytest.param(AuthenticationError("x"), 0, 100, None, id="key"),
        pytest.param(QuotaExceededError("x"), 0, 100, None, id="credit"),
        pytest.param(ContentModerationError("x"), 0, 100, None, id="moderation"),
        pytest.param(GenerationFailedError("x"), 0, 100, None, id="failed"),
    ],
)
def test_the_pause_before_the_next_try(
    error: TarashException, retries: int, remaining: float, delay: float | None
) -> None:
    said = DEFAULT_RETRIES.delay_seconds(error, retries=retries, random_unit=0.5, remaining_seconds=remaining)
    assert said == (None if delay is None else pytest.approx(delay))


@pytest.mark.parametrize("retries", range(DEFAULT_RETRIES.max_retries))
def test_jitter_spreads_over_the_whole_pause(retries: int) -> None:
    pauses = [
        DEFAULT_RETRIES.delay_seconds(OUTAGE, retries=retries, random_unit=unit, remaining_seconds=1e9)
        for unit in (0.0, 0.5, 0.999)
    ]
    assert pauses == pytest.approx([0.0, 0.25 * 2**retries, 0.4995 * 2**retries])


def test_three_outages_in_a_row_pause_a_server_longer_each_time() -> None:
    cooldowns = Cooldowns()
    pauses: list[float] = []
    for _ in range(8):
        cooldowns.failed(SERVER, OUTAGE, 100.0)
        pauses.append(cooldowns.remaining_seconds(SERVER, 100.0))
    assert pauses == [0, 0, FIRST_PAUSE_SECONDS, 60, 120, 240, LONGEST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS]
    assert cooldowns.remaining_seconds(SERVER, 100.0 + LONGEST_PAUSE_SECONDS) == 0


@pytest.mark.parametrize(
    ("error", "counts"),
    [
        (OUTAGE, True),
        (RateLimitError("overloaded", status_code=503), True),
        (HTTPConnectionError("x"), True),
        (TimeoutError("x"), True),
        (HTTPError("x", status_code=418), False),
        (RateLimitError("x"), False),
        (AuthenticationError("x"), False),
        (ValidationError("x"), False),
        (GenerationFailedError("x"), False),
        (ContentModerationError("x"), False),
    ],
)
def test_only_outages_count(error: TarashException, counts: bool) -> None:
    cooldowns = Cooldowns()
    for _ in range(3):
        cooldowns.failed(SERVER, error, 0.0)
    assert (cooldowns.remaining_seconds(SERVER, 0.0) > 0) is counts


def test_a_success_forgives_and_servers_are_judged_apart() -> None:
    cooldowns = Cooldowns()
    for _ in range(3):
        cooldowns.failed(SERVER, OUTAGE, 0.0)
    assert cooldowns.remaining_seconds(("fal", "https://queue.fal.run", "second"), 0.0) == 0
    cooldowns.succeeded(SERVER)
    assert cooldowns.remaining_seconds(SERVER, 0.0) == 0
    cooldowns.failed(SERVER, OUTAGE, 0.0)
    assert cooldowns.remaining_seconds(SERVER, 0.0) == 0


def test_a_typical_duration_in_the_table_spares_requests() -> None:
    counts = []
    for model in ("plain", "paced"):
        server = AcmeServer(job_seconds=620)
        VirtualTime(server).run(generation(acme(model=model, timeout=3600)).generate())
        counts.append(server.count("status"))
    assert counts[1] < counts[0]
