"""Owns how the tests call the command line: in this process, in a folder of their own, without anyone's keys."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from simulators.fal import FalSimulator
from tarash.tarash_gateway.cli.app import app


@pytest.fixture
def workplace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder of the command; saved jobs go beside it, and the user's state folder is out of reach."""
    folder = tmp_path / "workplace"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.delenv("TARASH_JOBS_DIR", raising=False)
    monkeypatch.delenv("FAL_KEY", raising=False)
    return folder


@pytest.fixture
def tarash(workplace: Path) -> Callable[..., Result]:
    """`tarash("generate", "video", ...)` runs the command and returns exit code and output."""
    runner = CliRunner()

    def invoke(*arguments: object) -> Result:
        return runner.invoke(app, [str(argument) for argument in arguments], prog_name="tarash")

    return invoke


@pytest.fixture
def fal(monkeypatch: pytest.MonkeyPatch, workplace: Path) -> Iterator[FalSimulator]:
    """fal on loopback, with its key in the environment."""
    monkeypatch.setenv("FAL_KEY", FalSimulator.api_key)
    with FalSimulator() as simulator:
        yield simulator


@pytest.fixture
def at_fal(fal: FalSimulator) -> tuple[str, ...]:
    """The options that send a video to the simulator."""
    return ("--provider", "fal", "--model", "fal-ai/veo3.1", "--base-url", fal.url, "--timeout", "20")
