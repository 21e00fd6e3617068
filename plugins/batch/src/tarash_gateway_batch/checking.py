"""Checks a whole batch before anything is sent: its name, and each of its rows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TypeAlias

from tarash.tarash_gateway import Gateway
from tarash.tarash_gateway.exceptions import TarashException, ValidationError
from tarash.tarash_gateway.job import saved_request
from tarash.tarash_gateway.models import GenerationConfig, GenerationRequest, modality_of

from .options import BatchOptions
from .outputs import destinations
from .reading import Table
from .rows import BadRow, BadRowsError, BatchRow, Keys

Rows: TypeAlias = Table | Sequence[BatchRow | GenerationRequest]
"""What a batch is made of: a table, rows, or requests."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


async def checked(
    gateway: Gateway,
    rows: Rows,
    config: GenerationConfig | None,
    *,
    out: str | Path,
    options: BatchOptions,
) -> tuple[list[BatchRow], dict[str, str]]:
    """Return the good rows, and where their outputs go; every row is planned before any is sent.

    Raises:
        BadRowsError: rows cannot be generated, and `skip_bad` is False.
        ValidationError: there is nothing to generate.
    """
    found, bad_rows = _rows_of(rows, config)
    planned: list[BatchRow] = []
    for row in found:
        try:
            await gateway.plan_async(row.config, row.request)
        except TarashException as error:
            bad_rows.append(BadRow(row.line, str(error)))
        else:
            planned.append(row)
    places, doubled = destinations(planned, out, options.file_name)
    bad_rows += doubled
    if bad_rows and not options.skip_bad:
        raise BadRowsError(sorted(bad_rows, key=lambda row: row.line))
    good = [row for row in planned if row.key in places]
    if not good:
        raise ValidationError("the batch has no rows that can be generated")
    return good, places


def _rows_of(rows: Rows, config: GenerationConfig | None) -> tuple[list[BatchRow], list[BadRow]]:
    if isinstance(rows, Table):
        return list(rows.rows), list(rows.bad_rows)
    keys = Keys()
    found: list[BatchRow] = []
    for line, row in enumerate(rows, start=1):
        if isinstance(row, BatchRow):
            found.append(row)
        elif config is None:
            raise ValidationError("requests need a config: the chain that generates them")
        else:
            modality_of(config, row)
            found.append(BatchRow(keys.of_content(saved_request(row)), line, row, config))
    return found, []


def check_name(name: str) -> None:
    """Check the name of a batch.

    Raises:
        ValidationError: it is none.
    """
    if _NAME.fullmatch(name) is None:
        raise ValidationError(
            f"{name[:100]!r} is not a name of a batch; use up to 100 letters, digits, '.', '_' and '-', such as 'cards-2026'"
        )


__all__ = ["Rows", "check_name", "checked"]
