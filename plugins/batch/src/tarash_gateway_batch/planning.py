"""Shows the plan of a table: what each row would send, what would be adjusted, and what all rows would cost."""

from __future__ import annotations

import json
from collections.abc import Mapping

import typer

from tarash.tarash_gateway import Gateway
from tarash.tarash_gateway.cli.output import adjustment_line, print_json
from tarash.tarash_gateway.exceptions import TarashException
from tarash.tarash_gateway.models.money import dollars
from tarash.tarash_gateway.plan import Plan

from .reading import Table
from .rows import BadRow, BadRowsError


def print_plan(table: Table, gateway: Gateway, *, skip_bad: bool, as_json: bool) -> None:
    """Print the plan of every row, and what their first attempts would cost together; nothing is sent.

    Raises:
        BadRowsError: rows cannot be generated, and `skip_bad` is False.
    """
    plans: dict[int, Plan] = {}
    bad_rows = list(table.bad_rows)
    for row in table.rows:
        try:
            plans[row.line] = gateway.plan(row.config, row.request)
        except TarashException as error:
            bad_rows.append(BadRow(row.line, str(error)))
    if bad_rows and not skip_bad:
        raise BadRowsError(sorted(bad_rows, key=lambda row: row.line))
    costs = [plan.attempts[0].estimated_cost_usd for plan in plans.values()]
    total = sum(cost for cost in costs if cost is not None)
    unpriced = costs.count(None)
    if as_json:
        rows = [{"line": line, **plan.model_dump(mode="json")} for line, plan in plans.items()]
        print_json({"rows": rows, "estimated_cost_usd": total, "rows_without_price": unpriced})
        return
    _print_rows(plans)
    more = f", and {unpriced} without a known price" if unpriced else ""
    typer.echo(f"{len(plans)} rows, estimated cost {dollars(total)}{more}")


def _print_rows(plans: Mapping[int, Plan]) -> None:
    for line, plan in plans.items():
        first = plan.attempts[0]
        typer.echo(
            f"line {line}: {first.provider}/{first.model}, estimated cost {dollars(first.estimated_cost_usd)}"
        )
        typer.echo(f"  {json.dumps(first.payload, ensure_ascii=False, default=str)}")
        for adjustment in first.adjustments:
            typer.echo(f"  {adjustment_line(adjustment)}")


__all__ = ["print_plan"]
