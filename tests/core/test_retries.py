"""Retries, cooldown and hours of polling, in virtual time: the same every run, in milliseconds."""

from __future__ import annotations

from datetime import timedelta
from email.utils import format_datetime
from itertools import pairwise
from pathlib import Path

import pytest

from core.acme import AcmeServer, acme, broken, generation, reply
from tarash.tarash_gateway import (
    AuthenticationError,
    FallbackExhaustedError,
    HTTPConnectionError,
    HTTPError,
    Job,
    RateLimitError,
    SubmissionUnknownError,
    TarashException,
    TimeoutError,  # noqa: A004 - the public name is part of the contract
    VideoGenerationConfig,
    VideoGenerationResponse,
)
from tarash.tarash_gateway.engine.memory import Memory
from tarash.tarash_gateway.engine.retry import DEFAULT_RETRIES, repeat
from tarash.tarash_gateway.plugin import HttpReply
from tarash.tarash_gateway.steps import (
    Flow,
    Instant,
    ReadClock,
    Sleep,
    Step,
    TransportFailure,
    read_clock,
    run_flow,
)
from tarash.tarash_gateway.testing import VirtualTime
from tarash.tarash_gateway.testing.virtual_time import START

LATER = format_datetime(START + timedelta(seconds=7), usegmt=True)


def _run(
    server: AcmeServer, config: VideoGenerationConfig, memory: Memory | None = None, *, seed: int = 0
) -> tuple[VideoGenerationResponse, VirtualTime]:
    driver = VirtualTime(server, seed=seed)
    response = driver.run(generation(config, memory).generate())
    assert isinstance(response, VideoGenerationResponse)
    return response, driver


@pytest.mark.parametrize(
    "refusal",
    [
        pytest.param(broken("connect"), id="connection-refused"),
        pytest.param(reply(429, {}), id="429"),
    ],
)
def test_a_submit_that_certainly_was_not_taken_is_sent_again(refusal: HttpReply | TransportFailure) -> None:
    server = AcmeServer()
    server.answers["submit"] = [refusal] * 3
    response, _ = _run(server, acme())
    assert (server.count("submit"), len(server.created)) == (4, 1)
    assert response.execution_metadata.total_attempts == 1


@pytest.mark.parametrize("kind", ["timeout", "reset", "protocol"])
def test_a_submit_that_may_have_been_taken_is_not(kind: str) -> None:
    server = AcmeServer()
    server.always["submit"] = broken(kind)  # type: ignore[arg-type]  # the table's words are the literal's
    with pytest.raises(SubmissionUnknownError):
        _run(server, acme())
    assert server.count("submit") == 1


@pytest.mark.parametrize("status", [303, 307, 408, 409, 425, 499, 500, 502, 503, 504, 520])
@pytest.mark.parametrize("body", [pytest.param(b"", id="empty"), pytest.param(b"<html>", id="proxy")])
def test_an_error_status_that_proves_no_refusal_may_hide_a_job(status: int, body: bytes) -> None:
    """A proxy may give up while its server goes on, and a server may fail after it has created the job."""
    server = AcmeServer()
    server.always["submit"] = HttpReply(status, {}, body)
    with pytest.raises(HTTPError, match="a job may exist, so it is not submitted again") as caught:
        _run(server, acme(on_unknown_submission="raise", fallback_configs=[acme("other")]))
    assert (server.count("submit"), caught.value.submitted, caught.value.billed) == (1, "unknown", "unknown")
    assert caught.value.attempts[0].submitted == "unknown"


@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 405, 410, 413, 415, 422, 451])
def test_other_client_errors_prove_that_nothing_was_submitted(status: int) -> None:
    server = AcmeServer()
    server.always["submit"] = reply(status, {})
    with pytest.raises(TarashException) as caught:
        _run(server, acme())
    assert (server.count("submit"), caught.value.submitted, caught.value.billed) == (1, "no", "no")


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        pytest.param({"retry_after": "7"}, 7.0, id="seconds"),
        pytest.param({"retry_after": LATER}, 7.0, id="http-date"),
        pytest.param(
            {"retry_after": LATER, "date": format_datetime(START, usegmt=True)}, 7.0, id="by-its-own-clock"
        ),
        pytest.param({"retry_after_ms": "1500", "retry_after": "2"}, 1.5, id="milliseconds"),
    ],
)
def test_the_wait_that_a_provider_asks_for_is_kept(headers: dict[str, str], seconds: float) -> None:
    server = AcmeServer()
    server.answers["submit"] = [reply(429, {}, **headers)]
    _, driver = _run(server, acme())
    # a date is measured from the second in which the request was sent
    assert driver.sleeps[0] == pytest.approx(seconds, abs=0.1)


