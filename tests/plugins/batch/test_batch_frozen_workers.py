"""A worker that freezes after it has noted a job, and before it sends it, pays for nothing twice when it wakes."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from plugins.batch.batch_program import rows_of
from plugins.batch.killed_batches import settings_of
from plugins.batch.postgres import needs_postgres
from plugins.batch.simulators_with_clips import KlingWithClips, ReplicateWithClips
from tarash_gateway_batch import BatchProgress, BatchRunner, RowResult

pytestmark = [needs_postgres, pytest.mark.xdist_group("postgres"), pytest.mark.timeout(120)]

PROGRAM = Path(__file__).with_name("freezing_worker.py")
REPLICATE_FIRST, KLING_FIRST = 0, 1


def queue(settings: dict[str, str], row: int) -> None:
    async def main() -> None:
        async with BatchRunner(database=settings["database"]) as runner:
            folder = Path(settings["folder"])
            await runner.enqueue(rows_of(settings, 2)[row : row + 1], name=folder.name, out=folder)

    asyncio.run(main())


def progress(settings: dict[str, str]) -> BatchProgress:
    async def main() -> BatchProgress:
        async with BatchRunner(database=settings["database"]) as runner:
            return await runner.progress(Path(settings["folder"]).name)

    return asyncio.run(main())


def worker(settings: dict[str, str], *arguments: str) -> subprocess.Popen[str]:
    path = Path(settings["folder"]) / "settings.json"
    path.write_text(json.dumps(settings), "utf-8")
    return subprocess.Popen(
        [sys.executable, str(PROGRAM), str(path), *arguments],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        stderr=subprocess.PIPE,
        text=True,
    )


def ended(process: subprocess.Popen[str]) -> None:
    _, err = process.communicate(timeout=60)
    assert process.returncode == 0, err


def frozen_before_sending(settings: dict[str, str], row: int) -> RowResult:
    """Let a worker freeze, another one take the row over and finish it, and the first one wake; return the result of the row."""
    queue(settings, row)
    frozen = worker(settings, "freezes")
    try:
        os.waitid(os.P_PID, frozen.pid, os.WSTOPPED)
        ended(worker(settings))
        frozen.send_signal(signal.SIGCONT)
        # it sends what it was about to send, and finds that the row is not its own any more
        ended(frozen)
    finally:
        frozen.kill()
        frozen.communicate()
    return RowResult.model_validate_json((Path(settings["folder"]) / "manifest.jsonl").read_text("utf-8"))


@pytest.mark.parametrize("row", [KLING_FIRST, REPLICATE_FIRST])
def test_a_worker_that_freezes_before_it_sends_and_wakes_pays_for_no_attempt_twice(
    server: str, tmp_path: Path, row: int
) -> None:
    with KlingWithClips() as kling, ReplicateWithClips() as replicate:
        settings = {**settings_of(tmp_path, kling, replicate), "database": server}
        result = frozen_before_sending(settings, row)
        submitted = [(item.provider, item.submitted) for item in result.attempts]
        accepted = len(kling.jobs), len(replicate.jobs)
        sent = [request for request in kling.requests if request.route == "submit"]
    assert result.state == "completed"
    spent = progress(settings).spent_usd
    if row == KLING_FIRST:
        # both have sent it, and Kling accepts an id once
        assert (submitted, accepted, len(sent)) == ([("kling", "yes")], (1, 0), 2)
        assert spent == pytest.approx(0.42)
    else:
        # Replicate cannot say that there is no job, and so the attempt counts as one that may be paid: it is, when the worker wakes
        assert (submitted, accepted) == ([("replicate", "unknown"), ("kling", "yes")], (1, 1))
        assert spent == pytest.approx(result.total_cost_usd)
        assert spent == pytest.approx(0.42 + (result.attempts[0].estimated_cost_usd or 0.0))
