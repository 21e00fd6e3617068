"""`tarash batch`: run a table, and see how batches stand."""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated

import typer

from tarash.tarash_gateway import Gateway
from tarash.tarash_gateway.cli.building import LOCAL, LOCAL_MODELS, is_loopback
from tarash.tarash_gateway.cli.environment import environment_for
from tarash.tarash_gateway.cli.option_groups import with_option_groups
from tarash.tarash_gateway.cli.output import print_columns, print_json
from tarash.tarash_gateway.exceptions import ValidationError
from tarash.tarash_gateway.job import Journal
from tarash.tarash_gateway.models import GenerationConfig, modality_named

from .chains import named_chain
from .command_options import (
    DEFAULT_DATABASE,
    AsJson,
    ChainOptions,
    Database,
    LimitOptions,
    OutputOptions,
    RowOptions,
    batch_options,
)
from .display import Display, display_for, money, sentence
from .interrupts import INTERRUPTED, interrupts_of
from .options import BatchOptions
from .planning import print_plan
from .reading import Table, read_table
from .runner import BatchRunner, BatchSummary
from .store import BatchProgress, Store
from .tables import open_database

app = typer.Typer(
    no_args_is_help=True, help="Generate a table of prompts, and carry on after a crash without paying twice."
)

LOOK_SECONDS = 1.0
EXIT_CODES = {"unsaved": 9, "failed": 5, "bad_media": 5, "over_budget": 2}
"""Exit code of a run by the state of its rows; the first state that occurs decides."""


@app.command()
@with_option_groups
def run(rows: RowOptions, chain: ChainOptions, limits: LimitOptions, output: OutputOptions) -> None:
    """Generate a table. Run the same command again after Ctrl-C, a crash or a power cut: it carries on."""
    table = read_table(
        rows.table,
        _config(chain),
        prompt_template=rows.template,
        key_column=rows.key_column,
        seed_from_row=rows.seed_from is not None,
    )
    make_gateway = _gateways(table, chain)
    if output.plan:
        print_plan(table, make_gateway(None), skip_bad=rows.skip_bad, as_json=output.as_json)
        return
    options = batch_options(rows, limits, output)
    running = _run(table, rows.name or rows.table.stem, output, options, make_gateway)
    summary, is_stopped = asyncio.run(running)
    if output.as_json:
        print_json(_told(summary.name, BatchProgress(summary.counts, summary.spent_usd, limits.budget)))
    else:
        total = sum(summary.counts.values())
        typer.echo(sentence(BatchProgress(summary.counts, summary.spent_usd, limits.budget), total))
        typer.echo(summary.manifest)
    raise typer.Exit(INTERRUPTED if is_stopped else _exit_code(summary))


@app.command()
def status(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Name of the batch.")],
    database: Database = DEFAULT_DATABASE,
    as_json: AsJson = False,
) -> None:
    """Show how a batch stands, also while it runs."""
    with _stored(database) as store:
        found = store.progress(name)
    if as_json:
        print_json(_told(name, found))
        return
    for state, count in sorted(found.counts.items()):
        typer.echo(f"{state.replace('_', ' ')}: {count}")
    typer.echo(f"spent: {money(found)}")


@app.command("list")
def list_batches(database: Database = DEFAULT_DATABASE, as_json: AsJson = False) -> None:
    """List the batches of the database."""
    with _stored(database) as store:
        found = {name: store.progress(name) for name in store.names()}
    if as_json:
        print_json([_told(name, progress) for name, progress in found.items()])
        return
    lines = [
        (name, str(sum(progress.counts.values())), str(progress.counts.get("waiting", 0)), money(progress))
        for name, progress in found.items()
    ]
    print_columns(("name", "rows", "waiting", "spent"), lines)


async def _run(
    table: Table,
    name: str,
    output: OutputOptions,
    options: BatchOptions,
    make_gateway: Callable[[Journal | None], Gateway],
) -> tuple[BatchSummary, bool]:
    per_provider = Counter(row.config.provider for row in table.rows)
    display = display_for(len(table.rows), per_provider, quiet=output.quiet or output.as_json)
    async with BatchRunner(database=output.database, make_gateway=make_gateway) as runner:
        with interrupts_of(runner) as interrupts, display:
            watching = asyncio.create_task(_watch(runner, name, display))
            try:
                summary = await runner.run(
                    table, name=name, out=output.out, options=options, on_result=display.ended
                )
            finally:
                watching.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await watching
        return summary, interrupts.is_stopped


async def _watch(runner: BatchRunner, name: str, display: Display) -> None:
    while True:
        # before the rows are checked, there is no batch yet
        with contextlib.suppress(ValidationError):
            display.stands(await runner.progress(name))
        await asyncio.sleep(LOOK_SECONDS)


def _config(chain: ChainOptions) -> GenerationConfig:
    kind = modality_named(chain.make).config
    names = (chain.model or f"{LOCAL}/{LOCAL_MODELS[chain.make]}", *(chain.fallback or ()))
    return named_chain(kind, names, base_url=chain.base_url, timeout=chain.timeout)


def _gateways(table: Table, chain: ChainOptions) -> Callable[[Journal | None], Gateway]:
    accounts = {
        (config.provider, config.account)
        for row in table.rows
        for config in row.config.chain()
        if config.mock is None
    }
    environ = environment_for(accounts)

    def make_gateway(journal: Journal | None) -> Gateway:
        return Gateway(journal=journal, environ=environ, allow_private_hosts=is_loopback(chain.base_url))

    return make_gateway


@contextlib.contextmanager
def _stored(database: Path) -> Iterator[Store]:
    if not database.is_file():
        raise ValidationError(
            f"there is no database {str(database)!r}; name it with --database, or run a batch first"
        )
    engine = open_database(database.absolute())
    try:
        yield Store(engine)
    finally:
        engine.dispose()


def _told(name: str, progress: BatchProgress) -> dict[str, object]:
    return {
        "name": name,
        "rows": sum(progress.counts.values()),
        "counts": dict(progress.counts),
        "spent_usd": progress.spent_usd,
        "budget_usd": progress.budget_usd,
    }


def _exit_code(summary: BatchSummary) -> int:
    return next((code for state, code in EXIT_CODES.items() if summary.counts.get(state)), 0)
