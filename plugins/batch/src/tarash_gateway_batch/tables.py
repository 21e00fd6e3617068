"""The tables of the batches, in the same database as the engine's, and the lock that keeps a file to one process."""

from __future__ import annotations

import contextlib
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from tarash.tarash_gateway.exceptions import JournalError, ValidationError

from .location import Location

if TYPE_CHECKING:
    import psycopg

SCHEMA_VERSION = 1
BUSY_SECONDS = 30.0
"""How long a statement waits for another one to finish, in seconds."""
IDLE_SECONDS = 10.0
"""How long a process may do nothing in an open transaction, in seconds; then the server ends it, and its locks with it."""
SILENT_SECONDS = 120.0
"""How long a server may say nothing on an open connection, in seconds; a statement may wait for those of others."""
_CONNECTIONS = 10
"""Connections of one process to a server, and as many again at peaks."""
_SILENCE = {
    "connect_timeout": 10,
    # a server whose machine or network is gone says nothing, and the system would wait a quarter of an hour for it
    "tcp_user_timeout": 20_000,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 2,
}
"""How long a server may be silent before it counts as away, in seconds; `tcp_user_timeout` in milliseconds (PostgreSQL, "Parameter Key
Words")."""
_CREATION_LOCK = 0x7461726173
"""Key of the server's advisory lock under which the tables are created: "taras"."""

metadata = sa.MetaData()
schema = sa.Table("tarash_schema", metadata, sa.Column("version", sa.Integer, primary_key=True))
batches = sa.Table(
    "tarash_batches",
    metadata,
    sa.Column("name", sa.String, primary_key=True),
    sa.Column("budget_units", sa.BigInteger),
    sa.Column("allow_unknown_cost", sa.Boolean, nullable=False),
    sa.Column("settings", sa.Text, nullable=False),
    # where the manifest and the report lie: those of another batch would replace them
    sa.Column("out", sa.String, nullable=False, unique=True),
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
    sa.Column("run", sa.Integer, nullable=False, default=1),
    sa.Column("state", sa.String, nullable=False),
    # who works on the row: whoever has taken it over since may write, and nobody else
    sa.Column("owner", sa.String),
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
# attempts that their generation went on after, although their jobs may still give a result
given_up = sa.Table(
    "tarash_given_up",
    metadata,
    sa.Column("generation_id", sa.String, primary_key=True),
    sa.Column("attempt_number", sa.Integer, primary_key=True),
    sa.Column("text", sa.Text, nullable=False),
)
workers = sa.Table(
    "tarash_workers",
    metadata,
    sa.Column("id", sa.String, primary_key=True),
    sa.Column("name", sa.String, nullable=False),
    sa.Column("host", sa.String, nullable=False),
    sa.Column("beat_at", sa.Float, nullable=False),
)


class BatchDatabaseError(JournalError):
    """The database of a batch failed while it was in use. Nothing is lost: run the batch again when it works."""

    code = "batch_database"


class AlreadyRunningError(ValidationError):
    """Batches run already, in another process that uses the same SQLite file or in this one. Try again when they have ended."""

    code = "already_running"


def open_database(
    location: Location,
    *,
    busy_seconds: float = BUSY_SECONDS,
    idle_seconds: float = IDLE_SECONDS,
    silent_seconds: float = SILENT_SECONDS,
) -> sa.Engine:
    """Open the database, and create the tables that it lacks.

    Args:
        location: where it is.
        busy_seconds: how long a statement waits for another one to finish in a SQLite file, in seconds.
        idle_seconds: how long a transaction of this process may do nothing on a server, in seconds.
        silent_seconds: how long a server may say nothing on an open connection, in seconds.

    Raises:
        ValidationError: it cannot be opened or written to, or a newer version of this package has made it.
    """
    engine = _engine(location, busy_seconds, idle_seconds, silent_seconds)
    try:
        if location.path is not None:
            location.path.parent.mkdir(parents=True, exist_ok=True)
        with engine.begin() as connection:
            if location.is_server:
                # workers start together, and each would create the tables
                connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_CREATION_LOCK)))
            version = _created(connection)
    except (OSError, sa.exc.DatabaseError) as error:
        engine.dispose()
        cause = " ".join(str(error.orig if isinstance(error, sa.exc.DatabaseError) else error).split())
        raise ValidationError(
            f"the database {location} cannot be used: {cause}; {_remedy(cause, is_server=location.is_server)}"
        ) from error
    if version > SCHEMA_VERSION:
        engine.dispose()
        raise ValidationError(
            f"the database {location} has schema {version}, and this version of tarash-gateway-batch knows {SCHEMA_VERSION}; "
            "upgrade tarash-gateway-batch"
        )
    return engine


def _engine(location: Location, busy_seconds: float, idle_seconds: float, silent_seconds: float) -> sa.Engine:
    if location.is_server:
        engine = sa.create_engine(
            location.url,
            pool_size=_CONNECTIONS,
            max_overflow=_CONNECTIONS,
            pool_pre_ping=True,
            connect_args=dict(_SILENCE),
        )
        sa.event.listen(engine, "do_connect", _opener(silent_seconds))
        sa.event.listen(engine, "connect", partial(_limit_idleness, idle_seconds))
        return engine
    engine = sa.create_engine(location.url)
    sa.event.listen(engine, "connect", partial(_set_up, busy_seconds))
    sa.event.listen(engine, "begin", _begin)
    return engine


def _created(connection: sa.Connection) -> int:
    """Create the tables that are missing, and return the version of the schema."""
    metadata.create_all(connection)
    version: int | None = connection.scalar(sa.select(schema.c.version))
    if version is None:
        connection.execute(schema.insert().values(version=SCHEMA_VERSION))
        return SCHEMA_VERSION
    if version <= SCHEMA_VERSION:
        # a file that can only be read shows it now, and not when the first job is to be noted
        connection.execute(schema.update().values(version=version))
    return version


