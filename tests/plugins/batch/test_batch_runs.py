"""A batch generates every row once, stores it, and says what it cost; what it cannot do, it says before anything is sent."""

from __future__ import annotations

import asyncio
import hashlib
import json
import sqlite3
from collections.abc import Callable, Coroutine
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from simulators.asking import video_config
from simulators.kling import KlingSimulator
from tarash.tarash_gateway import (
    ImageGenerationConfig,
    ImageGenerationRequest,
    MockConfig,
    VideoGenerationConfig,
    VideoGenerationRequest,
)
from tarash.tarash_gateway.exceptions import JournalError, ValidationError
from tarash.tarash_gateway.testing.simulator import Status
from tarash_gateway_batch import (
    BadRowsError,
    BatchOptions,
    BatchRow,
    BatchRunner,
    BatchSummary,
    Rate,
    RowResult,
    read_table,
)

RunWith = Callable[[Callable[[BatchRunner], Coroutine[Any, Any, Any]]], Any]


def requests(count: int, **fields: Any) -> list[VideoGenerationRequest]:
    return [VideoGenerationRequest(prompt=f"boat {number}", **fields) for number in range(1, count + 1)]


def manifest_of(out: Path) -> list[RowResult]:
    text = (out / "manifest.jsonl").read_text("utf-8")
    return [RowResult.model_validate_json(line) for line in text.splitlines()]


def test_every_row_is_generated_and_stored(
    run_with: RunWith, mocked: VideoGenerationConfig, out: Path, tmp_path: Path
) -> None:
    table = tmp_path / "people.csv"
    table.write_text("name,duration_seconds\nAda,4\nGrace,6\n../../Eve,4\n", "utf-8")
    rows = read_table(table, mocked, prompt_template="a card for {name}")
    told: list[RowResult] = []

    async def use(runner: BatchRunner) -> BatchSummary:
        options = BatchOptions(file_name="{line}/{name}")
        return await runner.run(rows, name="cards", out=out, options=options, on_result=told.append)

    summary = run_with(use)
    assert summary.counts == {"completed": 3}
    found = manifest_of(out)
    assert found == sorted(told, key=lambda result: result.line)
    assert [Path(str(result.path)).relative_to(out).as_posix() for result in found] == [
        "2/Ada.mp4",
        "3/Grace.mp4",
        "4/_.._Eve.mp4",
    ]
    for result in found:
        (file,) = result.files
        content = Path(file.path).read_bytes()
        assert (file.sha256, file.size_bytes) == (hashlib.sha256(content).hexdigest(), len(content))
        assert (result.provider, result.state, result.total_cost_usd) == ("fal", "completed", 0.0)


def test_the_outputs_of_equal_rows_stay_apart(run_with: RunWith, out: Path) -> None:
    config = ImageGenerationConfig(provider="fal", model="fal-ai/nano-banana", mock=MockConfig())
    twice = [ImageGenerationRequest(prompt="a boat", n=2)] * 2

    async def use(runner: BatchRunner) -> BatchSummary:
        return await runner.run(twice, config, name="boats", out=out)

    run_with(use)
    files = [file.path for result in manifest_of(out) for file in result.files]
    assert len(set(files)) == len(files) == 4


def test_results_come_as_they_end(run_with: RunWith, mocked: VideoGenerationConfig, out: Path) -> None:
    async def use(runner: BatchRunner) -> list[str]:
        return [result.prompt async for result in runner.iterate(requests(5), mocked, name="boats", out=out)]

    assert sorted(run_with(use)) == [f"boat {number}" for number in range(1, 6)]


def test_a_second_run_generates_nothing_again(run_with: RunWith, kling: KlingSimulator, out: Path) -> None:
    async def use(runner: BatchRunner) -> BatchSummary:
        return await runner.run(requests(3, duration_seconds=5), video_config(kling), name="boats", out=out)

    first = run_with(use)
    assert run_with(use) == first
    assert first.spent_usd == pytest.approx(3 * 0.42)
    assert len(kling.jobs) == 3


def test_an_event_loop_goes_on_after_a_runner(
    mocked: VideoGenerationConfig, out: Path, tmp_path: Path
) -> None:
    """As in a notebook, or in a server that opens a runner for one request."""

    async def use() -> BatchSummary:
        async with BatchRunner(database=tmp_path / "batches.sqlite") as runner:
            return await runner.run(requests(1), mocked, name="boats", out=out)

    async def main() -> list[BatchSummary]:
        first = await use()
        return [await asyncio.to_thread(lambda: first), await use()]

    assert [summary.counts for summary in asyncio.run(main())] == [{"completed": 1}] * 2


