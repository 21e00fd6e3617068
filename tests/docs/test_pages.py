"""Every snippet of the README and of the documentation does what it says, on this machine alone."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest

from docs.pages import ROOT, SNIPPETS

TESTS = ROOT / "tests"
RUNNER = Path(__file__).with_name("page_runner.py")
WITH_PYTHON = [
    page for page, found in SNIPPETS.items() if any(snippet.language == "python" for snippet in found)
]


def each(pages: Iterable[Path]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize(
        "page", [pytest.param(page, id=str(page.relative_to(ROOT))) for page in pages]
    )


def run(page: Path, folder: Path, *arguments: str) -> None:
    home = folder / "home"
    workplace = folder / "workplace"
    home.mkdir()
    workplace.mkdir()
    # nothing of this shell: a key in it would let a snippet reach for a provider
    variables = {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.defpath}",
        "HOME": str(home),
        "LANG": "C.UTF-8",
        "PYTHONPATH": str(TESTS),
    }
    done = subprocess.run(
        [sys.executable, "-W", "error", RUNNER, page, *arguments],
        env=variables,
        cwd=workplace,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{done.stdout[-2000:]}\n{done.stderr[-4000:]}"


@each(SNIPPETS)
def test_every_snippet_of_the_page_runs(page: Path, tmp_path: Path) -> None:
    run(page, tmp_path)


@each(WITH_PYTHON)
def test_every_snippet_of_the_page_runs_inside_an_event_loop(page: Path, tmp_path: Path) -> None:
    run(page, tmp_path, "--in-a-loop")
