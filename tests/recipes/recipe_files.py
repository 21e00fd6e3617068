"""Owns what the tests of recipes share: where the recipes are, a table, and a fresh copy of a module."""

from __future__ import annotations

import functools
import os
import shlex
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from example_files import loaded
from offline import EXAMPLES
from plugins.batch.batch_command import installed
from simulators.kling import KlingSimulator
from tarash.tarash_gateway import Gateway
from tarash.tarash_gateway.job import Journal
from tarash_gateway_batch import BatchRunner, RowResult

RECIPES = EXAMPLES / "recipes"
MOST_SECONDS = 100.0


def on_loopback(journal: Journal) -> Gateway:
    """Make a gateway that may fetch what the simulator serves."""
    return Gateway(journal=journal, allow_private_hosts=True)


runner_on_loopback = functools.partial(BatchRunner, make_gateway=on_loopback)


def write_table(path: Path, count: int) -> Path:
    """Write a table of boats."""
    rows = "".join(f"boat {number},5\n" for number in range(1, count + 1))
    path.write_text(f"prompt,duration_seconds\n{rows}", "utf-8")
    return path


def tarash_command(folder: Path) -> Path:
    """Write what an installer writes for the program `tarash`, whether or not the packages are installed."""
    found = installed(folder.parent).folder / "installed"
    paths = os.pathsep.join((str(found), *sys.path))
    program = folder / "tarash"
    folder.mkdir(parents=True, exist_ok=True)
    program.write_text(
        f'#!/bin/sh\nPYTHONPATH={shlex.quote(paths)} exec {shlex.quote(sys.executable)} -m tarash.tarash_gateway.cli "$@"\n'
    )
    program.chmod(0o755)
    return program


def recipe_module(name: str, library: str, patch: pytest.MonkeyPatch) -> Any:
    """Load a fresh copy of a recipe."""
    return loaded(RECIPES / f"{name}.py", library, patch)


def wait_until(condition: Callable[[], bool], what: str) -> None:
    """Wait for something in another process or thread."""
    pause, until = threading.Event(), time.monotonic() + MOST_SECONDS
    while not condition():
        assert time.monotonic() < until, what
        pause.wait(0.02)


def assert_each_row_was_sent_once(kling: KlingSimulator, count: int) -> None:
    """Compare the submissions that the provider accepted with the rows."""
    sent = Counter(str(job.inputs.get("prompt", job.inputs)) for job in kling.jobs)
    assert (len(sent), set(sent.values())) == (count, {1})


def states(out: Path) -> Counter[str]:
    """Count the lines of a manifest by state."""
    lines = (out / "manifest.jsonl").read_text("utf-8").splitlines()
    return Counter(RowResult.model_validate_json(line).state for line in lines)
