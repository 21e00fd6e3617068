"""`tarash batch` runs a table, carries on after an interrupt, and says how batches stand."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from plugins.batch.batch_command import Tarash
from simulators.kling import KlingSimulator
from tarash.tarash_gateway.exceptions import ValidationError
from tarash_gateway_batch import BatchProgress, Rate, RowResult
from tarash_gateway_batch.display import Bars, Lines, money
from tarash_gateway_batch.limits_given import read_concurrency, read_rates


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "boats.csv"
    path.write_text(
        "prompt,duration_seconds\n" + "".join(f"boat {number},5\n" for number in range(1, 7)), "utf-8"
    )
    return path


def test_without_a_key_a_table_is_drawn_on_this_machine(tarash: Tarash, tmp_path: Path) -> None:
    (tmp_path / "boats.csv").write_text("prompt,duration_seconds,resolution\na boat,1,160x90\n", "utf-8")
    done = tarash("batch", "run", "boats.csv", "--out", "videos", "--file-name", "{line}")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("1 of 1 row ended, $0.00")
    assert (tmp_path / "videos" / "2.mp4").stat().st_size > 1000
    assert (tmp_path / "videos" / "manifest.jsonl").is_file()
    assert done.stdout.splitlines()[-1] == str(tmp_path / "videos" / "report.html")
    assert 'src="./2.mp4"' in (tmp_path / "videos" / "report.html").read_text("utf-8")


def test_without_out_each_batch_has_a_folder_of_its_own_and_a_rehearsal_is_marked(
    tarash: Tarash, tmp_path: Path
) -> None:
    (tmp_path / "boats.csv").write_text("prompt,duration_seconds,resolution\na boat,1,160x90\n", "utf-8")
    assert tarash("batch", "run", "boats.csv", "--file-name", "{line}").returncode == 0
    assert tarash("batch", "run", "boats.csv", "--file-name", "{line}", "--mock").returncode == 0
    assert (tmp_path / "boats" / "2.mp4").is_file()
    assert (tmp_path / "boats-mock" / "2.mp4").is_file()
    assert not (tmp_path / "manifest.jsonl").exists()
    real, rehearsal = tarash("batch", "list").stdout.splitlines()[1:]
    assert "mock" not in real
    assert rehearsal.endswith("rehearsal (mock)")
    told = {item["name"]: item["is_mock"] for item in json.loads(tarash("batch", "list", "--json").stdout)}
    assert told == {"boats": False, "boats-mock": True}
    assert tarash("batch", "status", "boats-mock").stdout.startswith("rehearsal (mock)\n")
    assert json.loads(tarash("batch", "status", "boats", "--json").stdout)["is_mock"] is False


def test_a_plan_costs_nothing_and_says_what_it_would_cost(
    tarash: Tarash, table: Path, tmp_path: Path
) -> None:
    done = tarash("batch", "run", table, "--model", "kling/kling-3.0", "--plan", KLING_API_KEY="k")
    assert done.returncode == 0, done.stderr
    assert "6 rows, estimated cost $2.52" in done.stdout
    assert '"prompt": "boat 1"' in done.stdout
    told = json.loads(tarash("batch", "run", table, "--model", "kling/kling-3.0", "--plan", "--json").stdout)
    assert told["estimated_cost_usd"] == pytest.approx(2.52)
    assert [row["line"] for row in told["rows"]] == [2, 3, 4, 5, 6, 7]
    assert not (tmp_path / "tarash-batches.sqlite").exists()


def test_a_rehearsal_sends_nothing_and_does_not_stand_for_the_batch(
    tarash: Tarash, table: Path, kling: KlingSimulator, tmp_path: Path
) -> None:
    chain = ("--model", "kling/kling-3.0", "--base-url", kling.url)
    done = tarash("batch", "run", table, *chain, "--mock", "--out", "rehearsal", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(tarash("batch", "status", "boats-mock", "--json").stdout)["counts"] == {"completed": 6}
    assert len(list((tmp_path / "rehearsal").glob("*.mp4"))) == 6
    assert kling.requests == []
    done = tarash("batch", "run", table, *chain, "--out", "videos", KLING_API_KEY=kling.api_key)
    assert done.returncode == 0, done.stderr
    assert kling.count("submit") == 6


def test_bad_rows_are_listed_and_nothing_is_sent(tarash: Tarash, tmp_path: Path) -> None:
    (tmp_path / "boats.csv").write_text("prompt,duration_seconds\na boat,1\na kite,soon\n,1\n", "utf-8")
    done = tarash("batch", "run", "boats.csv", "--out", "videos")
    assert done.returncode == 2
    first, second, *summary = done.stderr.splitlines()
    assert first.startswith("line 3: ")
    assert second.startswith("line 4: ")
    assert "2 bad rows, so nothing was sent" in summary[0]
    assert "--skip-bad" in "".join(summary)
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "videos").exists()


def test_a_program_is_told_every_bad_row(tarash: Tarash, tmp_path: Path) -> None:
    (tmp_path / "boats.csv").write_text("prompt,duration_seconds\n" + "a kite,soon\n" * 30, "utf-8")
    for options in ((), ("--plan",)):
        done = tarash("batch", "run", "boats.csv", "--out", "videos", "--json", *options)
        error = json.loads(done.stdout)["error"]
        assert (done.returncode, done.stderr, error["code"], error["exit_code"]) == (2, "", "bad_rows", 2)
        assert [row["line"] for row in error["bad_rows"]] == list(range(2, 32))
        assert all("duration_seconds='soon'" in row["reason"] for row in error["bad_rows"])


def test_the_state_of_a_batch_and_the_list_of_all(tarash: Tarash, table: Path, kling: KlingSimulator) -> None:
    kling.fail_next("risk_control")
    at_kling = ("--model", "kling/kling-3.0", "--base-url", kling.url, "--out", "videos")
    done = tarash("batch", "run", table, *at_kling, "--budget", "2", KLING_API_KEY=kling.api_key)
    told = json.loads(tarash("batch", "status", "boats", "--json").stdout)
    assert told["rows"] == 6
    assert told["counts"]["failed"] == 1
    assert told["counts"]["over_budget"] >= 1
    assert told["budget_usd"] == 2
    assert told["spent_usd"] <= 2
    # the worst that happened decides
    assert done.returncode == 5, done.stderr
    assert "failed: 1" in tarash("batch", "status", "boats").stdout
    assert tarash("batch", "list").stdout.split("\n")[1].split()[:3] == ["boats", "6", "0"]
    unknown = tarash("batch", "status", "kites")
    assert unknown.returncode == 2
    assert "it has: boats" in unknown.stderr


def test_a_missing_database_is_named(tarash: Tarash) -> None:
    done = tarash("batch", "list")
    assert done.returncode == 2
    assert "tarash-batches.sqlite" in done.stderr


def interrupted(
    tarash: Tarash, table: Path, kling: KlingSimulator, times: int
) -> subprocess.CompletedProcess[str]:
    """Run the table, and interrupt it as soon as two rows run."""
    kling.hold("running")
    process = tarash.start(
        "batch", "run", table, "--model", "kling/kling-3.0", "--base-url", kling.url, "--out", "videos",
        "--concurrency", "2", KLING_API_KEY=kling.api_key,
    )  # fmt: skip
    pause = threading.Event()
    while len(kling.jobs) < 2 and process.poll() is None:
        pause.wait(0.01)
    assert process.stderr is not None
    told = ""
    for _ in range(times):
        process.send_signal(signal.SIGINT)
        # the notice comes in one line after an empty one
        told += process.stderr.readline() + process.stderr.readline()
    if times == 1:
        kling.release()
    out, err = process.communicate(timeout=60)
    return subprocess.CompletedProcess(process.args, process.returncode, out, told + err)


@pytest.mark.skipif(os.name != "posix", reason="sends signals")
def test_ctrl_c_finishes_the_rows_that_run_and_the_next_run_does_the_others(
    tarash: Tarash, table: Path, kling: KlingSimulator
) -> None:
    done = interrupted(tarash, table, kling, 1)
    assert done.returncode == 130, done.stderr
    assert "stopping: no further row begins, and 2 rows are being finished" in done.stderr
    assert json.loads(tarash("batch", "status", "boats", "--json").stdout)["counts"] == {
        "completed": 2,
        "waiting": 4,
    }
    assert len(kling.jobs) == 2
    assert_the_next_run_completes(tarash, table, kling)


@pytest.mark.skipif(os.name != "posix", reason="sends signals")
def test_ctrl_c_twice_leaves_the_jobs_running_and_the_next_run_collects_them(
    tarash: Tarash, table: Path, kling: KlingSimulator
) -> None:
    done = interrupted(tarash, table, kling, 2)
    assert done.returncode == 130, done.stderr
    assert "detached: 2 rows are left running at the providers" in done.stderr
    assert all(job.outcome is None for job in kling.jobs)
    kling.release()
    assert_the_next_run_completes(tarash, table, kling)


def assert_the_next_run_completes(tarash: Tarash, table: Path, kling: KlingSimulator) -> None:
    at_kling = ("--model", "kling/kling-3.0", "--base-url", kling.url, "--out", "videos", "--json")
    done = tarash("batch", "run", table, *at_kling, KLING_API_KEY=kling.api_key)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["counts"] == {"completed": 6}
    assert Counter(str(job.inputs.get("prompt", job.inputs)) for job in kling.jobs).most_common(1)[0][1] == 1
    assert len(kling.jobs) == 6


def test_without_a_terminal_there_is_a_line_every_30_seconds(capsys: pytest.CaptureFixture[str]) -> None:
    now = [0.0]
    lines = Lines(10, clock=lambda: now[0])
    for second in range(0, 100, 5):
        now[0] = float(second)
        lines.stands(BatchProgress({"completed": 3, "failed": 1, "waiting": 6}, 1.25, 50.0))
    printed = capsys.readouterr().err.splitlines()
    assert printed == ["4 of 10 rows ended, 1 failed, $1.25 of $50.00"] * 3


@pytest.mark.parametrize("width", [40, 60, 80, 200])
def test_a_narrow_terminal_shortens_the_bar_before_any_word(width: int) -> None:
    screen = StringIO()
    names = ("replicate", "a-company-with-a-long-name", "日本語プロバイダ")
    bars = Bars(
        200, Counter(dict.fromkeys(names, 60)), Console(file=screen, force_terminal=True, width=width)
    )
    with bars:
        bars.stands(BatchProgress({"waiting": 200}, 1234.5, 5000.0))
    frame = screen.getvalue().rpartition("all rows")[2]
    assert "…" not in frame
    for words in names if width > 40 else ("0/200", "0/60"):
        assert words in frame


def test_in_a_terminal_there_are_bars_for_all_rows_and_each_provider() -> None:
    screen = StringIO()
    bars = Bars(3, Counter({"fal": 2, "kling": 1}), Console(file=screen, force_terminal=True, width=120))
    with bars:
        bars.stands(BatchProgress({"completed": 1, "failed": 1, "waiting": 1}, 0.84, 50.0))
        for state in ("completed", "failed"):
            bars.ended(
                RowResult.model_validate(
                    {"batch": "b", "key": state, "line": 1, "state": state, "prompt": "p", "provider": "fal"}
                )
            )
    shown = screen.getvalue()
    for words in ("all rows", "2/3", "$0.84 of $50.00", "fal", "2/2", "1 not completed", "kling", "0/1"):
        assert words in shown


@pytest.mark.parametrize(
    ("words", "expected"),
    [([], 10), (["20"], 20), (["fal=20", "kling=5"], {"fal": 20, "kling": 5})],
)
def test_a_concurrency_is_a_number_or_one_for_each_provider(words: list[str], expected: object) -> None:
    assert read_concurrency(words) == expected


def test_a_rate_is_a_number_of_rows_in_a_unit() -> None:
    assert read_rates(["fal=60/min", "kling=1/s"]) == {"fal": Rate(60, 60.0), "kling": Rate(1, 1.0)}


@pytest.mark.parametrize(
    ("read", "word"),
    [
        (read_concurrency, "many"), (read_concurrency, "fal=0"), (read_rates, "60/min"), (read_rates, "fal=60"),
        (read_rates, "fal=60/year"), (read_rates, "fal=0/min"),
    ],
)  # fmt: skip
def test_a_limit_that_cannot_be_read_is_refused(read: Callable[[list[str]], object], word: str) -> None:
    with pytest.raises(ValidationError):
        read([word])


def test_a_fraction_of_a_cent_is_no_zero() -> None:
    assert money(BatchProgress({}, 0.0035, 0.05)) == "$0.0035 of $0.05"
    assert money(BatchProgress({}, 3.2, None)) == "$3.20"


HELP_OF_EVERYTHING = """
import contextlib, io, json, sys
from tarash.tarash_gateway.cli.app import app
from typer.main import get_command

HEAVY = ("sqlalchemy", "dbos", "fsspec", "httpx", "av", "PIL", "numpy", "pyarrow")
found = {}

def show(command, words):
    with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit):
        get_command(app)([*words, "--help"], standalone_mode=True)
    found[" ".join(words)] = [name for name in HEAVY if name in sys.modules]
    for name in getattr(command, "commands", ()) if words else command.list_commands(None):
        show(command.get_command(None, name), [*words, name])

show(get_command(app), [])
print(json.dumps(found))
"""


def test_no_help_waits_for_a_database_library_an_http_client_or_a_decoder() -> None:
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [sys.executable, "-c", HELP_OF_EVERYTHING],
        env=environ,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    found = json.loads(done.stdout)
    assert {"", "batch", "batch run", "batch worker", "generate video", "jobs cancel"} <= set(found)
    assert {words: heavy for words, heavy in found.items() if heavy} == {}
