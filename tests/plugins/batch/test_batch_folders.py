"""A folder belongs to one batch of one database, and it is checked before anything is stored or sent."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from plugins.batch.batch_command import Tarash
from plugins.batch.conftest import RunWith
from simulators.kling import KlingSimulator
from tarash.tarash_gateway import VideoGenerationConfig
from tarash_gateway_batch import BatchProgress, BatchRunner, read_table


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "boats.csv"
    path.write_text("prompt,duration_seconds\nboat 1,5\nboat 2,5\n", "utf-8")
    return path


def at(kling: KlingSimulator, out: object) -> tuple[str, ...]:
    return ("--model", "kling/kling-3.0", "--base-url", kling.url, "--json", "--out", str(out))


def told(refused: subprocess.CompletedProcess[str]) -> str:
    message = json.loads(refused.stdout)["error"]["message"]
    assert isinstance(message, str)
    return message


def test_a_folder_of_another_database_is_not_generated_again(
    tarash: Tarash, table: Path, kling: KlingSimulator, tmp_path: Path
) -> None:
    key = {"KLING_API_KEY": kling.api_key}
    run = ("batch", "run", table, *at(kling, "videos"))
    assert tarash(*run, **key).returncode == 0
    manifest = tmp_path / "videos" / "manifest.jsonl"
    before, sent = manifest.read_bytes(), len(kling.requests)
    refused = tarash(*run, "--database", "other.sqlite", **key)
    assert refused.returncode == 2
    assert f"the batch 'boats' of the database {tmp_path / 'tarash-batches.sqlite'}" in told(refused)
    assert f"delete {manifest}" in told(refused)
    assert (len(kling.requests), manifest.read_bytes()) == (sent, before)
    assert tarash("batch", "list", "--database", "other.sqlite", "--json").stdout.strip() == "[]"
    # the database to which the folder belongs carries on, and whoever means it can start anew
    assert tarash(*run, **key).returncode == 0
    assert len(kling.jobs) == 2
    manifest.unlink()
    assert tarash(*run, "--database", "other.sqlite", **key).returncode == 0
    assert len(kling.jobs) == 4


def test_a_folder_is_taken_as_soon_as_its_rows_are_stored(
    run_with: RunWith[BatchProgress], mocked: VideoGenerationConfig, tarash: Tarash, table: Path, out: Path
) -> None:
    async def add(runner: BatchRunner) -> BatchProgress:
        return await runner.add(read_table(table, mocked), name="boats", out=out)

    assert run_with(add).counts == {"waiting": 2}
    assert (out / "manifest.jsonl").read_text("utf-8") == ""
    refused = tarash("batch", "run", table, "--out", out, "--database", "other.sqlite")
    assert refused.returncode == 2
    assert "has the manifest of the batch 'boats' of the database" in refused.stderr
    # the database to which it belongs has the rows stored again
    assert run_with(add).counts == {"waiting": 2}


def test_a_manifest_without_a_marker_is_kept_as_well(
    tarash: Tarash, table: Path, kling: KlingSimulator, tmp_path: Path
) -> None:
    folder = tmp_path / "videos"
    folder.mkdir()
    (folder / "manifest.jsonl").write_text("of something else", "utf-8")
    refused = tarash("batch", "run", table, *at(kling, "videos"), KLING_API_KEY=kling.api_key)
    assert refused.returncode == 2
    assert "has the manifest of another batch" in told(refused)
    assert (folder / "manifest.jsonl").read_text("utf-8") == "of something else"
    assert kling.requests == []


def test_a_folder_that_cannot_be_written_to_is_a_wrong_argument_and_another_one_can_be_given(
    tarash: Tarash, table: Path, kling: KlingSimulator, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("in place of a folder", "utf-8")
    key = {"KLING_API_KEY": kling.api_key}
    refused = tarash("batch", "run", table, *at(kling, "file/videos"), **key)
    assert refused.returncode == 2, refused.stderr
    assert "the folder file/videos cannot be used, so nothing was sent" in told(refused)
    assert kling.requests == []
    done = tarash("batch", "run", table, *at(kling, "videos"), **key)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["counts"] == {"completed": 2}


def test_a_folder_that_cannot_be_written_to_any_more_is_named_before_anything_is_sent(
    tarash: Tarash, table: Path, kling: KlingSimulator, tmp_path: Path
) -> None:
    key = {"KLING_API_KEY": kling.api_key}
    tarash("batch", "run", table, *at(kling, "videos"), "--budget", "0", **key)
    for path in (tmp_path / "videos").iterdir():
        path.unlink()
    (tmp_path / "videos").rmdir()
    (tmp_path / "videos").write_text("in place of a folder", "utf-8")
    refused = tarash("batch", "resume", "boats", "--budget", "9", "--base-url", kling.url, **key)
    assert refused.returncode == 2, refused.stderr
    assert "videos cannot be used, so nothing was sent" in refused.stderr
    assert kling.requests == []
    # nothing was stored there, so the batch may move
    assert tarash("batch", "run", table, *at(kling, "elsewhere"), **key).returncode == 0
