"""Owns how a test calls `tarash batch`: as a program, with the entry point of the package, whether or not it is installed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from simulators.kling import KlingSimulator
from tarash_gateway_batch import RowResult

PROJECT = Path(__file__).resolve().parents[3] / "plugins" / "batch"
MOST_SECONDS = 100.0


@dataclass(frozen=True)
class Tarash:
    """Calls the command line in a folder; keywords are environment variables."""

    folder: Path

    def start(self, *arguments: object, **environ: str) -> subprocess.Popen[str]:
        """Start the command."""
        return subprocess.Popen(
            [sys.executable, "-m", "tarash.tarash_gateway.cli", *map(str, arguments)],
            env={
                "PATH": os.defpath,
                "HOME": str(self.folder),
                "PYTHONPATH": os.pathsep.join((str(self.folder / "installed"), *sys.path)),
                **environ,
            },
            cwd=self.folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def __call__(self, *arguments: object, **environ: str) -> subprocess.CompletedProcess[str]:
        """Run the command to its end."""
        process = self.start(*arguments, **environ)
        try:
            out, err = process.communicate(timeout=120)
        finally:
            process.kill()
        return subprocess.CompletedProcess(process.args, process.returncode, out, err)


def installed(folder: Path) -> Tarash:
    """Put what an installer writes of the package's entry points into a folder, and return the command there."""
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))["project"]
    written = folder / "installed" / "tarash_gateway_batch-1.0.dist-info"
    written.mkdir(parents=True)
    (written / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: 1.0\n")
    groups = [
        "\n".join((f"[{group}]", *(f"{name} = {value}" for name, value in entries.items())))
        for group, entries in project["entry-points"].items()
    ]
    (written / "entry_points.txt").write_text("\n".join(groups))
    return Tarash(folder)


def told(text: str) -> dict[str, Any]:
    """The JSON object that the command has printed."""
    found: dict[str, Any] = json.loads(text)
    return found


def manifest(folder: Path) -> list[RowResult]:
    """The results in the manifest of the folder `videos`."""
    text = (folder / "videos" / "manifest.jsonl").read_text("utf-8")
    return [RowResult.model_validate_json(line) for line in text.splitlines()]


def worker(
    tarash: Tarash, server: str, name: str, kling: KlingSimulator, *options: str
) -> subprocess.Popen[str]:
    """Start a worker, and return it when it is ready."""
    started = tarash.start(
        "batch", "worker", "--database", server, "--worker-id", name, "--base-url", kling.url, "--dead-after", "5",
        *options, KLING_API_KEY=kling.api_key,
    )  # fmt: skip
    assert started.stderr is not None
    assert "is ready" in started.stderr.readline()
    return started


def wait_for(condition: Callable[[], bool], what: str) -> None:
    """Wait until a condition holds; if it never does, fail with what is wrong."""
    pause, until = threading.Event(), time.monotonic() + MOST_SECONDS
    while not condition():
        assert time.monotonic() < until, what
        pause.wait(0.05)
