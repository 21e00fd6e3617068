"""Whoever resumes a job that is older than the journal gets the newest state: no fallback is paid twice, no result fetched in vain."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from core.chains import BOAT, fal_settings, fal_video, ledger, replicate_settings, replicate_video
from execution import Run
from simulators.fal import FalSimulator
from simulators.replicate import ReplicateSimulator
from tarash.tarash_gateway import Gateway, GenerationFailedError, Job, JournalFolder, ValidationError
from tarash.tarash_gateway.testing.simulator import Status

HERE = Path(__file__).parent


@pytest.fixture
def journal(tmp_path: Path) -> JournalFolder:
    return JournalFolder(tmp_path / "jobs")


@pytest.fixture
def keeping(journal: JournalFolder, tmp_path: Path) -> Iterator[Gateway]:
    """A gateway that keeps the journal."""
    with Gateway(environ={}, output_dir=tmp_path / "output", journal=journal) as opened:
        yield opened


def outdated_job(run: Run, keeping: Gateway, fal: FalSimulator, replicate: ReplicateSimulator) -> Job:
    """A job as it was saved while its first attempt ran, which fails since; its fallback is Replicate."""
    fal.hold()
    config = fal_video(fal, fallback_configs=[replicate_video(replicate)])
    job = Job.from_json(run(keeping, "submit_video", config, BOAT).to_json())
    fal.fail(fal.jobs[0].id, "runner_disconnected")
    fal.release()
    return job


def test_a_second_resume_returns_the_result_of_the_first(
    run: Run, keeping: Gateway, journal: JournalFolder, fal: FalSimulator, replicate: ReplicateSimulator
) -> None:
    job = outdated_job(run, keeping, fal, replicate)
    config = fal_video(fal, fallback_configs=[replicate_video(replicate)])
    first = run(keeping, "resume", job, config=config)
    asked = len(fal.requests) + len(replicate.requests)
    second = run(keeping, "resume", job, config=config)
    assert (second.provider, second.video, second.request_id) == (
        "replicate",
        first.video,
        first.request_id,
    )
    assert ledger(second) == ledger(first)
    assert len(fal.requests) + len(replicate.requests) == asked, "the journal holds the result"
    assert (fal.count("submit"), replicate.count("submit")) == (1, 1)
    stored = journal.read(job.generation_id)
    assert stored is not None
    assert (stored.state, stored.outcome) == ("ended", "completed")


def test_a_generation_that_has_failed_says_so_and_pays_nothing(
    run: Run, keeping: Gateway, journal: JournalFolder, fal: FalSimulator, replicate: ReplicateSimulator
) -> None:
    job = outdated_job(run, keeping, fal, replicate)
    config = fal_video(fal, fallback_configs=[replicate_video(replicate)])
    replicate.inject("submit", Status(422, json={"detail": "no"}))
    with pytest.raises(ValidationError):
        run(keeping, "resume", job, config=config)
    with pytest.raises(
        ValidationError, match=r"already ended \(it failed with \w+ at replicate/.* nothing to fetch"
    ):
        run(keeping, "resume", job, config=config)
    assert (fal.count("submit"), replicate.count("submit")) == (1, 1)
    assert list(journal.list()) == []


def test_an_ended_job_is_looked_at_once_more_and_its_fallback_is_not_paid(
    run: Run, keeping: Gateway, journal: JournalFolder, fal: FalSimulator, replicate: ReplicateSimulator
) -> None:
    job = outdated_job(run, keeping, fal, replicate)
    journal.write(job.model_copy(update={"state": "ended", "outcome": "abandoned"}))
    config = fal_video(fal, fallback_configs=[replicate_video(replicate)])
    with pytest.raises(
        GenerationFailedError, match=r"already ended \(it was abandoned at fal/.*nothing was sub"
    ):
        run(keeping, "resume", job, config=config)
    assert (fal.count("submit"), replicate.count("submit")) == (1, 0)
    stored = journal.read(job.generation_id)
    assert stored is not None
    assert stored.outcome == "abandoned", "looking changes nothing"


def test_without_a_journal_the_passed_job_counts(
    run: Run, gateway: Gateway, fal: FalSimulator, replicate: ReplicateSimulator
) -> None:
    job = outdated_job(run, gateway, fal, replicate)
    config = fal_video(fal, fallback_configs=[replicate_video(replicate)])
    assert [run(gateway, "resume", job, config=config).provider for _ in range(2)] == ["replicate"] * 2
    assert (fal.count("submit"), replicate.count("submit")) == (1, 2)


def started(
    journal: JournalFolder, job: Job, settings: dict[str, object], **keys: str
) -> subprocess.Popen[str]:
    """Resume a job in a process of its own."""
    command = [sys.executable, str(HERE / "resuming_program.py"), json.dumps(settings), str(journal.path)]
    pipe = subprocess.PIPE
    program = subprocess.Popen(
        command, stdin=pipe, stdout=pipe, stderr=pipe, text=True, env={**os.environ, **keys}
    )
    assert program.stdin is not None
    program.stdin.write(job.to_json())
    program.stdin.close()
    # so that `communicate` does not use it
    program.stdin = None
    return program


def wait_for(condition: Callable[[], bool], program: subprocess.Popen[str]) -> None:
    until = time.monotonic() + 30
    while not condition():
        assert program.poll() is None, program.stderr.read() if program.stderr else ""
        assert time.monotonic() < until
        time.sleep(0.01)


def test_a_process_that_is_killed_leaves_its_fallback_to_the_next(
    keeping: Gateway, journal: JournalFolder, fal: FalSimulator, replicate: ReplicateSimulator
) -> None:
    job = outdated_job(Run("sync"), keeping, fal, replicate)
    replicate.hold()
    settings = fal_settings(fal, api_key=None, fallback_configs=[replicate_settings(replicate, api_key=None)])
    keys = {"FAL_KEY": fal.api_key, "REPLICATE_API_TOKEN": replicate.api_key}
    with started(journal, job, settings, **keys) as program:
        try:
            wait_for(lambda: replicate.count("status") > 0, program)
            with pytest.raises(ValidationError, match="another call is already working on the job"):
                keeping.resume(job, config=fal_video(fal, fallback_configs=[replicate_video(replicate)]))
        finally:
            program.kill()
    replicate.release()
    with started(journal, job, settings, **keys) as second:
        said = second.stdout.read() if second.stdout else ""
        assert second.wait(30) == 0, second.stderr.read() if second.stderr else ""
    attempts = json.loads(said)["attempts"]
    assert [(entry["provider"], entry["status"]) for entry in attempts] == [
        ("fal", "failed"),
        ("replicate", "success"),
    ]
    assert (fal.count("submit"), replicate.count("submit")) == (1, 1)
    response = keeping.resume(job, config=fal_video(fal))
    assert response.request_id == replicate.jobs[0].id
    assert (fal.count("submit"), replicate.count("submit")) == (1, 1)


def test_of_two_processes_one_pays_the_fallback(
    keeping: Gateway, journal: JournalFolder, fal: FalSimulator, replicate: ReplicateSimulator
) -> None:
    job = outdated_job(Run("sync"), keeping, fal, replicate)
    settings = fal_settings(fal, api_key=None, fallback_configs=[replicate_settings(replicate, api_key=None)])
    keys = {"FAL_KEY": fal.api_key, "REPLICATE_API_TOKEN": replicate.api_key}
    with started(journal, job, settings, **keys) as one, started(journal, job, settings, **keys) as other:
        said = [program.communicate(timeout=30)[1] for program in (one, other)]
    refused = [text for program, text in zip((one, other), said, strict=True) if program.returncode]
    assert all("another call is already working on the job" in text for text in refused), said
    assert len(refused) < 2, said
    assert (fal.count("submit"), replicate.count("submit")) == (1, 1)
