from __future__ import annotations

import json
import stat
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import Result

from simulators.fal import FalSimulator

Tarash = Callable[..., Result]


@pytest.fixture
def detached(tarash: Tarash, fal: FalSimulator, at_fal: tuple[str, ...]) -> str:
    """The id of a job that was submitted and saved."""
    result = tarash("generate", "video", "a boat in the rain", *at_fal, "--detach", "--quiet")
    assert result.exit_code == 0, result.output
    return result.stdout.strip()


def saved_jobs(workplace: Path) -> list[Path]:
    return sorted((workplace.parent / "state" / "tarash-gateway" / "jobs").glob("*.json"))


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="the state folder has another place there")
def test_a_detached_job_is_saved_for_its_owner_alone_and_without_the_key(
    detached: str, fal: FalSimulator, workplace: Path
) -> None:
    [path] = saved_jobs(workplace)
    assert path.stem == detached
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert fal.api_key not in path.read_text()


def test_a_saved_job_is_carried_on_without_submitting_again_and_then_forgotten(
    tarash: Tarash, detached: str, fal: FalSimulator, workplace: Path
) -> None:
    result = tarash("jobs", "resume", detached, "--out", "boat.mp4")
    assert result.exit_code == 0, result.output
    assert result.stdout.splitlines()[0] == "boat.mp4"
    assert (workplace / "boat.mp4").stat().st_size > 50
    assert fal.count("submit") == 1
    assert saved_jobs(workplace) == []


def test_a_job_can_be_kept(tarash: Tarash, detached: str, workplace: Path) -> None:
    assert tarash("jobs", "resume", detached, "--keep", "-q", "-o", "boat.mp4").exit_code == 0
    assert len(saved_jobs(workplace)) == 1


def test_jobs_are_listed_shown_and_forgotten(
    tarash: Tarash, detached: str, fal: FalSimulator, workplace: Path
) -> None:
    assert "a boat in the rain" in tarash("jobs", "list").stdout
    [listed] = json.loads(tarash("jobs", "list", "--json").stdout)
    assert listed["id"] == detached
    shown = tarash("jobs", "show", listed["request_id"][:8])
    assert f"request_id: {fal.jobs[0].id}" in shown.stdout
    assert (
        json.loads(tarash("jobs", "show", detached, "--json").stdout)["reference"]["request_id"]
        == fal.jobs[0].id
    )
    assert tarash("jobs", "forget", detached[:6]).stdout == f"forgot {detached}\n"
    assert saved_jobs(workplace) == []
    assert fal.count("cancel") == 0


def test_an_unknown_job_is_refused(tarash: Tarash) -> None:
    result = tarash("jobs", "show", "nothing")
    assert result.exit_code == 2
    assert "tarash jobs list" in result.stderr


def test_the_folder_can_be_chosen(
    tarash: Tarash, fal: FalSimulator, at_fal: tuple[str, ...], workplace: Path
) -> None:
    result = tarash("generate", "video", "a boat", *at_fal, "--detach", "--jobs-dir", "jobs", "--json")
    saved = json.loads(result.stdout)
    assert (workplace / saved["saved_to"]).parent.name == "jobs"
    assert tarash("jobs", "list", "--json").stdout.strip() == "[]"
    assert len(json.loads(tarash("jobs", "list", "--jobs-dir", "jobs", "--json").stdout)) == 1


def test_an_ambiguous_id_is_refused(tarash: Tarash, detached: str, at_fal: tuple[str, ...]) -> None:
    assert tarash("generate", "video", "another", *at_fal, "--detach").exit_code == 0
    result = tarash("jobs", "show", "")
    assert result.exit_code == 2
    assert "use more of the id" in result.stderr


def test_a_job_that_has_failed_is_not_resumed_twice(
    tarash: Tarash, fal: FalSimulator, detached: str, workplace: Path
) -> None:
    fal.fail(fal.jobs[0].id, "no_media")
    assert tarash("jobs", "resume", detached).exit_code == 5
    assert saved_jobs(workplace) == []


def test_a_result_that_cannot_be_saved_does_not_lose_the_job(
    tarash: Tarash, detached: str, workplace: Path
) -> None:
    (workplace / "file").write_text("in the way")
    assert tarash("jobs", "resume", detached, "--out", "file/boat.mp4").exit_code == 9
    assert len(saved_jobs(workplace)) == 1
    assert tarash("jobs", "resume", detached, "--out", "boat.mp4").exit_code == 0


def test_a_local_job_waits_for_its_collection_too(tarash: Tarash, workplace: Path) -> None:
    detached = tarash("generate", "image", "a lake", "--size", "64x64", "--detach", "-q").stdout.strip()
    result = tarash("jobs", "resume", detached, "-q", "-o", "lake.png")
    assert result.exit_code == 0, result.output
    assert (workplace / "lake.png").exists()


def test_a_file_that_is_no_job_is_named(tarash: Tarash, workplace: Path) -> None:
    (workplace / "odd.json").write_text("{}")
    result = tarash("jobs", "list", "--jobs-dir", ".")
    assert result.exit_code == 2
    assert "odd.json: not a saved job" in result.stderr
