"""The Temporal recipe: heartbeats, a cancellation, and an attempt that is repeated while the first one still runs."""

from __future__ import annotations

import asyncio
import base64
import dataclasses
import json
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest

from recipes.recipe_files import (
    RECIPES,
    assert_each_row_was_sent_once,
    recipe_module,
    runner_on_loopback,
    states,
    wait_until,
    write_table,
)
from simulators.asking import video_config
from simulators.kling import KlingSimulator
from tarash_gateway_batch import BatchOptions, BatchRunner

temporalio = pytest.importorskip("temporalio", reason="examples/recipes/temporal_batch.py needs temporalio")

from temporalio.activity import ActivityCancellationDetails  # noqa: E402 - if it is installed
from temporalio.client import WorkflowHistory  # noqa: E402
from temporalio.testing import ActivityEnvironment  # noqa: E402
from temporalio.worker import Replayer  # noqa: E402
from temporalio.workflow import NondeterminismError  # noqa: E402


class Attempt:
    """An attempt at the activity of the recipe, which records its heartbeats."""

    def __init__(self, recipe: Any, runner: BatchRunner, number: int = 1) -> None:
        self.beats: list[dict[str, int]] = []
        self.environment = ActivityEnvironment()
        self.environment.info = dataclasses.replace(self.environment.info, attempt=number)
        self.environment.on_heartbeat = self.beats.append
        activities = recipe.BatchActivities(runner)
        self.task: asyncio.Task[dict[str, int]] = asyncio.ensure_future(
            self.environment.run(activities.generate_table, recipe.Order("boats", "boats.csv"))
        )

    async def has_beaten(self, beat: dict[str, int]) -> None:
        await asyncio.to_thread(wait_until, lambda: beat in self.beats, f"no heartbeat says {beat}")


@pytest.fixture
def recipe(tmp_path: Path, kling: KlingSimulator, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The recipe with the settings of a user who generates with Kling, and a table of four rows."""
    monkeypatch.chdir(tmp_path)
    write_table(tmp_path / "boats.csv", 4)
    found: Any = recipe_module("temporal_batch", "temporalio", monkeypatch)
    found.CONFIG = video_config(kling)
    found.OPTIONS = BatchOptions(budget_usd=50.0, concurrency=2)
    found.BEAT_SECONDS = 0.05
    return found


def with_runner(use: Callable[[BatchRunner], Coroutine[Any, Any, None]]) -> None:
    async def main() -> None:
        async with runner_on_loopback() as runner:
            await use(runner)

    asyncio.run(main())


def test_an_attempt_that_was_given_up_leaves_the_batch_to_the_next_one(
    recipe: Any, kling: KlingSimulator, tmp_path: Path
) -> None:
    kling.hold("running")

    async def use(runner: BatchRunner) -> None:
        first = Attempt(recipe, runner)
        await asyncio.to_thread(wait_until, lambda: len(kling.jobs) == 2, "no row begins")
        # its heartbeats were lost, so Temporal repeats it, and tells it when it hears from it again
        second = Attempt(recipe, runner, number=2)
        await second.has_beaten({"waiting": 4})
        first.environment.cancel(ActivityCancellationDetails(timed_out=True))
        with pytest.raises(asyncio.CancelledError):
            await first.task
        kling.release()
        assert await second.task == {"completed": 4}

    with_runner(use)
    assert states(tmp_path / "videos" / "boats") == {"completed": 4}
    assert_each_row_was_sent_once(kling, 4)


def test_a_cancellation_takes_out_what_was_not_sent_and_finishes_the_rest(
    recipe: Any, kling: KlingSimulator, tmp_path: Path
) -> None:
    kling.hold("running")

    async def use(runner: BatchRunner) -> None:
        attempt = Attempt(recipe, runner)
        await asyncio.to_thread(wait_until, lambda: len(kling.jobs) == 2, "no row begins")
        attempt.environment.cancel()
        await attempt.has_beaten({"cancelled": 2, "waiting": 2})
        kling.release()
        with pytest.raises(asyncio.CancelledError):
            await attempt.task

    with_runner(use)
    assert states(tmp_path / "videos" / "boats") == {"completed": 2, "cancelled": 2}
    assert_each_row_was_sent_once(kling, 2)


COMPARED = {"sdkMetadata": {"coreUsedFlags": [1]}}
"""Temporal compares the types of activities in histories with this flag."""
WHEN = "2026-11-27T21:00:00Z"


def payload(value: object) -> dict[str, object]:
    encoded = {
        "metadata": {"encoding": base64.b64encode(b"json/plain").decode()},
        "data": base64.b64encode(json.dumps(value).encode()).decode(),
    }
    return {"payloads": [encoded]}


def history(activity: str, counts: dict[str, int]) -> str:
    """What a server records of a workflow that ran one activity, and returned its result."""
    order = payload({"name": "boats", "table": "boats.csv"})
    begun: dict[str, object] = {
        "workflowType": {"name": "GenerateTable"},
        "taskQueue": {"name": "batches"},
        "input": order,
        "originalExecutionRunId": "1",
        "attempt": 1,
    }
    ended: dict[str, object] = {"scheduledEventId": "5", "startedEventId": "6", "result": payload(counts)}
    happened: list[tuple[str, dict[str, object]]] = [
        ("WORKFLOW_EXECUTION_STARTED", begun),
        ("WORKFLOW_TASK_SCHEDULED", {}),
        ("WORKFLOW_TASK_STARTED", {"scheduledEventId": "2"}),
        ("WORKFLOW_TASK_COMPLETED", {"scheduledEventId": "2", "startedEventId": "3", **COMPARED}),
        ("ACTIVITY_TASK_SCHEDULED", {"activityId": "1", "activityType": {"name": activity}}),
        ("ACTIVITY_TASK_STARTED", {"scheduledEventId": "5"}),
        ("ACTIVITY_TASK_COMPLETED", ended),
        ("WORKFLOW_TASK_SCHEDULED", {}),
        ("WORKFLOW_TASK_STARTED", {"scheduledEventId": "8"}),
        ("WORKFLOW_TASK_COMPLETED", {"scheduledEventId": "8", "startedEventId": "9"}),
        ("WORKFLOW_EXECUTION_COMPLETED", {"result": payload(counts)}),
    ]
    events = []
    for number, (kind, facts) in enumerate(happened, start=1):
        first, *others = kind.lower().split("_")
        name = f"{first}{''.join(map(str.capitalize, others))}EventAttributes"
        event = {"eventId": str(number), "eventType": f"EVENT_TYPE_{kind}", "eventTime": WHEN}
        events.append({**event, name: facts})
    return json.dumps({"events": events})


def test_the_workflow_runs_the_activity_in_the_sandbox_of_temporal(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is replayed, which needs no server: the sandbox imports the recipe by its name."""
    monkeypatch.syspath_prepend(str(RECIPES))
    recipe: Any = recipe_module("temporal_batch", "temporalio", monkeypatch)
    counts = {"completed": 4}

    async def replay(activity: str) -> None:
        replayer = Replayer(workflows=[recipe.GenerateTable])
        recorded = history(activity, counts)
        await replayer.replay_workflow(WorkflowHistory.from_json("boats", recorded))

    asyncio.run(replay("generate_table"))
    with pytest.raises(NondeterminismError):
        asyncio.run(replay("another_activity"))
