"""What becomes of a job whose time is over: cancelled, handed back, or, when it was quicker after all, returned."""

from __future__ import annotations

import math
from datetime import timedelta
from pathlib import Path

import pytest

from core.acme import Acme, AcmeServer, UncancellableAcme, acme, broken, generation, reply
from core.chains import BOAT, fal_video, ledger, replicate_video
from execution import Run
from simulators.fal import FalSimulator
from simulators.replicate import ReplicateSimulator
from tarash.tarash_gateway import (
    Gateway,
    Job,
    TimeoutError,  # noqa: A004 - the public name is part of the contract
    VideoGenerationConfig,
)
from tarash.tarash_gateway.discovery import Registry
from tarash.tarash_gateway.engine.memory import Memory
from tarash.tarash_gateway.plugin import (
    Call,
    Flow,
    HttpCall,
    HttpReply,
    JobReference,
    JobStatus,
    hookimpl,
    send,
)
from tarash.tarash_gateway.steps import TransportFailure
from tarash.tarash_gateway.testing import VirtualTime
from tarash.tarash_gateway.testing.simulator import Hang, LostResponse, RecordedRequest, Status
from tarash.tarash_gateway.testing.simulator.messages import Answer


class LateFinisher(FalSimulator):
    """fal, whose jobs finish in the very moment in which they are to be cancelled."""

    def _cancel(self, request: RecordedRequest) -> Answer:
        self.finish(request.parameters["id"])
        return super()._cancel(request)


def test_detached_the_job_goes_on_and_can_be_resumed(
    run: Run, gateway: Gateway, fal: FalSimulator, replicate: ReplicateSimulator
) -> None:
    fal.hold()
    config = fal_video(fal, timeout=0.3, on_timeout="detach", fallback_configs=[replicate_video(replicate)])
    with pytest.raises(TimeoutError) as caught:
        run(gateway, "generate_video", config, BOAT)
    job = caught.value.job
    assert job is not None
    assert (fal.count("cancel"), replicate.requests) == (0, [])
    assert ledger(caught.value)[0].cancelled is None
    fal.release()
    response = run(gateway, "resume", Job.from_json(job.to_json()), config=config)
    assert (response.request_id, fal.count("submit")) == (fal.jobs[0].id, 1)


def test_a_job_that_finished_while_it_was_being_cancelled_is_not_lost(run: Run, gateway: Gateway) -> None:
    with LateFinisher() as fal:
        fal.hold()
        response = run(gateway, "generate_video", fal_video(fal, timeout=0.3), BOAT)
        assert response.request_id == fal.jobs[0].id
    (entry,) = ledger(response)
    assert (entry.status, entry.billed, entry.cancelled) == ("success", "yes", "no")


def test_a_job_that_failed_while_it_was_being_cancelled_is_a_timeout(run: Run, gateway: Gateway) -> None:
    with LateFinisher() as fal:
        fal.fail_next("runner_disconnected")
        fal.hold()
        with pytest.raises(TimeoutError):
            run(gateway, "generate_video", fal_video(fal, timeout=0.3), BOAT)


def test_a_job_whose_cancellation_was_confirmed_only_by_its_status_is_cancelled(
    run: Run, gateway: Gateway, fal: FalSimulator
) -> None:
    """The answer to the first request was lost, so the second one finds nothing left to cancel."""
    fal.hold()
    fal.inject("cancel", LostResponse())
    with pytest.raises(TimeoutError) as caught:
        run(gateway, "generate_video", fal_video(fal, timeout=0.3), BOAT)
    assert (fal.count("cancel"), fal.job_state(fal.jobs[0].id)) == (2, "cancelled")
    assert ledger(caught.value)[0].cancelled == "yes"
    assert gateway.unsettled() == ()


def test_a_cancel_that_is_not_answered_is_unconfirmed(run: Run, gateway: Gateway, fal: FalSimulator) -> None:
    fal.hold()
    fal.inject("cancel", Status(401, json={"detail": "no"}))
    with pytest.raises(TimeoutError) as caught:
        run(gateway, "generate_video", fal_video(fal, timeout=0.3), BOAT)
    assert ledger(caught.value)[0].cancelled == "unconfirmed"


