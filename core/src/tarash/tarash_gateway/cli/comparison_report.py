"""What a comparison shows at its end: a contact sheet, a table of time and cost, and the same as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import typer

from ..models.metadata import Adjustment
from ..models.money import dollars
from .comparing import Contestant
from .contact_sheet import INSTALL, Row, draw_sheet, is_drawable
from .destination import free_name
from .exit_codes import exit_code_of
from .failures import describe
from .option_words import told
from .output import print_columns, print_wrapped

HEADERS = ("MODEL", "TIME", "COST", "RESULT")


def contact_sheet(contestants: Sequence[Contestant], folder: Path) -> Path | None:
    """Draw the contact sheet; without the libraries, or without any result, there is none."""
    if not is_drawable() or not any(item.paths for item in contestants):
        return None
    rows = [Row(item.name, ", ".join(_facts(item)), item.paths) for item in contestants]
    target = free_name(folder / "contact-sheet.png")
    try:
        draw_sheet(rows, target)
    except OSError as error:
        typer.echo(f"the contact sheet cannot be saved: {error}", err=True)
        return None
    return target


def _facts(item: Contestant) -> tuple[str, str, str]:
    """Return time, cost, and the outcome in a few words."""
    outcome = "done" if item.error is None else f"failed: {item.error.code}"
    return f"{item.elapsed_seconds:.1f} s", dollars(item.total_cost_usd), outcome


def report_of(contestants: Sequence[Contestant], sheet: Path | None) -> dict[str, object]:
    """Return what every model made, and what it cost, as JSON data."""
    costs = [item.total_cost_usd for item in contestants]
    return {
        "results": [_described(item) for item in contestants],
        "total_cost_usd": None if None in costs else sum(cost or 0.0 for cost in costs),
        "contact_sheet": None if sheet is None else str(sheet),
    }


def _described(item: Contestant) -> dict[str, object]:
    error = item.error
    failure = None
    if error is not None:
        urls = list(item.abandonment.unsaved_urls)
        failure = {**describe(error, exit_code_of(error)), "result_urls": urls}
    return {
        "provider": item.config.provider,
        "model": item.config.model,
        "elapsed_seconds": round(item.elapsed_seconds, 3),
        "total_cost_usd": item.total_cost_usd,
        "estimated_cost_usd": item.estimated_cost_usd,
        "adjustments": [change.model_dump(mode="json") for change in _changes(item)],
        "saved_to": [str(path) for path in item.paths],
        "error": failure,
    }


def _changes(item: Contestant) -> tuple[Adjustment, ...]:
    return item.planned.adjustments if item.response is None else item.response.execution_metadata.adjustments


def print_problems(contestants: Sequence[Contestant]) -> None:
    """Print on standard error which models failed and why, and what a contact sheet needs."""
    for item in contestants:
        if item.error is not None:
            typer.echo(f"error: {told(item.error)}", err=True)
    if not is_drawable():
        typer.echo(f"no contact sheet: it needs Pillow and PyAV; {INSTALL}", err=True)


def print_paths(contestants: Sequence[Contestant], sheet: Path | None) -> None:
    """Print the paths of the results and of the contact sheet, one per line."""
    for path in (*(path for item in contestants for path in item.paths), *((sheet,) if sheet else ())):
        typer.echo(str(path))


def print_table(contestants: Sequence[Contestant], sheet: Path | None) -> None:
    """Print the time, the cost and the result of each model, and what was adjusted."""
    rows = []
    for item in contestants:
        seconds, cost, outcome = _facts(item)
        rows.append((item.name, seconds, cost, ", ".join(map(str, item.paths)) or outcome))
    print_columns(HEADERS, rows)
    for item in contestants:
        for change in _changes(item):
            print_wrapped(f"{item.name}: {change}")
    if sheet is not None:
        typer.echo(f"contact sheet: {sheet}")
