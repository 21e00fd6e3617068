"""Generates tables in a Temporal activity. An attempt may be given up and repeated: nothing is paid twice.

    pip install temporalio
    python examples/recipes/temporal_batch.py
    temporal workflow start --task-queue batches --type GenerateTable --workflow-id spring -i '{"name": "spring", "table": "prompts.csv"}'

The next attempt carries on with the batch of the same name.
"""

from __future__ import annotations

import asyncio
import os
import signal
from dataclasses import dataclass
from datetime import timedelta

from temporalio import activity, workflow
from temporalio.client import Client
from temporalio.common import RetryPolicy
from temporalio.worker import Worker

with workflow.unsafe.imports_passed_through():
    from tarash.tarash_gateway import ValidationError, VideoGenerationConfig
    from tarash_gateway_batch import BatchOptions, BatchRunner, read_table

DATABASE = os.environ.get("TARASH_BATCH_DATABASE", "tarash-batches.sqlite")  # many machines: postgresql://…
CONFIG = VideoGenerationConfig(provider="local", model="animatic", timeout=600)
OPTIONS = BatchOptions(budget_usd=50.0)
BEAT_SECONDS = 20.0


@dataclass(frozen=True)
class Order:
    """Which table to generate, and under which name."""

    name: str
    table: str


class BatchActivities:
    """The activities of a worker process, which share its runner."""

    def __init__(self, runner: BatchRunner) -> None:
        self._runner = runner

    @activity.defn
    async def generate_table(self, order: Order) -> dict[str, int]:
        """Generate what earlier attempts have left of a table, and return the number of rows by state."""
        name = order.name
        beating = asyncio.create_task(self._beat(name))
        try:
            table = read_table(order.table, CONFIG)
            summary = await self._runner.run(table, name=name, out=f"videos/{name}", options=OPTIONS)
            return dict(summary.counts)
        except asyncio.CancelledError:
            details = activity.cancellation_details()
            # otherwise the attempt was given up, or the worker stops: the next attempt carries on
            if details is not None and details.cancel_requested:
                await self._runner.cancel(name)
                # what was sent is paid for: it is finished, and nothing else is
                await self._runner.resume(name)
            raise
        finally:
            beating.cancel()

    async def _beat(self, name: str) -> None:
        """Say that the attempt goes on, and how the batch stands; without heartbeats, no cancellation arrives."""
        while True:
            try:
                counts = dict((await self._runner.progress(name)).counts)
            except ValidationError:
                counts = {}  # the rows are being checked
            activity.heartbeat(counts)
            await asyncio.sleep(BEAT_SECONDS)


@workflow.defn
class GenerateTable:
    """Generates a table, however often a worker dies."""

    @workflow.run
    async def run(self, order: Order) -> dict[str, int]:
        """Return the number of rows by state."""
        return await workflow.execute_activity_method(
            BatchActivities.generate_table,
            order,
            start_to_close_timeout=timedelta(hours=12),
            heartbeat_timeout=timedelta(minutes=2),
            cancellation_type=workflow.ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
            # a wrong table stays wrong
            retry_policy=RetryPolicy(non_retryable_error_types=["BadRowsError", "ValidationError"]),
        )


async def main() -> None:
    """Work until SIGTERM, then finish the rows that run."""
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    # the event loop of Windows has no handlers of signals
    signal.signal(signal.SIGTERM, lambda *_: loop.call_soon_threadsafe(stop.set))
    client = await Client.connect(os.environ.get("TEMPORAL_ADDRESS", "localhost:7233"))
    async with BatchRunner(database=DATABASE) as runner:
        activities = [BatchActivities(runner).generate_table]
        async with Worker(client, task_queue="batches", workflows=[GenerateTable], activities=activities):
            await stop.wait()


if __name__ == "__main__":
    asyncio.run(main())
