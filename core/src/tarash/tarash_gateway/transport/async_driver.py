"""The driver that performs the steps of flows under an event loop."""

from __future__ import annotations

import contextlib
import inspect
import random
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, TypeVar, cast

import anyio
import anyio.to_thread

from ..steps import (
    BlockingCall,
    CallbackError,
    ClaimJob,
    CloseDownload,
    CloseStream,
    DownloadHandle,
    Flow,
    HttpCall,
    JournalStep,
    NewToken,
    NextEvent,
    OpenDownload,
    OpenStream,
    OpenWebSocket,
    ReadChunk,
    ReadClock,
    ReadJob,
    ReadRandom,
    ReleaseJob,
    Report,
    Sleep,
    Step,
    StreamHandle,
    TransportFailure,
    WriteJournal,
)
from .abandonment import is_closed
from .driving import ProgressCallback, new_token, now
from .journal_steps import NO_JOURNAL, JournalSteps
from .protocols import AsyncBody, AsyncEventSource, AsyncTransport
from .wind_ups import WIND_UP_SECONDS, WindUps

if TYPE_CHECKING:
    from ..models.update import ProgressUpdate

T = TypeVar("T")

_NOTHING_OPEN: dict[int, Any] = {}
"""Shared by the asynchronous drivers that have nothing open, and never changed: thousands of them may wait."""


def _sleep_for(cancelled: type[BaseException]) -> Callable[[float], Awaitable[None]]:
    """Return the `sleep` of the running event loop, which holds less memory than a call through anyio."""
    import asyncio

    return asyncio.sleep if cancelled is asyncio.CancelledError else anyio.sleep


