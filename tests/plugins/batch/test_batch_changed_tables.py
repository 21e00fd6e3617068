"""A table that is run again carries on unless it changes what is generated: lines move, limits change, and outputs stay where they are."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Coroutine
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from simulators.asking import video_config
from simulators.kling import KlingSimulator
from tarash.tarash_gateway import VideoGenerationConfig
from tarash.tarash_gateway.exceptions import ValidationError
from tarash_gateway_batch import BatchOptions, BatchRunner, BatchSummary, RowResult, read_table

RunWith = Callable[[Callable[[BatchRunner], Coroutine[Any, Any, Any]]], Any]
NOTHING = BatchOptions(budget_usd=0.0)


class Again:
    """Runs a table again and again, under one name."""

    def __init__(self, run_with: RunWith, table: Path, out: Path) -> None:
        self._run_with, self._table, self._out = run_with, table, out

    def __call__(
        self,
        text: str,
        config: VideoGenerationConfig,
        options: BatchOptions | None = None,
        *,
        out: Path | None = None,
        seed_from_row: bool = False,
    ) -> BatchSummary:
        self._table.write_text(text, "utf-8")
        rows = read_table(self._table, config, key_column="id", seed_from_row=seed_from_row)

        async def use(runner: BatchRunner) -> BatchSummary:
            return await runner.run(rows, name="boats", out=out or self._out, options=options)

        found: BatchSummary = self._run_with(use)
        return found

    def manifest(self, out: Path | None = None) -> list[RowResult]:
        text = ((out or self._out) / "manifest.jsonl").read_text("utf-8")
        return [RowResult.model_validate_json(line) for line in text.splitlines()]


@pytest.fixture
def again(run_with: RunWith, tmp_path: Path, out: Path) -> Again:
    return Again(run_with, tmp_path / "boats.csv", out)


def table_of(*names: str) -> str:
    return "id,prompt,duration_seconds\n" + "".join(
        f"{name},boat {name},5\n" if name else "\n" for name in names
    )


def test_rows_that_move_to_other_lines_stay_the_same_rows(again: Again, kling: KlingSimulator) -> None:
    config = video_config(kling)
    again(table_of("a", "b"), config)
    summary = again(table_of("", "new", "", "b", "a"), config)
    assert summary.counts == {"completed": 3}
    assert sorted(str(job.inputs["prompt"]) for job in kling.jobs) == ["boat a", "boat b", "boat new"]
    assert [(result.line, result.key) for result in again.manifest()] == [(3, "new"), (5, "b"), (6, "a")]


@pytest.mark.parametrize(
    "limits",
    [
        {"timeout": 30.0}, {"poll_interval": 0.01}, {"max_poll_attempts": 900}, {"max_cost_usd": 9.0},
        {"allow_unknown_cost": True}, {"fallback_on": ["timeout"]}, {"on_timeout": "detach"},
        {"on_unknown_submission": "raise"}, {"on_interrupt": "detach"},
    ],
    ids=lambda limits: next(iter(limits)),
)  # fmt: skip
def test_rows_that_wait_take_new_limits_over(
    again: Again, kling: KlingSimulator, limits: dict[str, Any], tmp_path: Path
) -> None:
    again(table_of("a"), video_config(kling, max_cost_usd=5.0), NOTHING)
    summary = again(table_of("a"), video_config(kling, **limits), NOTHING)
    assert summary.counts == {"over_budget": 1}
    with closing(sqlite3.connect(tmp_path / "batches.sqlite", isolation_level=None)) as connection:
        ((text,),) = connection.execute("SELECT content FROM tarash_rows").fetchall()
    assert '"max_cost_usd": 5.0' not in text
    assert f'"{next(iter(limits))}"' in text


def test_what_decides_what_is_generated_is_named_if_it_changes(again: Again, kling: KlingSimulator) -> None:
    config = video_config(kling, unsupported="adjust")
    again(table_of("a", "b"), config, NOTHING)
    with pytest.raises(ValidationError, match=r"line 3: prompt 'boat b' → 'a kite'") as caught:
        again(table_of("a", "b").replace("boat b", "a kite"), config, NOTHING)
    assert "Under another name, every row would be generated and paid for again" in str(caught.value)
    with pytest.raises(ValidationError, match=r"line 2: .*model '.*' → 'kling-v2-6'"):
        again(table_of("a", "b"), config.model_copy(update={"model": "kling-v2-6"}), NOTHING)
    with pytest.raises(ValidationError, match="line 2: seed nothing → 1; line 3: seed nothing → 2"):
        again(table_of("a", "b"), config, NOTHING, seed_from_row=True)
    with pytest.raises(ValidationError, match=r"fallback_configs\.0\.provider nothing → 'kling'"):
        again(table_of("a", "b"), config.model_copy(update={"fallback_configs": (config,)}), NOTHING)
    with pytest.raises(ValidationError, match="1 of its 2 rows are missing, such as 'boat b'"):
        again(table_of("a"), config, NOTHING)
    assert kling.requests == []


def test_outputs_move_only_as_long_as_there_are_none(
    again: Again, kling: KlingSimulator, tmp_path: Path, out: Path
) -> None:
    config = video_config(kling)
    again(table_of("a"), config, NOTHING)
    named = BatchOptions(file_name="boat-{key}")
    elsewhere = tmp_path / "elsewhere"
    assert again(table_of("a"), config, named, out=elsewhere).counts == {"completed": 1}
    assert (elsewhere / "boat-a.mp4").is_file()
    sent = len(kling.requests)
    with pytest.raises(
        ValidationError, match=rf"stored outputs with --out {elsewhere}, .* run it with --out {elsewhere}, or"
    ):
        again(table_of("a"), config, named)
    with pytest.raises(ValidationError, match=r"stored outputs with --file-name 'boat-\{key\}',"):
        again(table_of("a"), config, out=elsewhere)
    assert len(kling.requests) == sent
    assert again(table_of("a"), config, named, out=elsewhere).counts == {"completed": 1}


def test_a_new_row_never_replaces_the_output_of_another(
    again: Again, kling: KlingSimulator, out: Path
) -> None:
    config, named = video_config(kling), BatchOptions(file_name="{line}")
    again(table_of("a"), config, named)
    with pytest.raises(ValidationError, match="put new rows at the end of the table"):
        again(table_of("new", "a"), config, named)
    assert len(kling.jobs) == 1
    # a row that only moves keeps its output
    assert again(table_of("", "a", "new"), config, named).counts == {"completed": 2}
    assert sorted(path.name for path in out.glob("*.mp4")) == ["2.mp4", "4.mp4"]