def test_a_wait_beyond_the_deadline_is_not_begun() -> None:
    server, second = AcmeServer(), acme("other")
    server.answers["submit"] = [reply(429, {}, retry_after="50")]
    response, driver = _run(server, acme(timeout=40, fallback_configs=[second]))
    assert response.provider == "other"
    assert 50 not in driver.sleeps


def test_after_a_pause_that_outlasted_the_deadline_the_failure_is_told() -> None:
    """A busy or suspended machine sleeps longer than planned; "time is up" would hide why the try failed."""
    now, tries = [0.0], []
    refused = HTTPConnectionError("refused", provider="acme")

    def once() -> Flow[None]:
        tries.append((yield from read_clock()).monotonic_seconds)
        raise refused

    def perform(step: Step) -> object:
        if isinstance(step, Sleep):
            now[0] += 100.0
        return Instant(now[0], START) if isinstance(step, ReadClock) else 0.5

    with pytest.raises(HTTPConnectionError) as caught:
        run_flow(repeat(once, policy=DEFAULT_RETRIES, until_seconds=10.0, may_repeat=lambda _: True), perform)
    assert caught.value is refused
    assert tries == [0.0]


def test_a_retry_that_finds_no_time_left_tells_the_failure_before_it() -> None:
    """The deadline may pass between the end of the pause and the request, whatever loop paused."""
    clock = iter([0.0, 0.0, 9.999, 10.001, 10.002, 10.003, 10.004])
    refused = RateLimitError("too many jobs", provider="acme")

    def once() -> Flow[None]:
        if (yield from read_clock()).monotonic_seconds >= 10.0:
            raise TimeoutError("the deadline passed")
        raise refused

    def perform(step: Step) -> object:
        return Instant(next(clock), START) if isinstance(step, ReadClock) else 0.5

    with pytest.raises(RateLimitError) as caught:
        run_flow(repeat(once, policy=DEFAULT_RETRIES, until_seconds=10.0, may_repeat=lambda _: True), perform)
    assert caught.value is refused


def test_a_wait_of_minutes_is_left_to_the_next_provider() -> None:
    server = AcmeServer()
    server.answers["submit"] = [reply(429, {}, retry_after="600")]
    response, _ = _run(server, acme(timeout=3600, fallback_configs=[acme("other")]))
    assert response.execution_metadata.attempts[0].error_type == "RateLimitError"
    assert server.times("submit")[1] < 1


@pytest.mark.parametrize(
    ("refusal", "raises"),
    [(reply(429, {}), RateLimitError), (broken("connect"), HTTPConnectionError)],
)
def test_retries_end_and_the_chain_goes_on(
    refusal: HttpReply | TransportFailure, raises: type[Exception]
) -> None:
    server = AcmeServer()
    server.answers["submit"] = [refusal] * 5
    response, driver = _run(server, acme(fallback_configs=[acme("other")]))
    assert response.execution_metadata.attempts[0].error_type == raises.__name__
    assert server.count("submit") == 6
    assert all(pause <= ceiling for pause, ceiling in zip(driver.sleeps, (0.5, 1.0, 2.0, 4.0), strict=False))


def test_pauses_differ_from_run_to_run_but_not_for_one_seed() -> None:
    def pauses(seed: int) -> list[float]:
        server = AcmeServer()
        server.answers["submit"] = [broken("connect")] * 4
        return _run(server, acme(), seed=seed)[1].sleeps[:4]

    assert pauses(1) == pauses(1)
    assert pauses(1) != pauses(2)


def test_a_refused_key_is_not_tried_again() -> None:
    server = AcmeServer()
    server.always["submit"] = reply(401, {})
    with pytest.raises(AuthenticationError):
        _run(server, acme())
    assert server.count("submit") == 1