class AsyncDriver:
    """Runs flows under asyncio or trio.

    The arguments are those of `BlockingDriver`; `on_progress` may be an async function. `wind_ups` counts the cancelled calls.
    """

    __slots__ = ("_downloads", "_journal", "_on_progress", "_streams", "_transport", "_wind_ups")

    def __init__(
        self,
        transport: Callable[[], AsyncTransport],
        on_progress: ProgressCallback | None = None,
        journal: JournalStep | None = None,
        wind_ups: WindUps | None = None,
    ) -> None:
        self._transport, self._wind_ups = transport, wind_ups or WindUps()
        self._on_progress = on_progress
        self._journal = NO_JOURNAL if journal is None else JournalSteps(journal)
        self._streams: dict[int, AsyncEventSource] = _NOTHING_OPEN
        self._downloads: dict[int, AsyncBody] = _NOTHING_OPEN

    async def run(self, flow: Flow[T], failure: BaseException | None = None) -> T:
        """Run a flow and return its result; an exception in the progress callback is raised unchanged.

        If the task is cancelled, the cancellation is thrown into the flow. The flow's last steps, such as cancelling the job at
        the provider, then run shielded for at most `WIND_UP_SECONDS`. A flow that is winding up already starts with a `failure`.
        """
        answer: object = None
        cancelled, task = anyio.get_cancelled_exc_class(), anyio.get_current_task().id
        sleep, is_winding_up = _sleep_for(cancelled), failure is not None
        try:
            while True:
                try:
                    step = flow.send(answer) if failure is None else flow.throw(failure)
                except StopIteration as done:
                    return cast("T", done.value)
                answer, failure = None, None
                try:
                    answer = now() if type(step) is ReadClock else await self._performing(step, sleep)
                    failure = answer if isinstance(answer, TransportFailure) else None
                except cancelled as error:
                    if is_winding_up:
                        raise
                    with self._wind_ups.another():
                        return await self._wind_up(flow, error)
                except BaseException as error:
                    if is_closed(error, task):
                        raise GeneratorExit from error
                    # the flow decides what to do
                    failure = error
        except CallbackError as wrapped:
            raise wrapped.error from None
        except GeneratorExit:
            # nobody awaits this coroutine any more, so it cannot close what it has opened; a forgotten claim ends by itself
            self._streams.clear()
            self._downloads.clear()
            self._journal = NO_JOURNAL
            raise
        finally:
            if self._streams or self._downloads or self._journal.holds_claims:
                await self._close_all()

    def _performing(self, step: Step, sleep: Callable[[float], Awaitable[None]]) -> Awaitable[object]:
        """Return what performs a step; the commonest ones need no coroutine around theirs, and thousands may wait in it."""
        if type(step) is Sleep:
            return sleep(max(step.seconds, 0.0))
        return self._transport().exchange(step) if isinstance(step, HttpCall) else self._perform(step)

    async def _wind_up(self, flow: Flow[T], error: BaseException) -> T:
        import asyncio

        if not isinstance(error, asyncio.CancelledError):
            with anyio.move_on_after(WIND_UP_SECONDS, shield=True):
                return await self.run(flow, error)
            raise error
        # a scope shields from other scopes, but not from a second `Task.cancel()`; another task does
        ending = asyncio.create_task(self._ended(flow, error))
        with anyio.CancelScope(shield=True):
            while not ending.done():
                with contextlib.suppress(asyncio.CancelledError):
                    await asyncio.shield(ending)
        if ending.cancelled():
            # the event loop is closing
            raise error
        value, failure = ending.result()
        if failure is not None:
            raise failure
        return cast("T", value)

    async def _ended(self, flow: Flow[T], error: BaseException) -> tuple[T | None, BaseException | None]:
        """Run a flow to its end after `error`; return its result, or the exception that it raised."""
        with anyio.move_on_after(WIND_UP_SECONDS):
            try:
                return await self.run(flow, error), None
            except anyio.get_cancelled_exc_class() as cancelled:
                if cancelled is not error:
                    raise
            except BaseException as failure:  # noqa: BLE001 - raised again in the cancelled task
                return None, failure
        return None, error

    async def _perform(self, step: Step) -> object:  # noqa: C901, PLR0912 - one case per kind of step
        match step:
            case Report():
                await self._report(step.update)
            case ReadRandom():
                return random.random()
            case NewToken():
                return new_token()
            case BlockingCall():
                return await anyio.to_thread.run_sync(step.function, abandon_on_cancel=True)
            case OpenStream():
                return await self._opened(self._transport().open_stream(step.call))
            case OpenWebSocket():
                return await self._opened(self._transport().open_websocket(step.call, step.messages))
            case NextEvent():
                return await self._streams[step.handle.key].next_event(step.timeout_seconds)
            case CloseStream():
                await _aclose(self._streams.pop(step.handle.key))
            case OpenDownload():
                body = await self._transport().open_download(step.call, step.silence_seconds)
                self._downloads = {**self._downloads, id(body): body}
                return DownloadHandle(id(body), body.status, body.headers)
            case ReadChunk():
                return await self._downloads[step.handle.key].read()
            case CloseDownload():
                await _aclose(self._downloads.pop(step.handle.key))
            case WriteJournal() | ClaimJob() | ReadJob() | ReleaseJob():
                if not self._journal.is_kept:
                    return self._journal.perform(step)
                # not abandoned on cancellation: a half-written job would be useless
                return await anyio.to_thread.run_sync(self._journal.perform, step)
        return None

    async def _opened(self, opening: Awaitable[AsyncEventSource]) -> StreamHandle | TransportFailure:
        try:
            source = await opening
        except TransportFailure as failure:
            # most of a thousand jobs get no stream: a traceback through `run` would keep its frame object until the job ends
            return failure
        self._streams = {**self._streams, id(source): source}
        return StreamHandle(id(source))

    async def _report(self, update: ProgressUpdate) -> None:
        if self._on_progress is None:
            return
        try:
            said = self._on_progress(update)
            if inspect.isawaitable(said):
                await said
        except anyio.get_cancelled_exc_class():
            # the task was cancelled while the callback was waiting; the callback did not fail
            raise
        except BaseException as error:
            raise CallbackError(error) from error

    async def _close_all(self) -> None:
        with anyio.CancelScope(shield=True):
            for stream in self._streams.values():
                await _aclose(stream)
            for body in self._downloads.values():
                await _aclose(body)
            if self._journal.holds_claims:
                await anyio.to_thread.run_sync(self._journal.release_all)
        self._streams.clear()
        self._downloads.clear()


async def _aclose(opened: AsyncEventSource | AsyncBody) -> None:
    with anyio.CancelScope(shield=True), contextlib.suppress(Exception):
        await opened.close()


__all__ = ["AsyncDriver"]
