"""The durable engine: DBOS runs one workflow for each run of a row, recovers it after a crash, and limits how many run at once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from dbos import DBOS, DBOSClient, DBOSConfig, SetWorkflowID

from tarash.tarash_gateway.exceptions import ValidationError

from .options import BatchOptions
from .store import RowRun

POLLING_SECONDS = 0.2
"""How often a queue looks for rows, in seconds."""
FINISHING_SECONDS = 10
"""How long the engine may take to note the workflows that have just ended, in seconds."""

_ALIVE = frozenset({"ENQUEUED", "PENDING", "DELAYED"})


Perform = Callable[[RowRun], Coroutine[Any, Any, str]]
_performing: list[Perform] = []
"""What works on a row; at most one, since a process has one engine."""


@DBOS.step(name="tarash_gateway_batch.work_on_row")
async def _work_on_row(batch: str, key: str, run: int) -> str:
    return await _performing[0](RowRun(batch, key, run))


# a batch that is killed ever so often is recovered each time
@DBOS.workflow(name="tarash_gateway_batch.row", max_recovery_attempts=None)
async def _row_workflow(batch: str, key: str, run: int) -> str:
    return await _work_on_row(batch, key, run)


class Engine:
    """Runs rows durably; a process has at most one engine.

    Args:
        path: the SQLite database.
        perform: works on a row.
        may_begin: whether rows of this batch may begin now.
    """

    def __init__(self, path: Path, perform: Perform, may_begin: Callable[[str], bool]) -> None:
        self._url = f"sqlite:///{path}"
        self._perform = perform
        self._may_begin = may_begin

    def launch(self) -> None:
        """Start the engine in the running event loop; rows of processes that died are paused until their batch runs again.

        Raises:
            ValidationError: this process already has an engine.
        """
        if _performing:
            raise ValidationError(
                "this process already runs batches; use one BatchRunner at a time, or another process"
            )
        _performing.append(self._begin)
        config: DBOSConfig = {
            "name": "tarash-batch",
            "system_database_url": self._url,
            # rows go on after an upgrade of this package
            "application_version": "1",
            "executor_id": "local",
            # what fails is raised where the batch runs; the engine's own log would repeat it with tracebacks
            "log_level": "CRITICAL",
        }
        try:
            DBOS.migrate(self._url)
            self._pause_all()
            DBOS(config=config)
            DBOS.launch()
        except BaseException:
            _performing.clear()
            raise

    async def shut_down(self) -> None:
        """Stop the engine; what it has not finished is queued again at the next launch."""
        # DBOS makes its own threads those of the event loop, which goes on after they have ended (dbos 3.4)
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(thread_name_prefix="asyncio"))
        await asyncio.to_thread(DBOS.destroy, workflow_completion_timeout_sec=FINISHING_SECONDS)
        _performing.clear()

    async def enqueue(self, waiting: Sequence[tuple[RowRun, str]], options: BatchOptions) -> list[RowRun]:
        """Let rows be worked on; those that already are, or are queued, stay as they are.

        Args:
            waiting: the rows, each with its queue.
            options: how many rows may run and start, per queue.

        Returns:
            The rows whose workflow has ended without a result: they need a new run.
        """
        for queue in sorted({queue for _, queue in waiting}):
            await _limit(queue, options)
        known = await self._statuses({run.batch for run, _ in waiting})
        paused: dict[str, list[str]] = {}
        broken: list[RowRun] = []
        for run, queue in waiting:
            status = known.get(run.workflow_id)
            if status is None:
                with SetWorkflowID(run.workflow_id):
                    await DBOS.enqueue_workflow_async(
                        _queue(queue), _row_workflow, run.batch, run.key, run.run
                    )
            elif status == "CANCELLED":
                paused.setdefault(queue, []).append(run.workflow_id)
            elif status not in _ALIVE:
                broken.append(run)
        for queue, workflow_ids in paused.items():
            await DBOS.resume_workflows_async(workflow_ids, queue_name=_queue(queue))
        return broken

    def _pause_all(self) -> None:
        """Pause what an earlier process left behind: it must not begin before its keys and its limits are known.

        No other process works on the database, so nothing that is paused here is running.
        """
        client = DBOSClient(system_database_url=self._url)
        try:
            left = client.list_workflows(status=sorted(_ALIVE), load_input=False, load_output=False)
            if left:
                client.cancel_workflows([workflow.workflow_id for workflow in left])
        finally:
            client.destroy()

    async def pause(self, batch: str) -> None:
        """Take the rows of a batch that have not begun out of the queues."""
        queued = await DBOS.list_workflows_async(
            workflow_id_prefix=f"{batch}/", status="ENQUEUED", load_input=False, load_output=False
        )
        if queued:
            await DBOS.cancel_workflows_async([workflow.workflow_id for workflow in queued])

    async def _statuses(self, names: set[str]) -> dict[str, str]:
        found: dict[str, str] = {}
        for name in names:
            listed = await DBOS.list_workflows_async(
                workflow_id_prefix=f"{name}/", load_input=False, load_output=False
            )
            found |= {workflow.workflow_id: workflow.status for workflow in listed}
        return found

    async def _begin(self, run: RowRun) -> str:
        if not self._may_begin(run.batch):
            # it left the queue while the batch was being stopped; the next call gives the row a new run
            raise ValidationError(f"the batch {run.batch!r} does not run")
        return await self._perform(run)


async def _limit(queue: str, options: BatchOptions) -> None:
    """Set the limits of a queue, which hold for every batch in the database."""
    rate = options.rate_of(queue)
    await DBOS.register_queue_async(
        _queue(queue),
        global_concurrency=options.concurrency_of(queue),
        limiter=None if rate is None else {"limit": rate.rows, "period": rate.seconds},
        polling_interval_sec=POLLING_SECONDS,
        on_conflict="always_update",
    )


def _queue(queue: str) -> str:
    return f"tarash/{queue}"


__all__ = ["Engine"]
