"""The database server goes away while rows are generated: the worker and whoever follows wait for it, and nothing is paid twice."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from plugins.batch.batch_command import Tarash, manifest, told, wait_for, worker
from plugins.batch.postgres import PostgresServer, needs_postgres, postgres_server
from plugins.batch.simulators_with_clips import KlingWithClips

pytestmark = [needs_postgres, pytest.mark.xdist_group("postgres")]
AWAY = "the database of batches failed, trying again"


@pytest.fixture
def own_server() -> Iterator[PostgresServer]:
    """A server that the test may stop."""
    with postgres_server() as running:
        yield running


@contextmanager
def killed_in_the_end(*processes: subprocess.Popen[str]) -> Iterator[None]:
    try:
        yield
    finally:
        for process in processes:
            process.kill()
            process.communicate()


def wait_for_line(process: subprocess.Popen[str], words: str) -> None:
    assert process.stderr is not None
    seen: list[str] = []
    for line in process.stderr:
        seen.append(line)
        if words in line:
            return
    pytest.fail("".join(seen))


def queue(tarash: Tarash, server: PostgresServer, kling: KlingWithClips) -> None:
    """Queue two rows, whose jobs run until they are released."""
    rows = "prompt,duration_seconds,resolution\nboat 1,5,720p\nboat 2,5,720p\n"
    (tarash.folder / "boats.csv").write_text(rows, "utf-8")
    done = tarash(
        "batch", "run", "boats.csv", "--out", "videos", "--database", server.address,
        "--model", "kling/kling-3.0", "--base-url", kling.url, "--detach",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    kling.hold("running")


@pytest.mark.timeout(180)
def test_a_server_that_restarts_costs_neither_a_row_nor_a_worker(
    tarash: Tarash, own_server: PostgresServer, kling: KlingWithClips
) -> None:
    queue(tarash, own_server, kling)
    following = tarash.start("batch", "resume", "boats", "--database", own_server.address, "--json")
    working = worker(tarash, own_server.address, "a", kling, "--until-idle")
    with killed_in_the_end(following, working):
        wait_for(lambda: len(kling.jobs) == 2, "the worker takes no rows")
        own_server.stop()
        for process in (working, following):
            wait_for_line(process, AWAY)
        kling.release()
        own_server.start()
        out, err = following.communicate(timeout=100)
        assert following.returncode == 0, err
        assert told(out)["counts"] == {"completed": 2}
        _, err = working.communicate(timeout=100)
        assert working.returncode == 0, err
    assert [len(result.attempts) for result in manifest(tarash.folder)] == [1, 1]
    assert len(kling.jobs) == 2
