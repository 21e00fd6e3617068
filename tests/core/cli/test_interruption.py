from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import Result

from simulators.fal import FalSimulator
from tarash.tarash_gateway.testing.simulator import Status

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT for one program")

# a shell without job control starts programs with the interrupt ignored; a terminal does not
PROGRAM = """
import signal
signal.signal(signal.SIGINT, signal.default_int_handler)
from tarash.tarash_gateway.cli import main
main()
"""


def wait_until(condition: Callable[[], bool], program: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert program.poll() is None, program.communicate()
        assert time.monotonic() < deadline, "the program did not get there"
        time.sleep(0.01)


def interrupted(arguments: tuple[str, ...], fal: FalSimulator, folder: Path) -> tuple[int, str, str]:
    """Run a command, interrupt it once it polls for its job; return exit code, output and errors."""
    fal.hold()
    fal.inject("stream", Status(500), times=None)
    program = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, *arguments],
        env=os.environ,
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        wait_until(lambda: fal.count("status") > 0, program)
        program.send_signal(signal.SIGINT)
        stdout, stderr = program.communicate(timeout=20)
    finally:
        program.kill()
        program.wait()
    return program.returncode, stdout, stderr


def test_an_interrupt_cancels_the_job_at_the_provider_and_says_so(
    fal: FalSimulator, at_fal: tuple[str, ...], workplace: Path
) -> None:
    code, stdout, stderr = interrupted(("generate", "video", "a boat", *at_fal), fal, workplace)
    assert code == 130
    assert fal.count("cancel") == 1
    [job] = fal.jobs
    assert job.outcome == "cancelled"
    assert stdout == ""
    assert "interrupted: cancelling the job at the provider" in stderr
    assert f"interrupted: job {job.id} at fal was cancelled (cancelled: yes)" in stderr
    assert "Traceback" not in stderr
    assert list(workplace.iterdir()) == []


def test_a_resumed_job_that_was_cancelled_by_an_interrupt_is_forgotten(
    tarash: Callable[..., Result], fal: FalSimulator, at_fal: tuple[str, ...], workplace: Path
) -> None:
    detached = tarash("generate", "video", "a boat", *at_fal, "--detach", "--quiet").stdout.strip()
    code, stdout, _ = interrupted(("jobs", "resume", detached, "--json"), fal, workplace)
    assert code == 130
    assert json.loads(stdout)["error"]["cancelled"] == "yes"
    assert fal.jobs[0].outcome == "cancelled"
    assert tarash("jobs", "list", "--json").stdout.strip() == "[]"
