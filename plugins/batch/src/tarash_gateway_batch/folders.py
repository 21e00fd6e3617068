"""Keeps the folder of a batch to itself, since another batch would replace its manifest and its report, and the batch in its folder."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa

from tarash.tarash_gateway.exceptions import DownloadError, ValidationError

from .location import Location
from .manifest import NAME, place_in
from .options import BatchOptions
from .results import RowResult
from .saved_options import SavedOptions
from .stores import is_there, local_copy, place_of, write_whole
from .tables import batches, reading, rows

MARKER = ".tarash-batch.json"
"""Name of the file that says to which batch of which database a folder belongs."""


def take_folder(engine: sa.Engine, location: Location, batch: str, out: str | Path) -> None:
    """Check a folder before a batch is stored with it, and mark it with the database to which the batch belongs.

    Args:
        engine: the database.
        location: where the database is.
        batch: name of the batch.
        out: its folder.

    Raises:
        ValidationError: the folder belongs to a batch of another database, or cannot be written to.
    """
    manifest, marker = place_in(out, NAME), place_in(out, MARKER)
    told = _told_in(marker)
    with reading(engine).connect() as connection:
        owner = connection.scalar(sa.select(batches.c.name).where(batches.c.out == place_of(out)))
        # a batch of this database that was started here has moved, as it had no outputs yet
        was_here = sa.select(batches.c.name).where(batches.c.name == told.get("batch"))
        has_moved = told.get("database") == str(location) and connection.scalar(was_here) is not None
    if owner is None and not has_moved and is_there(manifest):
        whose = f"the batch {told['batch']!r} of the database {told['database']}" if told else "another batch"
        raise ValidationError(
            f"{out} has the manifest of {whose}, which the database {location} does not have; nothing was sent: name the database to "
            f"which it belongs (--database, or database=…), or give {batch!r} a folder of its own. To generate all of it anew, and to "
            f"pay for it again, delete {manifest}"
        )
    if owner in {None, batch}:
        with writable(out):
            write_whole(marker, json.dumps({"batch": batch, "database": str(location)}).encode())


def _told_in(marker: str) -> dict[str, str]:
    """Return the batch and the database to which a folder belongs; empty if it has no marker that can be read."""
    try:
        with local_copy(marker) as path:
            found = json.loads(path.read_bytes())
        return {name: str(found[name]) for name in ("batch", "database")}
    except (DownloadError, OSError, ValueError, LookupError, TypeError):
        return {}


@contextmanager
def writable(out: str | Path) -> Iterator[None]:
    """Say that a folder cannot be used, while nothing was sent yet.

    Raises:
        ValidationError: it cannot be written to.
    """
    try:
        yield
    except DownloadError as error:
        raise ValidationError(
            f"the folder {out} cannot be used, so nothing was sent: {error.message}"
        ) from error


@contextmanager
def kept_to_itself(engine: sa.Engine, batch: str, out: str | Path) -> Iterator[None]:
    """Say which batch has the folder, if the database refuses to store another one with it.

    Args:
        engine: the database.
        batch: the batch that is stored.
        out: its folder.

    Raises:
        ValidationError: another batch in the database writes to the folder.
    """
    try:
        yield
    except sa.exc.IntegrityError as error:
        query = sa.select(batches.c.name).where(batches.c.out == place_of(out), batches.c.name != batch)
        with reading(engine).connect() as connection:
            other = connection.scalar(query)
        if other is None:
            raise
        raise ValidationError(
            f"the batch {other!r} has its manifest and its report in {out}; give {batch!r} a folder of its own, "
            f"such as {str(out).rstrip('/')}/{batch}"
        ) from error


def placed(connection: sa.Connection, batch: str, out: str | Path, options: BatchOptions) -> bool:
    """Return whether the outputs of a stored batch get other places than before: as long as it has none, it may move.

    Args:
        connection: a transaction that has locked the batch.
        batch: its name.
        out: its folder from now on.
        options: have the template of the file names.

    Raises:
        ValidationError: the batch has outputs, and they lie elsewhere.
    """
    query = sa.select(batches.c.out, batches.c.settings).where(batches.c.name == batch)
    stored = connection.execute(query).one_or_none()
    if stored is None:
        return False
    old_name = SavedOptions.read(stored.settings).file_name
    kept = [f"--out {stored.out}"] if stored.out != place_of(out) else []
    kept += [f"--file-name {old_name!r}"] if old_name not in {None, options.file_name} else []
    if not kept:
        return False
    results = connection.scalars(
        sa.select(rows.c.result).where(rows.c.batch == batch, rows.c.result.is_not(None))
    )
    if any(RowResult.model_validate_json(text).files for text in results):
        where = " ".join(kept)
        raise ValidationError(
            f"the batch {batch!r} has stored outputs with {where}, which cannot be changed any more; nothing was sent: run it "
            f"with {where}, or give a new batch another name, which generates and pays for every row again"
        )
    return True


__all__ = ["MARKER", "kept_to_itself", "placed", "take_folder", "writable"]
