"""What makes the command line quick to use: short help, completion, prompts from pipes, and the result on the screen."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner, Result

from simulators.fal import FalSimulator
from tarash.tarash_gateway.cli.app import app

Tarash = Callable[..., Result]
SMALL = ("--duration", "1", "--resolution", "128x72", "--quiet")


def _completed(words: str) -> list[str]:
    """The suggestions of the shell for a command line, the last word being typed."""
    environment = {
        "_TARASH_COMPLETE": "complete_fish",
        "_TYPER_COMPLETE_FISH_ACTION": "get-args",
        "_TYPER_COMPLETE_ARGS": words,
    }
    output = CliRunner().invoke(app, [], prog_name="tarash", env=environment).stdout
    return [line.partition("\t")[0] for line in output.splitlines() if line]


@pytest.mark.parametrize("command", [(), ("generate", "video"), ("jobs", "resume"), ("plugin", "new")])
def test_help_is_two_letters(tarash: Tarash, command: tuple[str, ...]) -> None:
    short = tarash(*command, "-h")
    assert short.exit_code == 0
    assert short.stdout == tarash(*command, "--help").stdout


def _commands(group: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every command below a group, with the words that lead to it."""
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from _commands(command, (*path, name))
        else:
            yield (*path, name), command


ROOT = typer.main.get_command(app)


@pytest.mark.parametrize(
    ("path", "command"), [pytest.param(*item, id=" ".join(item[0])) for item in _commands(ROOT)]
)
def test_every_help_ends_with_examples_that_are_right(
    tarash: Tarash, path: tuple[str, ...], command: Any
) -> None:
    head, *lines = str(command.epilog).split("\n\n")
    assert head == "Examples:"
    assert lines
    for line in lines:
        words = shlex.split(line.partition(" < ")[0])
        assert words[: len(path) + 1] == ["tarash", *path]
        given = ["a prompt" if word == "-" else word for word in words[len(path) + 1 :]]
        command.make_context(" ".join(path), given)
        assert line.split()[-1] in tarash(*path, "-h").stdout


def test_providers_and_their_models_are_completed(workplace: Path) -> None:
    assert "fal" in _completed("tarash generate video -p f")
    models = _completed("tarash generate video -p fal -m fal-ai/veo3")
    assert "fal-ai/veo3.1" in models
    assert all(name.startswith("fal-ai/veo3") for name in models)
    assert not _completed("tarash generate image -p fal -m fal-ai/veo3.1")
    assert not _completed("tarash generate video -p nobody -m x")


def test_saved_jobs_are_completed(tarash: Tarash, at_fal: tuple[str, ...]) -> None:
    job = tarash("generate", "video", "a boat in the rain", *at_fal, "--detach", "--quiet").stdout.strip()
    assert job in _completed(f"tarash jobs resume {job[:4]}")


def test_a_prompt_is_read_from_a_pipe(workplace: Path, fal: FalSimulator, at_fal: tuple[str, ...]) -> None:
    runner = CliRunner()
    result = runner.invoke(app, ["generate", "video", "-", *at_fal, "-q"], input="a boat\nin the rain\n")
    assert result.exit_code == 0, result.output
    assert fal.jobs[0].inputs["prompt"] == "a boat\nin the rain"
    empty = runner.invoke(app, ["generate", "video", "-", *at_fal], input="")
    assert empty.exit_code == 2
    assert "standard input is empty" in empty.output
    assert len(fal.jobs) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="the fake browser is a shell script")
def test_the_result_is_opened_and_a_machine_without_a_screen_keeps_it(workplace: Path) -> None:
    seen = workplace / "opened.txt"
    browser = workplace / "browser"
    browser.write_text(f'#!/bin/sh\necho "$1" >> "{seen}"\n')
    browser.chmod(0o700)
    command = [
        sys.executable,
        "-m",
        "tarash.tarash_gateway.cli",
        "generate",
        "video",
        "a boat",
        *SMALL,
        "--open",
    ]
    environment = {**os.environ, "HOME": str(workplace)}

    def generate(name: str, opener: str) -> str:
        done = subprocess.run(
            [*command, "-o", name],
            env={**environment, "BROWSER": f"{opener} %s"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode, done.stdout.strip()) == (0, name), done.stderr
        return done.stderr

    assert generate("first.mp4", str(browser)) == ""
    assert seen.read_text().splitlines() == [(workplace / "first.mp4").as_uri()]
    assert "saved, but not opened: no program on this machine opens it" in generate("second.mp4", "false")
