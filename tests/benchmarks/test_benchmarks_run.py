"""Every benchmark runs, at a tiny size, and reports; what the numbers are is not judged here."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    ("name", "reported", "unit"),
    [
        pytest.param("cpu", "CPU of the client, async, polled", "×", id="cpu"),
        pytest.param("notice", "streamed, noticed late", "s", id="notice"),
        pytest.param("import", "import tarash.tarash_gateway", "×", id="import"),
        pytest.param("concurrency", "memory of a waiting job", "KB", id="concurrency"),
    ],
)
def test_the_benchmark_runs_and_says_whether_its_target_is_met(name: str, reported: str, unit: str) -> None:
    command = [sys.executable, "-m", "benchmarks", name, "--tiny"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    line = next(line for line in done.stdout.splitlines() if reported in line)
    assert f" {unit} " in line
    assert line.rstrip().endswith((" met", " MISSED")) or " met " in line or " MISSED " in line


def test_the_mock_is_measured_without_a_yardstick() -> None:
    command = [sys.executable, "-m", "benchmarks", "mock", "--tiny"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert "100 generations" in done.stdout


def test_an_unknown_name_is_refused_with_the_known_ones() -> None:
    command = [sys.executable, "-m", "benchmarks", "speed"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "no benchmark speed; use cpu, notice, when, import, concurrency, mock" in done.stderr
