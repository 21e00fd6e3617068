"""A user without a home folder, as in many containers, generates what needs none, and is told where the jobs are."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import Result

from tarash.tarash_gateway import (
    Gateway,
    JournalFolder,
    ValidationError,
    VideoGenerationConfig,
    VideoGenerationRequest,
)

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows names the folder in a variable")
Tarash = Callable[..., Result]


@pytest.fixture
def jobs(workplace: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the jobs of a user id without an entry in the system's list of users."""
    import pwd

    def unknown(uid: int) -> object:
        raise KeyError(f"getpwuid(): uid not found: {uid}")

    for name in ("HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(name)
    monkeypatch.setattr(pwd, "getpwuid", unknown)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path / f"tarash-gateway-{os.getuid()}" / "jobs"


def test_what_needs_no_key_is_generated(tarash: Tarash, workplace: Path, jobs: Path) -> None:
    result = tarash("image", "a paper boat", "--out", "boat.png")
    assert (result.exit_code, (workplace / "boat.png").is_file()) == (0, True), result.output
    told = f"note: there is no home folder, so jobs are kept in {jobs}; name a lasting folder with --jobs-dir"
    assert result.stderr.count(told) == 1
    assert str(jobs) not in tarash("image", "a paper boat", "--out", "boat.png", "--quiet").stderr


def test_a_detached_job_is_found_again(tarash: Tarash, workplace: Path, jobs: Path) -> None:
    submitted = tarash("generate", "image", "a paper boat", "--detach", "--json")
    assert submitted.exit_code == 0, submitted.output
    job = json.loads(submitted.stdout)
    assert Path(job["job_file"]).parent == jobs
    assert job["generation_id"][:8] in tarash("jobs", "list").stdout
    resumed = tarash("jobs", "resume", job["generation_id"], "--out", "boat.png")
    assert (resumed.exit_code, (workplace / "boat.png").is_file()) == (0, True), resumed.output


@pytest.mark.parametrize(
    "command", [["config", "list"], ["keys", "list"], ["plan", "image", "a boat"], ["models"], ["doctor"], []]
)
@pytest.mark.usefixtures("jobs")
def test_what_only_reads_works(tarash: Tarash, command: list[str]) -> None:
    result = tarash(*command)
    assert "home folder" not in result.output
    assert result.exit_code == 0, result.output


@pytest.mark.usefixtures("jobs")
def test_a_setting_that_cannot_be_stored_is_refused(tarash: Tarash) -> None:
    result = tarash("config", "set", "image-model", "local/still")
    assert result.exit_code != 0
    assert "there is no home folder for keys and settings; set HOME" in result.stderr


def test_a_home_folder_that_cannot_be_created_is_told(
    tarash: Tarash, jobs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", "/dev/null/home")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(jobs))
    result = tarash("image", "a paper boat", "--out", "boat.png")
    assert result.exit_code == 0, result.output
    assert f"tarash-gateway/jobs cannot be created, so jobs are kept in {jobs}" in result.stderr


def test_a_home_folder_that_cannot_be_looked_at_is_told(
    tarash: Tarash, jobs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # as with the private folder of another user: root may look everywhere
    monkeypatch.setenv("XDG_STATE_HOME", f"/{'long' * 100}")
    result = tarash("jobs", "list")
    assert result.exit_code == 0, result.output
    assert f"tarash-gateway/jobs cannot be created, so jobs are kept in {jobs}" in result.stderr


@pytest.mark.skipif(not hasattr(os, "getuid") or os.getuid() != 0, reason="only root gives files away")
def test_the_folder_of_another_user_is_refused(tarash: Tarash, jobs: Path) -> None:
    jobs.parent.parent.chmod(0o1777)
    jobs.parent.mkdir()
    os.chown(jobs.parent, 65534, 65534)
    result = tarash("image", "a paper boat", "--out", "boat.png")
    assert result.exit_code != 0
    assert "belongs to another user; name a lasting folder with --jobs-dir" in result.stderr


@pytest.mark.usefixtures("jobs")
def test_the_library_needs_no_home_folder_but_names_no_folder_for_jobs() -> None:
    with Gateway() as gateway:
        response = gateway.generate_video(
            VideoGenerationConfig(provider="local", model="animatic"), VideoGenerationRequest(prompt="a boat")
        )
    assert response.video.startswith("file:")
    with pytest.raises(ValidationError, match=r"no home folder for jobs .* pass the path of a folder"):
        JournalFolder()
