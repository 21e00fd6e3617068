"""The Temporal recipe: heartbeats, a cancellation, and an attempt that is repeated while the first one still runs."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest

from recipes.recipe_files import (
    assert_each_row_was_sent_once,
    loaded,
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
from temporalio.testing import ActivityEnvironment  # noqa: E402


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
    found: Any = loaded("temporal_batch", "temporalio", monkeypatch)
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
