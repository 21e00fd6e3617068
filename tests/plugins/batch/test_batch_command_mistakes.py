"""`tarash batch run` loses no row without a word, names each mistake once, and plans nothing that it would not run."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from typer.main import get_command

from plugins.batch.batch_command import Tarash
from tarash.tarash_gateway.exceptions import ValidationError
from tarash_gateway_batch.command import app

BAD = "prompt,duration_seconds,resolution\na boat,1,160x90\na kite,xx,160x90\n,1,160x90\n"


def test_rows_that_are_left_out_are_named(tarash: Tarash, tmp_path: Path) -> None:
    (tmp_path / "boats.csv").write_text(BAD, "utf-8")
    done = tarash("batch", "run", "boats.csv", "--out", "videos", "--skip-bad")
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[0] == "1 of 1 row ended, $0.00, 2 bad rows left out"
    first, second, third = done.stderr.splitlines()
    assert first == "2 bad rows left out:"
    assert second.startswith("  line 3: ")
    assert "duration_seconds='xx'" in second
    assert third.startswith("  line 4: it has no prompt")
    again = tarash("batch", "run", "boats.csv", "--out", "videos", "--skip-bad", "--json")
    told = json.loads(again.stdout)
    assert told["counts"] == {"completed": 1}
    assert [row["line"] for row in told["left_out"]] == [3, 4]
    assert [Path(told[name]).name for name in ("manifest", "report")] == ["manifest.jsonl", "report.html"]
    assert "duration_seconds='xx'" in told["left_out"][0]["reason"]


def test_a_plan_names_them_too(tarash: Tarash, tmp_path: Path) -> None:
    rows = "".join(f"a kite,n{number}\n" for number in range(12))
    # a row that can be read, but not be sent
    (tmp_path / "boats.csv").write_text(f"prompt,duration_seconds\na boat,5\n{rows}too long,600\n", "utf-8")
    at_kling = ("--model", "kling/kling-3.0", "--skip-bad", "--plan")
    done = tarash("batch", "run", "boats.csv", *at_kling)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "1 row, estimated cost $0.42, 13 bad rows left out"
    listed = done.stderr.splitlines()
    assert len(listed) == 12
    assert listed[-1] == "  and 3 more reasons; --json lists every row"
    told = json.loads(tarash("batch", "run", "boats.csv", *at_kling, "--json").stdout)
    assert [row["line"] for row in told["rows"]] == [2]
    assert [row["line"] for row in told["left_out"]] == list(range(3, 16))
    assert told["warnings"] == []


def test_if_no_row_is_left_the_reason_is_told(tarash: Tarash, tmp_path: Path) -> None:
    (tmp_path / "boats.csv").write_text("prompt,duration_seconds\na kite,xx\n", "utf-8")
    for more in ((), ("--plan",)):
        done = tarash("batch", "run", "boats.csv", "--skip-bad", *more)
        reason, summary = done.stderr.splitlines()
        assert done.returncode == 2
        assert reason.startswith("line 2: ")
        assert "duration_seconds='xx'" in reason
        assert summary.endswith("the batch has no rows that can be generated; correct the table")
        told = json.loads(tarash("batch", "run", "boats.csv", "--skip-bad", "--json", *more).stdout)["error"]
        assert (told["code"], [row["line"] for row in told["bad_rows"]]) == ("bad_rows", [2])


def test_a_mistake_in_the_header_is_told_once(tarash: Tarash, tmp_path: Path) -> None:
    (tmp_path / "boats.csv").write_text("prompt,duraton\n" + "a boat,8\n" * 30, "utf-8")
    done = tarash("batch", "run", "boats.csv")
    assert done.returncode == 2
    reason, summary = done.stderr.splitlines()
    assert reason.startswith("lines 2, 3, 4, 5, 6 and 25 more: the column 'duraton' is not a field")
    assert "did you mean 'duration'?" in reason
    assert "30 bad rows, so nothing was sent" in summary


def test_columns_that_nothing_uses_are_warned_of(tarash: Tarash, tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_text("name,city,duraton_seconds,email\nAda,London,8,a@x\n", "utf-8")
    done = tarash(
        "batch",
        "run",
        "people.csv",
        "--template",
        "hi {name}",
        "--file-name",
        "{city}/{line}",
        "--plan",
        "--json",
    )
    assert done.returncode == 0, done.stderr
    expected = [
        "the column 'duraton_seconds' is not used; did you mean 'duration_seconds'?",
        "the column 'email' is not used: neither a field of a request, nor in the template, the file name or the key",
    ]
    assert done.stderr.splitlines() == [f"warning: {warning}" for warning in expected]
    assert json.loads(done.stdout)["warnings"] == expected


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--concurrency", "fal=x"), "--concurrency 'fal=x'"),
        (("--rate", "fal=60/fortnight"), "--rate 'fal=60/fortnight'"),
        (("--file-name", "{nope}"), "no column 'nope' for {nope} in the names of the files"),
        (("--file-name", "{line"), "'{' that is never closed"),
        (("--name", "a/b"), "not a name of a batch"),
        (("--out", "nosuch://x"), "Protocol not known"),
        (("--out", ""), "out='' is not a folder"),
        (("--no-check", "--on-bad-media", "retry"), "needs the checks"),
    ],
)
def test_a_plan_refuses_what_the_run_refuses(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "boats.csv").write_text("prompt\na boat\n", "utf-8")
    with pytest.raises(ValidationError, match=re.escape(message)):
        get_command(app)(["run", "boats.csv", "--plan", *words], standalone_mode=False)


def test_a_table_whose_name_cannot_be_that_of_a_batch_needs_another_one(
    tarash: Tarash, tmp_path: Path
) -> None:
    (tmp_path / "my table (1).csv").write_text("prompt,duration_seconds\na boat,1\n", "utf-8")
    done = tarash("batch", "run", "my table (1).csv")
    assert done.returncode == 2
    assert "give one with --name, such as --name my-table-1" in done.stderr
    assert tarash("batch", "run", "my table (1).csv", "--name", "my-table-1", "--plan").returncode == 0


def test_a_provider_alone_has_its_usual_model(tarash: Tarash, tmp_path: Path) -> None:
    (tmp_path / "boats.csv").write_text("prompt\na boat\n", "utf-8")
    done = tarash("batch", "run", "boats.csv", "--model", "local", "--fallback", "local", "--plan")
    assert done.returncode == 0, done.stderr
    assert "line 2: local/animatic" in done.stdout
    images = tarash("batch", "run", "boats.csv", "--modality", "image", "--model", "Local", "--plan")
    assert "line 2: local/still" in images.stdout, images.stderr


def test_the_help_says_what_trying_again_pays(tarash: Tarash) -> None:
    """The tests of jobs that were given up prove it."""
    told = " ".join(re.sub("[│╭╮╰╯─]", " ", tarash("batch", "run", "--help", COLUMNS="200").stdout).split())
    assert "paid for again; a row whose job is known, or may exist, only asks for that job." in told
