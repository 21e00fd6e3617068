"""`tarash batch`: run a table, and see how batches stand."""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import Callable, Iterator

import typer

from tarash.tarash_gateway.cli.building import LOCAL, LOCAL_MODELS
from tarash.tarash_gateway.cli.option_groups import with_option_groups
from tarash.tarash_gateway.cli.output import print_columns, print_json
from tarash.tarash_gateway.exceptions import ValidationError
from tarash.tarash_gateway.models import GenerationConfig, modality_named

from . import help_examples
from .chains import named_chain
from .command_options import (
    DEFAULT_DATABASE,
    AsJson,
    BatchName,
    ChainOptions,
    Database,
    LimitOptions,
    OutputOptions,
    RowOptions,
    batch_options,
)
from .display import money
from .endings import warn_of_missing
from .manifest import missing_outputs
from .missing_keys import check_keys
from .options import BatchOptions
from .planning import print_plan
from .reading import Table, read_table
from .reporting import report
from .results import RowResult
from .rows import BadRowsError
from .runner import BatchRunner
from .running import Shown, accounts_of, gateways, run_shown, stored, told
from .steering import cancel, resume, retry
from .store import BatchProgress
from .summary import BatchSummary
from .worker_command import worker
from .workers import names_of_workers

app = typer.Typer(
    no_args_is_help=True, help="Generate a table of prompts, and carry on after a crash without paying twice."
)


@app.command(epilog=help_examples.RUN)
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
    with _bad_rows_listed():
        _run(table, rows, chain, limits, output)


def _run(
    table: Table, rows: RowOptions, chain: ChainOptions, limits: LimitOptions, output: OutputOptions
) -> None:
    make_gateway = gateways(accounts_of(row.config for row in table.rows), [chain.base_url])
    if output.plan:
        print_plan(table, make_gateway(None), skip_bad=rows.skip_bad, as_json=output.as_json)
        return
    options = batch_options(rows, limits, output)
    name = rows.name or rows.table.stem
    check_keys(output.database, name, (row.config for row in table.rows))

    async def start(runner: BatchRunner, on_result: Callable[[RowResult], None]) -> BatchSummary:
        return await runner.run(table, name=name, out=output.out, options=options, on_result=on_result)

    if output.detach:
        _enqueue(
            BatchRunner(database=output.database, make_gateway=make_gateway), table, name, output, options
        )
        return
    per_provider = Counter(row.config.provider for row in table.rows)
    shown = Shown(
        name=name,
        per_provider=per_provider,
        quiet=output.quiet,
        as_json=output.as_json,
        database=output.database,
    )
    run_shown(BatchRunner(database=output.database, make_gateway=make_gateway), start, shown)


@app.command(epilog=help_examples.STATUS)
def status(name: BatchName, database: Database = DEFAULT_DATABASE, as_json: AsJson = False) -> None:
    """Show how a batch stands, also while it runs."""
    with stored(database) as store:
        found = store.progress(name)
        alive = names_of_workers(store.engine)
        missing = len(missing_outputs(result for _, result in store.results(name)))
    if as_json:
        print_json({**told(name, found), "workers": alive, "missing": missing})
        return
    for state, count in sorted(found.counts.items()):
        typer.echo(f"{state.replace('_', ' ')}: {count}")
    typer.echo(f"spent: {money(found)}")
    warn_of_missing(missing)
    if alive:
        typer.echo(f"workers: {', '.join(alive)}")


@app.command("list", epilog=help_examples.LIST)
def list_batches(database: Database = DEFAULT_DATABASE, as_json: AsJson = False) -> None:
    """List the batches of the database."""
    with stored(database) as store:
        found = {name: store.progress(name) for name in store.names()}
    if as_json:
        print_json([told(name, progress) for name, progress in found.items()])
        return
    lines = [
        (name, str(sum(progress.counts.values())), str(progress.counts.get("waiting", 0)), money(progress))
        for name, progress in found.items()
    ]
    print_columns(("name", "rows", "waiting", "spent"), lines)


@contextlib.contextmanager
def _bad_rows_listed() -> Iterator[None]:
    """Print each bad row on a line of its own: the message of the library names only the first ones, and its own arguments."""
    try:
        yield
    except BadRowsError as error:
        for row in error.bad_rows:
            typer.echo(str(row), err=True)
        count = len(error.bad_rows)
        found = "1 bad row" if count == 1 else f"{count} bad rows"
        raise ValidationError(
            f"{found}, so nothing was sent; correct the table, or go on without them: --skip-bad"
        ) from None


def _enqueue(
    runner: BatchRunner, table: Table, name: str, output: OutputOptions, options: BatchOptions
) -> None:
    async def enqueue() -> BatchProgress:
        async with runner:
            return await runner.enqueue(table, name=name, out=output.out, options=options)

    found = asyncio.run(enqueue())
    if output.as_json:
        print_json(told(name, found))
        return
    typer.echo(
        f"{found.counts.get('waiting', 0)} rows wait for workers: start them with `tarash batch worker`"
    )


def _config(chain: ChainOptions) -> GenerationConfig:
    kind = modality_named(chain.make).config
    names = (chain.model or f"{LOCAL}/{LOCAL_MODELS[chain.make]}", *(chain.fallback or ()))
    return named_chain(kind, names, base_url=chain.base_url, timeout=chain.timeout)


app.command(epilog=help_examples.WORKER)(worker)
app.command(epilog=help_examples.RESUME)(resume)
app.command(epilog=help_examples.RETRY)(retry)
app.command(epilog=help_examples.CANCEL)(cancel)
app.command(epilog=help_examples.REPORT)(report)
