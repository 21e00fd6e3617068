"""`tarash batch` says why rows failed, how they are tried again, and which outputs are gone."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from plugins.batch.batch_command import Tarash
from simulators.kling import KlingSimulator
from tarash_gateway_batch import BatchSummary, RowResult
from tarash_gateway_batch.endings import Reasons, tell_ending


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "boats.csv"
    path.write_text(
        "prompt,duration_seconds\n" + "".join(f"boat {number},5\n" for number in range(1, 5)), "utf-8"
    )
    return path


def test_a_run_says_why_rows_failed_and_how_they_are_tried_again(
    tarash: Tarash, table: Path, kling: KlingSimulator
) -> None:
    kling.fail_next("risk_control", times=2)
    at_kling = ("--model", "kling/kling-3.0", "--base-url", kling.url, "--out", "videos")
    done = tarash("batch", "run", table, *at_kling, KLING_API_KEY=kling.api_key)
    assert done.returncode == 5
    assert "2 rows with content_moderation, such as line " in done.stderr
    assert "try 2 rows again that failed: `tarash batch retry boats`\n" in done.stderr


@pytest.mark.parametrize("is_there", [False, True], ids=["no database", "another batch"])
@pytest.mark.parametrize(
    ("models", "says"),
    [
        (("kling/kling-3.0",), "no API key for kling; set KLING_API_KEY"),
        (("local/animatic", "--fallback", "kling/kling-3.0"), "no API key for kling; set KLING_API_KEY"),
        # its key is optional, but nothing is named in place of one
        (("google/gemini-omni-flash",), "no API key for google; set GOOGLE_API_KEY"),
    ],
)
def test_a_missing_key_is_told_before_anything_is_stored(
    tarash: Tarash, table: Path, tmp_path: Path, is_there: bool, models: tuple[str, ...], says: str
) -> None:
    if is_there:
        (tmp_path / "kites.csv").write_text("prompt,duration_seconds,resolution\na kite,1,160x90\n", "utf-8")
        assert tarash("batch", "run", "kites.csv", "--out", "kites").returncode == 0
    done = tarash("batch", "run", table, "--model", *models, "--out", "videos")
    assert done.returncode == 3, done.stderr
    assert says in done.stderr.replace("\n", " ")
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "videos").exists()
    assert (tmp_path / "tarash-batches.sqlite").exists() == is_there


def test_outputs_that_are_gone_are_told_and_not_generated_again(
    tarash: Tarash, table: Path, kling: KlingSimulator, tmp_path: Path
) -> None:
    key = {"KLING_API_KEY": kling.api_key}
    run = ("batch", "run", table, "--model", "kling/kling-3.0", "--base-url", kling.url, "--out", "videos")
    assert "warning" not in tarash(*run, **key).stderr
    assert "warning" not in tarash("batch", "status", "boats").stderr
    for path in list((tmp_path / "videos").glob("*.mp4"))[:3]:
        path.unlink()
    again = tarash(*run, **key)
    assert again.returncode == 0
    for done in (again, tarash("batch", "status", "boats")):
        assert "warning: 3 stored outputs are no longer where the manifest says" in done.stderr
    assert json.loads(tarash("batch", "status", "boats", "--json").stdout)["missing"] == 3
    assert len(kling.jobs) == 4


def told_of(
    capsys: pytest.CaptureFixture[str], *codes: str, database: str = "tarash-batches.sqlite", **counts: int
) -> list[str]:
    reasons = Reasons()
    for line, code in enumerate(codes, start=1):
        message = "x" * 500 if code == "long" else f"because of {code}"
        fields = {"batch": "b", "key": str(line), "line": line, "state": "failed", "prompt": "p"}
        reasons.add(RowResult.model_validate({**fields, "error_code": code, "error_message": message}))
    tell_ending(BatchSummary("b", {"failed": len(codes)}, 0.0, "m", "r", **counts), reasons, database)
    return capsys.readouterr().err.splitlines()


def test_reasons_are_few_and_short(capsys: pytest.CaptureFixture[str]) -> None:
    first, *others = told_of(capsys, "a", "b", "b", "long", "c", "d", "e")
    assert first == "2 rows with b, such as line 2: because of b"
    assert max(map(len, others)) < 400
    assert "and 1 more reason: see the report" in others


def test_a_command_to_try_again_names_the_database_if_it_must(capsys: pytest.CaptureFixture[str]) -> None:
    assert told_of(capsys, "a", database="more.sqlite")[-1] == (
        "try 1 row again that failed: `tarash batch retry b --database more.sqlite`"
    )
    (*_, on_server) = told_of(capsys, "a", database="postgresql://me:secret@db.example/batches")
    assert "--database postgresql://me:***@db.example/batches" in on_server
    told = told_of(capsys, "a", "a", "a", unknown=1, collectable=1)
    assert told[1].startswith("try 1 row again")
    assert told[2].startswith(
        "1 row failed, but its job was submitted and may still give a result: `tarash batch retry b`"
    )
    assert told[3].endswith("run `tarash batch retry b --unknown`")
