"""Tells on standard error why rows of a batch failed, and with which command they are tried again."""

from __future__ import annotations

import os
from collections import Counter

import typer

from .command_options import DEFAULT_DATABASE
from .location import Location
from .results import RowResult
from .summary import BatchSummary
from .wording import counted

_REASONS_SHOWN = 5
_LETTERS_SHOWN = 300


class Reasons:
    """Counts why rows did not end well: by the code of their error, each with the first message."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._messages: dict[str, str] = {}

    def add(self, result: RowResult) -> None:
        """Count a result, unless its row is completed."""
        if result.error_code is not None:
            self._counts[result.error_code] += 1
            self._messages.setdefault(result.error_code, f"line {result.line}: {result.error_message}")

    def lines(self) -> list[str]:
        """Return a line for each reason, the most frequent first."""
        common = self._counts.most_common()
        lines = [
            f"{counted(count)} with {code}, such as {_short(self._messages[code])}"
            for code, count in common[:_REASONS_SHOWN]
        ]
        if len(common) > _REASONS_SHOWN:
            more = len(common) - _REASONS_SHOWN
            lines.append(f"and {counted(more, 'more reason')}: see the report")
        return lines


def tell_ending(summary: BatchSummary, reasons: Reasons, database: str) -> None:
    """Print why rows did not end well, and what to do about it.

    Args:
        summary: how the batch stands.
        reasons: why its rows did not end well.
        database: the database, as the user has named it.
    """
    warn_of_missing(summary.missing)
    for line in reasons.lines():
        typer.echo(line, err=True)
    retry = _command(summary.name, database)
    failed = summary.counts.get("failed", 0) - summary.unknown - summary.collectable
    if failed > 0:
        typer.echo(f"try {counted(failed)} again that failed: `{retry}`", err=True)
    if summary.collectable:
        count = summary.collectable
        typer.echo(
            f"{counted(count)} failed, but {'its job was' if count == 1 else 'their jobs were'} submitted and may still give a "
            f"result: `{retry}` asks for it and does not pay again",
            err=True,
        )
    if summary.unknown:
        typer.echo(
            f"{counted(summary.unknown, one='has', more='have')} failed after a submission whose outcome is unknown: a job may exist "
            f"and be paid for. Look at the provider's list of jobs; if there is none, run `{retry} --unknown`",
            err=True,
        )


def warn_of_missing(count: int) -> None:
    """Print that outputs are gone, if they are."""
    if count:
        outputs = counted(count, "stored output", "is", "are")
        typer.echo(
            f"warning: {outputs} no longer where the manifest says; the rows count as completed, and are not generated again",
            err=True,
        )


def _command(name: str, database: str) -> str:
    if database in {DEFAULT_DATABASE, os.environ.get("TARASH_BATCH_DATABASE")}:
        return f"tarash batch retry {name}"
    location = Location.of(database)
    # the text of a location has no password
    return f"tarash batch retry {name} --database {location if location.is_server else database}"


def _short(text: str) -> str:
    return text if len(text) <= _LETTERS_SHOWN else f"{text[:_LETTERS_SHOWN]}…"


__all__ = ["Reasons", "tell_ending", "warn_of_missing"]
