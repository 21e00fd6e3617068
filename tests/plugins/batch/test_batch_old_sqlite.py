"""The engine stores the time of its rows with a function that SQLite has since 3.42; Debian 12 has 3.40."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Coroutine
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tarash.tarash_gateway import VideoGenerationConfig, VideoGenerationRequest
from tarash_gateway_batch import BatchRunner, sqlite_clock


@pytest.mark.parametrize("version", [(3, 40, 1), sqlite3.sqlite_version_info], ids=["old", "this"])
def test_a_row_gets_its_time_by_default(
    monkeypatch: pytest.MonkeyPatch, version: tuple[int, int, int]
) -> None:
    # the function is ours also where the library has one
    monkeypatch.setattr(sqlite3, "sqlite_version_info", version)
    connection = sqlite3.connect(":memory:", factory=sqlite_clock.Connection)
    try:
        connection.execute(
            "CREATE TABLE t (a INTEGER, at INTEGER NOT NULL DEFAULT (unixepoch('subsec') * 1000))"
        )
        began = time.time()
        connection.execute("INSERT INTO t (a) VALUES (1)")
        (at,) = connection.execute("SELECT at FROM t").fetchone()
        assert began * 1000 - 1 <= at <= time.time() * 1000 + 1
    finally:
        connection.close()


def test_a_file_that_a_newer_python_has_made_is_carried_on(
    run_with: Callable[[Callable[[BatchRunner], Coroutine[Any, Any, Any]]], Any],
    mocked: VideoGenerationConfig,
    out: Path,
    tmp_path: Path,
) -> None:
    """The default of each time is a part of the file, and the engine stores its version when it starts.

    That row cannot break the other constraints of its table: who starts has the lock of the file, and a version that is there stays.
    """
    requests = [VideoGenerationRequest(prompt=f"boat {number}") for number in range(2)]

    async def counts(runner: BatchRunner, number: int) -> object:
        done = await runner.run(requests[:number], mocked, name="boats", out=out)
        return done.counts

    assert run_with(lambda runner: counts(runner, 1)) == {"completed": 1}
    with closing(sqlite3.connect(tmp_path / "batches.sqlite", isolation_level=None)) as connection:
        connection.execute("PRAGMA writable_schema=ON")
        older, newer = "strftime('%s','now')", "unixepoch('subsec')"
        connection.execute("UPDATE sqlite_master SET sql = replace(sql, ?, ?)", (older, newer))
        connection.execute("DELETE FROM application_versions")
    assert run_with(lambda runner: counts(runner, 2)) == {"completed": 2}
