"""Keeps the folder of a batch to itself: another batch would replace its manifest and its report."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa

from tarash.tarash_gateway.exceptions import ValidationError

from .stores import place_of
from .tables import batches, reading


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


__all__ = ["kept_to_itself"]
