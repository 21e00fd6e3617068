"""An output that fails its checks is kept, generated again, or left to the rest of the chain, and each is paid for once."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Coroutine, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from plugins.batch.simulators_with_clips import KlingWithClips, ReplicateWithClips, clip
from simulators.asking import video_config
from tarash.tarash_gateway import Gateway, VideoGenerationConfig, VideoGenerationRequest
from tarash.tarash_gateway.exceptions import JournalError, ValidationError
from tarash.tarash_gateway.plugin import Event
from tarash.tarash_gateway.testing.simulator import Status
from tarash_gateway_batch import BatchOptions, BatchRow, BatchRunner, BatchSummary, RowResult
from tarash_gateway_batch.changes import cancel_waiting, try_again
from tarash_gateway_batch.location import Location
from tarash_gateway_batch.opened import OpenBatches
from tarash_gateway_batch.store import RowRun, Turn

RunWith = Callable[[Callable[[BatchRunner], Coroutine[Any, Any, Any]]], Any]
Generate = Callable[..., RowResult]
SHORT = clip(3.0)
PRICE = 0.42


@pytest.fixture
def replicate() -> Iterator[ReplicateWithClips]:
    with ReplicateWithClips() as running:
        yield running


@pytest.fixture
def generate(tmp_path: Path, out: Path) -> Generate:
    """Return a function that works on one row as a new process would, without the engine, and returns its result."""

    def generate(config: VideoGenerationConfig, *, is_stopped: bool = False, **options: Any) -> RowResult:
        given = BatchOptions(**options)
        request = VideoGenerationRequest(prompt="a boat", duration_seconds=5, resolution="720p")
        row = BatchRow("boat", 1, request, config)

        def stop(_: Event) -> None:
            if is_stopped:
                opened.work.close("boats")

        opened = OpenBatches(
            Location.of(tmp_path / "rows.sqlite"),
            lambda journal: Gateway(journal=journal, allow_private_hosts=True, on_event=stop),
        )
        try:
            opened.store.add("boats", [row], {"boat": str(out / "boat")}, given, out)
            try_again(opened.store.engine, "boats", given)
            opened.work.open("boats", {"boat": config})
            for run, _ in opened.store.waiting("boats"):
                asyncio.run(opened.work.perform(run))
            results: list[RowResult | None] = [result for _, result in opened.store.results("boats")]
            assert bool(results) != is_stopped
            (result,) = results or [opened.store.begin(Turn(RowRun("boats", "boat", 1), "the test")).earlier]
            assert result is not None
            spent = opened.store.progress("boats").spent_usd
            assert spent == pytest.approx(result.total_cost_usd)
            return result
        finally:
            opened.close()

    return generate


def test_a_batch_checks_its_outputs_and_says_so_in_the_manifest(
    run_with: RunWith, kling: KlingWithClips, out: Path
) -> None:
    kling.clips = {1: SHORT, 2: SHORT, 3: SHORT}
    requests = [VideoGenerationRequest(prompt=f"boat {number}", duration_seconds=5) for number in (1, 2)]
    options = BatchOptions(on_bad_media="retry", concurrency=1)

    async def use(runner: BatchRunner) -> BatchSummary:
        return await runner.run(requests, video_config(kling), name="boats", out=out, options=options)

    summary: BatchSummary = run_with(use)
    assert summary.counts == {"bad_media": 1, "completed": 1}
    assert summary.spent_usd == pytest.approx(4 * PRICE)
    text = (out / "manifest.jsonl").read_text("utf-8")
    results = [RowResult.model_validate_json(line) for line in text.splitlines()]
    assert sorted((item.state, len(item.rejections)) for item in results) == [
        ("bad_media", 1),
        ("completed", 1),
    ]


def test_an_output_is_described_as_decoded(generate: Generate, kling: KlingWithClips) -> None:
    result = generate(video_config(kling))
    media = result.files[0].media
    assert media is not None
    assert (media.width, media.height, media.duration_seconds) == (1280, 720, 5.0)
    assert (media.video_codec, media.audio_codec) == ("h264", None)
    assert Path(str(result.files[0].poster)).read_bytes().startswith(b"\xff\xd8")


def test_a_bad_output_is_kept_and_named(generate: Generate, kling: KlingWithClips) -> None:
    kling.clips = {0: SHORT}
    result = generate(video_config(kling))
    assert (result.state, result.error_code) == ("bad_media", "bad_media")
    assert result.error_message == "it lasts 3 s, not 5 s"
    assert Path(str(result.path)).read_bytes() == SHORT
    assert generate(video_config(kling)) == result
    assert len(kling.jobs) == 1


def test_checks_can_be_turned_off(generate: Generate, kling: KlingWithClips) -> None:
    kling.clips = {0: SHORT}
    result = generate(video_config(kling), check_media=False)
    assert (result.state, result.files[0].media) == ("completed", None)


def test_a_retry_generates_again_and_both_are_paid(generate: Generate, kling: KlingWithClips) -> None:
    kling.clips = {1: SHORT}
    result = generate(video_config(kling), on_bad_media="retry")
    assert result.state == "completed"
    assert result.total_cost_usd == pytest.approx(2 * PRICE)
    assert [(item.link, item.problems) for item in result.rejections] == [(0, ("it lasts 3 s, not 5 s",))]
    assert [item.request_id for item in result.attempts] == [job.id for job in kling.jobs]
    assert Path(str(result.path)).read_bytes() == clip()


def test_retries_are_bounded_and_asking_again_begins_anew(generate: Generate, kling: KlingWithClips) -> None:
    kling.clips = {0: SHORT}
    again = {"on_bad_media": "retry", "bad_media_retries": 2}
    assert generate(video_config(kling), **again).state == "bad_media"
    assert len(kling.jobs) == 3
    assert generate(video_config(kling), **again).state == "bad_media"
    assert len(kling.jobs) == 3
    result = generate(video_config(kling), **again, retry_failed=True)
    assert (result.state, len(result.attempts)) == ("bad_media", 6)
    assert len(kling.jobs) == 6
    assert result.total_cost_usd == pytest.approx(6 * PRICE)


def test_a_fallback_leaves_the_row_to_the_rest_of_the_chain(
    generate: Generate, kling: KlingWithClips, replicate: ReplicateWithClips
) -> None:
    """The first link fails, the second one makes a bad clip, and the third one, too: then nobody is left."""
    kling.fail_next("render_error")
    kling.clips = {0: SHORT}
    replicate.clips = {0: SHORT}
    second, third = video_config(kling), video_config(replicate, "alibaba/happyhorse-1.1")
    chain = video_config(kling).model_copy(update={"fallback_configs": (second, third)})
    result = generate(chain, on_bad_media="fallback")
    assert (result.state, result.provider) == ("bad_media", "replicate")
    assert (len(kling.jobs), len(replicate.jobs)) == (2, 1)
    assert [(item.provider, item.link, item.next_link) for item in result.rejections] == [("kling", 1, 2)]
    assert [item.provider for item in result.attempts] == ["kling", "kling", "replicate"]


def test_a_retry_stays_within_the_budget_and_a_larger_one_carries_on(
    generate: Generate, kling: KlingWithClips
) -> None:
    kling.clips = {1: SHORT}
    result = generate(video_config(kling), on_bad_media="retry", budget_usd=0.8)
    assert result.state == "over_budget"
    assert Path(str(result.path)).read_bytes() == SHORT
    assert "it lasts 3 s, not 5 s; it could not be generated again" in str(result.error_message)
    result = generate(video_config(kling), on_bad_media="retry", budget_usd=0.9)
    assert (result.state, len(kling.jobs)) == ("completed", 2)
    assert result.total_cost_usd == pytest.approx(2 * PRICE)


def test_a_bad_output_stays_if_generating_it_again_fails(generate: Generate, kling: KlingWithClips) -> None:
    kling.clips = {1: SHORT}
    kling.inject("submit", Status(400, {"code": 1201, "message": "no"}), nth=2)
    result = generate(video_config(kling), on_bad_media="retry")
    assert (result.state, len(result.attempts)) == ("bad_media", 2)
    assert Path(str(result.path)).read_bytes() == SHORT


@pytest.mark.parametrize("policy", ["retry", "fallback"])
def test_a_crash_between_the_checks_and_the_note_pays_nothing_twice(
    generate: Generate, kling: KlingWithClips, replicate: ReplicateWithClips, tmp_path: Path, policy: str
) -> None:
    kling.clips = {1: SHORT}
    second = video_config(replicate, "alibaba/happyhorse-1.1")
    chain = video_config(kling).model_copy(update={"fallback_configs": (second,)})
    OpenBatches(Location.of(tmp_path / "rows.sqlite"), None).close()
    for state in ("rejected", "completed"):
        with closing(sqlite3.connect(tmp_path / "rows.sqlite", isolation_level=None)) as connection:
            connection.execute(
                "CREATE TRIGGER crash BEFORE UPDATE OF result ON tarash_rows "
                f"WHEN NEW.result LIKE '%\"state\":\"{state}\"%' BEGIN SELECT RAISE(ABORT, 'crash'); END"
            )
        with pytest.raises(IntegrityError, match="crash"):
            generate(chain, on_bad_media=policy)
        with closing(sqlite3.connect(tmp_path / "rows.sqlite", isolation_level=None)) as connection:
            connection.execute("DROP TRIGGER crash")
    # the last output is stored, and the database does not know it
    result = generate(chain, on_bad_media=policy)
    assert result.state == "completed"
    jobs = [*kling.jobs, *replicate.jobs]
    assert len(jobs) == 2
    assert [item.request_id for item in result.attempts] == [job.id for job in jobs]
    assert [item.next_link for item in result.rejections] == [0 if policy == "retry" else 1]


def test_a_row_that_is_cancelled_before_it_is_generated_again_keeps_its_output(
    generate: Generate, kling: KlingWithClips, tmp_path: Path
) -> None:
    kling.clips = {0: SHORT}
    OpenBatches(Location.of(tmp_path / "rows.sqlite"), None).close()
    with closing(sqlite3.connect(tmp_path / "rows.sqlite", isolation_level=None)) as connection:
        # the process dies when the second generation is noted
        connection.execute(
            "CREATE TRIGGER crash BEFORE INSERT ON tarash_jobs "
            "WHEN NEW.number = 2 BEGIN SELECT RAISE(ABORT, 'crash'); END"
        )
    with pytest.raises(JournalError, match="crash"):
        generate(video_config(kling), on_bad_media="retry")
    with closing(sqlite3.connect(tmp_path / "rows.sqlite", isolation_level=None)) as connection:
        connection.execute("DROP TRIGGER crash")
    opened = OpenBatches(Location.of(tmp_path / "rows.sqlite"), None)
    assert cancel_waiting(opened.store.engine, "boats").cancelled == 1
    opened.close()
    result = generate(video_config(kling), on_bad_media="retry")
    assert (result.state, len(kling.jobs)) == ("bad_media", 1)
    assert Path(str(result.path)).read_bytes() == SHORT


def test_a_batch_that_is_being_stopped_pays_for_no_retry_and_the_next_run_does(
    generate: Generate, kling: KlingWithClips
) -> None:
    kling.clips = {1: SHORT}
    result = generate(video_config(kling), is_stopped=True, on_bad_media="retry")
    assert (result.state, len(kling.jobs)) == ("rejected", 1)
    result = generate(video_config(kling), on_bad_media="retry")
    assert (result.state, len(kling.jobs)) == ("completed", 2)


def test_a_policy_that_makes_no_sense_is_refused(run_with: RunWith, kling: KlingWithClips, out: Path) -> None:
    refused: list[tuple[dict[str, Any], str]] = [
        ({"on_bad_media": "repeat"}, "use keep, retry, fallback"),
        ({"on_bad_media": "retry", "bad_media_retries": 0}, "use 1 or more"),
        ({"on_bad_media": "retry", "check_media": False}, "needs the checks"),
    ]
    requests = [VideoGenerationRequest(prompt="a boat")]

    async def use(runner: BatchRunner) -> None:
        for given, message in refused:
            with pytest.raises(ValidationError, match=message):
                await runner.run(
                    requests, video_config(kling), name="boats", out=out, options=BatchOptions(**given)
                )

    run_with(use)
    assert kling.count("submit") == 0
