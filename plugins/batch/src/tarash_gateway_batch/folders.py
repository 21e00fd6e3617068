"""Keeps the folder of a batch to itself, since another batch would replace its manifest and its report, and the batch in its folder."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa

from tarash.tarash_gateway.exceptions import ValidationError

from .options import BatchOptions
from .results import RowResult
from .saved_options import SavedOptions
from .stores import place_of
from .tables import batches, reading, rows


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
    old = [f"--out {stored.out}"] if stored.out != place_of(out) else []
    old += [f"--file-name {old_name!r}"] if old_name not in {None, options.file_name} else []
    if not old:
        return False
    results = connection.scalars(
        sa.select(rows.c.result).where(rows.c.batch == batch, rows.c.result.is_not(None))
    )
    if any(RowResult.model_validate_json(text).files for text in results):
        raise ValidationError(
            f"the batch {batch!r} has stored outputs with {' '.join(old)}, which cannot be changed any more; nothing was sent: run it "
            "with that"
        )
    return True


__all__ = ["kept_to_itself", "placed"]
