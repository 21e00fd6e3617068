from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from simulators.fal import FalSimulator

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


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT for one program")
def test_an_interrupt_cancels_the_job_at_the_provider_and_says_so(
    fal: FalSimulator, at_fal: tuple[str, ...], workplace: Path
) -> None:
    fal.hold()
    program = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, "generate", "video", "a boat", *at_fal],
        env=os.environ,
        cwd=workplace,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        wait_until(lambda: fal.count("stream") + fal.count("status") > 0, program)
        program.send_signal(signal.SIGINT)
        stdout, stderr = program.communicate(timeout=20)
    finally:
        program.kill()
        program.wait()
    assert program.returncode == 130
    assert fal.count("cancel") == 1
    [job] = fal.jobs
    assert job.outcome == "cancelled"
    assert stdout == ""
    assert "interrupting: asking the provider to cancel the job" in stderr
    assert f"interrupted: job {job.id} at fal was cancelled (cancelled: yes)" in stderr
    assert "Traceback" not in stderr
    assert list(workplace.iterdir()) == []