def test_leaving_the_loop_starts_no_further_row(run_with: RunWith, kling: KlingSimulator, out: Path) -> None:
    config = video_config(kling)

    async def leave(runner: BatchRunner) -> None:
        options = BatchOptions(concurrency=1)
        results = runner.iterate(requests(20), config, name="boats", out=out, options=options)
        async for _ in results:
            break
        await results.aclose()

    async def carry_on(runner: BatchRunner) -> BatchSummary:
        return await runner.run(requests(20), config, name="boats", out=out)

    run_with(leave)
    assert len(kling.jobs) < 20
    assert run_with(carry_on).counts == {"completed": 20}
    assert len(kling.jobs) == 20


def test_no_row_is_sent_if_one_is_bad(run_with: RunWith, kling: KlingSimulator, out: Path) -> None:
    rows = [*requests(2), VideoGenerationRequest(prompt="long", duration_seconds=600)]
    config = video_config(kling)

    async def refuse(runner: BatchRunner) -> None:
        await runner.run(rows, config, name="boats", out=out)

    async def skip(runner: BatchRunner) -> BatchSummary:
        return await runner.run(rows, config, name="boats", out=out, options=BatchOptions(skip_bad=True))

    with pytest.raises(BadRowsError, match="line 3") as caught:
        run_with(refuse)
    assert [bad.line for bad in caught.value.bad_rows] == [3]
    assert kling.count("submit") == 0
    assert run_with(skip).counts == {"completed": 2}


def test_two_rows_never_share_a_file(run_with: RunWith, mocked: VideoGenerationConfig, out: Path) -> None:
    async def use(runner: BatchRunner) -> None:
        await runner.run(
            requests(2), mocked, name="boats", out=out, options=BatchOptions(file_name="{provider}")
        )

    with pytest.raises(BadRowsError, match="that of line 1"):
        run_with(use)


def test_the_budget_is_never_exceeded_and_can_be_raised(
    run_with: RunWith, kling: KlingSimulator, out: Path
) -> None:
    config = video_config(kling)

    def within(budget_usd: float) -> BatchSummary:
        async def use(runner: BatchRunner) -> BatchSummary:
            options = BatchOptions(budget_usd=budget_usd)
            return await runner.run(
                requests(6, duration_seconds=5), config, name="boats", out=out, options=options
            )

        found: BatchSummary = run_with(use)
        return found

    assert within(0.0).counts == {"over_budget": 6}
    assert kling.count("submit") == 0
    summary = within(1.0)
    assert summary.counts == {"completed": 2, "over_budget": 4}
    assert summary.spent_usd == pytest.approx(0.84)
    assert len(kling.jobs) == 2
    assert "larger budget" in str(
        next(item for item in manifest_of(out) if item.state == "over_budget").error_message
    )
    assert within(50.0).counts == {"completed": 6}
    assert len(kling.jobs) == 6


def test_a_row_whose_parameters_may_change_the_price_is_not_sent_under_a_budget(
    run_with: RunWith, kling: KlingSimulator, out: Path
) -> None:
    longer = requests(1, extra_params={"settings": {"duration": 10}})

    async def use(runner: BatchRunner) -> BatchSummary:
        options = BatchOptions(budget_usd=0.5)
        return await runner.run(longer, video_config(kling), name="boats", out=out, options=options)

    assert run_with(use).counts == {"over_budget": 1}
    assert "leave out extra_params that may change it" in str(manifest_of(out)[0].error_message)
    assert kling.count("submit") == 0


def test_a_failed_row_says_why_and_is_tried_again_only_if_asked_for(
    run_with: RunWith, kling: KlingSimulator, out: Path
) -> None:
    kling.fail_next("risk_control")
    config = video_config(kling)

    def with_retry(asked: bool) -> BatchSummary:
        async def use(runner: BatchRunner) -> BatchSummary:
            options = BatchOptions(retry_failed=asked)
            return await runner.run(requests(1), config, name="boats", out=out, options=options)

        found: BatchSummary = run_with(use)
        return found

    assert with_retry(False).counts == {"failed": 1}
    (failed,) = manifest_of(out)
    assert failed.error_code == "content_moderation"
    assert len(failed.attempts) == 1
    assert with_retry(False).counts == {"failed": 1}
    assert len(kling.jobs) == 1
    assert with_retry(True).counts == {"completed": 1}
    (completed,) = manifest_of(out)
    assert (len(completed.attempts), completed.earlier_attempts) == (2, 1)


