"""Shows the progress of a batch on standard error: bars in a terminal, a line every 30 seconds elsewhere."""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Callable
from types import TracebackType
from typing import Self, TypeAlias

import typer
from rich.cells import cell_len
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)
from rich.table import Column

from tarash.tarash_gateway.models.money import dollars

from .results import RowResult
from .store import BatchProgress
from .wording import counted

LINE_SECONDS = 30.0
ALL = "all rows"
BAR_CELLS, LEAST_BAR_CELLS, TIME_CELLS = 30, 5, 7
STATE_CELLS = len("$1,234.56 of $5,000.00")
Clock: TypeAlias = Callable[[], float]


class Display:
    """Shows results and standings; this one shows nothing."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        return None

    def ended(self, result: RowResult) -> None:
        """Count a result."""

    def stands(self, progress: BatchProgress) -> None:
        """Show how the batch stands."""


def display_for(total: int, per_provider: Counter[str], *, quiet: bool) -> Display:
    """Return the display for standard error."""
    if quiet:
        return Display()
    return Bars(total, per_provider) if sys.stderr.isatty() else Lines(total)


class Lines(Display):
    """Prints a line every 30 seconds."""

    def __init__(self, total: int, clock: Clock = time.monotonic) -> None:
        self._total = total
        self._clock = clock
        self._due = clock() + LINE_SECONDS

    def stands(self, progress: BatchProgress) -> None:
        """Print a line if one is due."""
        if self._clock() >= self._due:
            self._due = self._clock() + LINE_SECONDS
            typer.echo(sentence(progress, self._total), err=True)


class Bars(Display):
    """Draws a bar for the batch and one for each provider, with failures, money and the time that is left."""

    def __init__(self, total: int, per_provider: Counter[str], console: Console | None = None) -> None:
        console = console or Console(stderr=True)
        names = max(map(cell_len, (ALL, *per_provider)))
        self._progress = Progress(*_columns(console.width, names, total), console=console)
        self._all = self._progress.add_task(ALL, total=total, state="")
        self._providers: dict[str, TaskID] = {
            provider: self._progress.add_task(provider, total=count, state="")
            for provider, count in sorted(per_provider.items())
        }
        self._failed: Counter[str] = Counter()

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._progress.stop()

    def ended(self, result: RowResult) -> None:
        """Advance the bars; a row counts for the provider that came first in its chain."""
        self._progress.advance(self._all)
        first = result.attempts[0].provider if result.attempts else result.provider or ""
        if (task := self._providers.get(first)) is None:
            return
        if result.state != "completed":
            self._failed[first] += 1
        failed = self._failed[first]
        self._progress.update(task, advance=1, state=f"{failed} not completed" if failed else "")

    def stands(self, progress: BatchProgress) -> None:
        """Show the money beside the bar of the batch."""
        self._progress.update(self._all, state=money(progress))


def _columns(width: int, name_cells: int, total: int) -> list[ProgressColumn]:
    """Return what fits in a line; names, counts and states are never cut, so a narrow terminal shows a shorter bar, or none.

    Args:
        width: width of the terminal, in cells.
        name_cells: width of the longest name.
        total: number of rows.
    """
    left = width - name_cells - STATE_CELLS - 2 * len(str(total)) - len(" / ")
    name = TextColumn("{task.description}", markup=False, table_column=Column(overflow="fold"))
    state = TextColumn("{task.fields[state]}", markup=False, table_column=Column(overflow="fold"))
    columns: list[ProgressColumn] = [name, MofNCompleteColumn(table_column=Column(no_wrap=True)), state]
    if left >= TIME_CELLS + 1:
        columns.append(TimeRemainingColumn(table_column=Column(no_wrap=True)))
        left -= TIME_CELLS + 1
    if left >= LEAST_BAR_CELLS + 1:
        columns.insert(1, BarColumn(bar_width=min(BAR_CELLS, left - 1)))
    return columns


def sentence(progress: BatchProgress, total: int) -> str:
    """Return how a batch stands as a line of text."""
    ended = sum(count for state, count in progress.counts.items() if state != "waiting")
    others = [
        f"{count} {state.replace('_', ' ')}"
        for state, count in sorted(progress.counts.items())
        if state not in {"waiting", "completed"}
    ]
    return ", ".join([f"{ended} of {counted(total)} ended", *others, money(progress)])


def money(progress: BatchProgress) -> str:
    """Return what is spent, and the budget."""
    spent = dollars(progress.spent_usd)
    return spent if progress.budget_usd is None else f"{spent} of {dollars(progress.budget_usd)}"


__all__ = ["Bars", "Display", "Lines", "display_for", "money", "sentence"]
