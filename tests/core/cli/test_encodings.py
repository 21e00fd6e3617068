"""The command line works where pipes are not in UTF-8, as on Windows: no letter ends a command, and JSON stays JSON."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

PROMPT = "夜の東京 → a café …"
Command = Callable[..., "subprocess.CompletedProcess[bytes]"]


@pytest.fixture
def command(workplace: Path) -> Command:
    """Runs the command with pipes in an encoding that lacks most letters."""
    environ = {**os.environ, "PYTHONIOENCODING": "cp1252", "PYTHONUTF8": "0"}

    def run(*arguments: str, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
        started = [sys.executable, "-m", "tarash.tarash_gateway.cli", *arguments]
        return subprocess.run(started, input=given, capture_output=True, env=environ, check=False)

    return run


def prompt_of(done: subprocess.CompletedProcess[bytes]) -> object:
    assert done.returncode == 0, done.stderr
    # as a program reads JSON, whatever its own locale is
    return json.loads(done.stdout.decode("utf-8"))["attempts"][0]["payload"]["prompt"]


def test_a_letter_that_the_pipe_lacks_is_written_as_its_number(command: Command) -> None:
    done = command("plan", "image", PROMPT)
    assert done.returncode == 0, done.stderr
    assert rb"\u591c" in done.stdout


def test_json_is_the_same_in_every_encoding(command: Command) -> None:
    assert prompt_of(command("plan", "image", PROMPT, "--json")) == PROMPT


def test_a_result_is_saved_under_a_name_that_cannot_be_printed(command: Command, workplace: Path) -> None:
    done = command("image", "a boat", "--out", "東京.png")
    assert (done.returncode, done.stdout.splitlines()[0]) == (0, rb"\u6771\u4eac.png"), done.stderr
    assert (workplace / "東京.png").is_file()


@pytest.mark.parametrize("beginning", [b"", b"\xef\xbb\xbf"])
def test_a_prompt_from_a_file_is_read_as_utf_8(command: Command, beginning: bytes) -> None:
    given = beginning + f"{PROMPT}\r\nin the rain\r\n".encode()
    assert prompt_of(command("plan", "image", "-", "--json", given=given)) == f"{PROMPT}\nin the rain"


def test_a_prompt_that_is_not_utf_8_is_read_in_the_encoding_of_the_system(command: Command) -> None:
    assert prompt_of(command("plan", "image", "-", "--json", given="a café".encode("cp1252"))) == "a café"


def test_an_input_in_no_known_encoding_is_refused(command: Command) -> None:
    # a letter that neither UTF-8 nor the encoding of this system has
    done = command("plan", "image", "-", given=b"a caf\x81")
    assert (done.returncode, b"not text in UTF-8" in done.stderr) == (2, True)
