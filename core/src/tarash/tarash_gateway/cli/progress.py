"""Shows the progress of a generation on standard error: bars in a terminal, plain lines elsewhere, nothing with --quiet."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import TracebackType
from typing import Protocol, Self

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, Task, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Column
from rich.text import Text

from ..journal_folder import JournalFolder
from ..models.update import ProgressUpdate
from ..plugin.events import Event
from .interruption import Abandonment

LEAST_COLUMNS = 72
"""The narrowest terminal that gets bars."""
PERCENT_PER_LINE = 10.0
"""How much progress must be made before another plain line is printed, in percent."""


class ProgressDisplay(Protocol):
    """Shows the progress updates of a generation."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None: ...

    def show_job(self, event: Event) -> None:
        """Show the id of a job that the provider has just accepted."""

    def update(self, update: ProgressUpdate) -> None:
        """Show an update."""


def noting(
    abandonment: Abandonment, display: ProgressDisplay, journal: JournalFolder
) -> Callable[[Event], None]:
    """Return the listener for a gateway: it records what was abandoned, and shows the id of each job that the provider has accepted."""

    def note(event: Event) -> None:
        abandonment.note(event)
        # what this machine renders itself, a mock included, is not a job that could be resumed
        if event.kind == "submitted" and journal.wrote(event.generation_id):
            display.show_job(event)

    return note


def progress_display(*, quiet: bool) -> ProgressDisplay:
    """Return the display for standard error."""
    if quiet:
        return Silence()
    return Bars() if sys.stderr.isatty() and _has_room(Console(stderr=True)) else Lines()


def _has_room(console: Console) -> bool:
    """Return whether a terminal can draw a line again, and shows the name of a model and a bar in one line."""
    return not console.is_dumb_terminal and console.width >= LEAST_COLUMNS


class Silence:
    """Shows nothing."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        return None

    def show_job(self, event: Event) -> None:
        """Ignore a job."""

    def update(self, update: ProgressUpdate) -> None:
        """Ignore an update."""


class Lines(Silence):
    """Prints a line for every notable change."""

    def __init__(self) -> None:
        self._last: dict[str, tuple[str, int | None, float]] = {}

    def show_job(self, event: Event) -> None:
        """Print the id of a job."""
        typer.echo(accepted(event), err=True)

    def update(self, update: ProgressUpdate) -> None:
        """Print a line for a new attempt, status or queue position, and for every 10 percent."""
        percent = update.progress_percent or 0.0
        *before, told = self._last.get(who(update), ("", None, 0.0))
        now = [update.status, update.queue_position]
        if now == before and percent < told + PERCENT_PER_LINE:
            return
        self._last[who(update)] = (update.status, update.queue_position, percent)
        typer.echo(f"{who(update)}: {state(update)}", err=True)


class Bars(Silence):
    """Draws one line per attempt: a bar if the percentage is known or estimated, else a spinner and the queue position."""

    def __init__(self, console: Console | None = None) -> None:
        self._progress = Progress(
            SpinnerColumn(),
            # a name that is cut could not be copied
            TextColumn("{task.description}", markup=False, table_column=Column(overflow="fold")),
            _KnownBar(bar_width=30),
            TextColumn("{task.fields[state]}", markup=False),
            TimeElapsedColumn(),
            console=console or Console(stderr=True),
        )
        self._tasks: dict[str, TaskID] = {}
        self._attempt = 1

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._progress.stop()

    def show_job(self, event: Event) -> None:
        """Print the id of a job above the bars."""
        self._progress.console.print(accepted(event), markup=False, highlight=False, soft_wrap=True)

    def update(self, update: ProgressUpdate) -> None:
        """Draw an update."""
        if update.attempt_number > self._attempt:
            # a fallback; models that are compared run at the same time
            self._attempt = update.attempt_number
            for earlier in self._tasks.values():
                self._progress.stop_task(earlier)
        task = self._tasks.get(who(update))
        if task is None:
            task = self._progress.add_task(who(update), total=None, state="")
            self._tasks[who(update)] = task
        known = update.progress_percent is not None
        self._progress.update(
            task,
            total=100.0 if known else None,
            completed=update.progress_percent or 0.0,
            state=state(update),
        )


class _KnownBar(BarColumn):
    """A bar that is drawn only if the percentage is known; a pulsing bar would suggest progress that is not known."""

    def render(self, task: Task) -> Text:  # type: ignore[override]  # a bar, or nothing
        return super().render(task) if task.total is not None else Text("")  # type: ignore[return-value]  # the same


def accepted(event: Event) -> str:
    """Return a sentence with the gateway's id of a job and the provider's."""
    name = f"attempt {event.attempt_number}: {event.provider}/{event.model}"
    return f"{name}: submitted as job {event.generation_id} (the provider's id: {event.request_id})"


def who(update: ProgressUpdate) -> str:
    """Return the number, the provider and the model of the attempt."""
    return f"attempt {update.attempt_number}: {update.provider}/{update.model}"


def state(update: ProgressUpdate) -> str:
    """Return the status with the queue position or percentage, if they are known."""
    if update.status == "queued" and update.queue_position is not None:
        return f"queued, {update.queue_position} ahead"
    if update.progress_percent is not None:
        about = "about " if update.progress_is_estimated else ""
        return f"{update.status}, {about}{update.progress_percent:.0f} %"
    return update.status
