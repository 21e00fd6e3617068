"""Shows the plan of a table: what each row would send, what would be adjusted, what all rows would cost, and which are left out."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence

import typer

from tarash.tarash_gateway import Gateway, Plan
from tarash.tarash_gateway.cli.exit_codes import exit_code_of
from tarash.tarash_gateway.cli.failures import describe
from tarash.tarash_gateway.cli.notices import notices
from tarash.tarash_gateway.cli.output import print_json
from tarash.tarash_gateway.exceptions import ValidationError
from tarash.tarash_gateway.models.money import dollars

from .checking import Examined, examined
from .options import BatchOptions
from .reading import Table
from .rows import BadRow, BadRowsError, BatchRow, reasons_of
from .wording import counted

_REASONS_SHOWN = 10


def examine(
    table: Table,
    gateway: Gateway,
    *,
    out: str,
    options: BatchOptions,
    on_plan: Callable[[BatchRow, Plan], None] | None = None,
) -> Examined:
    """Like `examined`, outside of asyncio; name the rows that are left out on standard error, and close the gateway."""

    async def examine_and_close() -> Examined:
        async with gateway:
            return await examined(gateway, table, out=out, options=options, on_plan=on_plan)

    found = asyncio.run(examine_and_close())
    _print_left_out(found.left_out)
    return found


def _print_left_out(bad_rows: Sequence[BadRow]) -> None:
    if not bad_rows:
        return
    reasons = reasons_of(bad_rows)
    typer.echo(f"{count_of(bad_rows)} left out:", err=True)
    for reason in reasons[:_REASONS_SHOWN]:
        typer.echo(f"  {reason}", err=True)
    if len(reasons) > _REASONS_SHOWN:
        typer.echo(f"  and {len(reasons) - _REASONS_SHOWN} more reasons; --json lists every row", err=True)


@contextlib.contextmanager
def bad_rows_listed(*, as_json: bool) -> Iterator[None]:
    """Tell every bad row: the message of the library names only the first reasons, and its own arguments.

    Raises:
        ValidationError: there are bad rows, whose reasons were printed, each on a line of its own.
        typer.Exit: there are, and they were printed as JSON.
    """
    try:
        yield
    except BadRowsError as error:
        message = (
            "the batch has no rows that can be generated; correct the table"
            if error.is_every_row
            else f"{count_of(error.bad_rows)}, so nothing was sent; correct the table, or go on without them: --skip-bad"
        )
        if as_json:
            code = exit_code_of(error)
            told = {**describe(error, code), "message": message, "bad_rows": left_out_data(error.bad_rows)}
            print_json({"error": told})
            raise typer.Exit(code) from None
        for reason in reasons_of(error.bad_rows):
            typer.echo(reason, err=True)
        raise ValidationError(message) from None


def count_of(bad_rows: Sequence[BadRow]) -> str:
    """Return the number of bad rows in words."""
    return counted(len(bad_rows), "bad row")


def left_out_data(bad_rows: Sequence[BadRow]) -> list[dict[str, object]]:
    """Return bad rows as JSON data."""
    return [{"line": row.line, "reason": row.reason} for row in bad_rows]


def print_plan(
    table: Table, gateway: Gateway, *, out: str, options: BatchOptions, warnings: Sequence[str], as_json: bool
) -> None:
    """Print the plan of every row, and what their first attempts would cost together; nothing is sent.

    Raises:
        BadRowsError: rows cannot be generated, and `skip_bad` is False.
        ValidationError: there is nothing to generate, or the names of the files need a column that the table does not have.
    """
    plans: dict[str, Plan] = {}

    def note(row: BatchRow, plan: Plan) -> None:
        plans[row.key] = plan

    found = examine(table, gateway, out=out, options=options, on_plan=note)
    planned = {row.line: plans[row.key] for row in found.rows}
    costs = [plan.attempts[0].estimated_cost_usd for plan in planned.values()]
    total = sum(cost for cost in costs if cost is not None)
    unpriced = costs.count(None)
    if as_json:
        print_json(
            {
                "rows": [{"line": line, **plan.model_dump(mode="json")} for line, plan in planned.items()],
                "estimated_cost_usd": total,
                "rows_without_price": unpriced,
                "left_out": left_out_data(found.left_out),
                "warnings": list(warnings),
            }
        )
        return
    _print_rows(planned)
    more = f", and {unpriced} without a known price" if unpriced else ""
    left_out = f", {count_of(found.left_out)} left out" if found.left_out else ""
    typer.echo(f"{counted(len(planned))}, estimated cost {dollars(total)}{more}{left_out}")


def _print_rows(plans: Mapping[int, Plan]) -> None:
    for line, plan in plans.items():
        first = plan.attempts[0]
        typer.echo(
            f"line {line}: {first.provider}/{first.model}, estimated cost {dollars(first.estimated_cost_usd)}"
        )
        typer.echo(f"  {json.dumps(first.payload, ensure_ascii=False, default=str)}")
        for adjustment in first.adjustments:
            typer.echo(f"  {adjustment}")
        for notice in notices(first):
            typer.echo(f"  {notice}")


__all__ = ["bad_rows_listed", "count_of", "examine", "left_out_data", "print_plan"]