def _remedy(cause: str, *, is_server: bool) -> str:
    """Return what to do; never to take another database, in which every row would be generated and paid for again."""
    if is_server:
        return "check that the server runs, its address, and the rights of its user"
    if "locked" in cause:
        return "another program holds it: close that one"
    if "readonly" in cause or "read-only" in cause.lower():
        return "make the file and its folder writable"
    if "full" in cause or "disk I/O" in cause:
        return "free space on its disk"
    if "not a database" in cause:
        return "name a file of batches, or one that does not exist yet"
    if "malformed" in cause:
        return "restore it from a backup"
    return "check that its path is that of a file which you may read and write, in a folder that you may write to"


@contextlib.contextmanager
def told_as_one_error(location: Location) -> Iterator[None]:
    """Raise whatever the database raises, also as the journal of the gateway, as one error that says what to do.

    Args:
        location: the database.

    Raises:
        BatchDatabaseError: the database failed.
    """
    try:
        yield
    except BatchDatabaseError:
        raise
    except (sa.exc.SQLAlchemyError, JournalError) as error:
        # a driver writes several lines
        cause = " ".join(str(getattr(_origin(error), "orig", None) or _origin(error)).split())
        remedy = _remedy(cause, is_server=location.is_server)
        raise BatchDatabaseError(
            f"the database {location} failed: {cause}; nothing is lost: {remedy}, and run the batch again"
        ) from error


def _origin(error: BaseException) -> BaseException:
    """Return what the gateway's error about its journal was raised from."""
    return error.__cause__ if isinstance(error, JournalError) and error.__cause__ is not None else error


def _opener(silent_seconds: float) -> Callable[..., psycopg.Connection[Any]]:
    """Return what opens the connections to a server."""
    made: list[type[psycopg.Connection[Any]]] = []

    def connect(
        _dialect: object, _record: object, arguments: Sequence[Any], named: Mapping[str, Any]
    ) -> psycopg.Connection[Any]:
        if not made:
            # whoever uses a file may not have psycopg
            from .silence import connection_class

            made.append(connection_class(silent_seconds))
        return made[0].connect(*arguments, **named)

    return connect


def _limit_idleness(idle_seconds: float, connection: psycopg.Connection, _record: object) -> None:
    # a worker that freezes, or whose machine is cut off, while it holds the lock of a batch would keep all others from it
    connection.execute(
        "SELECT set_config('idle_in_transaction_session_timeout', %s, false)", [str(int(idle_seconds * 1000))]
    )
    # the pool rolls a connection back when it is returned, which would undo the setting
    connection.commit()


def _set_up(busy_seconds: float, connection: sqlite3.Connection, _record: object) -> None:
    # Python's own BEGIN comes as late as the first write (sqlite3, "Transaction control"); `_begin` replaces it
    connection.isolation_level = None
    try:
        connection.execute(f"PRAGMA busy_timeout={int(busy_seconds * 1000)}")
        connection.execute("PRAGMA journal_mode=WAL")
        # a job that is noted must survive a power cut: it is about to be paid for
        connection.execute("PRAGMA synchronous=FULL")
        # on macOS, a power cut may otherwise lose what lies in the cache of the disk
        connection.execute("PRAGMA fullfsync=ON")
    except sqlite3.Error:
        # nobody else closes a connection that is not set up
        connection.close()
        raise


def _begin(connection: sa.Connection) -> None:
    # a transaction takes the write lock at its start: what it has read is still true when it writes
    is_reading = connection.get_execution_options().get("is_reading", False)
    connection.exec_driver_sql("BEGIN" if is_reading else "BEGIN IMMEDIATE")


def reading(engine: sa.Engine) -> sa.Engine:
    """Return the engine for transactions that only read: they wait for nobody."""
    return engine.execution_options(is_reading=True)


def clock(connection: sa.Connection) -> float:
    """Return the time in seconds, by the clock that everyone who uses the database shares."""
    if connection.dialect.name == "postgresql":
        return float(connection.scalar(sa.select(sa.extract("epoch", sa.func.clock_timestamp()))) or 0.0)
    return time.time()


def lock_batch(connection: sa.Connection, name: str) -> None:
    """Keep other transactions from changing the batch, its rows or its jobs until this one ends."""
    connection.execute(sa.select(batches.c.name).where(batches.c.name == name).with_for_update())


class ProcessLock:
    """Keeps a database to one process; the operating system ends the lock with the process.

    Two processes would both recover the rows that the other one is working on.

    Args:
        path: the database; the lock is a file beside it.

    Raises:
        AlreadyRunningError: another process holds it.
    """

    def __init__(self, path: Path) -> None:
        # a link to the file is the same database
        self._connection = sqlite3.connect(f"{path.resolve()}.lock", timeout=0, check_same_thread=False)
        try:
            self._connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.Error as error:
            self._connection.close()
            raise AlreadyRunningError(
                f"the database {path} is in use by another run ({error}); wait until it ends; in another "
                "database, its rows would be generated and paid for again"
            ) from error

    def release(self) -> None:
        """Give the database free."""
        with contextlib.suppress(sqlite3.Error):
            self._connection.close()


__all__ = [
    "SCHEMA_VERSION",
    "AlreadyRunningError",
    "BatchDatabaseError",
    "ProcessLock",
    "batches",
    "clock",
    "given_up",
    "jobs",
    "lock_batch",
    "open_database",
    "reading",
    "rows",
    "schema",
    "told_as_one_error",
    "workers",
]
