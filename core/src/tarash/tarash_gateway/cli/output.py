"""Prints the output of the commands: aligned columns, JSON, the ledger."""

from __future__ import annotations

import json
import os
import shutil
import sys
import textwrap
from collections.abc import Iterable, Sequence

import typer

from ..models.metadata import AttemptMetadata, ExecutionMetadata
from ..models.money import dollars
from .option_words import one_line
from .text_streams import is_unicode


def print_json(value: object) -> None:
    """Print one JSON document on standard output."""
    # programs read JSON as UTF-8, whatever the encoding of a pipe; plain ASCII is both
    typer.echo(json_text(value, ascii_only=not is_unicode(sys.stdout)))


def json_text(value: object, *, ascii_only: bool = False) -> str:
    """Return a value as JSON for people and programs."""
    return json.dumps(value, indent=2, ensure_ascii=ascii_only, default=str)


def print_columns(headers: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print an aligned table, or, in a narrow terminal, a paragraph for each row; no cell is truncated, so that it can be copied."""
    table = [tuple(headers), *(tuple(row) for row in rows)]
    if not fits(headers, table[1:]):
        for name, *facts in table[1:]:
            print_wrapped(name)
            print_wrapped("; ".join(fact for fact in facts if fact), indent=4)
        return
    widths = [max(len(row[column]) for row in table) for column in range(len(headers))]
    for row in table:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        typer.echo("  ".join(cells).rstrip())


def fits(headers: Sequence[str], rows: Iterable[Sequence[str]]) -> bool:
    """Return whether a table is no wider than the terminal; piped output has no width."""
    width = terminal_width()
    table = [tuple(headers), *(tuple(row) for row in rows)]
    widths = (max(len(row[column]) for row in table) for column in range(len(headers)))
    return width is None or sum(widths) + 2 * (len(headers) - 1) <= width


def print_wrapped(text: str, *, indent: int = 0) -> None:
    """Print a text in lines that the terminal can show; names stay whole."""
    width = terminal_width()
    if width is None:
        typer.echo(" " * indent + text)
        return
    margin = " " * indent
    lines = textwrap.wrap(
        text,
        max(width, 20),
        initial_indent=margin,
        subsequent_indent=margin or "    ",
        break_long_words=False,
        break_on_hyphens=False,
    )
    for line in lines:
        typer.echo(line)


def terminal_width() -> int | None:
    """Return the width of the terminal in columns; `COLUMNS` wins, and None means that the output is piped."""
    given = os.environ.get("COLUMNS", "")
    if given.isdecimal() and int(given):
        return int(given)
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


def print_ledger(metadata: ExecutionMetadata, *, on_error: bool = False) -> None:
    """Print the attempts, the adjustments and the warnings; after a failure, on standard error."""
    lines = [
        *(attempt_line(attempt) for attempt in metadata.attempts),
        *map(str, metadata.adjustments),
        *(f"warning: {warning}" for warning in metadata.warnings),
    ]
    for line in lines:
        typer.echo(one_line(line), err=on_error)


def attempt_line(attempt: AttemptMetadata) -> str:
    """Return one attempt as a line: provider and model, outcome, and cost."""
    facts = [f"attempt {attempt.attempt_number}: {attempt.provider}/{attempt.model}", attempt.status]
    if attempt.status == "skipped":
        return ", ".join([*facts, attempt.error_message or "no reason given"])
    if attempt.elapsed_seconds is not None:
        facts.append(f"{attempt.elapsed_seconds:.1f} s")
    facts += [f"submitted {attempt.submitted}", f"billed {attempt.billed}"]
    if attempt.cancelled is not None:
        facts.append(f"cancelled {attempt.cancelled}")
    if attempt.billed != "no":
        facts.append(_cost(attempt))
    if attempt.error_message:
        facts.append(f"{attempt.error_type}: {attempt.error_message}")
    return ", ".join(facts)


def _cost(attempt: AttemptMetadata) -> str:
    if attempt.cost_usd is None and attempt.estimated_cost_usd is not None:
        return f"estimated cost {dollars(attempt.estimated_cost_usd)}"
    return f"cost {dollars(attempt.cost_usd)}"
