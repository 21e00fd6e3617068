"""The tables of the batches, in the same database as the engine's, and the lock that keeps it to one process."""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path

import sqlalchemy as sa

from tarash.tarash_gateway.exceptions import ValidationError

SCHEMA_VERSION = 1
BUSY_SECONDS = 30.0
"""How long a statement waits for another one to finish, in seconds."""

metadata = sa.MetaData()
schema = sa.Table("tarash_schema", metadata, sa.Column("version", sa.Integer, primary_key=True))
batches = sa.Table(
    "tarash_batches",
    metadata,
    sa.Column("name", sa.String, primary_key=True),
    sa.Column("budget_units", sa.BigInteger),
    sa.Column("allow_unknown_cost", sa.Boolean, nullable=False),
    sa.Column("settings", sa.Text, nullable=False),
    # what all attempts cost or may cost: kept as a sum, so that a batch of any size is checked in constant time
    sa.Column("held_units", sa.BigInteger, nullable=False, default=0),
)
rows = sa.Table(
    "tarash_rows",
    metadata,
    sa.Column("batch", sa.String, primary_key=True),
    sa.Column("key", sa.String, primary_key=True),
    sa.Column("position", sa.Integer, nullable=False),
    sa.Column("queue", sa.String, nullable=False),
    sa.Column("content", sa.Text, nullable=False),
    sa.Column("content_hash", sa.String, nullable=False),
    sa.Column("run", sa.Integer, nullable=False, default=1),
    sa.Column("state", sa.String, nullable=False),
    sa.Column("ended_at", sa.Float),
    sa.Column("result", sa.Text),
    sa.Index("tarash_rows_ended", "batch", "ended_at"),
)
jobs = sa.Table(
    "tarash_jobs",
    metadata,
    sa.Column("generation_id", sa.String, primary_key=True),
    sa.Column("batch", sa.String, nullable=False),
    sa.Column("key", sa.String, nullable=False),
    sa.Column("workflow_id", sa.String, nullable=False),
    sa.Column("state", sa.String, nullable=False),
    sa.Column("has_response", sa.Boolean, nullable=False),
    sa.Column("number", sa.Integer, nullable=False),
    sa.Column("text", sa.Text),
    sa.Column("held_units", sa.BigInteger, nullable=False),
    sa.Index("tarash_jobs_row", "batch", "key"),
    sa.Index("tarash_jobs_run", "workflow_id"),
)


def open_database(path: Path) -> sa.Engine:
    """Open the database, and create the tables that it lacks.

    Raises:
        ValidationError: it cannot be opened or written to, or a newer version of this package has made it.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        engine = sa.create_engine(f"sqlite:///{path}")
        sa.event.listen(engine, "connect", _set_up)
        sa.event.listen(engine, "begin", _begin)
        with engine.begin() as connection:
            metadata.create_all(connection)
            version = connection.scalar(sa.select(schema.c.version))
            if version is None:
                connection.execute(schema.insert().values(version=SCHEMA_VERSION))
    except (OSError, sa.exc.DatabaseError) as error:
        cause = error.orig if isinstance(error, sa.exc.DatabaseError) else error
        raise ValidationError(
            f"the database {path} cannot be used: {cause}; free it, or choose another file"
        ) from error
    if version is not None and version > SCHEMA_VERSION:
        engine.dispose()
        raise ValidationError(
            f"the database {path} has schema {version}, and this version of tarash-gateway-batch knows {SCHEMA_VERSION}; "
            "upgrade tarash-gateway-batch"
        )
    return engine


def _set_up(connection: sqlite3.Connection, _record: object) -> None:
    # Python's own BEGIN comes as late as the first write (sqlite3, "Transaction control"); `_begin` replaces it
    connection.isolation_level = None
    connection.execute(f"PRAGMA busy_timeout={int(BUSY_SECONDS * 1000)}")
    connection.execute("PRAGMA journal_mode=WAL")
    # a job that is noted must survive a power cut: it is about to be paid for
    connection.execute("PRAGMA synchronous=FULL")


def _begin(connection: sa.Connection) -> None:
    # a transaction takes the write lock at its start: what it has read is still true when it writes
    is_reading = connection.get_execution_options().get("is_reading", False)
    connection.exec_driver_sql("BEGIN" if is_reading else "BEGIN IMMEDIATE")


def reading(engine: sa.Engine) -> sa.Engine:
    """Return the engine for transactions that only read: they wait for nobody."""
    return engine.execution_options(is_reading=True)


class ProcessLock:
    """Keeps a database to one process; the operating system ends the lock with the process.

    Two processes would both recover the rows that the other one is working on.

    Args:
        path: the database; the lock is a file beside it.

    Raises:
        ValidationError: another process holds it.
    """

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(f"{path}.lock", timeout=0, check_same_thread=False)
        try:
            self._connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.Error as error:
            self._connection.close()
            raise ValidationError(
                f"the database {path} is in use by another run ({error}); wait until it ends, or choose another file"
            ) from error

    def release(self) -> None:
        """Give the database free."""
        with contextlib.suppress(sqlite3.Error):
            self._connection.close()


__all__ = ["SCHEMA_VERSION", "ProcessLock", "batches", "jobs", "open_database", "reading", "rows"]
