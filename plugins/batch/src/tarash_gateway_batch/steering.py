"""`tarash batch resume|cancel|retry`: steer a batch that was started, without its table."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer

from tarash.tarash_gateway.cli.option_groups import with_option_groups
from tarash.tarash_gateway.cli.output import print_json

from .command_options import (
    DEFAULT_DATABASE,
    PROVIDERS,
    ROWS,
    AsJson,
    BatchName,
    Database,
    LimitOptions,
    Quiet,
    changed_limits,
)
from .wording import counted

if TYPE_CHECKING:
    from .options import BatchOptions
    from .results import RowResult
    from .runner import BatchRunner
    from .summary import BatchSummary


@dataclasses.dataclass(frozen=True, kw_only=True)
class StoredBatch:
    """Which batch is meant, and where its keys may go."""

    name: BatchName
    database: Database = DEFAULT_DATABASE
    base_url: Annotated[
        list[str] | None,
        typer.Option(
            help="Server of your own to which the stored rows may send a key; repeat for more.",
            rich_help_panel=PROVIDERS,
        ),
    ] = None
    as_json: AsJson = False
    quiet: Quiet = False


@with_option_groups
def resume(batch: StoredBatch, limits: LimitOptions) -> None:
    """Carry on with a batch that was interrupted. Its table is not needed; its limits stay, unless you give new ones."""
    _carry_on(batch, lambda options: changed_limits(options, limits))


@with_option_groups
def retry(
    batch: StoredBatch,
    limits: LimitOptions,
    unknown: Annotated[
        bool,
        typer.Option(
            "--unknown",
            help="Generate also rows again whose job may exist: they may be paid for twice.",
            rich_help_panel=ROWS,
        ),
    ] = False,
    cancelled: Annotated[
        bool, typer.Option("--cancelled", help="Also rows that were cancelled.", rich_help_panel=ROWS)
    ] = False,
) -> None:
    """Try the failed rows of a batch again, and generate what still waits. One that may be paid for only looks for its job."""

    def change(options: BatchOptions) -> BatchOptions:
        return dataclasses.replace(
            changed_limits(options, limits),
            retry_failed=True,
            retry_unknown=unknown,
            retry_cancelled=cancelled,
        )

    _carry_on(batch, change)


def cancel(name: BatchName, database: Database = DEFAULT_DATABASE, as_json: AsJson = False) -> None:
    """Take the rows out that have not been sent, also while the batch runs. Jobs that run are paid for, so they are finished."""
    from .changes import cancel_waiting
    from .running import progress_data, stored

    with stored(database) as store:
        store.progress(name)
        done = cancel_waiting(store.engine, name)
        found = store.progress(name)
    if as_json:
        print_json({**progress_data(name, found), "cancelled": done.cancelled, "running": done.running})
        return
    rows = counted(done.cancelled, one="is", more="are")
    typer.echo(f"{rows} cancelled and will not be sent")
    if done.running:
        rows = counted(done.running, one="HAS", more="HAVE")
        typer.echo(
            f"{rows} A JOB AT THE PROVIDER, which is paid for and NOT cancelled: whatever runs the batch finishes it, with its "
            f"fallbacks; if nothing does, collect it with `tarash batch resume {name}`",
            err=True,
        )


def _carry_on(batch: StoredBatch, change: Callable[[BatchOptions], BatchOptions]) -> None:
    from .chains import headers_in
    from .runner import BatchRunner
    from .running import Shown, accounts_of, gateways, run_shown, stored

    base_urls = batch.base_url or []
    with stored(batch.database) as store:
        options, _ = store.settings(batch.name)
        make_gateway = gateways(accounts_of(store.chains(batch.name)), base_urls)
        per_provider = store.per_provider(batch.name)
    changed = change(options)

    async def start(runner: BatchRunner, on_result: Callable[[RowResult], None]) -> BatchSummary:
        return await runner.resume(batch.name, options=changed, on_result=on_result)

    headers = headers_in(os.environ)
    runner = BatchRunner(
        database=batch.database, make_gateway=make_gateway, base_urls=base_urls, headers=headers
    )
    shown = Shown(
        name=batch.name,
        per_provider=per_provider,
        quiet=batch.quiet,
        as_json=batch.as_json,
        database=batch.database,
    )
    run_shown(runner, start, shown)


__all__ = ["cancel", "resume", "retry"]
