"""Clocks are set, and machines sleep: a wait, a deadline and a connection take no harm, and nothing wrong is remembered."""

from __future__ import annotations

import os
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest

from core.acme import AcmeServer, acme, generation, resuming
from core.raw_server import RawServer, answer, perform, reply_of
from core.transports import WAYS, Way
from tarash.tarash_gateway import Job, JournalFolder, ValidationError
from tarash.tarash_gateway.engine.memory import Memory
from tarash.tarash_gateway.plugin import HttpCall
from tarash.tarash_gateway.steps import Instant, ReadClock, Step
from tarash.tarash_gateway.testing import VirtualTime

HOUR = timedelta(hours=1)
SHIFTS = [
    pytest.param(HOUR, id="forward"),
    pytest.param(-HOUR, id="back"),
    pytest.param(timedelta(days=4000), id="years-forward"),
    pytest.param(timedelta(days=-4000), id="years-back"),
]


class SetClock(VirtualTime):
    """Has a wall clock that is set once `seconds` have passed; the monotonic clock goes on, as while a machine sleeps."""

    def __init__(self, server: AcmeServer, shift: timedelta, *, seconds: float = 0.0) -> None:
        super().__init__(server)
        self._shift = shift
        self._from_seconds = seconds

    def _perform(self, step: Step) -> object:
        answered = super()._perform(step)
        if isinstance(step, ReadClock) and isinstance(answered, Instant):
            is_set = answered.monotonic_seconds >= self._from_seconds
            return Instant(answered.monotonic_seconds, answered.wall + self._shift * is_set)
        return answered


def _usual_seconds(memory: Memory) -> float | None:
    return memory.history.expectation("https://acme.example", "plain", None, 0.0).usual_seconds


@pytest.mark.parametrize("shift", SHIFTS)
def test_a_clock_that_is_set_while_a_job_runs_changes_no_poll_and_no_deadline(shift: timedelta) -> None:
    usual, server, memory = AcmeServer(), AcmeServer(), Memory(Path("unused"))
    VirtualTime(usual).run(generation(acme(timeout=70)).generate())
    response = SetClock(server, shift, seconds=20.0).run(generation(acme(timeout=70), memory).generate())
    assert response.request_id == "job-1"
    assert server.seen == usual.seen
    assert 60 <= (response.execution_metadata.attempts[0].elapsed_seconds or 0) <= 70


@pytest.mark.parametrize("shift", SHIFTS)
def test_a_wait_across_which_the_clocks_disagree_teaches_no_duration(shift: timedelta) -> None:
    memory = Memory(Path("unused"))
    SetClock(AcmeServer(), shift, seconds=20.0).run(generation(acme(), memory).generate())
    assert _usual_seconds(memory) is None
    SetClock(AcmeServer(), shift).run(generation(acme(), memory).generate())
    assert _usual_seconds(memory) == pytest.approx(60, abs=2)


def _submitted(server: AcmeServer) -> Job:
    return VirtualTime(server).run(generation(acme()).submit())


@pytest.mark.parametrize("shift", SHIFTS[:3])
def test_a_job_is_resumed_after_the_clock_was_set(shift: timedelta) -> None:
    server = AcmeServer()
    job, driver = _submitted(server), SetClock(server, shift)
    driver.seconds = 100.0
    assert driver.run(resuming(job, journals=False)).request_id == "job-1"
    assert server.count("submit") == 1


def test_a_resume_on_a_clock_that_was_set_back_teaches_no_duration() -> None:
    server, memory = AcmeServer(), Memory(Path("unused"))
    job, driver = _submitted(server), SetClock(server, -HOUR)
    driver.seconds = 100.0
    driver.run(generation(acme(), memory, job=job).resume())
    assert _usual_seconds(memory) is None


def test_a_clock_that_cannot_be_right_is_named() -> None:
    job = _submitted(AcmeServer())
    late = job.model_copy(update={"deadline_at": job.deadline_at + timedelta(days=4000)})
    with pytest.raises(ValidationError, match=r"or this machine's clock is wrong; .* or set the clock"):
        VirtualTime(AcmeServer()).run(resuming(late, journals=False))


def test_ended_jobs_of_the_future_do_not_crowd_out_that_of_today(tmp_path: Path) -> None:
    """A clock that was ahead is set back: the files written before are newer than any."""
    journal = JournalFolder(tmp_path / "jobs", ended_kept=2)
    jobs = [
        VirtualTime(AcmeServer(), seed=seed)
        .run(generation(acme()).submit())
        .model_copy(update={"state": "ended"})
        for seed in range(4)
    ]
    for job in jobs[:3]:
        journal.write(job)
        os.utime(journal.path / "ended" / f"{job.generation_id}.json", (0, time.time() + 86_400))
    journal.write(jobs[3])
    assert journal.read(jobs[3].generation_id) is not None
    assert len(journal.overview(ended=True).jobs) == 2


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere, another clock or none tells of sleep")
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(("slept_seconds", "connections"), [(0.0, 1), (3600.0, 2)])
def test_after_a_sleep_no_request_goes_out_on_a_connection_that_may_be_dead(
    way: Way, slept_seconds: float, connections: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = time.clock_gettime

    def sleep() -> None:
        monkeypatch.setattr(
            time, "clock_gettime", lambda clock: read(clock) + slept_seconds * (clock == time.CLOCK_BOOTTIME)
        )

    with RawServer(answer()) as server:
        calls = [HttpCall(method="POST", url=server.url, content=b"x", timeout_seconds=10)] * 2
        outcomes = perform(way.mode, way.transports(), *calls, between=sleep)
    assert [reply_of(outcome).status for outcome in outcomes] == [200, 200]
    assert server.accepted == connections
