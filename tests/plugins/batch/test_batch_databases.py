"""A database that cannot be used says why and what to do, whenever it fails, and loses nothing."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest

from plugins.batch.batch_command import Tarash
from simulators.kling import KlingSimulator
from tarash.tarash_gateway.exceptions import ValidationError
from tarash_gateway_batch import AlreadyRunningError, BatchRunner
from tarash_gateway_batch.location import Location
from tarash_gateway_batch.tables import ProcessLock, open_database

WITH_A_LIMIT = """
import resource, runpy, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv.pop(1)), resource.RLIM_INFINITY))
runpy.run_module("tarash.tarash_gateway.cli", run_name="__main__", alter_sys=True)
"""
"""Runs the command line with a limit on the size of its files: what a full disk does to a program, any user can do to it so."""


def write_table(path: Path, *names: object) -> Path:
    path.write_text("id,prompt,duration_seconds\n" + "".join(f"{name},boat {name},5\n" for name in names))
    return path


def limited(tarash: Tarash, size_bytes: int, *arguments: str, key: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", WITH_A_LIMIT, str(size_bytes), *arguments],
        env={
            "PATH": os.defpath,
            "HOME": str(tarash.folder),
            "PYTHONPATH": os.pathsep.join((str(tarash.folder / "installed"), *sys.path)),
            "KLING_API_KEY": key,
        },
        cwd=tarash.folder,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.mark.skipif(os.name != "posix", reason="limits the size of files")
def test_a_full_disk_stops_the_batch_and_loses_nothing(
    tarash: Tarash, kling: KlingSimulator, tmp_path: Path
) -> None:
    table = write_table(tmp_path / "boats.csv", *range(1, 31))
    run = (
        "batch",
        "run",
        str(table),
        "--key-column",
        "id",
        "--model",
        "kling/kling-3.0",
        "--base-url",
        kling.url,
        "--out",
        "videos",
    )
    for size_bytes in (60_000, 900_000):
        failed = limited(tarash, size_bytes, *run, key=kling.api_key)
        assert failed.returncode != 0
        assert "tarash-batches.sqlite" in failed.stderr
        assert "free space on its disk" in failed.stderr
        # in another file, the rows that run would be paid for again
        assert "another file" not in failed.stderr
        assert "Traceback" not in failed.stderr
    done = tarash(*run, "--json", KLING_API_KEY=kling.api_key)
    assert json.loads(done.stdout)["counts"] == {"completed": 30}, done.stderr
    prompts = Counter(str(job.inputs.get("prompt", job.inputs)) for job in kling.jobs)
    assert (len(prompts), set(prompts.values())) == (30, {1})


def test_a_database_that_can_only_be_read_is_named_and_left_as_it_is(tarash: Tarash, tmp_path: Path) -> None:
    database = tmp_path / "tarash-batches.sqlite"
    open_database(Location.of(database)).dispose()
    # root may write to any file, but SQLite writes to none whose header names a newer format ("The database file format", 1.3)
    content = bytearray(database.read_bytes())
    content[18] = 3
    database.write_bytes(content)
    done = tarash("batch", "run", write_table(tmp_path / "boats.csv", 1), "--out", "videos")
    assert done.returncode == 2, done.stderr
    assert "tarash-batches.sqlite cannot be used" in done.stderr
    assert "make the file and its folder writable" in done.stderr
    assert "another file" not in done.stderr
    assert "Traceback" not in done.stderr
    assert database.read_bytes() == bytes(content)
    assert not (tmp_path / "videos").exists()


def test_a_database_that_another_program_holds_is_named(tmp_path: Path) -> None:
    database = tmp_path / "batches.sqlite"
    open_database(Location.of(database)).dispose()
    holder = sqlite3.connect(database, isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    with pytest.raises(
        ValidationError, match=r"database is locked; another program holds it: close that one$"
    ):
        open_database(Location.of(database), busy_seconds=0.05)
    holder.close()
    open_database(Location.of(database), busy_seconds=0.05).dispose()


def test_a_newer_database_is_refused_and_left_as_it_is(tarash: Tarash, tmp_path: Path) -> None:
    database = tmp_path / "tarash-batches.sqlite"
    open_database(Location.of(database)).dispose()
    with closing(sqlite3.connect(database, isolation_level=None)) as connection:
        connection.execute("UPDATE tarash_schema SET version = 99")
    for command in (("status", "boats"), ("cancel", "boats"), ("resume", "boats")):
        done = tarash("batch", *command)
        assert done.returncode == 2
        assert "has schema 99" in done.stderr
        assert "upgrade tarash-gateway-batch" in done.stderr
    with closing(sqlite3.connect(database, isolation_level=None)) as connection:
        assert connection.execute("SELECT version FROM tarash_schema").fetchall() == [(99,)]


def test_a_changed_table_is_refused_by_line_and_the_old_one_carries_on(
    tarash: Tarash, kling: KlingSimulator, tmp_path: Path
) -> None:
    table = write_table(tmp_path / "boats.csv", 1, 2)
    run = ("batch", "run", table, "--key-column", "id", "--out", "videos", "--json", "--base-url", kling.url)
    at_kling = ("--model", "kling/kling-3.0")
    key = {"KLING_API_KEY": kling.api_key}
    tarash(*run, *at_kling, "--budget", "0", **key)
    original = table.read_text("utf-8")
    table.write_text(original.replace("boat 2", "a kite"), "utf-8")
    changed = tarash(*run, *at_kling, **key)
    assert changed.returncode == 2
    message = changed.stdout + changed.stderr
    assert "the batch 'boats' was started with other rows (line 3: prompt 'boat 2' → 'a kite')" in message
    assert "Under another name, every row would be generated and paid for again" in message
    assert kling.jobs == []
    table.write_text(original, "utf-8")
    assert json.loads(tarash(*run, *at_kling, **key).stdout)["counts"] == {"completed": 2}
    assert len(kling.jobs) == 2


def test_an_empty_path_is_not_the_working_directory() -> None:
    with pytest.raises(ValidationError, match="database='' is not a file; name one, or a server"):
        BatchRunner(database="")


def test_a_link_to_a_database_is_the_same_database(tmp_path: Path) -> None:
    database, link = tmp_path / "batches.sqlite", tmp_path / "elsewhere.sqlite"
    database.touch()
    link.symlink_to(database)
    lock = ProcessLock(database)
    try:
        with pytest.raises(AlreadyRunningError, match="in use by another run"):
            ProcessLock(link)
    finally:
        lock.release()


def test_a_full_disk_of_the_outputs_is_told_as_such(tmp_path: Path) -> None:
    program = (
        "import resource, sys\n"
        "from tarash_gateway_batch.stores import write_whole\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (100, resource.RLIM_INFINITY))\n"
        "write_whole(sys.argv[1], bytes(1000))\n"
    )
    place = tmp_path / "manifest.jsonl"
    done = subprocess.run(
        [sys.executable, "-c", program, str(place)],
        env={"PATH": os.defpath, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "free space on its disk" in done.stderr.splitlines()[-1]
    assert list(tmp_path.iterdir()) == []