def test_a_result_that_cannot_be_stored_is_stored_by_the_next_run_without_paying_again(
    run_with: RunWith, kling: KlingSimulator, out: Path
) -> None:
    kling.inject("media", Status(404), times=None)
    config = video_config(kling)

    async def use(runner: BatchRunner) -> BatchSummary:
        return await runner.run(requests(1), config, name="boats", out=out)

    assert run_with(use).counts == {"unsaved": 1}
    kling.clear_faults()
    assert run_with(use).counts == {"completed": 1}
    assert len(kling.jobs) == 1
    (result,) = manifest_of(out)
    assert (len(result.attempts), result.earlier_attempts) == (1, 0)


def test_a_provider_never_has_more_rows_at_once_than_allowed(
    run_with: RunWith, kling: KlingSimulator, out: Path
) -> None:
    kling.job_seconds = 0.3

    async def use(runner: BatchRunner) -> None:
        options = BatchOptions(concurrency={"kling": 2})
        await runner.run(requests(6), video_config(kling), name="boats", out=out, options=options)

    run_with(use)
    spans = sorted((job.created_at, job.finished_at or 0.0) for job in kling.jobs)
    overlapping = [sum(start <= moment < end for start, end in spans) for moment, _ in spans]
    assert max(overlapping) <= 2


def test_a_rate_limits_how_many_rows_start(run_with: RunWith, kling: KlingSimulator, out: Path) -> None:
    async def use(runner: BatchRunner) -> None:
        options = BatchOptions(rates={"kling": Rate(2, seconds=3.0)})
        await runner.run(requests(4), video_config(kling), name="boats", out=out, options=options)

    run_with(use)
    starts = sorted(job.created_at for job in kling.jobs)
    # the engine counts from when a row leaves the queue; a busy machine takes a while to the call
    assert starts[2] - starts[0] > 1.0


def test_other_rows_under_the_same_name_are_refused(
    run_with: RunWith, mocked: VideoGenerationConfig, out: Path
) -> None:
    def row(key: str, prompt: str) -> BatchRow:
        return BatchRow(key, int(key), VideoGenerationRequest(prompt=prompt), mocked)

    async def first(runner: BatchRunner) -> None:
        await runner.run([row("1", "a"), row("2", "b")], name="boats", out=out)

    async def changed(runner: BatchRunner) -> None:
        await runner.run([row("1", "a"), row("2", "B")], name="boats", out=out)

    async def shorter(runner: BatchRunner) -> None:
        await runner.run([row("1", "a")], name="boats", out=out)

    async def longer(runner: BatchRunner) -> BatchSummary:
        return await runner.run([row("1", "a"), row("2", "b"), row("3", "c")], name="boats", out=out)

    run_with(first)
    with pytest.raises(ValidationError, match="line 2: prompt 'b' → 'B'"):
        run_with(changed)
    with pytest.raises(ValidationError, match="1 of its 2 rows are missing"):
        run_with(shorter)
    assert run_with(longer).counts == {"completed": 3}


def test_a_folder_belongs_to_one_batch(run_with: RunWith, kling: KlingSimulator, out: Path) -> None:
    async def use(runner: BatchRunner) -> BatchSummary:
        await runner.run(requests(1, duration_seconds=5), video_config(kling), name="boats", out=out)
        sent = len(kling.requests)
        with pytest.raises(
            ValidationError, match=r"the batch 'boats' has its manifest and its report in .*/ships"
        ):
            await runner.run(requests(2, duration_seconds=5), video_config(kling), name="ships", out=out)
        assert len(kling.requests) == sent
        rows = requests(2, duration_seconds=5)
        return await runner.run(rows, video_config(kling), name="ships", out=out / "ships")

    assert run_with(use).counts == {"completed": 2}
    assert [result.prompt for result in manifest_of(out)] == ["boat 1"]


def test_the_database_has_no_key(run_with: RunWith, kling: KlingSimulator, out: Path, tmp_path: Path) -> None:
    async def use(runner: BatchRunner) -> None:
        await runner.run(requests(2), video_config(kling), name="boats", out=out)

    run_with(use)
    stored = b"".join(path.read_bytes() for path in tmp_path.glob("batches.sqlite*"))
    assert b"boat 1" in stored
    assert kling.api_key.encode() not in stored


def test_a_database_that_fails_stops_the_run_and_loses_nothing(
    run_with: RunWith, kling: KlingSimulator, out: Path, tmp_path: Path
) -> None:
    refuse = "CREATE TRIGGER full BEFORE INSERT ON tarash_jobs BEGIN SELECT RAISE(ABORT, 'disk is full'); END"

    async def use(runner: BatchRunner) -> BatchSummary:
        return await runner.run(requests(3), video_config(kling), name="boats", out=out)

    async def use_full(runner: BatchRunner) -> None:
        with closing(sqlite3.connect(tmp_path / "batches.sqlite", isolation_level=None)) as connection:
            connection.execute(refuse)
        await use(runner)

    with pytest.raises(JournalError, match="disk is full"):
        run_with(use_full)
    assert kling.count("submit") == 0
    with closing(sqlite3.connect(tmp_path / "batches.sqlite", isolation_level=None)) as connection:
        connection.execute("DROP TRIGGER full")
    assert run_with(use).counts == {"completed": 3}


