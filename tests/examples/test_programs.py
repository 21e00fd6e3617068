"""Every example that is a program of its own runs without a key or a network, and does what it says."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import av

from offline import EXAMPLES, run_offline


def run(name: str, *arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    done = run_offline(EXAMPLES / name, *arguments, folder=folder)
    assert done.returncode == 0, done.stderr[-4000:]
    return done


def size_and_frames(path: Path) -> tuple[int, int, int]:
    with av.open(path) as clip:
        picture = clip.streams.video[0]
        return picture.width, picture.height, picture.frames


def test_every_example_is_listed_and_every_listed_one_exists() -> None:
    listed = re.findall(
        r"^\| \[`([\w./]+)`\]\((\S+)\) \|", (EXAMPLES / "README.md").read_text("utf-8"), re.MULTILINE
    )
    assert sorted(name for name, _ in listed) == sorted(
        path.relative_to(EXAMPLES).as_posix()
        for path in EXAMPLES.rglob("*.*")
        if path.suffix in {".py", ".ipynb", ".cron", ".yaml"}
    )
    assert all(name == target for name, target in listed)


def test_a_picture_is_animated(tmp_path: Path) -> None:
    done = run("animate_a_picture.py", folder=tmp_path)
    clip = tmp_path / "output" / "lake.mp4"
    assert "completed 100.0" in done.stdout
    assert size_and_frames(clip) == (640, 360, 48)


def test_a_picture_of_ones_own_is_animated(tmp_path: Path) -> None:
    run("animate_a_picture.py", folder=tmp_path)
    own = (tmp_path / "output" / "lake.png").rename(tmp_path / "own.png")
    run("animate_a_picture.py", str(own), folder=tmp_path)
    assert (tmp_path / "output" / "own.mp4").exists()
    assert not (tmp_path / "output" / "lake.png").exists()


def test_a_chain_survives_an_outage_and_bills_nothing_for_it(tmp_path: Path) -> None:
    lines = run("survive_an_outage.py", folder=tmp_path).stdout.splitlines()
    assert lines == [
        "1. fal: HTTPConnectionError, billed: no",
        "2. replicate: success, billed: no",
        f"saved {Path('output', 'boat.mp4')}",
    ]
    assert size_and_frames(tmp_path / "output" / "boat.mp4")[2] > 0


def test_models_are_compared(tmp_path: Path) -> None:
    heading, *lines = run("compare_models.py", folder=tmp_path).stdout.splitlines()
    assert heading.split() == ["model", "time", "estimate", "adjustments"]
    assert [line.split("/")[0] for line in lines] == ["fal", "kling", "runway", "replicate"]
    assert all(re.search(r" \d+\.\d s +(\$\d+\.\d\d|unknown) ", line) for line in lines)
    assert "duration_seconds 4 → 5" in lines[1]
    assert len(list((tmp_path / "output").glob("compare-*.mp4"))) == len(lines)


def test_a_job_is_submitted_by_one_process_and_collected_by_another(tmp_path: Path) -> None:
    submitted = run("submit_and_resume.py", "submit", "a red kite", folder=tmp_path).stdout.split()[-1]
    assert (tmp_path / "output" / "jobs" / f"{submitted}.json").exists()
    run("submit_and_resume.py", "resume", folder=tmp_path)
    assert size_and_frames(tmp_path / "output" / f"{submitted}.mp4")[:2] == (320, 180)
    assert list((tmp_path / "output" / "jobs").iterdir()) == []


def test_a_chain_is_logged_and_counted(tmp_path: Path) -> None:
    done = run("logs_and_metrics.py", folder=tmp_path)
    records = [json.loads(line) for line in done.stderr.splitlines()]
    completed = [record for record in records if record.get("provider") == "local"]
    assert completed
    assert all({"level", "message"} <= set(record) for record in records)
    assert "fal attempt_failed 1" in done.stdout.splitlines()
    assert "local completed 1" in done.stdout.splitlines()


def test_the_tests_of_a_pipeline_pass(tmp_path: Path) -> None:
    own = tmp_path / "test_own_pipeline.py"
    own.write_bytes((EXAMPLES / own.name).read_bytes())
    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", "pytest", "-q", own],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-4000:]
    assert "4 passed" in done.stdout
