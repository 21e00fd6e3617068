"""A plugin adds sub-commands to `tarash`; they load when they are used, and a broken one stops nobody else."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

GREETING = """
import sys

import typer

from tarash.tarash_gateway.exceptions import QuotaExceededError

app = typer.Typer(help="Greets from a plugin.", no_args_is_help=True)
print("greeting is loaded", file=sys.stderr)


@app.command()
def hello(name: str) -> None:
    print(f"hello {name}")


@app.command()
def fail(as_json: bool = typer.Option(False, "--json")) -> None:
    raise QuotaExceededError("the account is empty")
"""
ENTRY_POINTS = """[tarash_gateway.commands]
greeting = greeting:app
broken = no_such_module:app
odd = greeting:hello
jobs = greeting:app
"""


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """A folder with what an installer would put there of a plugin with commands."""
    (tmp_path / "greeting.py").write_text(GREETING, "utf-8")
    written = tmp_path / "tarash_gateway_greeting-1.0.dist-info"
    written.mkdir()
    (written / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: tarash-gateway-greeting\nVersion: 1.0\n", "utf-8"
    )
    (written / "entry_points.txt").write_text(ENTRY_POINTS, "utf-8")
    return tmp_path


def tarash(installed: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-W", "error", "-m", "tarash.tarash_gateway.cli", *arguments],
        env={
            "PATH": os.defpath,
            "HOME": str(installed),
            "PYTHONPATH": os.pathsep.join((str(installed), *sys.path)),
        },
        cwd=installed,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_command_of_a_plugin_runs_under_its_name(installed: Path) -> None:
    done = tarash(installed, "greeting", "hello", "Ada")
    assert (done.returncode, done.stdout) == (0, "hello Ada\n"), done.stderr


def test_its_help_offers_no_completion_of_its_own(installed: Path) -> None:
    told = tarash(installed, "greeting", "--help").stdout
    assert "hello" in told
    assert "completion" not in told


def test_no_plugin_is_loaded_for_a_command_of_the_core(installed: Path) -> None:
    done = tarash(installed, "jobs", "list")
    assert done.returncode == 0, done.stderr
    assert "greeting is loaded" not in done.stderr


def test_the_help_lists_them_and_what_is_wrong_with_the_broken_ones(installed: Path) -> None:
    done = tarash(installed, "--help")
    assert done.returncode == 0, done.stderr
    assert re.search(r"\bgreeting +Greets from a plugin\.", done.stdout)
    assert "no_such_module" in done.stdout
    assert "generate" in done.stdout


@pytest.mark.parametrize(("name", "words"), [("broken", "no_such_module"), ("odd", "not a typer.Typer")])
def test_a_broken_one_is_named_and_fatal_to_nobody_else(installed: Path, name: str, words: str) -> None:
    done = tarash(installed, name, "anything", "--at-all")
    assert done.returncode == 8
    assert f"the command {name!r}" in done.stderr
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    assert tarash(installed, "greeting", "hello", "Ada").returncode == 0


def test_an_exception_of_the_library_becomes_a_message_and_an_exit_code(installed: Path) -> None:
    done = tarash(installed, "greeting", "fail")
    assert done.returncode == 3
    assert "error: the account is empty" in done.stderr
    assert "Traceback" not in done.stderr


def test_it_becomes_json_if_the_command_was_asked_for_that(installed: Path) -> None:
    done = tarash(installed, "greeting", "fail", "--json")
    assert done.returncode == 3
    error = json.loads(done.stdout)["error"]
    assert (error["message"], error["exit_code"]) == ("the account is empty", 3)
    assert "the account is empty" not in done.stderr


def test_a_command_of_a_known_plugin_that_is_not_installed_says_what_to_install(tmp_path: Path) -> None:
    """A distribution of its name without entry points, earlier on the path, hides the one that may be installed here."""
    hiding = tmp_path / "tarash_gateway_batch-0.dist-info"
    hiding.mkdir()
    (hiding / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: tarash-gateway-batch\nVersion: 0\n", "utf-8"
    )
    done = tarash(tmp_path, "batch", "run", "table.csv", "--out", "clips")
    assert (done.returncode, done.stdout) == (8, "")
    assert done.stderr == (
        "error: the command 'batch' is not installed; install its plugin from the checkout: pip install ./core ./plugins/batch\n"
    )
    assert "./plugins/batch" in tarash(tmp_path, "batch", "--help").stdout
    assert "batch" not in tarash(tmp_path, "--help").stdout


def test_a_command_that_nobody_has_is_unknown(installed: Path) -> None:
    done = tarash(installed, "batches")
    assert done.returncode == 2
    assert "has no command 'batches'; did you mean 'batch'?" in done.stderr
