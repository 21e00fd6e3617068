"""A row whose job was given up asks for that job when it is tried again, and nobody pays for it twice."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from plugins.batch.batch_command import Tarash
from plugins.batch.simulators_with_clips import KlingWithClips
from tarash_gateway_batch import RowResult

JOB_SECONDS = 2.5


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "boats.csv"
    path.write_text("prompt,duration_seconds\nboat 1,5\nboat 2,5\n", "utf-8")
    return path


def told(text: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(text)
    return found


def manifest(tmp_path: Path) -> list[RowResult]:
    text = (tmp_path / "videos" / "manifest.jsonl").read_text("utf-8")
    return [RowResult.model_validate_json(line) for line in text.splitlines()]


def at(kling: KlingWithClips, *, timeout: str) -> tuple[str, ...]:
    return (
        "--model", "kling/kling-3.0", "--base-url", kling.url, "--out", "videos", "--timeout", timeout, "--json",
    )  # fmt: skip


@pytest.mark.parametrize("again", ["retry", "run", "retry --unknown"])
def test_a_job_that_timed_out_is_collected_and_not_paid_for_again(
    tarash: Tarash, table: Path, kling: KlingWithClips, tmp_path: Path, again: str
) -> None:
    key = {"KLING_API_KEY": kling.api_key}
    kling.job_seconds = JOB_SECONDS
    late = tarash("batch", "run", table, *at(kling, timeout="1"), **key)
    assert told(late.stdout)["counts"] == {"failed": 2}
    assert (told(late.stdout)["collectable"], told(late.stdout)["unknown"]) == (2, 0)
    assert late.returncode == 5
    assert "`tarash batch retry boats` asks for it and does not pay again" in late.stderr
    assert {item.error_code for item in manifest(tmp_path)} == {"timeout"}
    if again == "run":
        done = tarash("batch", "run", table, *at(kling, timeout="1"), "--retry-failed", **key)
    else:
        done = tarash("batch", *again.split(), "boats", "--base-url", kling.url, "--json", **key)
    assert told(done.stdout)["counts"] == {"completed": 2}, done.stderr
    assert len(kling.jobs) == 2
    spent = [job.inputs["prompt"] for job in kling.jobs]
    assert sorted(map(str, spent)) == ["boat 1", "boat 2"]
    for result in manifest(tmp_path):
        assert Path(str(result.path)).stat().st_size > 1000
        assert [item.submitted for item in result.attempts] == ["yes"]
    assert told(done.stdout)["spent_usd"] == pytest.approx(2 * 0.42)
