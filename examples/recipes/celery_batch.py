"""Generates tables in Celery workers. A worker may die, and a message may come twice: nothing is paid twice.

    pip install celery
    export CELERY_BROKER_URL=redis://localhost
    celery --workdir examples/recipes -A celery_batch worker --concurrency 1

Then call `generate_table.delay("spring", "prompts.csv")`. The same name carries on with the same batch.
"""

from __future__ import annotations

import asyncio
import os

from celery import Celery

from tarash.tarash_gateway import VideoGenerationConfig
from tarash_gateway_batch import (
    AlreadyRunningError,
    BatchDatabaseError,
    BatchOptions,
    BatchRunner,
    BatchSummary,
    read_table,
)

DATABASE = os.environ.get("TARASH_BATCH_DATABASE", "tarash-batches.sqlite")  # many machines: postgresql://…
CONFIG = VideoGenerationConfig(provider="local", model="animatic", timeout=600)
OPTIONS = BatchOptions(budget_usd=50.0)

app = Celery("batches", broker=os.environ.get("CELERY_BROKER_URL", "memory://"))
# a worker that is busy for hours must not keep other messages waiting
app.conf.worker_prefetch_multiplier = 1


@app.task(
    # the message of a worker that died is delivered again, and the next one carries on
    acks_late=True,
    reject_on_worker_lost=True,
    # a copy of the message waits for its turn; a wrong table is no reason to try again
    autoretry_for=(AlreadyRunningError, BatchDatabaseError),
    retry_kwargs={"countdown": 60, "max_retries": None},
)
def generate_table(name: str, table: str) -> dict[str, int]:
    """Generate a table under a name, and return the number of rows by state."""
    return dict(asyncio.run(_run(name, table)).counts)


async def _run(name: str, table: str) -> BatchSummary:
    rows = read_table(table, CONFIG)
    async with BatchRunner(database=DATABASE) as runner:
        return await runner.run(rows, name=name, out=f"videos/{name}", options=OPTIONS)
