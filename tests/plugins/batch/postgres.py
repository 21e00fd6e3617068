"""Owns a PostgreSQL server for tests: in a data folder of its own, on loopback, under an unprivileged user."""

from __future__ import annotations

import os
import pwd
import shutil
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


@contextmanager
def postgres_server(folder_of_programs: Path) -> Iterator[str]:
    """Run a server, and yield the address of a database in it."""
    # not in pytest's folder, which the unprivileged user may not enter
    folder = Path(tempfile.mkdtemp(prefix="tarash-postgres-"))
    # the server refuses to run as root
    user = "nobody" if os.geteuid() == 0 else None
    if user is not None:
        account = pwd.getpwnam(user)
        os.chown(folder, account.pw_uid, account.pw_gid)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]

    def call(program: str, *arguments: str) -> None:
        subprocess.run(
            [str(folder_of_programs / program), "-D", str(folder / "data"), *arguments],
            user=user,
            cwd=folder,
            env={"PATH": os.defpath, "HOME": str(folder), "LC_ALL": "C"},
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            timeout=60,
        )

    try:
        call("initdb", "--username=tarash", "--auth=trust", "--no-sync", "--encoding=UTF8")
        options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c fsync=off"
        call("pg_ctl", "-w", "-l", str(folder / "log"), "-o", options, "start")
        try:
            create = [
                str(folder_of_programs / "createdb"),
                "-h",
                "127.0.0.1",
                "-p",
                str(port),
                "-U",
                "tarash",
                "batches",
            ]
            subprocess.run(create, check=True, env={"PATH": os.defpath}, timeout=60)
            yield f"postgresql://tarash:not-checked@127.0.0.1:{port}/batches"
        finally:
            call("pg_ctl", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
