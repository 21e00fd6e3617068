"""Checks a whole batch before anything is sent: its name, and each of its rows."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeAlias

from tarash.tarash_gateway import Gateway, Plan
from tarash.tarash_gateway.exceptions import TarashException, ValidationError
from tarash.tarash_gateway.job import saved_request
from tarash.tarash_gateway.models import GenerationConfig, GenerationRequest, modality_of

from .chains import VARIABLE, queue_of
from .columns import check_column
from .options import BatchOptions
from .outputs import OWN_PLACEHOLDERS, destinations
from .reading import Table
from .rows import BadRow, BadRowsError, BatchRow, Keys, check_key, in_short
from .stores import check_store, place_of
from .templates import placeholders

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Examined:
    """What a batch would generate.

    Attributes:
        rows: the good rows.
        places: where their outputs go, by key.
        left_out: the bad rows, in the order of the file.
    """

    rows: list[BatchRow]
    places: dict[str, str]
    left_out: list[BadRow]


Rows: TypeAlias = Table | Sequence[BatchRow | GenerationRequest] | Examined
"""What a batch is made of: a table, rows, or requests; or those of them that were examined."""


async def examined(
    gateway: Gateway,
    rows: Rows,
    config: GenerationConfig | None = None,
    *,
    out: str | Path,
    options: BatchOptions,
    on_plan: Callable[[BatchRow, Plan], None] | None = None,
) -> Examined:
    """Plan every row, before any is sent, and return the good ones and the bad ones; `on_plan` is called with each plan.

    Rows that were examined are not planned again, and those that are left out are told only once.

    Raises:
        BadRowsError: rows cannot be generated, and `skip_bad` is False.
        ValidationError: there is nothing to generate, or the names of the files need a column that the table does not have.
    """
    if isinstance(rows, Examined):
        return replace(rows, left_out=[])
    _check_file_name(options.file_name, rows)
    found, bad_rows = _rows_of(rows, config)
    planned: list[BatchRow] = []
    lines: dict[str, int] = {}
    for row in found:
        try:
            check_key(row.key)
            if lines.setdefault(row.key, row.line) != row.line:
                raise ValidationError(
                    f"its key {row.key!r} is that of line {lines[row.key]}; give it another"
                )
            plan = await gateway.plan_async(row.config, row.request)
        except TarashException as error:
            bad_rows.append(BadRow(row.line, str(error)))
            continue
        planned.append(row)
        if on_plan is not None:
            on_plan(row, plan)
    places, doubled = destinations(planned, out, options.file_name)
    bad_rows = sorted((*bad_rows, *doubled), key=lambda row: row.line)
    if bad_rows and not options.skip_bad:
        raise BadRowsError(bad_rows)
    good = [row for row in planned if row.key in places]
    if not good:
        raise (
            BadRowsError(bad_rows, is_every_row=True)
            if bad_rows
            else ValidationError("the batch has no rows that can be generated")
        )
    return Examined(good, places, bad_rows)


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
        ValidationError: there is nothing to generate, or the names of the files need a column that the table does not have.
    """
    found = await examined(gateway, rows, config, out=out, options=options)
    if found.left_out:
        log.warning(
            "bad rows left out",
            extra={"count": len(found.left_out), "reasons": in_short(found.left_out)},
        )
    return found.rows, found.places


def _check_file_name(template: str, rows: Rows) -> None:
    named = placeholders(template)
    if isinstance(rows, Table) and rows.columns:
        for name in named:
            use = f"{{{name}}} in the names of the files"
            check_column(name, rows.columns, use, others=OWN_PLACEHOLDERS)


def _rows_of(
    rows: Table | Sequence[BatchRow | GenerationRequest], config: GenerationConfig | None
) -> tuple[list[BatchRow], list[BadRow]]:
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


def tell_of_headers(rows: Sequence[BatchRow], *, is_shared: bool) -> None:
    """Warn that workers need the headers of configurations, whose values are not stored; without them, they refuse the rows."""
    needed = {(queue_of(link), name) for row in rows for link in row.config.chain() for name in link.headers}
    if is_shared and needed:
        named = ", ".join(f"{name} of {queue}" for queue, name in sorted(needed))
        log.warning(
            "headers are not stored, so give them to each worker: %s (%s, or headers=…)", named, VARIABLE
        )


def check_options(options: BatchOptions, out: str | Path) -> None:
    """Check what needs packages that may not be installed.

    Raises:
        ValidationError: one is needed and not installed, or a value is not allowed.
    """
    _ = options.media_policy
    check_store(place_of(out))


__all__ = ["Examined", "Rows", "check_options", "checked", "examined", "tell_of_headers"]
