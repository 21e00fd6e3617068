"""The command in terminals that are narrow or have no colours, and in pipes: names stay whole, and no escape code is left over."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from rich.console import Console
from typer.testing import Result

from tarash.tarash_gateway import ProgressUpdate
from tarash.tarash_gateway.cli.progress import Bars, Lines, progress_display
from tarash.tarash_gateway.cli.text_streams import is_styled

Tarash = Callable[..., Result]
COMMAND = [sys.executable, "-m", "tarash.tarash_gateway.cli"]
LONG = "fal-ai/kling-video/v3/pro/first-last-frame-to-video-with-sound"


class Terminal(io.StringIO):
    """A stream that is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def _usual_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    for name in ("NO_COLOR", "FORCE_COLOR", "CLICOLOR_FORCE"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize(
    "line",
    [
        ("providers",), ("providers", "--available"), ("models", "fal"), ("config", "list"), ("keys", "list"), ("jobs", "list", "--all"),
        ("plan", "video", "x", "-m", "fal/fal-ai/veo3.1"), ("compare", "x", "-m", "local", "-m", "fal/fal-ai/veo3.1", "--plan"),
    ],
)  # fmt: skip
def test_a_narrow_terminal_breaks_lines_between_words_and_cuts_no_name(
    tarash: Tarash, monkeypatch: pytest.MonkeyPatch, line: tuple[str, ...]
) -> None:
    monkeypatch.setenv("FAL_KEY", "a-key-that-is-never-shown")
    wide = tarash(*line)
    monkeypatch.setenv("COLUMNS", "40")
    narrow = tarash(*line)
    assert narrow.exit_code == wide.exit_code == 0, narrow.output
    assert "…" not in narrow.stdout
    names = set(re.findall(r"[\w.-]+(?:/[\w.-]+)+|https?://\S+", wide.stdout))
    assert {name for name in names if name not in narrow.stdout} == set()


def test_a_table_that_fits_no_line_has_a_paragraph_for_each_row(
    tarash: Tarash, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    lines = tarash("providers").stdout.splitlines()
    assert "local" in lines
    assert max(map(len, lines)) <= 70, "only an address is longer than a line"
    assert all(len(line) <= 40 or "://" in line for line in lines)


@pytest.mark.parametrize(
    ("variables", "styled"),
    [({}, True), ({"NO_COLOR": "1"}, False), ({"NO_COLOR": ""}, True), ({"TERM": "dumb"}, False)],
)
def test_colours_are_left_out_where_they_are_not_wanted(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], styled: bool
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert is_styled(Terminal()) == styled
    assert not is_styled(io.StringIO())


@pytest.mark.parametrize(
    ("columns", "term", "kind"),
    [("100", "xterm", Bars), ("40", "xterm", Lines), ("100", "dumb", Lines)],
)
def test_bars_need_a_terminal_that_can_draw_them(
    monkeypatch: pytest.MonkeyPatch, columns: str, term: str, kind: type[object]
) -> None:
    monkeypatch.setattr(sys, "stderr", Terminal())
    monkeypatch.setenv("COLUMNS", columns)
    monkeypatch.setenv("TERM", term)
    assert type(progress_display(quiet=False)) is kind


def test_a_long_name_beside_a_bar_is_whole() -> None:
    screen = io.StringIO()
    with Bars(Console(file=screen, force_terminal=True, width=80, color_system=None)) as display:
        display.update(ProgressUpdate(provider="fal", model=LONG, status="processing", progress_percent=50))
    shown = screen.getvalue().split("\x1b[2K")[-1]
    assert "…" not in shown
    assert LONG[:20] in shown


@pytest.mark.parametrize(
    "line", [(), ("-h",), ("video", "-h"), ("vidoe",), ("video", "x", "--mock"), ("doctor", "local")]
)
def test_a_pipe_gets_no_escape_code(workplace: Path, line: tuple[str, ...]) -> None:
    done = subprocess.run([*COMMAND, *line], capture_output=True, cwd=workplace, check=False, timeout=60)
    assert b"\x1b" not in done.stdout + done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pseudo-terminals of this kind")
@pytest.mark.parametrize("variables", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_the_cover_has_no_escape_code_where_colours_are_not_wanted(
    workplace: Path, variables: dict[str, str]
) -> None:
    import pty

    ours, theirs = pty.openpty()
    subprocess.run(
        COMMAND, stdout=theirs, cwd=workplace, env={**os.environ, **variables}, check=True, timeout=60
    )
    os.close(theirs)
    with os.fdopen(ours, "rb", closefd=True) as read:
        assert b"\x1b" not in read.read1(100_000)
