"""Owns the batch that tests kill: its size, the faults of its providers, and what must be true of it in the end."""

from __future__ import annotations

import hashlib
import math
import os
import random
import re
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from plugins.batch.simulators_with_clips import KlingWithClips, ReplicateWithClips, clip
from tarash.tarash_gateway.testing import Simulator
from tarash.tarash_gateway.testing.simulator import LostResponse, Reset, SimulatedJob, Status
from tarash_gateway_batch import RowResult

KILLS = int(os.environ.get("BATCH_KILLS", "2"))
ROWS = int(os.environ.get("BATCH_ROWS", "40"))
MOST_SECONDS = 120.0 + 2.0 * ROWS


def dice_of_the_seed() -> random.Random:
    """Return the random source of the run; `BATCH_SEED` replays one."""
    return random.Random(os.environ.get("BATCH_SEED", "1"))


@contextmanager
def faulty_providers() -> Iterator[tuple[KlingWithClips, ReplicateWithClips]]:
    """Run both providers, with faults."""
    with KlingWithClips() as kling, ReplicateWithClips() as replicate:
        _add_faults(kling, "render_error")
        _add_faults(replicate, "model_error")
        yield kling, replicate


def _add_faults(simulator: KlingWithClips | ReplicateWithClips, failure: str) -> None:
    """Let about one call in twenty fail, and every eighth video be bad, in every way that matters for the money."""
    for number in range(4, ROWS, 8):
        simulator.clips[number] = clip(2.0)
    for number in range(1, ROWS // 10 + 1):
        simulator.inject("submit", LostResponse(), nth=20 * number - 7)
        simulator.inject("status", Status(500), nth=40 * number)
        simulator.inject("status", Reset(), nth=40 * number + 20)
    simulator.job_seconds = 0.3
    simulator.fail_next(failure, times=max(ROWS // 40, 1))


def settings_of(folder: Path, kling: KlingWithClips, replicate: ReplicateWithClips) -> dict[str, str]:
    """Return what `batch_program` wants to know."""
    return {
        "folder": str(folder),
        "rows": str(ROWS),
        "kling_url": kling.url,
        "kling_key": kling.api_key,
        "replicate_url": replicate.url,
        "replicate_key": replicate.api_key,
    }


def wait_for_calls(calls: int, simulators: tuple[Simulator, ...], is_over: Callable[[], bool]) -> None:
    """Wait until the simulators have had this many more calls, or the batch is over."""
    before = sum(len(simulator.requests) for simulator in simulators)
    pause = threading.Event()
    while not is_over() and sum(len(simulator.requests) for simulator in simulators) < before + calls:
        pause.wait(0.002)


def assert_nothing_is_lost_or_paid_twice(
    folder: Path, spent_usd: object, accepted: Mapping[str, list[SimulatedJob]]
) -> None:
    """Check the manifest in a folder against what the providers have accepted."""
    text = (folder / "manifest.jsonl").read_text("utf-8")
    results = [RowResult.model_validate_json(line) for line in text.splitlines()]
    assert [result.line for result in results] == list(range(1, ROWS + 1))
    _assert_each_attempt_was_accepted_at_most_once(results, accepted)
    _assert_the_money_is_right(results, accepted)
    assert spent_usd == _sum_of(results, "yes", "unknown")
    for result in results:
        assert (result.state in {"completed", "bad_media"}) == bool(result.files), result
        assert (result.state == "bad_media") == any(file.problems for file in result.files), result
        for file in result.files:
            assert hashlib.sha256(Path(file.path).read_bytes()).hexdigest() == file.sha256, result
    rejected = [item for result in results for item in result.rejections]
    assert rejected
    assert len({item.generation_id for item in rejected}) == len(rejected)


def _assert_each_attempt_was_accepted_at_most_once(
    results: list[RowResult], accepted: Mapping[str, list[SimulatedJob]]
) -> None:
    for provider, jobs in accepted.items():
        counts = Counter(_prompt_of(job) for job in jobs)
        for result in results:
            tried = [attempt for attempt in result.attempts if attempt.provider == provider]
            assert counts[result.prompt] <= len([item for item in tried if item.submitted != "no"]), result


def _prompt_of(job: SimulatedJob) -> str:
    found = re.search(r"boat number \d+\.", str(job.inputs))
    assert found is not None
    return found[0]


def _assert_the_money_is_right(results: list[RowResult], accepted: Mapping[str, list[SimulatedJob]]) -> None:
    """What is known to be billed, the simulators have billed; what they have billed beyond it, the ledger calls unknown."""
    prices = {item.provider: item.estimated_cost_usd for result in results for item in result.attempts}
    billed = math.fsum(
        prices[provider] or 0.0
        for provider, jobs in accepted.items()
        for job in jobs
        if job.outcome != "failed"
    )
    certain, possible = _sum_of(results, "yes"), _sum_of(results, "yes", "unknown")
    assert certain - 1e-6 <= billed <= possible + 1e-6
    # Kling finds a task by the id that was sent along, so no submission stays unknown there
    unknown = {item.provider for result in results for item in result.attempts if item.submitted == "unknown"}
    assert unknown <= {"replicate"}


def _sum_of(results: list[RowResult], *billed: str) -> float:
    costs = [
        item.estimated_cost_usd if item.cost_usd is None else item.cost_usd
        for result in results
        for item in result.attempts
        if item.billed in billed
    ]
    return round(math.fsum(cost or 0.0 for cost in costs), 9)
