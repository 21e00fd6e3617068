"""Keeps the folder of a batch to itself: another batch would replace its manifest and its report."""

from __future__ import annotations

import json
from pathlib import Path

import sqlalchemy as sa

from tarash.tarash_gateway.exceptions import ValidationError

from .stores import place_of
from .tables import batches, reading


def check_folder(engine: sa.Engine, batch: str, out: str | Path) -> None:
    """Refuse a folder that another batch in the database writes to.

    Raises:
        ValidationError: there is one.
    """
    query = sa.select(batches.c.name, batches.c.settings).where(batches.c.name != batch)
    with reading(engine).connect() as connection:
        found = connection.execute(query).all()
    for other, settings in found:
        # the folder alone: a program of another version may have stored the rest
        if json.loads(settings).get("out") == place_of(out):
            raise ValidationError(
                f"the batch {other!r} has its manifest and its report in {out}; give {batch!r} a folder of its own, "
                f"such as {str(out).rstrip('/')}/{batch}"
            )


__all__ = ["check_folder"]
