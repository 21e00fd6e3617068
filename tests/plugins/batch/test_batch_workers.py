"""`tarash batch run --detach` queues rows, and a worker takes those that it may until none of them waits."""

from __future__ import annotations

import asyncio
import json
import subprocess
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any, ClassVar

import fsspec
import pytest
from fsspec.implementations.memory import MemoryFileSystem

from plugins.batch.batch_command import Tarash
from plugins.batch.postgres import needs_postgres, postgres_server
from plugins.batch.simulators_with_clips import KlingWithClips, ReplicateWithClips
from tarash.tarash_gateway import VideoGenerationConfig, VideoGenerationRequest
from tarash_gateway_batch import BatchRunner
from tarash_gateway_batch.changes import cancel_waiting

pytestmark = pytest.mark.xdist_group("postgres")


@pytest.fixture
def server() -> Iterator[str]:
    """A server of the test's own: an idle worker looks at every batch."""
    with postgres_server() as running:
        yield running.address


@pytest.fixture
def replicate() -> Iterator[ReplicateWithClips]:
    with ReplicateWithClips() as running:
        yield running


def told(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@needs_postgres
def test_a_worker_takes_the_rows_of_its_providers_and_ends_when_none_is_left(
    tarash: Tarash, server: str, kling: KlingWithClips, replicate: ReplicateWithClips, tmp_path: Path
) -> None:
    replicate_url, database = f"{replicate.url}/v1", ("--database", server)

    def queue(name: str, model: str, url: str, *options: str) -> subprocess.CompletedProcess[str]:
        rows = "".join(f"{name} {number},5,720p\n" for number in (1, 2))
        (tmp_path / f"{name}.csv").write_text(f"prompt,duration_seconds,resolution\n{rows}", "utf-8")
        run = ("batch", "run", f"{name}.csv", "--out", name, "--model", model, "--base-url", url)
        return tarash(*run, *database, "--detach", *options)

    replicate.hold("running")
    # it listens to the queue of its provider before there is one
    for_replicate = tarash.start(
        "batch", "worker", *database, "--base-url", replicate_url, "--provider", "replicate",
        REPLICATE_API_TOKEN=replicate.api_key,
    )  # fmt: skip
    try:
        assert for_replicate.stderr is not None
        assert "is ready" in for_replicate.stderr.readline()
        done = queue("kites", "replicate/alibaba/happyhorse-1.1", replicate_url)
        assert done.stdout == "2 rows wait for workers: start them with `tarash batch worker`\n"
        assert told(queue("boats", "kling/kling-3.0", kling.url, "--json"))["counts"] == {"waiting": 2}
        for_kling = tarash(
            "batch", "worker", *database, "--base-url", kling.url, "--provider", "kling", "--until-idle",
            KLING_API_KEY=kling.api_key,
        )  # fmt: skip
        assert for_kling.returncode == 0, for_kling.stderr
        assert len(kling.jobs) == 2
        assert all(job.outcome is None for job in replicate.jobs)
        replicate.release()
        # whoever follows a batch needs no key
        followed = tarash("batch", "resume", "kites", *database, "--json")
        assert told(followed)["counts"] == {"completed": 2}
    finally:
        for_replicate.kill()
        for_replicate.communicate()
    # the same table is the same batch
    assert told(queue("boats", "kling/kling-3.0", kling.url, "--json"))["counts"] == {"completed": 2}
    assert (len(kling.jobs), len(replicate.jobs)) == (2, 2)
    assert (tmp_path / "boats" / "report.html").is_file()


def test_rows_in_a_file_cannot_be_left_to_workers(tarash: Tarash, tmp_path: Path) -> None:
    (tmp_path / "boats.csv").write_text("prompt,duration_seconds\nboat 1,1\n", "utf-8")
    done = tarash("batch", "run", "boats.csv", "--detach")
    assert done.returncode == 2
    assert "rows are queued for workers in PostgreSQL only" in done.stderr


class Slow(MemoryFileSystem):  # type: ignore[misc] # fsspec has no types
    """A store in which something happens while a manifest is written to it for the first time."""

    protocol = "slow"
    meanwhile: ClassVar[list[Callable[[], object]]] = []

    def put_file(self, lpath: str, rpath: str, **options: Any) -> None:
        if rpath.endswith("manifest.jsonl") and self.meanwhile:
            self.meanwhile.pop()()
        super().put_file(lpath, rpath, **options)


def test_the_manifest_of_a_batch_that_ends_while_another_worker_writes_it_is_complete(
    run_with: Callable[[Callable[[BatchRunner], Coroutine[Any, Any, None]]], None],
    mocked: VideoGenerationConfig,
) -> None:
    fsspec.register_implementation("slow", Slow, clobber=True)
    requests = [VideoGenerationRequest(prompt=f"boat {number}") for number in (1, 2)]

    async def use(runner: BatchRunner) -> None:
        await runner.add(requests, mocked, name="boats", out="slow://videos")
        opened = runner._open
        opened._touched.add("boats")
        # the other worker ends the last rows
        Slow.meanwhile.append(lambda: cancel_waiting(opened.store.engine, "boats"))
        await asyncio.to_thread(opened.write_manifests, only_ended=False)

    run_with(use)
    assert Slow.meanwhile == []
    with fsspec.open("slow://videos/manifest.jsonl") as manifest:
        assert [json.loads(line)["state"] for line in manifest] == ["cancelled"] * 2
    with fsspec.open("slow://videos/report.html") as report:
        assert b"boat 2" in report.read()
