"""A row whose job was given up asks for that job when it is tried again, and nobody pays for it twice."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from plugins.batch.batch_command import Tarash, manifest, told
from plugins.batch.simulators_with_clips import KlingWithClips, ReplicateWithClips
from simulators.asking import video_config
from tarash.tarash_gateway import VideoGenerationRequest
from tarash_gateway_batch import BatchOptions, BatchRunner, BatchSummary, RowResult

RunWith: TypeAlias = Callable[[Callable[[BatchRunner], Coroutine[Any, Any, BatchSummary]]], BatchSummary]
JOB_SECONDS = 2.5


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "boats.csv"
    path.write_text("prompt,duration_seconds\nboat 1,5\nboat 2,5\n", "utf-8")
    return path


def at(kling: KlingWithClips, *, timeout: str) -> tuple[str, ...]:
    return (
        "--model", "kling/kling-3.0", "--base-url", kling.url, "--out", "videos", "--timeout", timeout, "--json",
    )  # fmt: skip


@pytest.mark.parametrize("again", ["retry", "run", "retry --unknown"])
def test_a_job_that_timed_out_is_collected_and_not_paid_for_again(
    tarash: Tarash, table: Path, kling: KlingWithClips, tmp_path: Path, again: str
) -> None:
    key = {"KLING_API_KEY": kling.api_key}
    kling.job_seconds = JOB_SECONDS
    late = tarash("batch", "run", table, *at(kling, timeout="1"), **key)
    assert told(late.stdout)["counts"] == {"failed": 2}
    assert (told(late.stdout)["collectable"], told(late.stdout)["unknown"]) == (2, 0)
    assert late.returncode == 5
    assert "`tarash batch retry boats` asks for it and does not pay again" in late.stderr
    assert {item.error_code for item in manifest(tmp_path)} == {"timeout"}
    if again == "run":
        done = tarash("batch", "run", table, *at(kling, timeout="1"), "--retry-failed", **key)
    else:
        done = tarash("batch", *again.split(), "boats", "--base-url", kling.url, "--json", **key)
    assert told(done.stdout)["counts"] == {"completed": 2}, done.stderr
    assert len(kling.jobs) == 2
    spent = [job.inputs["prompt"] for job in kling.jobs]
    assert sorted(map(str, spent)) == ["boat 1", "boat 2"]
    for result in manifest(tmp_path):
        assert Path(str(result.path)).stat().st_size > 1000
        assert [item.submitted for item in result.attempts] == ["yes"]
    assert told(done.stdout)["spent_usd"] == pytest.approx(2 * 0.42)


def test_a_job_that_was_given_up_and_failed_is_generated_again(
    tarash: Tarash, table: Path, kling: KlingWithClips
) -> None:
    key = {"KLING_API_KEY": kling.api_key}
    kling.job_seconds = JOB_SECONDS
    kling.fail_next("risk_control", times=2)
    assert tarash("batch", "run", table, *at(kling, timeout="1"), **key).returncode == 5
    # a row that is not sent yet takes a new timeout over, and so does one that is tried again
    again = ("batch", "run", table, *at(kling, timeout="30"), "--retry-failed")
    asked = tarash(*again, **key)
    assert told(asked.stdout)["counts"] == {"failed": 2}
    assert (told(asked.stdout)["collectable"], len(kling.jobs)) == (0, 2)
    assert told(tarash(*again, **key).stdout)["counts"] == {"completed": 2}
    assert len(kling.jobs) == 4


class Given:
    """Runs one row whose attempts are given up after three polls."""

    def __init__(self, run_with: RunWith, kling: KlingWithClips, out: Path) -> None:
        self._run_with, self._out = run_with, out
        self.config = video_config(kling, max_poll_attempts=3)

    def __call__(self, *, retry: bool = True, unknown: bool = False) -> BatchSummary:
        options = BatchOptions(retry_failed=retry, retry_unknown=unknown)
        request = VideoGenerationRequest(prompt="a boat", duration_seconds=5, resolution="720p")

        async def use(runner: BatchRunner) -> BatchSummary:
            return await runner.run([request], self.config, name="boats", out=self._out, options=options)

        return self._run_with(use)

    def result(self) -> RowResult:
        (line,) = (self._out / "manifest.jsonl").read_text("utf-8").splitlines()
        return RowResult.model_validate_json(line)


@pytest.fixture
def given(run_with: RunWith, kling: KlingWithClips, out: Path) -> Given:
    return Given(run_with, kling, out)


@pytest.mark.parametrize("on_timeout", ["cancel", "detach"])
def test_a_job_that_never_ends_is_generated_again_only_if_the_user_says_so(
    given: Given, kling: KlingWithClips, on_timeout: str
) -> None:
    given.config = given.config.model_copy(update={"on_timeout": on_timeout})
    kling.hold("running")
    assert given(retry=False).collectable == 1
    # it is asked for first, whatever the user says
    assert given(unknown=True).collectable == 1
    assert given().collectable == 1
    assert len(kling.jobs) == 1
    assert given(unknown=True).collectable == 1
    assert len(kling.jobs) == 2
    assert [item.request_id for item in given.result().attempts] == [job.id for job in kling.jobs]
    kling.release()
    assert given().counts == {"completed": 1}
    assert len(kling.jobs) == 2


def test_a_job_that_could_not_be_asked_for_is_not_generated_again(
    given: Given, kling: KlingWithClips
) -> None:
    config = given.config
    kling.hold("running")
    given(retry=False)
    given.config = config.model_copy(update={"api_key": None})
    assert given().collectable == 1
    assert given.result().error_code == "authentication"
    given.config = config
    kling.release()
    assert given(unknown=True).counts == {"completed": 1}
    assert len(kling.jobs) == 1


def test_a_job_that_its_fallback_has_replaced_is_collected(given: Given, kling: KlingWithClips) -> None:
    with ReplicateWithClips() as replicate:
        fallback = video_config(replicate, "alibaba/happyhorse-1.1")
        given.config = given.config.model_copy(update={"fallback_configs": (fallback,)})
        kling.hold("running")
        replicate.fail_next("content_policy")
        first = given(retry=False)
        assert (first.counts, first.collectable, first.unknown) == ({"failed": 1}, 1, 0)
        # the job that was given up is asked for, and not that of the fallback, which has failed
        again = given()
        assert (again.counts, again.collectable) == ({"failed": 1}, 1)
        assert again.spent_usd == first.spent_usd
        kling.release()
        assert given().counts == {"completed": 1}
        assert (len(kling.jobs), len(replicate.jobs)) == (1, 1)
    result = given.result()
    assert result.provider == "kling"
    assert [(item.provider, item.status) for item in result.attempts] == [
        ("kling", "success"),
        ("replicate", "failed"),
    ]


def test_of_two_jobs_that_are_left_running_both_are_asked_for(given: Given, kling: KlingWithClips) -> None:
    with ReplicateWithClips() as replicate:
        fallback = video_config(replicate, "alibaba/happyhorse-1.1", max_poll_attempts=3, on_timeout="detach")
        given.config = given.config.model_copy(update={"fallback_configs": (fallback,)})
        kling.hold("running")
        replicate.hold("running")
        replicate.fail_next("model_error")
        assert given(retry=False).collectable == 1
        kling.release()
        replicate.release()
        assert [given().counts for _ in range(2)] == [{"failed": 1}, {"completed": 1}]
        assert (len(kling.jobs), len(replicate.jobs)) == (1, 1)