def test_a_deadline_while_submitting_is_a_lost_submission(
    run: Run, gateway: Gateway, fal: FalSimulator
) -> None:
    fal.inject("submit", Hang(5))
    with pytest.raises(Exception, match="a job may exist") as caught:
        run(gateway, "generate_video", fal_video(fal, timeout=0.3), BOAT)
    assert getattr(caught.value, "submitted", None) == "unknown"


@pytest.mark.parametrize("plugin", [Acme(), UncancellableAcme()], ids=["cancellable", "uncancellable"])
def test_a_job_that_finished_since_the_last_look_is_not_lost(plugin: UncancellableAcme) -> None:
    """It finished in time and is paid for: the deadline merely came before the next status request."""
    server, providers = AcmeServer(job_seconds=59.0), Registry(lambda _group: ())
    providers.register("acme", plugin)
    driver = VirtualTime(server)
    response = driver.run(generation(acme(timeout=60), providers=providers).generate())
    (entry,) = response.execution_metadata.attempts
    assert (entry.status, entry.billed, server.count("submit")) == ("success", "yes", 1)


def test_cancelling_is_bounded_however_slow_the_provider_is() -> None:
    server = AcmeServer(job_seconds=10_000)
    server.always["cancel"] = reply(503, {})
    driver = VirtualTime(server)
    with pytest.raises(TimeoutError) as caught:
        driver.run(generation(acme(timeout=100)).generate())
    assert driver.seconds < 100 + 16
    assert caught.value.attempts[0].cancelled == "unconfirmed"


def test_each_attempt_has_a_deadline_of_its_own() -> None:
    server = AcmeServer(job_seconds=90)
    config = acme(timeout=50, fallback_configs=[acme("other", timeout=100)])
    driver = VirtualTime(server)
    response = driver.run(generation(config).generate())
    assert [entry.status for entry in response.execution_metadata.attempts] == ["failed", "success"]
    assert server.cancelled == ["job-1"]


@pytest.mark.parametrize("timeout", [0, -1, 8 * 24 * 3600])
def test_a_deadline_is_more_than_nothing_and_at_most_a_week(timeout: float) -> None:
    with pytest.raises(ValueError, match="timeout"):
        VideoGenerationConfig(provider="fal", model="x", timeout=timeout)


def test_one_lost_look_after_a_cancel_that_came_too_late_loses_no_result() -> None:
    server = AcmeServer(job_seconds=10.0)
    lost = [broken("reset")]

    def answer(call: HttpCall, now: float) -> HttpReply:
        if call.method == "GET" and server.count("cancel") and lost:
            raise lost.pop()
        # the job finishes between the last poll and the cancel
        return server(call, now + (10.0 if call.method == "DELETE" or server.count("cancel") else 0.0))

    config = acme(timeout=10.0, max_poll_attempts=1, fallback_configs=[acme("other")])
    response = VirtualTime(answer).run(generation(config).generate())
    assert (response.request_id, server.count("submit"), lost) == ("job-1", 1, [])


@pytest.mark.parametrize(
    ("first", "cancelled"),
    [
        pytest.param(broken("reset"), "unconfirmed", id="broken"),
        pytest.param(reply(502, {}), "unconfirmed", id="a-proxy-answers"),
        pytest.param(broken("connect"), "no", id="never-arrived"),
        pytest.param(reply(429, {}), "no", id="refused"),
    ],
)
def test_a_refused_cancel_proves_nothing_if_an_earlier_one_may_have_worked(
    first: HttpReply | TransportFailure, cancelled: str
) -> None:
    server = AcmeServer(job_seconds=10_000)
    server.always["status"] = reply(503, {})
    server.answers["cancel"] = [first, reply(409, {})]
    with pytest.raises(TimeoutError) as caught:
        VirtualTime(server).run(generation(acme(timeout=100)).generate())
    assert server.count("cancel") == 2
    assert caught.value.attempts[0].cancelled == cancelled


