"""Runs a batch for the command line: its progress, Ctrl-C, its summary and the exit code."""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import typer

from tarash.tarash_gateway import Gateway, Journal
from tarash.tarash_gateway.cli.building import is_loopback
from tarash.tarash_gateway.cli.environment import environment_for
from tarash.tarash_gateway.cli.output import print_json
from tarash.tarash_gateway.exceptions import ValidationError
from tarash.tarash_gateway.models import GenerationConfig

from .command_options import DEFAULT_DATABASE
from .display import Display, display_for, sentence
from .endings import Reasons, tell_ending
from .interrupts import INTERRUPTED, RUN_WORDS, SHARED_WORDS, interrupts_of
from .location import Location
from .planning import count_of, left_out_data
from .results import RowResult
from .rows import BadRow
from .runner import BatchRunner
from .store import BatchProgress, Store
from .summary import BatchSummary
from .tables import BatchDatabaseError, open_database, told_as_one_error

LOOK_SECONDS = 1.0
EXIT_CODES = {"unsaved": 9, "failed": 5, "bad_media": 5, "over_budget": 2, "cancelled": 2}
"""Exit code of a run by the state of its rows; the first state that occurs decides."""
UNKNOWN = 7
"""Exit code if the submission of a failed row is unknown."""

Account = tuple[str, str | None]
"""A provider, and the name of an account there; None is the usual one."""
MakeGateway = Callable[[Journal | None], Gateway]
Start = Callable[[BatchRunner, Callable[[RowResult], None]], Awaitable[BatchSummary]]


@dataclass(frozen=True, kw_only=True)
class Shown:
    """What a run shows.

    Attributes:
        name: name of the batch.
        per_provider: number of rows of each provider.
        quiet: whether no progress is shown.
        as_json: whether only JSON is printed.
        database: the database, as the user has named it.
        reasons: why rows have not ended well.
        left_out: the rows of the table that are not in the batch.
    """

    name: str
    per_provider: Counter[str]
    quiet: bool
    as_json: bool
    database: str = DEFAULT_DATABASE
    reasons: Reasons = field(default_factory=Reasons)
    left_out: Sequence[BadRow] = ()


def run_shown(runner: BatchRunner, start: Start, shown: Shown) -> None:
    """Run a batch, show how it stands, and exit with the code that says how it ended.

    Args:
        runner: a runner that is not open yet.
        start: starts the batch; it is given the open runner, and what is to be called with each result.
        shown: what is shown.
    """
    summary, budget_usd, is_stopped = asyncio.run(_run(runner, start, shown))
    progress = BatchProgress(summary.counts, summary.spent_usd, budget_usd)
    if shown.as_json:
        print_json(
            {
                **progress_data(summary.name, progress),
                "unknown": summary.unknown,
                "collectable": summary.collectable,
                "missing": summary.missing,
                "manifest": summary.manifest,
                "report": summary.report,
                "left_out": left_out_data(shown.left_out),
            }
        )
    else:
        left_out_too = f", {count_of(shown.left_out)} left out" if shown.left_out else ""
        typer.echo(sentence(progress, sum(summary.counts.values())) + left_out_too)
        typer.echo(summary.manifest)
        typer.echo(summary.report)
    tell_ending(summary, shown.reasons, shown.database)
    raise typer.Exit(INTERRUPTED if is_stopped else _exit_code(summary))


async def _run(runner: BatchRunner, start: Start, shown: Shown) -> tuple[BatchSummary, float | None, bool]:
    total = sum(shown.per_provider.values())
    display = display_for(total, shown.per_provider, quiet=shown.quiet or shown.as_json)

    def ended(result: RowResult) -> None:
        display.ended(result)
        shown.reasons.add(result)

    async with runner:
        words = SHARED_WORDS if runner.is_shared else RUN_WORDS
        with interrupts_of(runner, words) as interrupts, display:
            watching = asyncio.create_task(_watch(runner, shown.name, display))
            try:
                summary = await start(runner, ended)
            finally:
                watching.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await watching
        return summary, (await runner.progress(shown.name)).budget_usd, interrupts.is_stopped


async def _watch(runner: BatchRunner, name: str, display: Display) -> None:
    while True:
        # before the rows are checked, there is no batch yet; and a display that misses a look shows the next one
        with contextlib.suppress(ValidationError, BatchDatabaseError):
            display.stands(await runner.progress(name))
        await asyncio.sleep(LOOK_SECONDS)


def _exit_code(summary: BatchSummary) -> int:
    found = next((code for state, code in EXIT_CODES.items() if summary.counts.get(state)), 0)
    return UNKNOWN if summary.unknown else found


def accounts_of(chains: Iterable[GenerationConfig]) -> set[Account]:
    """Return the accounts whose keys the chains need."""
    return {
        (config.provider, config.account)
        for chain in chains
        for config in chain.chain()
        if config.mock is None
    }


def gateways(accounts: Iterable[Account], base_urls: Iterable[str | None]) -> MakeGateway:
    """Return what makes a gateway with the keys of these accounts."""
    environ = environment_for(accounts)
    is_local = any(is_loopback(url) for url in base_urls)

    def make_gateway(journal: Journal | None) -> Gateway:
        return Gateway(journal=journal, environ=environ, allow_private_hosts=is_local)

    return make_gateway


@contextlib.contextmanager
def stored(database: str) -> Iterator[Store]:
    """Open the database of batches that were started.

    Raises:
        ValidationError: there is none, or it cannot be used.
    """
    location = Location.of(database)
    if location.path is not None and not location.path.is_file():
        raise ValidationError(
            f"there is no database {database!r}; name it with --database, or run a batch first"
        )
    engine = open_database(location)
    try:
        with told_as_one_error(location):
            yield Store(engine)
    finally:
        engine.dispose()


def progress_data(name: str, progress: BatchProgress) -> dict[str, object]:
    """Return how a batch stands as JSON data."""
    return {
        "name": name,
        "rows": sum(progress.counts.values()),
        "counts": dict(progress.counts),
        "spent_usd": progress.spent_usd,
        "budget_usd": progress.budget_usd,
    }


__all__ = [
    "Account",
    "MakeGateway",
    "Shown",
    "accounts_of",
    "gateways",
    "progress_data",
    "run_shown",
    "stored",
]
