"""Owns how the tests call the command line: in this process, in a folder of their own, without anyone's keys."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from simulators.fal import FalSimulator
from tarash.tarash_gateway.cli.app import app


@pytest.fixture(autouse=True)
def no_keyring(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Where the plugin for keyrings is installed, too, no test may touch the keyring of the person who runs it."""
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    if importlib.util.find_spec("keyring") is None:
        yield
        return
    import keyring
    from keyring.backends import fail

    before = keyring.get_keyring()
    keyring.set_keyring(fail.Keyring())  # type: ignore[no-untyped-call]  # keyring's own has no types
    yield
    keyring.set_keyring(before)


@pytest.fixture
def workplace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder of the command; saved jobs go beside it, and the user's state folder is out of reach."""
    folder = tmp_path / "workplace"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    # a test that is about the width of the terminal sets it
    for name in ("COLUMNS", "TARASH_JOBS_DIR", "TARASH_VIDEO_MODEL", "TARASH_IMAGE_MODEL"):
        monkeypatch.delenv(name, raising=False)
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
