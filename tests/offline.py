"""Owns how a program of the checkout is run as a user runs it, off the network."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

TESTS = Path(__file__).resolve().parent
EXAMPLES = TESTS.parent / "examples"
OFF_THE_NETWORK = """
import runpy
import sys
from loopback_only import loopback_only

sys.argv = sys.argv[1:]
with loopback_only():
    runpy.run_path(sys.argv[0], run_name="__main__")
"""


def run_offline(program: Path, *arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run `program` in `folder`, with no key in its environment; a warning is an error."""
    paths = [str(TESTS), os.environ.get("PYTHONPATH", "")]
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", OFF_THE_NETWORK, program, *arguments],
        cwd=folder,
        env={
            "PYTHONPATH": os.pathsep.join(filter(None, paths)),
            "LANG": "C.UTF-8",
            "PYTHONUTF8": "1",
            "HOME": str(folder),
        },
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
