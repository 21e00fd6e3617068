"""`tarash batch run`: read a table, then plan it, queue it for workers, or generate it."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Literal

import typer

from tarash.tarash_gateway.cli.building import chosen_model
from tarash.tarash_gateway.cli.output import print_json
from tarash.tarash_gateway.models import GenerationConfig, MockConfig, modality_named
from tarash.tarash_gateway.models.local import LOCAL
from tarash.tarash_gateway.process_gateway import default_gateway

from .chains import named_chain
from .checking import Rows, check_options
from .columns import warnings_of
from .command_options import (
    ChainOptions,
    LimitOptions,
    OutputOptions,
    RowOptions,
    batch_name,
    batch_options,
)
from .missing_keys import check_row_keys
from .options import BatchOptions
from .planning import bad_rows_listed, count_of, examine, left_out_data, print_plan
from .reading import Table, read_table
from .results import RowResult
from .rows import BadRow
from .runner import BatchRunner
from .running import Shown, accounts_of, gateways, progress_data, run_shown
from .store import BatchProgress
from .summary import BatchSummary
from .templates import placeholders
from .wording import counted


def run_table(rows: RowOptions, chain: ChainOptions, limits: LimitOptions, output: OutputOptions) -> None:
    """Generate a table, or show its plan."""
    options = batch_options(rows, limits, output)
    name = batch_name(rows, is_mock=chain.mock)
    check_options(options, output.folder(name))
    table = read_table(
        rows.table,
        _config(chain),
        prompt_template=rows.template,
        key_column=rows.key_column,
        seed_from_row=rows.seed_from is not None,
    )
    with bad_rows_listed(as_json=output.as_json):
        _run(table, name, options, chain, output)


def _run(table: Table, name: str, options: BatchOptions, chain: ChainOptions, output: OutputOptions) -> None:
    make_gateway = gateways(accounts_of(row.config for row in table.rows), [chain.base_url])
    out = output.folder(name)
    in_file_names = placeholders(options.file_name)
    warnings = warnings_of(
        {name: meant for name, meant in table.unused_columns.items() if name not in in_file_names}
    )
    for warning in warnings:
        typer.echo(f"warning: {warning}", err=True)
    if output.plan:
        print_plan(
            table,
            make_gateway(None),
            out=out,
            options=options,
            warnings=warnings,
            as_json=output.as_json,
        )
        return
    check_row_keys(output.database, name, (row.config for row in table.rows))
    rows: Rows = table
    left_out: Sequence[BadRow] = ()
    if options.skip_bad:
        rows = examine(table, make_gateway(None), out=out, options=options)
        left_out = rows.left_out

    async def start(runner: BatchRunner, on_result: Callable[[RowResult], None]) -> BatchSummary:
        return await runner.run(rows, name=name, out=out, options=options, on_result=on_result)

    runner = BatchRunner(database=output.database, make_gateway=make_gateway)
    if output.detach:
        _enqueue(runner, rows, name, output, options, left_out)
        return
    per_provider = Counter(row.config.provider for row in table.rows)
    shown = Shown(
        name=name,
        per_provider=per_provider,
        quiet=output.quiet,
        as_json=output.as_json,
        database=output.database,
        left_out=left_out,
    )
    run_shown(runner, start, shown)


def _enqueue(
    runner: BatchRunner,
    rows: Rows,
    name: str,
    output: OutputOptions,
    options: BatchOptions,
    left_out: Sequence[BadRow],
) -> None:
    async def enqueue() -> BatchProgress:
        async with runner:
            return await runner.enqueue(rows, name=name, out=output.folder(name), options=options)

    found = asyncio.run(enqueue())
    if output.as_json:
        print_json({**progress_data(name, found), "left_out": left_out_data(left_out)})
        return
    left_out_too = f", {count_of(left_out)} left out" if left_out else ""
    waiting = counted(found.counts.get("waiting", 0), one="waits", more="wait")
    typer.echo(f"{waiting} for workers{left_out_too}: start them with `tarash batch worker`")


def _config(chain: ChainOptions) -> GenerationConfig:
    names = [_full_name(name, chain.modality) for name in (chain.model or LOCAL, *(chain.fallback or ()))]
    return named_chain(
        modality_named(chain.modality),
        names,
        base_url=chain.base_url,
        timeout=chain.timeout,
        mock=MockConfig() if chain.mock else None,
    )


def _full_name(name: str, modality: Literal["video", "image"]) -> str:
    """Return "provider/model" also for a provider alone, if that one has a usual model."""
    if name.strip().lower() not in default_gateway().registry.ids():
        return name
    return "/".join(chosen_model(name, None, modality))


__all__ = ["run_table"]
