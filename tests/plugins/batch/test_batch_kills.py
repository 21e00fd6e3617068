"""A batch that is killed at random moments ends as if it had not been: each row once, and every cent accounted for."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from functools import partial
from pathlib import Path

from plugins.batch.killed_batches import (
    KILLS,
    MOST_SECONDS,
    ROWS,
    assert_nothing_is_lost_or_paid_twice,
    dice_of_the_seed,
    faulty_providers,
    settings_of,
    wait_for_calls,
)
from plugins.batch.simulators_with_clips import KlingWithClips, ReplicateWithClips

PROGRAM = Path(__file__).with_name("batch_program.py")


def settings_in(folder: Path, simulators: tuple[KlingWithClips, ReplicateWithClips]) -> Path:
    path = folder / "settings.json"
    path.write_text(json.dumps(settings_of(folder, *simulators)), "utf-8")
    return path


def started(settings: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, str(PROGRAM), str(settings)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def has_ended(process: subprocess.Popen[str]) -> bool:
    return process.poll() is not None


def kill(process: subprocess.Popen[str]) -> None:
    """Kill the process group, unless it has ended."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.communicate()


def finished(settings: Path) -> dict[str, object]:
    process = started(settings)
    try:
        out, err = process.communicate(timeout=MOST_SECONDS)
    finally:
        process.kill()
    assert process.returncode == 0, err
    told: dict[str, object] = json.loads(out.splitlines()[-1])
    return told


def test_a_batch_that_is_killed_again_and_again_pays_for_each_attempt_once(tmp_path: Path) -> None:
    dice = dice_of_the_seed()
    with faulty_providers() as simulators:
        settings = settings_in(tmp_path, simulators)
        for _ in range(KILLS):
            process = started(settings)
            calls = dice.randint(1, 4 * ROWS // KILLS)
            wait_for_calls(calls, simulators, partial(has_ended, process))
            kill(process)
        told = finished(settings)
        accepted = {"kling": simulators[0].jobs, "replicate": simulators[1].jobs}
    assert_nothing_is_lost_or_paid_twice(tmp_path / "videos", told["spent_usd"], accepted)
