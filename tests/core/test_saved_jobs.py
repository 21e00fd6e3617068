"""A saved job is asked about and cancelled without waiting for it, and neither loses nor pays for anything."""

from __future__ import annotations

import pytest

from core.chains import BOAT, fal_video, replicate_video
from core.memory_journal import MemoryJournal
from execution import Run
from simulators.fal import FalSimulator
from simulators.replicate import ReplicateSimulator
from tarash.tarash_gateway import (
    Gateway,
    HTTPError,
    Job,
    SubmissionUnknownError,
    TarashException,
    ValidationError,
)
from tarash.tarash_gateway.testing.simulator import LostResponse, Status


def _submitted(run: Run, gateway: Gateway, fal: FalSimulator) -> Job:
    """A job as another process reads it."""
    return Job.from_json(run(gateway, "submit_video", fal_video(fal), BOAT).to_json())


def test_a_status_is_one_look(run: Run, gateway: Gateway, fal: FalSimulator) -> None:
    fal.hold()
    job = _submitted(run, gateway, fal)
    update = run(gateway, "status", job, config=fal_video(fal))
    assert (update.status, update.provider, update.request_id) == ("processing", "fal", job.request_id)
    assert update.elapsed_seconds > 0
    fal.finish(fal.jobs[0].id)
    assert run(gateway, "status", job, config=fal_video(fal)).status == "completed"
    assert (fal.count("status"), fal.count("submit"), fal.count("stream"), fal.count("result")) == (
        2,
        1,
        0,
        0,
    )
    assert run(gateway, "resume", job, config=fal_video(fal)).video


def test_a_status_survives_a_faulty_answer_and_tells_a_lasting_one(
    run: Run, gateway: Gateway, fal: FalSimulator
) -> None:
    fal.hold()
    job = _submitted(run, gateway, fal)
    fal.inject("status", Status(503, text="busy"))
    assert run(gateway, "status", job, config=fal_video(fal)).status == "processing"
    fal.inject("status", Status(404, json={"detail": "gone"}), times=None)
    with pytest.raises(TarashException, match="gone"):
        run(gateway, "status", job, config=fal_video(fal))


def test_a_failed_job_is_reported_and_nothing_else_is_paid_for(
    run: Run, gateway: Gateway, fal: FalSimulator, replicate: ReplicateSimulator
) -> None:
    config = replicate_video(replicate, fallback_configs=[fal_video(fal)])
    job = Job.from_json(run(gateway, "submit_video", config, BOAT).to_json())
    replicate.fail(replicate.jobs[0].id, next(iter(replicate.failures)))
    assert run(gateway, "status", job, config=config).status == "failed"
    assert fal.requests == []


def test_a_job_whose_result_the_journal_has_is_not_asked_about(run: Run, fal: FalSimulator) -> None:
    with Gateway(environ={}, journal=MemoryJournal()) as gateway:
        job = _submitted(run, gateway, fal)
        run(gateway, "resume", job, config=fal_video(fal))
        asked = len(fal.requests)
        assert run(gateway, "status", job).progress_percent == 100.0
        assert run(gateway, "cancel", job).cancelled == "no"
    assert len(fal.requests) == asked


def test_a_job_is_cancelled(run: Run, fal: FalSimulator) -> None:
    fal.hold()
    journal = MemoryJournal()
    with Gateway(environ={}, journal=journal) as gateway:
        job = _submitted(run, gateway, fal)
        done = run(gateway, "cancel", job, config=fal_video(fal))
        assert (done.cancelled, done.provider, done.request_id) == ("yes", "fal", job.request_id)
        assert fal.jobs[0].outcome == "cancelled"
        assert journal.only.outcome == "cancelled"
        assert gateway.unsettled() == ()
        again = run(gateway, "cancel", job, config=fal_video(fal))
    assert again.cancelled == "yes"
    assert fal.count("cancel") == 1, "a cancelled job needs no second request"


def test_a_job_that_has_finished_keeps_its_result(run: Run, gateway: Gateway, fal: FalSimulator) -> None:
    job = _submitted(run, gateway, fal)
    fal.finish(fal.jobs[0].id)
    assert run(gateway, "cancel", job, config=fal_video(fal)).cancelled == "no"
    assert [kept.request_id for kept in gateway.unsettled()] == [job.request_id]
    assert run(gateway, "resume", job, config=fal_video(fal)).video
    assert gateway.unsettled() == ()


def test_a_cancel_without_an_answer_is_an_error_and_the_job_stays(run: Run, fal: FalSimulator) -> None:
    fal.hold()
    journal = MemoryJournal()
    with Gateway(environ={}, journal=journal) as gateway:
        job = _submitted(run, gateway, fal)
        fal.inject("cancel", Status(401, json={"detail": "revoked"}), times=None)
        with pytest.raises(HTTPError, match="revoked"):
            run(gateway, "cancel", job, config=fal_video(fal))
        assert journal.only.state == "submitted"
        assert [kept.request_id for kept in gateway.unsettled()] == [job.request_id]


def test_a_job_whose_submission_was_lost_is_looked_for_first(
    run: Run, gateway: Gateway, fal: FalSimulator
) -> None:
    fal.inject("submit", LostResponse())
    config = fal_video(fal, on_unknown_submission="raise", timeout=2.0)
    with pytest.raises(SubmissionUnknownError) as caught:
        run(gateway, "generate_video", config, BOAT)
    assert caught.value.submitted == "unknown"
    (job,) = gateway.unsettled()
    for method in ("status", "cancel"):
        with pytest.raises(SubmissionUnknownError):
            run(gateway, method, job, config=config)
    assert (fal.count("submit"), fal.count("cancel")) == (1, 0)


def test_a_job_that_a_call_waits_for_is_not_cancelled_behind_its_back(run: Run, fal: FalSimulator) -> None:
    """The call would take it for a failure, and pay for a fallback."""
    fal.hold()
    refused: list[str] = []
    with Gateway(environ={}, journal=MemoryJournal()) as gateway:
        job = _submitted(run, gateway, fal)

        def cancel(_update: object) -> None:
            if not refused:
                with pytest.raises(ValidationError) as caught:
                    gateway.cancel(job, config=fal_video(fal))
                refused.append(caught.value.message)
                fal.release()

        assert run(gateway, "resume", job, config=fal_video(fal), on_progress=cancel).video
    assert refused == ["another call is already working on the job; wait for the result of that call"]
