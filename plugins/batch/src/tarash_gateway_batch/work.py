"""The work of one row: generate it or resume its job, store its outputs, and note its result."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from uuid import uuid4

from tarash.tarash_gateway import Gateway, Job
from tarash.tarash_gateway.exceptions import DownloadError, JournalError, TarashException
from tarash.tarash_gateway.models import GenerationConfig, GenerationResponse, modality_of

from .addresses import check_addresses
from .bad_media import MediaPolicy
from .chains import Headers, rest_of, with_headers
from .inspecting import AT_ONCE, Inspector
from .journal import CURRENT_TURN, DatabaseJournal, OverBudgetError, TakenOverError
from .media_checks import Expected
from .outages import Outages
from .outputs import save_outputs
from .rejecting import first_link, judged, rejections_of
from .results import RowResult, ledger_fields
from .store import WAITING, RowRun, Store, StoredRow, Turn

TAKEN_OVER = "taken over"
"""What the engine is told of a row that another execution finishes."""


class RowWork:
    """Works on rows, any number of them at once.

    Args:
        store: the batches.
        journal: the journal of `gateway`.
        gateway: generates the rows.
        outages: waits for a server that is away: from the first call to the result, nothing that is paid for may be lost.
        base_urls: other servers to which a row that is read from the database may send a key.
        headers: headers for rows that are read from the database, by queue.
    """

    def __init__(
        self,
        store: Store,
        journal: DatabaseJournal,
        gateway: Gateway,
        outages: Outages,
        base_urls: Sequence[str] = (),
        headers: Headers | None = None,
    ) -> None:
        self._store = store
        self._journal = journal
        self._gateway = gateway
        self._outages = outages
        self._base_urls = frozenset(url.rstrip("/") for url in base_urls)
        self._headers = headers or {}
        self._configs: dict[str, Mapping[str, GenerationConfig]] = {}
        self._open: set[str] = set()
        self._closed: set[str] = set()
        self._callers: Counter[str] = Counter()
        self._turns = asyncio.Semaphore(AT_ONCE)

    def open(self, batch: str, configs: Mapping[str, GenerationConfig]) -> None:
        """Allow the rows of a batch to be worked on, with these configurations by key: unlike the stored ones, they have keys."""
        # a call that knows only the name must not take the keys away from one that brought them
        self._configs[batch] = {**self._configs.get(batch, {}), **configs}
        self._callers[batch] += 1
        self._open.add(batch)
        self._closed.discard(batch)

    def leave(self, batch: str) -> bool:
        """Note that a call that opened a batch has ended; return whether it was the last one, so that the batch is closed."""
        self._callers[batch] -= 1
        if self._callers[batch] > 0:
            return False
        self.close(batch)
        return True

    def close(self, batch: str) -> None:
        """Let no further row of a batch begin, and none be generated again."""
        # the configurations stay: a row that has just begun still needs them
        self._open.discard(batch)
        self._closed.add(batch)

    def open_batches(self) -> tuple[str, ...]:
        """Return the batches whose rows may begin."""
        return tuple(self._open)

    def is_open(self, batch: str) -> bool:
        """Return whether rows of a batch may begin."""
        return batch in self._open

    async def perform(self, run: RowRun) -> str:
        """Work on a row that waits, and return the state in which it ended.

        Raises:
            JournalError, sqlalchemy.exc.SQLAlchemyError: the database failed; the row still waits, and its job is not lost.
        """
        turn = Turn(run, uuid4().hex)
        row = await self._outages.asked(self._store.begin, turn)
        if not row.is_taken:
            # it has ended or was cancelled, before the engine knew; or it was tried again since, as another run
            return row.state
        CURRENT_TURN.set(turn)
        while True:
            result = await self._once(turn, row)
            ended = None if result is None else await self._outages.asked(self._store.end, turn, result)
            if ended is None:
                return TAKEN_OVER
            if ended.state != "rejected":
                return ended.state
            if run.batch in self._closed:
                # the batch is being stopped: the next run generates the row again, not this one
                return WAITING
            row = replace(row, earlier=ended)

    async def _once(self, turn: Turn, row: StoredRow) -> RowResult | None:
        """Generate a row once, or resume its job, and judge what it made; None if another execution has taken the row over."""
        run = turn.run
        options, _ = await self._outages.asked(self._store.settings, run.batch)
        # read before anything is paid for: this machine may lack what the checks need
        policy = options.media_policy
        link = first_link(row.earlier)
        job = await self._outages.asked(self._journal.of_row, run)
        found = await self._result(turn, row, job, link, policy)
        if found is None:
            return None
        result, successful = found
        begun = (
            job.generation_id
            if job is not None
            else await self._outages.asked(self._journal.generation_of, run)
        )
        if begun in {item.generation_id for item in rejections_of(row.earlier)}:
            # nothing was sent since
            begun = None
        result = result.model_copy(update={"generation_id": begun})
        chain_length = len(row.config.chain())
        return judged(result, row.earlier, policy, link=link + successful - 1, chain_length=chain_length)

    async def _result(
        self, turn: Turn, row: StoredRow, job: Job | None, link: int, policy: MediaPolicy
    ) -> tuple[RowResult, int] | None:
        """Return the result and the number of the attempt that succeeded; None if another execution has taken the row over."""
        run = turn.run
        try:
            response = await self._generated(run, row, job, link)
        except JournalError as error:
            if isinstance(error.__cause__, TakenOverError):
                return None
            if not isinstance(error.__cause__, OverBudgetError):
                raise
            return _failed(run, row, error, refusal=error.__cause__), 1
        except TarashException as error:
            return _failed(run, row, error), 1
        # the other execution may have gone on to another job: its file must not be replaced with this one
        if not await self._outages.asked(self._store.owns, turn):
            return None
        successful = response.execution_metadata.successful_attempt or 1
        saved = await self._saved(turn, row, response, policy)
        return None if saved is None else (saved, successful)

    async def _generated(self, run: RowRun, row: StoredRow, job: Job | None, link: int) -> GenerationResponse:
        """Generate a row, unless it has a job: then that one is resumed, so that nothing is paid twice."""
        config = self._configs.get(run.batch, {}).get(run.key)
        if config is None:
            config = with_headers(row.config, row.header_names, self._headers)
            check_addresses(config, self._base_urls)
        config = rest_of(config, link)
        if job is not None:
            return await self._gateway.resume_async(job, config=config)
        return await self._gateway.generate_async(config, row.request)

    async def _saved(
        self, turn: Turn, row: StoredRow, response: GenerationResponse, policy: MediaPolicy
    ) -> RowResult | None:
        """Store the outputs; None if another execution has taken the row over meanwhile, whose outputs must not be replaced."""
        told: dict[str, object] = {
            **_identity(turn.run, row),
            **ledger_fields(response.execution_metadata),
            "provider": response.provider,
            "model": response.model,
            "request_id": response.request_id,
        }
        try:
            files = await save_outputs(
                response,
                row.destination,
                self._inspector(row, response, policy),
                partial(self._outages.waited, partial(self._store.owns, turn)),
            )
        except DownloadError as error:
            problem = {"state": "unsaved", "error_code": error.code, "error_message": str(error)}
            return RowResult.model_validate({**told, **problem})
        if files is None:
            return None
        return RowResult.model_validate({**told, "state": "completed", "files": files})

    def _inspector(self, row: StoredRow, response: GenerationResponse, policy: MediaPolicy) -> Inspector:
        if not policy.is_checked:
            return Inspector(None, self._turns)
        kind = modality_of(row.config).name
        adjustments = response.execution_metadata.adjustments
        expected = Expected.of(kind, row.request, adjustments, is_mock=response.is_mock)
        return Inspector(expected, self._turns)


def _failed(
    run: RowRun, row: StoredRow, error: TarashException, *, refusal: OverBudgetError | None = None
) -> RowResult:
    return RowResult.model_validate(
        {
            **_identity(run, row),
            **ledger_fields(error.execution_metadata),
            "state": "failed" if refusal is None else "over_budget",
            "provider": error.provider or row.config.provider,
            "model": error.model or row.config.model,
            "request_id": error.request_id,
            "error_code": (refusal or error).code,
            "error_message": refusal.message if refusal is not None else str(error),
        }
    )


def _identity(run: RowRun, row: StoredRow) -> dict[str, object]:
    return {"batch": run.batch, "key": run.key, "line": row.line, "prompt": row.request.prompt}


__all__ = ["RowWork"]
