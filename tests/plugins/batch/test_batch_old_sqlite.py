"""The engine stores the time of its rows with a function that SQLite has since 3.42; Debian 12 has 3.40."""

from __future__ import annotations

import sqlite3
import time

import pytest

from tarash_gateway_batch import sqlite_clock


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
