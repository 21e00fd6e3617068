"""Runs one request on several models at the same time, saves what each makes, and keeps the others when one fails."""

from __future__ import annotations

import asyncio
import re
import signal
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import typer

from ..exceptions import TarashException
from ..gateway import Gateway
from ..journal_folder import JournalFolder
from ..models.config import GenerationConfig
from ..models.request import GenerationRequest
from ..models.response import GenerationResponse
from ..plan import PlannedAttempt
from ..process_gateway import default_gateway
from .building import is_loopback
from .environment import environment_of
from .exit_codes import ExitCode, exit_code_of
from .interruption import Abandonment, cancelling_on_interrupt, interrupt_of
from .progress import ProgressDisplay, noting
from .results import collect, extension_of

UNSETTLED = (ExitCode.NOT_SAVED, ExitCode.SUBMISSION_UNKNOWN)
"""The failures that cost money and leave something to do; they decide the exit code, the worst first."""


@dataclass(slots=True)
class Contestant:
    """One model of a comparison.

    Attributes:
        config, planned: its configuration, and what would be sent.
        abandonment: what became of its job, after an interrupt too.
        response, paths: what it made, and where that is saved.
        error: why it made nothing, or why that is not saved.
        elapsed_seconds: time until the result was saved, or until it failed.
    """

    config: GenerationConfig
    planned: PlannedAttempt
    abandonment: Abandonment = field(default_factory=Abandonment)
    response: GenerationResponse | None = None
    paths: tuple[Path, ...] = ()
    error: TarashException | None = None
    elapsed_seconds: float = 0.0

    @property
    def name(self) -> str:
        """The provider and the model."""
        return f"{self.config.provider}/{self.config.model}"

    @property
    def estimated_cost_usd(self) -> float | None:
        """The estimated cost in US dollars; None if unknown. A mock costs nothing."""
        return 0.0 if self.config.mock is not None else self.planned.estimated_cost_usd

    @property
    def total_cost_usd(self) -> float | None:
        """What it cost in US dollars, as reported or else estimated; None if unknown."""
        if self.config.mock is not None:
            return 0.0
        metadata = self.response or self.error
        found = None if metadata is None else metadata.execution_metadata
        if found is None:
            return 0.0 if self.error is not None and self.error.submitted == "no" else None
        return found.total_cost_usd


def plan_all(configs: Sequence[GenerationConfig], request: GenerationRequest) -> list[Contestant]:
    """Return the models of a comparison, with what each would be sent and cost.

    Raises:
        ValidationError: a model cannot take the request. Nothing was sent.
    """
    return [Contestant(config, default_gateway().plan(config, request).attempts[0]) for config in configs]


def total_usd(contestants: Sequence[Contestant]) -> tuple[float, list[str]]:
    """Return the sum of the known estimates, and the names of the models without one."""
    unknown = [item.name for item in contestants if item.estimated_cost_usd is None]
    return sum(item.estimated_cost_usd or 0.0 for item in contestants), unknown


def run_all(
    contestants: Sequence[Contestant],
    request: GenerationRequest,
    folder: Path,
    *,
    journal: JournalFolder,
    display: ProgressDisplay,
    interrupted: Abandonment,
) -> None:
    """Generate with every model at once, and save each result as soon as it is there.

    Args:
        contestants: the models; each keeps its result or its error.
        request: what to generate.
        folder: where the results are saved.
        journal: notes every job until its result is saved.
        display: shows the progress.
        interrupted: takes what became of the last job that Ctrl-C abandoned; the others are printed.
    """
    received: list[signal.Signals] = []

    async def run() -> None:
        with cancelling_on_interrupt(received):
            # otherwise, the first one that ends by an exception would end the wait for the others' cancels
            ended = await asyncio.gather(
                *(_run_one(item, request, folder, journal=journal, display=display) for item in contestants),
                return_exceptions=True,
            )
        for problem in ended:
            if problem is not None:
                raise problem

    try:
        asyncio.run(run())
    except (KeyboardInterrupt, asyncio.CancelledError) as interrupt:
        abandoned = [item.abandonment for item in contestants if item.abandonment.provider is not None]
        for item in contestants:
            for path in item.paths:
                typer.echo(f"saved before that: {path}", err=True)
        for earlier in abandoned[:-1]:
            typer.echo(earlier.sentence(), err=True)
        if abandoned:
            last = abandoned[-1]
            interrupted.provider, interrupted.request_id = last.provider, last.request_id
            interrupted.cancelled = last.cancelled
        raise interrupt_of(received) from interrupt


async def _run_one(
    item: Contestant,
    request: GenerationRequest,
    folder: Path,
    *,
    journal: JournalFolder,
    display: ProgressDisplay,
) -> None:
    started = time.monotonic()
    try:
        note = noting(item.abandonment, display, journal)
        async with Gateway(environ=environment_of(item.config), on_event=note, journal=journal) as gateway:
            item.response = await gateway.generate_async(item.config, request, on_progress=display.update)
        # a thread: the others go on
        item.paths = await asyncio.to_thread(
            collect,
            item.response,
            folder / file_name(item.name, item.response),
            journal=journal,
            abandonment=item.abandonment,
            allow_private_hosts=is_loopback(item.planned.base_url),
        )
    except TarashException as error:
        item.error = error
    item.elapsed_seconds = time.monotonic() - started


def file_name(name: str, response: GenerationResponse) -> str:
    """Return a file name that says which model made a result."""
    return re.sub(r"[^\w.-]+", "-", name) + extension_of(response)


def exit_code(contestants: Sequence[Contestant]) -> ExitCode:
    """Return the code of what needs attention most: a paid result that is not saved, an unknown submission, the first failure."""
    codes = [exit_code_of(item.error) for item in contestants if item.error is not None]
    return next((code for code in (*UNSETTLED, *codes) if code in codes), ExitCode.OK)
