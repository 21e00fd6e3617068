"""A batch is carried on, cancelled and tried again by its name alone, and no row is paid for twice."""

from __future__ import annotations

import re
import shlex
import threading
from collections import Counter
from pathlib import Path

import pytest
from typer.testing import CliRunner

from plugins.batch.batch_command import Tarash, manifest, told
from plugins.batch.simulators_with_clips import ReplicateWithClips
from simulators.kling import KlingSimulator
from tarash.tarash_gateway.testing.simulator import LostResponse, Status
from tarash_gateway_batch.command import app


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "boats.csv"
    path.write_text(
        "prompt,duration_seconds\n" + "".join(f"boat {number},5\n" for number in range(1, 7)), "utf-8"
    )
    return path


def at(simulator: KlingSimulator) -> tuple[str, ...]:
    return ("--model", "kling/kling-3.0", "--base-url", simulator.url, "--out", "videos")


def test_a_killed_batch_is_resumed_without_its_table(
    tarash: Tarash, table: Path, kling: KlingSimulator, tmp_path: Path
) -> None:
    kling.hold("running")
    process = tarash.start(
        "batch", "run", table, *at(kling), "--concurrency", "2", KLING_API_KEY=kling.api_key
    )
    pause = threading.Event()
    while len(kling.jobs) < 2 and process.poll() is None:
        pause.wait(0.01)
    process.kill()
    process.communicate()
    kling.release()
    table.unlink()
    done = tarash("batch", "resume", "boats", "--base-url", kling.url, "--json", KLING_API_KEY=kling.api_key)
    assert done.returncode == 0, done.stderr
    assert told(done.stdout)["counts"] == {"completed": 6}
    assert len(kling.jobs) == 6
    # the folder is stored, too
    assert len(manifest(tmp_path)) == 6
    spans = sorted((job.created_at, job.finished_at or 0.0) for job in kling.jobs)
    at_once = [sum(start <= moment < end for start, end in spans) for moment, _ in spans]
    assert max(at_once) <= 2, "the stored limit holds"


def test_a_stored_row_sends_a_key_to_no_server_that_only_the_database_names(
    tarash: Tarash, table: Path, kling: KlingSimulator, tmp_path: Path
) -> None:
    budget = ("--budget", "0")
    assert tarash("batch", "run", table, *at(kling), *budget, KLING_API_KEY="k").returncode == 2
    done = tarash("batch", "resume", "boats", "--budget", "9", KLING_API_KEY=kling.api_key)
    assert done.returncode == 5, done.stderr
    assert kling.requests == []
    assert "only the database names" in str(manifest(tmp_path)[0].error_message)


def test_a_larger_budget_is_given_to_resume_and_the_other_limits_stay(
    tarash: Tarash, table: Path, kling: KlingSimulator
) -> None:
    key = {"KLING_API_KEY": kling.api_key}
    first = tarash("batch", "run", table, *at(kling), "--budget", "1", "--json", **key)
    assert first.returncode == 2
    assert told(first.stdout)["counts"] == {"completed": 2, "over_budget": 4}
    resume = ("batch", "resume", "boats", "--base-url", kling.url, "--json")
    same = tarash(*resume, **key)
    assert told(same.stdout)["counts"] == {"completed": 2, "over_budget": 4}
    assert told(same.stdout)["budget_usd"] == 1
    # nothing waits, so there is nothing to cancel
    cancelled = told(tarash("batch", "cancel", "boats", "--json").stdout)
    assert (cancelled["cancelled"], cancelled["running"]) == (0, 0)
    assert told(tarash(*resume, "--budget", "9", **key).stdout)["counts"] == {"completed": 6}
    assert len(kling.jobs) == 6