def test_a_database_belongs_to_one_runner(run_with: RunWith, tmp_path: Path) -> None:
    async def use(_: BatchRunner) -> None:
        async with BatchRunner(database=tmp_path / "batches.sqlite"):
            pytest.fail("two runners share a database")

    with pytest.raises(
        ValidationError,
        match=r"in use by another run .*; wait until it ends; in another database, its rows would be generated and paid for again",
    ):
        run_with(use)


def test_a_newer_database_is_refused(run_with: RunWith, tmp_path: Path) -> None:
    async def use(_: BatchRunner) -> None:
        return

    run_with(use)
    with closing(sqlite3.connect(tmp_path / "batches.sqlite", isolation_level=None)) as connection:
        connection.execute("UPDATE tarash_schema SET version = 99")
    with pytest.raises(ValidationError, match="upgrade tarash-gateway-batch"):
        run_with(use)


@pytest.mark.parametrize("content", [None, b"this is not a database, and never was one: " * 40])
def test_a_database_that_cannot_be_used_is_named(
    run_with: RunWith, tmp_path: Path, content: bytes | None
) -> None:
    """A folder, and a file of something else, which is left as it is."""
    path = tmp_path / "batches.sqlite"
    if content is None:
        path.mkdir()
    else:
        path.write_bytes(content)

    async def use(_: BatchRunner) -> None:
        return

    with pytest.raises(ValidationError, match=r"batches\.sqlite cannot be used"):
        run_with(use)
    assert content is None or path.read_bytes() == content


def test_a_callback_that_raises_ends_the_call_and_loses_no_row(
    run_with: RunWith, kling: KlingSimulator, out: Path
) -> None:
    config = video_config(kling)

    def refuse(result: RowResult) -> None:
        raise LookupError(result.key)

    async def broken(runner: BatchRunner) -> None:
        await runner.run(requests(4), config, name="boats", out=out, on_result=refuse)

    async def use(runner: BatchRunner) -> BatchSummary:
        return await runner.run(requests(4), config, name="boats", out=out)

    with pytest.raises(LookupError):
        run_with(broken)
    assert run_with(use).counts == {"completed": 4}
    assert len(kling.jobs) == 4


def test_a_manifest_line_is_plain_json(run_with: RunWith, mocked: VideoGenerationConfig, out: Path) -> None:
    async def use(runner: BatchRunner) -> None:
        await runner.run(requests(1), mocked, name="boats", out=f"file://{out}")

    run_with(use)
    (line,) = (out / "manifest.jsonl").read_text("utf-8").splitlines()
    told = json.loads(line)
    assert {
        "batch",
        "key",
        "line",
        "prompt",
        "provider",
        "model",
        "attempts",
        "total_cost_usd",
        "elapsed_seconds",
        "files",
    } <= told.keys()
    assert told["files"][0]["path"].startswith("file://")


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"concurrency": 0}, "concurrency=0 lets no row begin"),
        ({"concurrency": -3}, "concurrency=-3 lets no row begin"),
        ({"concurrency": {"kling": 0}}, "concurrency={'kling': 0} lets no row begin"),
        ({"concurrency": True}, "concurrency=True"),
        ({"concurrency": "20"}, "concurrency='20'"),
        ({"rates": {"kling": 60}}, r"rates={'kling': 60}: use Rate\(60\)"),
        ({"rates": 60}, "rates=60"),
        ({"budget_usd": "5"}, "budget_usd='5' is not an amount"),
        ({"budget_usd": -1}, "budget_usd=-1 is not an amount"),
        ({"budget_usd": float("nan")}, "budget_usd=nan is not an amount"),
        ({"budget_usd": True}, "budget_usd=True is not an amount"),
    ],
)
def test_options_that_cannot_work_are_refused(options: dict[str, Any], told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        BatchOptions(**options)


@pytest.mark.parametrize(
    ("rows", "seconds"), [(0, 60.0), (1.5, 60.0), ("6", 60.0), (6, 0.0), (6, "min"), (6, float("inf"))]
)
def test_a_rate_that_cannot_work_is_refused(rows: Any, seconds: Any) -> None:
    with pytest.raises(ValidationError, match="starts nothing; use at least 1 row, and a positive period"):
        Rate(rows, seconds)
