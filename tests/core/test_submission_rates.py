"""At most so many submissions in a minute: `Limits(submissions_per_minute=…)`, in virtual time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.acme import AcmeServer, acme, generation, reply
from tarash.tarash_gateway import (
    Gateway,
    MockConfig,
    ValidationError,
    VideoGenerationConfig,
    VideoGenerationResponse,
)
from tarash.tarash_gateway.engine.accounts import Server
from tarash.tarash_gateway.engine.memory import Memory
from tarash.tarash_gateway.engine.submission_rates import WINDOW_SECONDS, SubmissionRates
from tarash.tarash_gateway.testing import VirtualTime
from tarash.tarash_gateway.transport import Limits

SERVER = Server("acme", "https://api.acme.test", "")


def _limited(per_minute: dict[str, int]) -> Memory:
    return Memory(Path("unused"), rates=SubmissionRates(per_minute))


def _generate(driver: VirtualTime, memory: Memory, config: VideoGenerationConfig) -> VideoGenerationResponse:
    response = driver.run(generation(config, memory).generate())
    assert isinstance(response, VideoGenerationResponse)
    return response


def _submitted_at(driver: VirtualTime) -> list[float]:
    return [seconds for seconds, call in driver.calls if call.method == "POST" and call.url.endswith("/jobs")]


def test_submissions_over_the_rate_wait_for_the_next_minute() -> None:
    rates = SubmissionRates(2)
    assert [rates.wait_seconds(SERVER, 0.0) for _ in range(5)] == [0.0, 0.0, 60.0, 60.0, 120.0]
    assert rates.wait_seconds(SERVER, 500.0) == 0.0


@settings(deadline=None)  # on a busy machine any example may take long
@given(
    most=st.integers(1, 5),
    gaps=st.lists(st.floats(0.0, 90.0), min_size=1, max_size=40),
)
def test_no_minute_has_more_than_is_allowed_and_nobody_waits_longer_than_that_takes(
    most: int, gaps: list[float]
) -> None:
    rates, now = SubmissionRates(most), 0.0
    turns: list[float] = []
    for gap in gaps:
        now += gap
        turn = now + rates.wait_seconds(SERVER, now)
        earliest = turns[-most] + WINDOW_SECONDS if len(turns) >= most else 0.0
        assert turn == pytest.approx(max(now, earliest))
        turns.append(turn)
    assert turns == pytest.approx(sorted(turns))


def test_every_server_and_account_has_a_rate_of_its_own() -> None:
    rates = SubmissionRates({"acme": 1})
    mine, other = SERVER._replace(account="mine"), SERVER._replace(account="other")
    assert [rates.wait_seconds(server, 0.0) for server in (mine, other, mine)] == [0.0, 0.0, 60.0]
    assert [rates.wait_seconds(Server("other", "", ""), 0.0) for _ in range(3)] == [0.0] * 3


def test_a_server_is_forgotten_when_its_minute_is_over() -> None:
    rates = SubmissionRates(1)
    for second in range(1000):
        rates.wait_seconds(Server("acme", "", f"user {second}"), float(second))
    assert len(rates._begun) <= WINDOW_SECONDS + 1


def test_a_server_with_submissions_in_the_last_minute_is_not_forgotten_for_another_one() -> None:
    rates = SubmissionRates(2)
    assert [rates.wait_seconds(SERVER, now) for now in (0.0, 50.0)] == [0.0, 0.0]
    assert rates.wait_seconds(SERVER._replace(account="new"), 65.0) == 0.0
    # the one at 50 counts until 110
    assert [rates.wait_seconds(SERVER, 65.0) for _ in range(2)] == [0.0, 45.0]


def test_threads_share_the_turns() -> None:
    rates = SubmissionRates(10)
    with ThreadPoolExecutor(20) as threads:
        waits = sorted(threads.map(lambda _: rates.wait_seconds(SERVER, 0.0), range(100)))
    assert waits == sorted(60.0 * (turn // 10) for turn in range(100))


def test_an_attempt_waits_for_its_turn_and_its_time_begins_then() -> None:
    server = AcmeServer(job_seconds=5)
    driver, memory = VirtualTime(server), _limited({"acme": 1})
    # the second waits for a minute and has half of one
    responses = [_generate(driver, memory, acme(timeout=30)) for _ in range(2)]
    first, second = _submitted_at(driver)
    assert second - first >= WINDOW_SECONDS - 1
    elapsed = responses[1].execution_metadata.attempts[0].elapsed_seconds
    assert elapsed is not None
    assert elapsed < 30


def test_a_fallback_is_not_held_up_by_the_rate_of_the_first() -> None:
    server = AcmeServer(job_seconds=5)
    server.answers["submit"] = [reply(402, {"detail": "no credit"})]
    driver, memory = VirtualTime(server), _limited({"acme": 1})
    response = _generate(driver, memory, acme(fallback_configs=[acme("other")]))
    assert response.provider == "other"
    assert max(driver.sleeps) < WINDOW_SECONDS


def test_a_mock_waits_for_nobody(tmp_path: Path) -> None:
    limits = Limits(submissions_per_minute=1)
    config = VideoGenerationConfig(provider="fal", model="fal-ai/veo3.1", mock=MockConfig())
    with Gateway(limits=limits, output_dir=tmp_path) as gateway:
        for _ in range(3):
            assert gateway.generate_video(config, prompt="rain").video


def test_a_misspelt_provider_is_refused_before_anything_is_sent(tmp_path: Path) -> None:
    config = VideoGenerationConfig(
        provider="fal", model="fal-ai/veo3.1", api_key="a:b", base_url="http://127.0.0.1:9"
    )
    limits = Limits(submissions_per_minute={"fall": 10})
    with (
        Gateway(limits=limits, output_dir=tmp_path) as gateway,
        pytest.raises(
            ValidationError, match=r"submissions_per_minute names fall, which is not installed; use .*fal"
        ),
    ):
        gateway.generate_video(config, prompt="rain")