def test_a_refused_cancel_of_a_resumed_job_proves_nothing_if_an_earlier_call_gave_it_up() -> None:
    server, memory = AcmeServer(job_seconds=10_000), Memory(Path("unused"))
    server.always["cancel"] = reply(503, {})
    config = acme(timeout=100, fallback_configs=[acme("other", timeout=10_000.0)])
    VirtualTime(server).run(generation(config, memory).generate())
    (job,) = memory.unsettled.jobs()
    server.always["status"], server.always["cancel"] = reply(503, {}), reply(409, {})
    with pytest.raises(TimeoutError) as caught:
        VirtualTime(server).run(generation(acme(), job=job).resume())
    assert caught.value.attempts[0].cancelled == "unconfirmed"


def test_a_result_proves_that_no_cancel_worked_although_an_answer_was_lost() -> None:
    # it finishes between the two cancels
    server = AcmeServer(job_seconds=58.1)
    server.answers["cancel"] = [broken("reset")]
    response = VirtualTime(server).run(generation(acme(timeout=58.0)).generate())
    (entry,) = response.execution_metadata.attempts
    assert (entry.status, entry.cancelled, server.count("cancel")) == ("success", "no", 2)


class Renaming(Acme):
    """Acme, each of whose answers replaces the reference: the old one is worthless."""

    @hookimpl
    def tarash_poll(self, call: Call, job: JobReference) -> Flow[JobStatus]:
        cursor = int(str(job.get("cursor", 0)))
        http = call.request("GET", f"/jobs/{job['id']}", query={"cursor": str(cursor)})
        body = (yield from send(http)).json_object()
        return JobStatus(state="processing", raw=body, job={**job, "cursor": cursor + 1})


class RenamingServer(AcmeServer):
    """Its side of the wire: an answer takes two seconds, and replaces the reference even if nobody waits for it."""

    silent_from = math.inf

    def __init__(self) -> None:
        super().__init__(job_seconds=1e9)
        self.cursor = 0

    def __call__(self, call: HttpCall, now: float) -> HttpReply:
        answer = super().__call__(call, now)
        if call.method != "GET":
            return answer
        if not call.url.endswith(f"cursor={self.cursor}"):
            return reply(404, {"detail": "no such job"})
        self.cursor += 1
        if now >= self.silent_from or (call.timeout_seconds or 60.0) < 2.0:
            raise broken("timeout")
        return answer


def _detached(server: RenamingServer, timeout: float) -> tuple[Job, float]:
    registry = Registry(lambda _group: ())
    registry.register("acme", Renaming())
    driver = VirtualTime(server, answer_seconds=2.0)
    config = acme(timeout=timeout, on_timeout="detach")
    with pytest.raises(TimeoutError, match="not finished") as caught:
        driver.run(generation(config, providers=registry).generate())
    assert caught.value.job is not None
    return Job.of(caught.value.job), driver.seconds


@pytest.mark.parametrize("timeout", [15.0 + share / 4 for share in range(16)])
def test_a_deadline_cuts_off_no_answer_that_has_the_only_valid_reference(timeout: float) -> None:
    server = RenamingServer()
    job, ended = _detached(server, timeout)
    assert job.reference is not None
    assert (job.reference["cursor"], server.cursor) == (server.cursor, server.count("status"))
    assert timeout <= ended <= timeout + 2.0


def test_a_server_that_falls_silent_delays_the_deadline_by_five_seconds_at_most() -> None:
    server = RenamingServer()
    server.silent_from = 12.0
    _, ended = _detached(server, timeout=15.0)
    assert server.count("status") == server.cursor
    assert 15.0 < ended <= 20.0


def test_a_clock_that_was_set_back_gives_a_resumed_job_no_more_time_than_it_had() -> None:
    server = AcmeServer(job_seconds=1e6)
    job = VirtualTime(server).run(generation(acme(timeout=600)).submit())
    ahead = timedelta(hours=5)
    moments = ("started_at", "attempt_started_at", "submitted_at", "deadline_at")
    later = job.model_copy(update={name: getattr(job, name) + ahead for name in moments})
    time = VirtualTime(server)
    with pytest.raises(TimeoutError):
        time.run(generation(acme(timeout=600), job=later).resume())
    assert 600 <= time.seconds < 660
