"""Shows how a generation stands, on standard error: bars at a terminal, plain lines elsewhere, nothing when quiet."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import Protocol, Self

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, Task, TaskID, TextColumn, TimeElapsedColumn
from rich.text import Text

from ..models.update import ProgressUpdate

PERCENT_PER_LINE = 10.0
"""A plain line is printed when at least so much has been done since the line before."""


class ProgressDisplay(Protocol):
    """What a generation reports to."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None: ...

    def update(self, update: ProgressUpdate) -> None:
        """Show an update."""


def progress_display(*, quiet: bool) -> ProgressDisplay:
    """Return the display that suits standard error."""
    if quiet:
        return Silence()
    return Bars() if sys.stderr.isatty() else Lines()


class Silence:
    """Shows nothing."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        return None

    def update(self, update: ProgressUpdate) -> None:
        """Ignore it."""


class Lines(Silence):
    """Prints a line at every change worth one."""

    def __init__(self) -> None:
        self._last: tuple[int, str, int | None] | None = None
        self._percent = 0.0

    def update(self, update: ProgressUpdate) -> None:
        """Print a line for a new attempt, state or queue position, and for every tenth of the way."""
        now = (update.attempt_number, update.status, update.queue_position)
        percent = update.progress_percent or 0.0
        if now == self._last and percent < self._percent + PERCENT_PER_LINE:
            return
        self._last, self._percent = now, percent
        typer.echo(f"{who(update)}: {state(update)}", err=True)


class Bars(Silence):
    """Draws one line per attempt: a bar where the provider tells percentages, else a spinner and the place in the queue."""

    def __init__(self, console: Console | None = None) -> None:
        self._progress = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}", markup=False),
            _KnownBar(bar_width=30),
            TextColumn("{task.fields[state]}", markup=False),
            TimeElapsedColumn(),
            console=console or Console(stderr=True),
        )
        self._tasks: dict[int, TaskID] = {}

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._progress.stop()

    def update(self, update: ProgressUpdate) -> None:
        """Draw it."""
        task = self._tasks.get(update.attempt_number)
        if task is None:
            for earlier in self._tasks.values():
                self._progress.stop_task(earlier)
            task = self._progress.add_task(who(update), total=None, state="")
            self._tasks[update.attempt_number] = task
        known = update.progress_percent is not None
        self._progress.update(
            task,
            total=100.0 if known else None,
            completed=update.progress_percent or 0.0,
            state=state(update),
        )


class _KnownBar(BarColumn):
    """A bar only where something is known: one that moves to and fro would tell what nobody knows."""

    def render(self, task: Task) -> Text:  # type: ignore[override]  # a bar, or nothing
        return super().render(task) if task.total is not None else Text("")  # type: ignore[return-value]  # the same


def who(update: ProgressUpdate) -> str:
    """Return whose attempt it is."""
    return f"attempt {update.attempt_number}: {update.provider}/{update.model}"


def state(update: ProgressUpdate) -> str:
    """Return how it stands, with nothing that the provider did not tell."""
    if update.status == "queued" and update.queue_position is not None:
        return f"queued, {update.queue_position} ahead"
    if update.progress_percent is not None:
        return f"{update.status}, {update.progress_percent:.0f} %"
    return update.status
