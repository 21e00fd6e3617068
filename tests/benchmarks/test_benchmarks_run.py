"""Every benchmark runs, at a tiny size, and reports; what the numbers are is not judged here."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from benchmarks.__main__ import BEGIN, END, PAGE, with_table
from benchmarks.findings import Finding

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    ("name", "reported", "unit"),
    [
        pytest.param("cpu", "CPU of the client, async, polled", "×", id="cpu"),
        pytest.param(
            "providers", "CPU of the client, blocking, google, with the download", "×", id="providers"
        ),
        pytest.param(
            "transports", "CPU of a job on aiohttp, polled, to aiohttp by hand", "×", id="transports"
        ),
        pytest.param("libraries", "CPU of a request, the aiohttp transport, to aiohttp", "×", id="libraries"),
        pytest.param("stalled", "noticed late beside 5 stalled jobs", "×", id="stalled"),
        pytest.param("mock", "mocked generation, to building its models by hand", "×", id="mock"),
        pytest.param("notice", "streamed, noticed late", "s", id="notice"),
        pytest.param("import", "import tarash.tarash_gateway", "×", id="import"),
        pytest.param("concurrency", "memory of a waiting job", "KB", id="concurrency"),
        pytest.param("batch", "memory of a row that waits, beside 5", "KB", id="batch"),
        pytest.param("large-batch", "CPU of a row, 16 rows to 4", "×", id="large-batch"),
    ],
)
def test_the_benchmark_runs_and_says_whether_its_target_is_met(name: str, reported: str, unit: str) -> None:
    command = [sys.executable, "-m", "benchmarks", name, "--tiny"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    line = next(line for line in done.stdout.splitlines() if reported in line)
    assert f" {unit} " in line
    assert line.rstrip().endswith((" met", " MISSED")) or " met " in line or " MISSED " in line


def test_the_page_gets_the_findings_in_place_of_the_earlier_ones() -> None:
    page = f"before\n\n{BEGIN}\n\n| old |\n\n{END}\n\nafter"
    findings = [Finding("a job", 1.234, "×", at_most=1.1, note="2 ms"), Finding("a clip", 3, "s")]
    assert with_table(page, findings) == (
        f"before\n\n{BEGIN}\n\n| measured | result | target | behind it |\n|---|---|---|---|\n"
        f"| a job | 1.23 × | ≤ 1.1× MISSED | 2 ms |\n| a clip | 3 s | – | – |\n\n{END}\n\nafter"
    )


def test_the_page_has_a_place_for_them() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert page.index(BEGIN) < page.index(END)


def test_an_unknown_name_is_refused_with_the_known_ones() -> None:
    command = [sys.executable, "-m", "benchmarks", "speed"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert (
        "no benchmark speed; use cpu, providers, transports, libraries, notice, when, import, concurrency, stalled, mock, batch, "
        "large-batch" in done.stderr
    )
