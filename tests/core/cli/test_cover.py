"""`tarash` alone says what to do first and what is ready, whatever is broken, and shows no key."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from simulators.fal import FalSimulator
from tarash.tarash_gateway import providers
from tarash.tarash_gateway.cli.app import app
from tarash.tarash_gateway.cli.cover import STEPS

Tarash = Callable[..., Result]


@pytest.fixture
def without_keys(monkeypatch: pytest.MonkeyPatch, workplace: Path) -> None:
    """No provider has a key."""
    for item in providers():
        assert item.info is not None
        for name in (
            *item.info.api_key_env,
            *(one for names in item.info.key_parts.values() for one in names),
        ):
            monkeypatch.delenv(name, raising=False)


def facts(result: Result) -> dict[str, str]:
    """The lines of the cover by their label, each joined."""
    assert result.exit_code == 0, result.output
    found: dict[str, str] = {}
    label = ""
    for line in result.stdout.split("\n\n")[2].splitlines():
        label = line[:12].strip() or label
        found[label] = f"{found.get(label, '')} {line[12:]}".strip()
    return found


@pytest.mark.usefixtures("without_keys")
def test_it_says_which_providers_are_ready(tarash: Tarash, monkeypatch: pytest.MonkeyPatch) -> None:
    before = facts(tarash())
    assert "local" in before["ready"].split(", ")
    assert "fal" in before["no key"].split(", ")
    assert "google" in before["no key"].split(", "), "Vertex AI credentials take its place"
    assert before["optional"].startswith("comfyui (")
    assert before["defaults"] == "video-model local/animatic, image-model local/still"
    monkeypatch.setenv("FAL_KEY", "a-key-0123456789")
    CliRunner().invoke(app, ["keys", "set", "runway"], input="another-key-0123456789\n")
    result = tarash()
    assert {"fal", "local", "runway"} <= set(facts(result)["ready"].split(", "))
    assert "-key-0123456789" not in result.output


def test_it_counts_the_jobs_that_wait(tarash: Tarash, fal: FalSimulator, at_fal: tuple[str, ...]) -> None:
    assert "jobs" not in facts(tarash())
    tarash("video", "a boat", *at_fal, "--detach")
    assert facts(tarash())["jobs"] == "1 not collected: tarash jobs list"


def test_it_fits_80_columns(tarash: Tarash, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    assert max(len(line) for line in tarash().stdout.splitlines()) <= 80


def test_what_is_broken_is_told_and_disturbs_nothing(tarash: Tarash, workplace: Path, tmp_path: Path) -> None:
    (workplace / ".env").write_bytes(b"\xff\xfe\x00FAL_KEY")
    assert ".env cannot be read" in facts(tarash())["problem"]
    (workplace / ".env").unlink()
    folder = tmp_path / "config" / "tarash-gateway"
    folder.mkdir(parents=True)
    (folder / "config.json").write_text("{")
    assert "config.json is damaged" in facts(tarash())["problem"]


@pytest.mark.parametrize("command", [command for command, _ in STEPS if "…" not in command])
def test_every_step_is_a_right_command(command: str) -> None:
    group = typer.main.get_command(app)
    words = shlex.split(command)[1:]
    while hasattr(group, "commands"):
        group = group.commands[words.pop(0)]
    group.make_context(command, words)
