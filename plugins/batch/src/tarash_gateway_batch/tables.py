"""The tables of the batches, in the same database as the engine's, and the lock that keeps it to one process."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import sqlalchemy as sa

from tarash.tarash_gateway.exceptions import JournalError, ValidationError

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


class BatchDatabaseError(JournalError):
    """The database of a batch failed while it was in use. Nothing is lost: run the batch again when it works."""

    code = "batch_database"


def open_database(path: Path, *, busy_seconds: float = BUSY_SECONDS) -> sa.Engine:
    """Open the database, and create the tables that it lacks.

    Args:
        path: the SQLite file.
        busy_seconds: how long a statement waits for another one to finish, in seconds.

    Raises:
        ValidationError: it cannot be opened or written to, or a newer version of this package has made it.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        engine = sa.create_engine(f"sqlite:///{path}")
        sa.event.listen(engine, "connect", partial(_set_up, busy_seconds))
        sa.event.listen(engine, "begin", _begin)
        with engine.begin() as connection:
            metadata.create_all(connection)
            version = connection.scalar(sa.select(schema.c.version))
            if version is None:
                connection.execute(schema.insert().values(version=SCHEMA_VERSION))
            elif version <= SCHEMA_VERSION:
                # a file that can only be read shows it now, and not when the first job is to be noted
                connection.execute(schema.update().values(version=version))
    except (OSError, sa.exc.DatabaseError) as error:
        cause = error.orig if isinstance(error, sa.exc.DatabaseError) else error
        raise ValidationError(
            f"the database {path} cannot be used: {cause}; {_remedy(str(cause))}"
        ) from error
    if version is not None and version > SCHEMA_VERSION:
        engine.dispose()
        raise ValidationError(
            f"the database {path} has schema {version}, and this version of tarash-gateway-batch knows {SCHEMA_VERSION}; "
            "upgrade tarash-gateway-batch"
        )
    return engine


def _remedy(cause: str) -> str:
    if "locked" in cause:
        return "another program holds it: close that one, or choose another file"
    if "readonly" in cause or "read-only" in cause.lower():
        return "make the file and its folder writable, or choose another file"
    if "full" in cause or "disk I/O" in cause:
        return "free space on its disk, or choose another file"
    return "choose another file"


@contextlib.contextmanager
def told_as_one_error(name: object) -> Iterator[None]:
    """Raise whatever the database raises, also as the journal of the gateway, as one error that says what to do.

    Args:
        name: the database, as the user knows it.

    Raises:
        BatchDatabaseError: the database failed.
    """
    try:
        yield
    except BatchDatabaseError:
        raise
    except (sa.exc.SQLAlchemyError, JournalError) as error:
        cause = str(getattr(_origin(error), "orig", None) or _origin(error))
        raise BatchDatabaseError(
            f"the database {name} failed: {cause}; nothing is lost: {_remedy(cause)}, and run the batch again"
        ) from error


def _origin(error: BaseException) -> BaseException:
    """Return what the gateway's error about its journal was raised from."""
    return error.__cause__ if isinstance(error, JournalError) and error.__cause__ is not None else error


def _set_up(busy_seconds: float, connection: sqlite3.Connection, _record: object) -> None:
    # Python's own BEGIN comes as late as the first write (sqlite3, "Transaction control"); `_begin` replaces it
    connection.isolation_level = None
    connection.execute(f"PRAGMA busy_timeout={int(busy_seconds * 1000)}")
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


__all__ = [
    "SCHEMA_VERSION",
    "BatchDatabaseError",
    "ProcessLock",
    "batches",
    "jobs",
    "open_database",
    "reading",
    "rows",
    "told_as_one_error",
]
