"""When to try again, whom to pass over: the policies as tables."""

from __future__ import annotations

import pytest

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
from tarash.tarash_gateway.engine.accounts import Server
from tarash.tarash_gateway.engine.cooldown import (
    FAILURES_BEFORE,
    FIRST_PAUSE_SECONDS,
    LONGEST_PAUSE_SECONDS,
    MOST_SERVERS,
    Cooldowns,
)
from tarash.tarash_gateway.engine.retry import DEFAULT_RETRIES, LONGEST_HINT_SECONDS

SERVER = Server("fal", "https://queue.fal.run", "")
OUTAGE = HTTPError("down", status_code=503, is_retryable=True)


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
    assert cooldowns.remaining_seconds(SERVER._replace(account="second"), 0.0) == 0
    cooldowns.succeeded(SERVER)
    assert cooldowns.remaining_seconds(SERVER, 0.0) == 0
    cooldowns.failed(SERVER, OUTAGE, 0.0)
    assert cooldowns.remaining_seconds(SERVER, 0.0) == 0


def test_a_service_with_an_account_for_each_user_does_not_remember_every_failure_forever() -> None:
    cooldowns = Cooldowns()
    accounts = [Server("fal", "https://queue.fal.run", str(number)) for number in range(MOST_SERVERS + 1)]
    for account in accounts:
        for _ in range(FAILURES_BEFORE):
            cooldowns.failed(account, OUTAGE, 0.0)
            # it fails again and again, so it is not the one that is forgotten
            cooldowns.failed(accounts[0], OUTAGE, 0.0)
    skipped = [account for account in accounts if cooldowns.remaining_seconds(account, 0.0)]
    assert skipped == [accounts[0], *accounts[2:]]
