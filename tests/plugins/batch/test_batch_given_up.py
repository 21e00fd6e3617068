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


def test_a_job_that_was_given_up_and_failed_is_generated_again(
    tarash: Tarash, table: Path, kling: KlingWithClips
) -> None:
    key = {"KLING_API_KEY": kling.api_key}
    kling.job_seconds = JOB_SECONDS
    kling.fail_next("risk_control", times=2)
    assert tarash("batch", "run", table, *at(kling, timeout="1"), **key).returncode == 5
    # a row that is not sent yet takes a new timeout over, and so does one that is tried again
    again = ("batch", "run", table, *at(kling, timeout="30"), "--retry-failed")
    asked = tarash(*again, **key)
    assert told(asked.stdout)["counts"] == {"failed": 2}
    assert (told(asked.stdout)["collectable"], len(kling.jobs)) == (0, 2)
    assert told(tarash(*again, **key).stdout)["counts"] == {"completed": 2}
    assert len(kling.jobs) == 4


def test_a_job_that_never_ends_is_generated_again_only_if_the_user_says_so(
    tarash: Tarash, table: Path, kling: KlingWithClips
) -> None:
    key = {"KLING_API_KEY": kling.api_key}
    run = ("batch", "run", table, *at(kling, timeout="1"))
    kling.hold("running")
    assert told(tarash(*run, **key).stdout)["collectable"] == 2
    again = tarash(*run, "--retry-failed", **key)
    assert (told(again.stdout)["collectable"], len(kling.jobs)) == (2, 2)
    kling.release()
    assert told(tarash("batch", "run", table, *at(kling, timeout="30"), **key).stdout)["collectable"] == 2
    done = tarash("batch", "retry", "boats", "--unknown", "--base-url", kling.url, "--json", **key)
    assert told(done.stdout)["counts"] == {"completed": 2}
    assert len(kling.jobs) == 4
