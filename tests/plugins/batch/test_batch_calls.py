"""Calls of one runner: several run the same batch at once, and a batch is stored before it is run."""

from __future__ import annotations

import asyncio
import contextlib
import pickle
import threading
import time
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from plugins.batch.batch_command import installed
from simulators.asking import video_config
from simulators.kling import KlingSimulator
from tarash.tarash_gateway import Gateway, VideoGenerationConfig, VideoGenerationRequest
from tarash.tarash_gateway.job import Journal
from tarash_gateway_batch import AlreadyRunningError, BadRowsError, BatchOptions, BatchRunner, RowResult

RunWith = Callable[[Callable[[BatchRunner], Coroutine[Any, Any, Any]]], Any]
ENDS_SECONDS = 60.0


def requests(count: int) -> list[VideoGenerationRequest]:
    return [
        VideoGenerationRequest(prompt=f"boat {number}", duration_seconds=5) for number in range(1, count + 1)
    ]


async def have_begun(kling: KlingSimulator, count: int) -> None:
    def wait() -> None:
        pause, until = threading.Event(), time.monotonic() + ENDS_SECONDS
        while len(kling.jobs) < count:
            assert time.monotonic() < until, f"only {len(kling.jobs)} rows have begun"
            pause.wait(0.01)

    await asyncio.to_thread(wait)


def test_a_call_that_is_cancelled_leaves_the_batch_to_another_call(
    run_with: RunWith, kling: KlingSimulator, out: Path
) -> None:
    """As when a scheduler gives an attempt up and begins the next one in the same process."""

    async def use(runner: BatchRunner) -> Mapping[str, int]:
        def call(count: int, on_result: Callable[[RowResult], object] | None = None) -> asyncio.Task[Any]:
            rows, options = requests(count), BatchOptions(concurrency=2)
            return asyncio.create_task(
                runner.run(
                    rows, video_config(kling), name="boats", out=out, options=options, on_result=on_result
                )
            )

        await call(1)
        kling.hold("running")
        first = call(5)
        await have_begun(kling, 3)
        has_joined = asyncio.Event()
        second = call(5, lambda _: has_joined.set())
        await asyncio.wait_for(has_joined.wait(), ENDS_SECONDS)
        first.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await first
        kling.release()
        counts: Mapping[str, int] = (await asyncio.wait_for(second, ENDS_SECONDS)).counts
        return counts

    assert run_with(use) == {"completed": 5}
    assert len(kling.jobs) == 5


def test_a_call_by_name_alone_keeps_the_keys_of_the_call_that_brought_them(
    run_with: RunWith, kling: KlingSimulator, out: Path
) -> None:
    """The environment has no key, and the server is one that only the first call names."""

    async def use(runner: BatchRunner) -> Mapping[str, int]:
        kling.hold("running")
        options = BatchOptions(concurrency=1)
        first = asyncio.create_task(
            runner.run(requests(3), video_config(kling), name="boats", out=out, options=options)
        )
        await have_begun(kling, 1)
        second = asyncio.create_task(runner.resume("boats", on_result=lambda _: None))
        kling.release()
        summaries = await asyncio.wait_for(asyncio.gather(first, second), ENDS_SECONDS)
        assert summaries[0] == summaries[1]
        counts: Mapping[str, int] = summaries[0].counts
        return counts

    assert run_with(use) == {"completed": 3}


def test_a_batch_that_was_added_is_listed_and_sends_nothing_until_it_is_resumed(
    kling: KlingSimulator, out: Path, tmp_path: Path
) -> None:
    def make_gateway(journal: Journal) -> Gateway:
        key = {"KLING_API_KEY": kling.api_key}
        return Gateway(journal=journal, environ=key, allow_private_hosts=True)

    def opened() -> BatchRunner:
        return BatchRunner(
            database=tmp_path / "batches.sqlite", make_gateway=make_gateway, base_urls=[kling.url]
        )

    async def add() -> Mapping[str, int]:
        async with opened() as runner:
            assert await runner.names() == []
            options = BatchOptions(budget_usd=1.0)
            found = await runner.add(requests(2), video_config(kling), name="boats", out=out, options=options)
            assert found.budget_usd == 1.0
            assert await runner.names() == ["boats"]
            return found.counts

    async def carry_on() -> Mapping[str, int]:
        async with opened() as runner:
            limits = replace(await runner.options_of("boats"), concurrency=1)
            counts = (await runner.resume("boats", options=limits)).counts
            assert await runner.options_of("boats") == limits
            assert limits.budget_usd == 1.0
            return counts

    assert asyncio.run(add()) == {"waiting": 2}
    assert kling.jobs == []
    assert asyncio.run(carry_on()) == {"completed": 2}
    assert len(kling.jobs) == 2


def test_a_batch_with_a_bad_row_is_not_added(
    run_with: RunWith, mocked: VideoGenerationConfig, out: Path
) -> None:
    async def use(runner: BatchRunner) -> list[str]:
        with pytest.raises(BadRowsError):
            await runner.add([VideoGenerationRequest(prompt="")], mocked, name="boats", out=out)
        return await runner.names()

    assert run_with(use) == []


def test_a_second_run_of_the_command_is_refused_while_the_first_one_uses_the_file(
    run_with: RunWith, tmp_path: Path
) -> None:
    (tmp_path / "boats.csv").write_text("prompt,duration_seconds\nboat 1,1\n", "utf-8")
    tarash = installed(tmp_path)

    async def use(_: BatchRunner) -> None:
        run = ("batch", "run", "boats.csv", "--database", "batches.sqlite", "--out", "videos")
        done = await asyncio.to_thread(tarash, *run)
        assert done.returncode == 2
        assert "in use by another run" in done.stderr
        assert not (tmp_path / "videos").exists()

    run_with(use)


def test_a_second_runner_is_told_apart_from_a_wrong_argument(run_with: RunWith, tmp_path: Path) -> None:
    """So that a task queue can try again later, which is of no use for a wrong argument."""

    async def use(_: BatchRunner) -> None:
        for name in ("batches.sqlite", "another.sqlite"):
            with pytest.raises(AlreadyRunningError) as caught:
                await BatchRunner(database=tmp_path / name).__aenter__()
            assert caught.value.code == "already_running"
            copied = pickle.loads(pickle.dumps(caught.value))  # noqa: S301 - our own
            assert isinstance(copied, AlreadyRunningError)

    run_with(use)


def test_stopping_a_batch_leaves_another_one_whose_name_differs_in_case(
    run_with: RunWith, kling: KlingSimulator, tmp_path: Path
) -> None:
    async def use(runner: BatchRunner) -> Mapping[str, int]:
        def call(
            name: str, count: int, on_result: Callable[[RowResult], object] | None = None
        ) -> asyncio.Task[Any]:
            rows, options, place = requests(count), BatchOptions(concurrency=1), tmp_path / f"out of {name}"
            run = runner.run(
                rows, video_config(kling), name=name, out=place, options=options, on_result=on_result
            )
            return asyncio.create_task(run)

        await call("cards", 1)
        kling.hold("running")
        whole = call("Cards", 5)
        await have_begun(kling, 2)
        has_joined = asyncio.Event()
        given_up = call("cards", 2, lambda _: has_joined.set())
        await asyncio.wait_for(has_joined.wait(), ENDS_SECONDS)
        given_up.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await given_up
        kling.release()
        counts: Mapping[str, int] = (await asyncio.wait_for(whole, ENDS_SECONDS)).counts
        return counts

    assert run_with(use) == {"completed": 5}
