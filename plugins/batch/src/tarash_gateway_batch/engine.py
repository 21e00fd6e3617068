"""The durable engine: DBOS runs one workflow for each run of a row, recovers it after a crash, and limits how many run at once."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Collection, Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import sqlalchemy as sa
from dbos import DBOS, DBOSClient, DBOSConfig, EnqueueOptions

from tarash.tarash_gateway.exceptions import ValidationError

from .location import Location
from .options import BatchOptions
from .part import Part
from .sqlite_clock import SQLITE
from .store import RowRun
from .tables import IDLE_SECONDS, AlreadyRunningError

POLLING_SECONDS = 0.2
"""How often a queue looks for rows, in seconds."""
FINISHING_SECONDS = 10
"""How long the engine may take to note the workflows that have just ended, in seconds."""
_LOOK_SECONDS = 0.02
_TICK_SECONDS = 0.001

APPLICATION = "tarash-batch"
VERSION = "1"
"""Version of the application for the engine: rows go on after an upgrade of this package."""
ROW_WORKFLOW = "tarash_gateway_batch.row"
_ALIVE = frozenset({"ENQUEUED", "PENDING", "DELAYED"})


Perform = Callable[[RowRun], Coroutine[Any, Any, str]]
_performing: list[Perform] = []
"""What works on a row; at most one, since a process has one engine."""


@DBOS.step(name="tarash_gateway_batch.work_on_row")
async def _work_on_row(batch: str, key: str, run: int) -> str:
    return await _performing[0](RowRun(batch, key, run))


# a batch that is killed ever so often is recovered each time
@DBOS.workflow(name=ROW_WORKFLOW, max_recovery_attempts=None)
async def _row_workflow(batch: str, key: str, run: int) -> str:
    return await _work_on_row(batch, key, run)


class Engine:
    """Queues rows, and runs them durably unless this process only queues; a process has at most one engine.

    Args:
        location: the database.
        database: the same, open. A file is opened once more, as the engine has its own way to lock it.
        perform: works on a row.
        may_begin: whether rows of this batch may begin now.
        part: what this process does, if the database is shared.
    """

    def __init__(
        self,
        location: Location,
        database: sa.Engine,
        perform: Perform,
        may_begin: Callable[[str], bool],
        part: Part,
    ) -> None:
        self._location = location
        self._database = (
            database if location.is_server else sa.create_engine(location.url, connect_args=dict(SQLITE))
        )
        # the engine itself waits for a server without end, and says nothing; whoever queues rows is to be told
        self._queues = DBOSClient(
            system_database_engine=self._database,
            application_name=APPLICATION,
            retry_connection_errors=False,
            lazy=True,
        )
        self._perform = perform
        self._may_begin = may_begin
        self._part = part

    def launch(self) -> None:
        """Start the engine in the running event loop; rows of a process that died are paused until their batch runs again.

        Of a shared database, the other processes may be working on them: see `take_over`.

        Raises:
            AlreadyRunningError: this process already has an engine.
        """
        if _performing:
            raise AlreadyRunningError(
                "this process already runs batches; use one BatchRunner or BatchWorker at a time, or another process"
            )
        _performing.append(self._begin)
        try:
            DBOS.migrate(self._location.connection)
            if not self._location.is_server:
                self._pause_all()
            if self._is_running_rows:
                self._launch()
        except BaseException:
            _performing.clear()
            raise

    @property
    def _is_running_rows(self) -> bool:
        return not self._location.is_server or self._part.queues != ()

    def _launch(self) -> None:
        is_shared = self._location.is_server
        config: DBOSConfig = {
            "name": APPLICATION,
            "system_database_url": self._location.connection,
            "application_version": VERSION,
            # a process that freezes while it takes rows holds nobody up for longer
            "sys_db_idle_transaction_timeout_sec": IDLE_SECONDS,
            "executor_id": self._part.executor if is_shared else "local",
            # what fails is raised where the batch runs; the engine's own log would repeat it with tracebacks
            "log_level": "CRITICAL",
            # nobody is notified, and leaving waits for the thread that would
            "notification_listener_polling_interval_sec": 0.1,
        }
        if not is_shared:
            config["db_engine_kwargs"] = {"connect_args": dict(SQLITE)}
        DBOS(config=config)
        if is_shared and self._part.queues is not None:
            DBOS.listen_queues([_queue(queue) for queue in self._part.queues])
        DBOS.launch()

    async def shut_down(self, *, seconds: int = 0) -> None:
        """Take no further row, and stop the engine when the rows that run have ended.

        Args:
            seconds: how long it may take, in seconds. What has not ended then is queued again, at the next launch or by another worker.
        """
        if self._is_running_rows:
            # DBOS makes its own threads those of the event loop, which goes on after they have ended (dbos 3.4)
            asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(thread_name_prefix="asyncio"))
            await asyncio.to_thread(DBOS.destroy, workflow_completion_timeout_sec=seconds)
        self._queues.destroy()
        if not self._location.is_server:
            self._database.dispose()
        _performing.clear()

    async def noted(self) -> None:
        """Wait until the engine has noted the workflows that have just ended; `shut_down` would look once a second only."""
        with contextlib.suppress(sa.exc.SQLAlchemyError):
            for _ in range(round(FINISHING_SECONDS / _LOOK_SECONDS)):
                if not await self._queues.list_workflows_async(
                    name=ROW_WORKFLOW, status="PENDING", limit=1, load_input=False, load_output=False
                ):
                    return
                await asyncio.sleep(_LOOK_SECONDS)

    def take_over(self, alive: Collection[str]) -> int:
        """Queue the rows again on which processes worked that are not alive, and return how many; call it in a thread.

        Whoever takes one finds its job in the journal.
        """
        running = self._queues.list_workflows(
            name=ROW_WORKFLOW, status="PENDING", load_input=False, load_output=False
        )
        left: dict[str, list[str]] = {}
        for workflow in running:
            if workflow.executor_id not in alive and workflow.queue_name is not None:
                left.setdefault(workflow.queue_name, []).append(workflow.workflow_id)
        for queue, workflow_ids in left.items():
            self._queues.resume_workflows(workflow_ids, queue_name=queue)
        return sum(map(len, left.values()))

    async def enqueue(self, waiting: Sequence[tuple[RowRun, str]], options: BatchOptions) -> list[RowRun]:
        """Let rows be worked on; those that already are, or are queued, stay as they are.

        Args:
            waiting: the rows, each with its queue.
            options: how many rows may run and start, per queue.

        Returns:
            The rows whose workflow has ended without a result: they need a new run.
        """
        for queue in sorted({queue for _, queue in waiting}):
            await self._limit(queue, options)
        known = await self._statuses({run.batch for run, _ in waiting})
        paused: dict[str, list[str]] = {}
        broken: list[RowRun] = []
        for run, queue in waiting:
            status = known.get(run.workflow_id)
            if status is None:
                await self._queue_row(run, queue)
            elif status == "CANCELLED":
                paused.setdefault(queue, []).append(run.workflow_id)
            elif status not in _ALIVE:
                broken.append(run)
        for queue, workflow_ids in paused.items():
            await self._queues.resume_workflows_async(workflow_ids, queue_name=_queue(queue))
        return broken

    async def _limit(self, queue: str, options: BatchOptions) -> None:
        """Set the limits of a queue, which hold for every batch in the database."""
        rate = options.rate_of(queue)
        await self._queues.register_queue_async(
            _queue(queue),
            global_concurrency=options.concurrency_of(queue),
            limiter=None if rate is None else {"limit": rate.rows, "period": rate.seconds},
            polling_interval_sec=POLLING_SECONDS,
            on_conflict="always_update",
        )

    async def _queue_row(self, run: RowRun, queue: str) -> None:
        chosen: EnqueueOptions = {
            "workflow_name": ROW_WORKFLOW,
            "queue_name": _queue(queue),
            "workflow_id": run.workflow_id,
            "app_version": VERSION,
        }
        await self._queues.enqueue_async(chosen, run.batch, run.key, run.run)
        if self._location.is_server:
            # rows leave the queue by their time in milliseconds: of two that share one, the later could begin while the job of the
            # earlier, which a dead worker has left, waits for its turn, and the provider would run more than the limit
            await asyncio.sleep(_TICK_SECONDS)

    def _pause_all(self) -> None:
        """Pause what an earlier process left behind: it must not begin before its keys and its limits are known.

        No other process works on the database, so nothing that is paused here is running.
        """
        left = self._queues.list_workflows(status=sorted(_ALIVE), load_input=False, load_output=False)
        if left:
            self._queues.cancel_workflows([workflow.workflow_id for workflow in left])

    async def pause(self, batch: str) -> None:
        """Take the rows of a batch that have not begun out of the queues."""
        queued = await self._statuses({batch}, "ENQUEUED")
        if queued:
            await self._queues.cancel_workflows_async(list(queued))

    async def _statuses(self, names: set[str], status: str | None = None) -> dict[str, str]:
        found: dict[str, str] = {}
        for name in names:
            listed = await self._queues.list_workflows_async(
                workflow_id_prefix=f"{name}/", status=status, load_input=False, load_output=False
            )
            # SQLite ignores the case: the rows of "Boats" are not those of "boats"
            found |= {
                workflow.workflow_id: workflow.status
                for workflow in listed
                if workflow.workflow_id.startswith(f"{name}/")
            }
        return found

    async def _begin(self, run: RowRun) -> str:
        if not self._may_begin(run.batch):
            # it left the queue while the batch was being stopped; the next call gives the row a new run
            raise ValidationError(f"the batch {run.batch!r} does not run")
        return await self._perform(run)


def _queue(queue: str) -> str:
    return f"tarash/{queue}"


__all__ = ["Engine"]