def test_a_job_of_three_hours_is_waited_for() -> None:
    server = AcmeServer(job_seconds=3 * 3600)
    response, driver = _run(server, acme(timeout=4 * 3600))
    assert response.video == "https://cdn.acme.example/job-1.mp4"
    assert driver.seconds == pytest.approx(3 * 3600, abs=11)


def test_the_same_seed_gives_the_same_run() -> None:
    def trace() -> list[tuple[str, float]]:
        server = AcmeServer(job_seconds=500)
        server.answers["status"] = [reply(502, {}), broken("reset"), broken("timeout")]
        _run(server, acme())
        return server.seen

    assert trace() == trace()


def test_the_deadline_is_wall_clock_time_whatever_the_provider_does() -> None:
    server = AcmeServer(job_seconds=10_000)
    server.answers["status"] = [broken("timeout")] * 3
    with pytest.raises(TimeoutError, match="not finished within 300 s") as caught:
        _run(server, acme(timeout=300))
    (entry,) = caught.value.attempts
    assert entry.elapsed_seconds == pytest.approx(300, abs=16)
    assert (entry.cancelled, server.cancelled) == ("yes", ["job-1"])


def test_the_number_of_status_requests_can_be_bounded() -> None:
    server = AcmeServer(job_seconds=10_000)
    with pytest.raises(
        TimeoutError, match="not finished after 5 polls, the most that max_poll_attempts allows"
    ) as caught:
        _run(server, acme(max_poll_attempts=5))
    assert (server.count("status"), caught.value.attempts[0].polls) == (5, 5)


def test_the_longest_pause_between_two_requests_can_be_set() -> None:
    server = AcmeServer(job_seconds=120)
    _run(server, acme(poll_interval=3))
    times = server.times("status")
    assert max(later - earlier for earlier, later in pairwise(times)) < 3.2


@pytest.mark.parametrize("hint", ["0", "-1", format_datetime(START - timedelta(days=9), usegmt=True)])
def test_no_hint_makes_status_requests_more_frequent(hint: str) -> None:
    server, plain = AcmeServer(job_seconds=30), AcmeServer(job_seconds=30)
    server.answers["status"] = [reply(429, {}, retry_after=hint)] * 12
    plain.answers["status"] = [reply(429, {})] * 12
    _run(server, acme())
    _run(plain, acme())
    assert server.times("status") == plain.times("status")


ODD_STATUSES = [
    302, 400, 401, 402, 403, 404, 405, 406, 407, 410, 413, 421, 422, 426, 428, 431, 451, 499
]  # fmt: skip


@pytest.mark.parametrize("status", ODD_STATUSES)
def test_an_odd_answer_to_a_status_request_does_not_end_a_running_job(status: int) -> None:
    server = AcmeServer(job_seconds=30)
    server.answers["status"] = [reply(status, {})] * 3
    response, _ = _run(server, acme(fallback_configs=[acme("other")]))
    assert (response.provider, server.count("submit"), server.cancelled) == ("acme", 1, [])


@pytest.mark.parametrize("status", ODD_STATUSES)
def test_a_job_whose_status_stays_refused_is_handed_back(status: int) -> None:
    """It may be running, so it is neither cancelled nor paid for a second time at the fallback."""
    server = AcmeServer(job_seconds=300)
    server.always["status"] = reply(status, {})
    with pytest.raises(TarashException) as caught:
        _run(server, acme(fallback_configs=[acme("other")]))
    error = caught.value
    assert (error.status_code, error.submitted) == (status, "yes")
    assert (server.count("submit"), server.cancelled) == (1, [])
    assert 60 <= server.times("status")[-1] - server.times("status")[0] < 75
    assert error.job is not None
    del server.always["status"]
    job = Job.from_json(error.job.to_json())
    driver = VirtualTime(server)
    driver.seconds = 400.0
    assert driver.run(generation(acme(), job=job).resume()).request_id == error.request_id


def test_refusals_that_change_do_not_add_up_to_a_minute() -> None:
    server = AcmeServer(job_seconds=200)
    server.answers["status"] = [reply(status, {}) for status in (401, 403) * 15]
    response, _ = _run(server, acme())
    assert (response.provider, server.times("status")[29] > 100) == ("acme", True)


