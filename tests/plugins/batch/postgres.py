"""Owns a PostgreSQL server for tests: in a data folder of its own, on loopback, under an unprivileged user."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

INSTALLED = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: path.parts[4])
"""Debian's servers; it keeps them off the path."""


def programs() -> Path | None:
    """Return the folder with the programs of the newest server, or None if none is installed."""
    if INSTALLED:
        return INSTALLED[-1].parent
    found = shutil.which("postgres")
    return None if found is None else Path(found).parent


needs_postgres = pytest.mark.skipif(programs() is None, reason="PostgreSQL is not installed on this machine")


class PostgresServer:
    """A server with an empty database.

    Attributes:
        address: of the database; it stays the same when the server is stopped and started.
    """

    def __init__(self, programs: Path, folder: Path) -> None:
        self._programs = programs
        self._folder = folder
        # the server refuses to run as root
        self._user = "nobody" if os.geteuid() == 0 else None
        if self._user is not None:
            account = pwd.getpwnam(self._user)
            os.chown(folder, account.pw_uid, account.pw_gid)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self._port = str(probe.getsockname()[1])
        self.address = f"postgresql://tarash:not-checked@127.0.0.1:{self._port}/batches"

    def create(self) -> None:
        """Start the server for the first time."""
        self._call("initdb", "--username=tarash", "--auth=trust", "--no-sync", "--encoding=UTF8")
        self.start()
        create = [
            str(self._programs / "createdb"),
            "-h",
            "127.0.0.1",
            "-p",
            self._port,
            "-U",
            "tarash",
            "batches",
        ]
        subprocess.run(create, check=True, env={"PATH": os.defpath}, timeout=60)

    def start(self) -> None:
        """Start the server, and wait until it answers."""
        options = f"-p {self._port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c fsync=off"
        self._call("pg_ctl", "-w", "-l", str(self._folder / "log"), "-o", options, "start")

    def stop(self) -> None:
        """Stop the server as a crash does, with all its connections."""
        self._call("pg_ctl", "-m", "immediate", "stop")

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """Freeze every process of the server; the kernel keeps its connections open, and answers for it."""
        # all are named like the first, which is their parent
        first = int((self._folder / "data" / "postmaster.pid").read_text("utf-8").split()[0])
        children = Path(f"/proc/{first}/task/{first}/children").read_text("utf-8").split()
        processes = [first, *map(int, children)]
        try:
            for process in processes:
                os.kill(process, signal.SIGSTOP)
            yield
        finally:
            for process in processes:
                os.kill(process, signal.SIGCONT)

    @property
    def is_running(self) -> bool:
        """Whether it was started, and not stopped since."""
        return (self._folder / "data" / "postmaster.pid").exists()

    def _call(self, program: str, *arguments: str) -> None:
        subprocess.run(
            [str(self._programs / program), "-D", str(self._folder / "data"), *arguments],
            user=self._user,
            cwd=self._folder,
            env={"PATH": os.defpath, "HOME": str(self._folder), "LC_ALL": "C"},
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            timeout=60,
        )


@contextmanager
def postgres_server() -> Iterator[PostgresServer]:
    """Run a server."""
    found = programs()
    assert found is not None, "mark the test with needs_postgres"
    # not in pytest's folder, which the unprivileged user may not enter
    folder = Path(tempfile.mkdtemp(prefix="tarash-postgres-"))
    server = PostgresServer(found, folder)
    try:
        server.create()
        yield server
    finally:
        if server.is_running:
            server.stop()
        shutil.rmtree(folder, ignore_errors=True)
