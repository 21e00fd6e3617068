"""`tarash batch worker`: work on the rows that `tarash batch run` queues in a PostgreSQL database."""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING, Annotated

import typer

from .command_options import LIMITS, OUTPUT, PROVIDERS
from .part import DEAD_SECONDS

if TYPE_CHECKING:
    from .worker import BatchWorker


def worker(
    database: Annotated[
        str,
        typer.Option(
            envvar="TARASH_BATCH_DATABASE",
            help="postgresql://…, as for `tarash batch run`.",
            rich_help_panel=OUTPUT,
        ),
    ],
    worker_id: Annotated[
        str, typer.Option(help="What to call this worker in `status`.", rich_help_panel=OUTPUT)
    ] = "worker",
    provider: Annotated[
        list[str] | None,
        typer.Option(
            help="Take only rows of this provider, as this worker has its key; repeat for more.",
            rich_help_panel=PROVIDERS,
        ),
    ] = None,
    base_url: Annotated[
        list[str] | None,
        typer.Option(
            help="Server of your own to which the stored rows may send a key; repeat for more.",
            rich_help_panel=PROVIDERS,
        ),
    ] = None,
    dead_after: Annotated[
        float,
        typer.Option(
            min=1,
            help="How long after its last heartbeat another worker counts as dead, in seconds; the same for all workers.",
            rich_help_panel=LIMITS,
        ),
    ] = DEAD_SECONDS,
    until_idle: Annotated[
        bool, typer.Option("--until-idle", help="End when no row waits any more.", rich_help_panel=LIMITS)
    ] = False,
) -> None:
    """Work on the rows of all batches in a database, beside any number of other workers. Keys come from this machine."""
    from tarash.tarash_gateway import providers

    from .chains import headers_in
    from .interrupts import INTERRUPTED
    from .running import gateways
    from .worker import BatchWorker

    base_urls = base_url or []
    started = BatchWorker(
        database=database,
        worker_id=worker_id,
        make_gateway=gateways(((info.id, None) for info in providers()), base_urls),
        base_urls=base_urls,
        headers=headers_in(os.environ),
        providers=provider,
        dead_seconds=dead_after,
    )
    if asyncio.run(_work(started, worker_id, until_idle=until_idle)):
        raise typer.Exit(INTERRUPTED)


async def _work(started: BatchWorker, worker_id: str, *, until_idle: bool) -> bool:
    """Work until told to stop, and return whether that was asked for."""
    from .interrupts import WORKER_WORDS, interrupts_of

    async with started as open_worker:
        with interrupts_of(open_worker, WORKER_WORDS) as interrupts:
            typer.echo(f"worker {worker_id!r} is ready", err=True)
            await open_worker.work(until_idle=until_idle)
            await open_worker.leave()
    return interrupts.is_stopped


__all__ = ["worker"]
