"""A batch that is killed at random moments ends as if it had not been: each row once, and every cent accounted for."""

from __future__ import annotations

import json
import math
import os
import random
import signal
import subprocess
import sys
import threading
from collections import Counter
from pathlib import Path

from plugins.batch.simulators_with_clips import KlingWithClips, ReplicateWithClips, clip
from tarash.tarash_gateway.testing import Simulator
from tarash.tarash_gateway.testing.simulator import LostResponse, Reset, SimulatedJob, Status
from tarash_gateway_batch import RowResult

KILLS = int(os.environ.get("BATCH_KILLS", "2"))
ROWS = int(os.environ.get("BATCH_ROWS", "40"))
PROGRAM = Path(__file__).with_name("batch_program.py")
MOST_SECONDS = 120.0 + 2.0 * ROWS


def with_faults(simulator: KlingWithClips | ReplicateWithClips, failure: str) -> None:
    """Let about one call in twenty fail, and every eighth video be bad, in every way that matters for the money."""
    for number in range(4, ROWS, 8):
        simulator.clips[number] = clip(2.0)
    for number in range(1, ROWS // 10 + 1):
        simulator.inject("submit", LostResponse(), nth=20 * number - 7)
        simulator.inject("status", Status(500), nth=40 * number)
        simulator.inject("status", Reset(), nth=40 * number + 20)
    simulator.job_seconds = 0.3
    simulator.fail_next(failure, times=max(ROWS // 40, 1))


def settings_in(folder: Path, kling: KlingWithClips, replicate: ReplicateWithClips) -> Path:
    settings = {
        "folder": str(folder),
        "rows": str(ROWS),
        "kling_url": kling.url,
        "kling_key": kling.api_key,
        "replicate_url": replicate.url,
        "replicate_key": replicate.api_key,
    }
    path = folder / "settings.json"
    path.write_text(json.dumps(settings), "utf-8")
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


def kill_after(process: subprocess.Popen[str], calls: int, *simulators: Simulator) -> None:
    """Kill the process group once the simulators have had this many more calls, or leave it alone once it has ended."""
    before = sum(len(simulator.requests) for simulator in simulators)
    pause = threading.Event()
    while (
        process.poll() is None and sum(len(simulator.requests) for simulator in simulators) < before + calls
    ):
        pause.wait(0.002)
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


def prompt_of(job: SimulatedJob) -> str:
    return next(
        f"boat number {number}."
        for number in range(1, ROWS + 1)
        if f"boat number {number}." in str(job.inputs)
    )


def test_a_batch_that_is_killed_again_and_again_pays_for_each_attempt_once(tmp_path: Path) -> None:
    dice = random.Random(os.environ.get("BATCH_SEED", "1"))
    with KlingWithClips() as kling, ReplicateWithClips() as replicate:
        with_faults(kling, "render_error")
        with_faults(replicate, "model_error")
        settings = settings_in(tmp_path, kling, replicate)
        for _ in range(KILLS):
            kill_after(started(settings), dice.randint(1, 4 * ROWS // KILLS), kling, replicate)
        told = finished(settings)
        accepted = {"kling": kling.jobs, "replicate": replicate.jobs}
    text = (tmp_path / "videos" / "manifest.jsonl").read_text("utf-8")
    results = [RowResult.model_validate_json(line) for line in text.splitlines()]
    assert [result.line for result in results] == list(range(1, ROWS + 1))
    assert_each_attempt_was_accepted_at_most_once(results, accepted)
    assert_the_money_is_right(results, accepted)
    assert told["spent_usd"] == sum_of(results, "yes", "unknown")
    for result in results:
        assert (result.state in {"completed", "bad_media"}) == bool(result.files), result
        assert all(Path(file.path).stat().st_size == file.size_bytes for file in result.files)
        assert (result.state == "bad_media") == any(file.problems for file in result.files), result
    rejected = [item for result in results for item in result.rejections]
    assert rejected
    assert len({item.generation_id for item in rejected}) == len(rejected)


def assert_each_attempt_was_accepted_at_most_once(
    results: list[RowResult], accepted: dict[str, list[SimulatedJob]]
) -> None:
    for provider, jobs in accepted.items():
        counts = Counter(prompt_of(job) for job in jobs)
        for result in results:
            tried = [attempt for attempt in result.attempts if attempt.provider == provider]
            assert counts[result.prompt] <= len([item for item in tried if item.submitted != "no"]), result


def assert_the_money_is_right(results: list[RowResult], accepted: dict[str, list[SimulatedJob]]) -> None:
    """What is known to be billed, the simulators have billed; what they have billed beyond it, the ledger calls unknown."""
    prices = {item.provider: item.estimated_cost_usd for result in results for item in result.attempts}
    billed = math.fsum(
        prices[provider] or 0.0
        for provider, jobs in accepted.items()
        for job in jobs
        if job.outcome != "failed"
    )
    certain, possible = sum_of(results, "yes"), sum_of(results, "yes", "unknown")
    assert certain - 1e-6 <= billed <= possible + 1e-6
    # Kling finds a task by the id that was sent along, so no submission stays unknown there
    unknown = {item.provider for result in results for item in result.attempts if item.submitted == "unknown"}
    assert unknown <= {"replicate"}


def sum_of(results: list[RowResult], *billed: str) -> float:
    costs = [
        item.estimated_cost_usd if item.cost_usd is None else item.cost_usd
        for result in results
        for item in result.attempts
        if item.billed in billed
    ]
    return round(math.fsum(cost or 0.0 for cost in costs), 9)