def test_cancelling_takes_out_what_waits_and_finishes_what_is_paid_for(
    tarash: Tarash, table: Path, kling: KlingSimulator, tmp_path: Path
) -> None:
    key = {"KLING_API_KEY": kling.api_key}
    kling.hold("running")
    process = tarash.start("batch", "run", table, *at(kling), "--concurrency", "2", "--json", **key)
    pause = threading.Event()
    while len(kling.jobs) < 2 and process.poll() is None:
        pause.wait(0.01)
    done = tarash("batch", "cancel", "boats")
    kling.release()
    out, err = process.communicate(timeout=60)
    assert done.returncode == 0, done.stderr
    assert "4 rows are cancelled and will not be sent" in done.stdout
    assert "2 rows HAVE A JOB AT THE PROVIDER, which is paid for and NOT cancelled" in done.stderr
    # the running process ends by itself
    assert process.returncode == 2, err
    assert told(out)["counts"] == {"cancelled": 4, "completed": 2}
    assert len(kling.jobs) == 2
    states = Counter(result.state for result in manifest(tmp_path))
    assert states == {"cancelled": 4, "completed": 2}
    # it stays cancelled, until somebody says otherwise
    again = tarash("batch", "resume", "boats", "--base-url", kling.url, "--json", **key)
    assert told(again.stdout)["counts"] == {"cancelled": 4, "completed": 2}
    retried = tarash("batch", "retry", "boats", "--base-url", kling.url, "--cancelled", "--json", **key)
    assert retried.returncode == 0, retried.stderr
    assert told(retried.stdout)["counts"] == {"completed": 6}
    assert len(kling.jobs) == 6


def test_failed_rows_are_tried_again(tarash: Tarash, table: Path, kling: KlingSimulator) -> None:
    key = {"KLING_API_KEY": kling.api_key}
    kling.fail_next("risk_control", times=2)
    first = tarash("batch", "run", table, *at(kling), "--json", **key)
    assert told(first.stdout)["counts"] == {"completed": 4, "failed": 2}
    done = tarash("batch", "retry", "boats", "--base-url", kling.url, "--json", **key)
    assert done.returncode == 0, done.stderr
    assert told(done.stdout)["counts"] == {"completed": 6}
    assert len(kling.jobs) == 8
    prompts = Counter(str(job.inputs.get("prompt")) for job in kling.jobs if job.outcome != "failed")
    assert set(prompts.values()) == {1}


def test_a_row_that_may_be_paid_for_is_tried_again_only_if_the_user_says_so(
    tarash: Tarash, tmp_path: Path
) -> None:
    (tmp_path / "boats.csv").write_text(
        "prompt,duration_seconds,resolution\nboat 1,5,720p\nboat 2,5,720p\n", "utf-8"
    )
    model = ("--model", "replicate/alibaba/happyhorse-1.1", "--out", "videos", "--json")
    with ReplicateWithClips() as replicate:
        # the answer to one submission is lost, and the list that would show its job does not work
        replicate.inject("submit", LostResponse())
        replicate.inject("list", Status(403), times=None)
        server, key = f"{replicate.url}/v1", {"REPLICATE_API_TOKEN": replicate.api_key}
        first = tarash("batch", "run", "boats.csv", *model, "--base-url", server, **key)
        assert told(first.stdout)["counts"] == {"completed": 1, "failed": 1}, first.stderr
        assert first.returncode == 7
        assert "1 row has failed after a submission whose outcome is unknown" in first.stderr
        # it asks for the job once more, and sends nothing
        retry = ("batch", "retry", "boats", "--base-url", server, "--json")
        asked = tarash(*retry, **key)
        assert (asked.returncode, told(asked.stdout)["unknown"]) == (7, 1)
        assert len(replicate.jobs) == 2
        done = tarash(*retry, "--unknown", **key)
        assert done.returncode == 0, done.stderr
        assert len(replicate.jobs) == 3
    result = next(item for item in manifest(tmp_path) if item.earlier_attempts)
    assert (result.is_cost_certain, [item.submitted for item in result.attempts]) == (
        False,
        ["unknown", "yes"],
    )


@pytest.mark.parametrize("command", ["run", "worker", "resume", "retry", "cancel", "status", "list"])
def test_the_examples_of_a_help_page_can_be_typed(command: str) -> None:
    page = CliRunner().invoke(app, [command, "--help"], terminal_width=300).output
    shown = [line.strip(" │") for line in page.splitlines() if line.strip(" │").startswith("tarash batch ")]
    assert len(shown) >= 2
    for line in shown:
        words = shlex.split(line)[2:]
        assert words[0] == command
        # an unknown option is told before anything is done
        said = CliRunner().invoke(app, [*words, "--help"]).output
        assert "No such option" not in said
        assert set(re.findall(r"--[a-z-]+", line)) <= set(re.findall(r"--[a-z-]+", page))