def test_a_job_unknown_for_a_minute_is_lost_and_one_unknown_for_less_is_not() -> None:
    server = AcmeServer(job_seconds=30)
    server.answers["status"] = [reply(404, {})] * 6
    _run(server, acme())
    server.always["status"] = reply(404, {})
    with pytest.raises(Exception, match="not found") as caught:
        _run(server, acme())
    assert type(caught.value).__name__ == "ModelNotFoundError"


def test_a_provider_that_keeps_failing_is_passed_over_for_a_while() -> None:
    server, memory = AcmeServer(), Memory(Path("unused"))
    config = acme(fallback_configs=[acme("other")])
    for _ in range(3):
        server.answers["submit"] = [broken("connect")] * 5
        _run(server, config, memory)
    driver = VirtualTime(server)
    driver.seconds = 20.0
    response = driver.run(generation(config, memory).generate())
    skipped, succeeded = response.execution_metadata.attempts
    assert (skipped.status, succeeded.provider) == ("skipped", "other")
    assert "keeps failing; skipped for another" in (skipped.error_message or "")
    later = VirtualTime(server)
    later.seconds = 400.0
    assert later.run(generation(config, memory).generate()).provider == "acme"


def test_a_failing_provider_without_substitute_is_still_tried() -> None:
    server, memory = AcmeServer(), Memory(Path("unused"))
    for _ in range(4):
        server.answers["submit"] = [broken("connect")] * 5
        with pytest.raises(HTTPConnectionError):
            _run(server, acme(), memory)
    assert _run(server, acme(), memory)[0].provider == "acme"


def test_one_account_in_trouble_does_not_stop_another() -> None:
    server, memory = AcmeServer(), Memory(Path("unused"))
    config = acme(account="a", fallback_configs=[acme(account="b")])
    for _ in range(3):
        server.answers["submit"] = [broken("connect")] * 5
        assert _run(server, config, memory)[0].execution_metadata.successful_attempt == 2


def test_a_chain_of_outages_tells_them_all() -> None:
    server = AcmeServer()
    server.always["submit"] = reply(503, {"detail": "down"})
    with pytest.raises(FallbackExhaustedError) as caught:
        _run(server, acme(fallback_configs=[acme("other")]))
    assert [error.provider for error in caught.value.errors] == ["acme", "other"]


def test_a_job_resumed_the_next_day_is_given_one_good_look() -> None:
    server = AcmeServer(job_seconds=3600)
    driver = VirtualTime(server)
    job = driver.run(generation(acme()).submit())
    assert (job.deadline_at - job.attempt_started_at).total_seconds() == 600
    driver.seconds = 24 * 3600.0
    response = driver.run(generation(acme(), job=Job.from_json(job.to_json())).resume())
    assert (server.count("submit"), server.count("status")) == (1, 1)
    assert response.execution_metadata.total_elapsed_seconds == pytest.approx(24 * 3600, abs=11)


def test_a_job_that_is_still_running_the_next_day_says_how_long_it_was_waited_for() -> None:
    server = AcmeServer(job_seconds=48 * 3600)
    driver = VirtualTime(server)
    job = driver.run(generation(acme()).submit())
    driver.seconds = 24 * 3600.0
    with pytest.raises(
        TimeoutError, match=r"not finished 864\d\d s after its submission, with timeout=600"
    ) as caught:
        driver.run(generation(acme(), job=Job.from_json(job.to_json())).resume())
    assert caught.value.timeout_seconds == 600


def test_a_job_resumed_in_time_is_told_its_timeout() -> None:
    driver = VirtualTime(AcmeServer(job_seconds=3600))
    job = driver.run(generation(acme()).submit())
    driver.seconds = 500.0
    with pytest.raises(TimeoutError, match="not finished within 600 s"):
        driver.run(generation(acme(), job=Job.from_json(job.to_json())).resume())


def test_what_earlier_jobs_took_times_the_requests_for_later_ones() -> None:
    memory = Memory(Path("unused"))
    counts: list[int] = []
    lag = 0.0
    for _ in range(5):
        server = AcmeServer(job_seconds=100)
        _run(server, acme(), memory)
        counts.append(server.count("status"))
        lag = server.times("status")[-1] - server.created["job-1"] - 100
    assert counts[-1] < counts[0]
    assert lag <= 2.1
