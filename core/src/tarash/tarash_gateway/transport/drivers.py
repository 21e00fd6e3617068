"""The two drivers: they perform the steps that flows ask for, blocking or under an event loop. Nothing else sleeps or sends."""

from __future__ import annotations

import inspect
import random
import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TypeAlias, TypeVar, cast

import anyio
import anyio.to_thread

from ..models.update import ProgressUpdate
from ..steps import (
    BlockingCall,
    CloseDownload,
    CloseStream,
    DownloadHandle,
    Flow,
    HttpCall,
    Instant,
    NewToken,
    NextEvent,
    OpenDownload,
    OpenStream,
    ReadChunk,
    ReadClock,
    ReadRandom,
    Report,
    Sleep,
    Step,
    StreamHandle,
)
from . import (
    AsyncBody,
    AsyncEventSource,
    AsyncTransport,
    BlockingBody,
    BlockingEventSource,
    BlockingTransport,
)

T = TypeVar("T")
ProgressCallback: TypeAlias = Callable[[ProgressUpdate], object]

WIND_UP_SECONDS = 30.0
"""Longest time a cancelled task is kept from ending while its job is being cancelled at the provider."""


def _now() -> Instant:
    return Instant(time.monotonic(), datetime.now(UTC))


class BlockingDriver:
    """Runs flows in the calling thread."""

    def __init__(
        self, transport: Callable[[], BlockingTransport], on_progress: ProgressCallback | None = None
    ) -> None:
        self._transport = transport
        self._on_progress = on_progress
        self._streams: dict[int, BlockingEventSource] = {}
        self._downloads: dict[int, BlockingBody] = {}

    def run(self, flow: Flow[T]) -> T:
        """Perform every step of `flow`, and return its result.

        Whatever a step raises, Ctrl-C included, is thrown into the flow, which may still settle a job before it ends.
        """
        answer: object = None
        failure: BaseException | None = None
        try:
            while True:
                # one `try` around both halves: Ctrl-C between a step and its answer must reach the flow too
                try:
                    step = flow.send(answer) if failure is None else flow.throw(failure)
                    failure = None
                    answer = self._perform(step)
                except StopIteration as done:
                    return cast("T", done.value)
                except BaseException as error:
                    if inspect.getgeneratorstate(flow) == inspect.GEN_CLOSED:
                        raise
                    answer, failure = None, error
        finally:
            self._close_all()

    def _perform(self, step: Step) -> object:  # noqa: C901, PLR0912 - one case per kind of step
        match step:
            case HttpCall():
                return self._transport().exchange(step)
            case ReadClock():
                return _now()
            case Sleep():
                time.sleep(max(step.seconds, 0.0))
                return None
            case Report():
                self._report(step.update)
                return None
            case ReadRandom():
                return random.random()
            case NewToken():
                return uuid.uuid4().hex
            case BlockingCall():
                return step.function()
            case OpenStream():
                source = self._transport().open_stream(step.call)
                self._streams[id(source)] = source
                return StreamHandle(id(source))
            case NextEvent():
                return self._streams[step.handle.key].next_event(step.timeout_seconds)
            case CloseStream():
                self._streams.pop(step.handle.key).close()
                return None
            case OpenDownload():
                body = self._transport().open_download(step.call)
                self._downloads[id(body)] = body
                return DownloadHandle(id(body), body.status, body.headers)
            case ReadChunk():
                return self._downloads[step.handle.key].read()
            case CloseDownload():
                self._downloads.pop(step.handle.key).close()
                return None

    def _report(self, update: ProgressUpdate) -> None:
        if self._on_progress is None:
            return
        said = self._on_progress(update)
        if inspect.iscoroutine(said):
            said.close()
            raise TypeError(
                "on_progress is an async function; use it with the *_async functions, or give a plain one"
            )

    def _close_all(self) -> None:
        for stream in self._streams.values():
            stream.close()
        for body in self._downloads.values():
            body.close()
        self._streams.clear()
        self._downloads.clear()


class AsyncDriver:
    """Runs flows under asyncio or trio."""

    def __init__(
        self, transport: Callable[[], AsyncTransport], on_progress: ProgressCallback | None = None
    ) -> None:
        self._transport = transport
        self._on_progress = on_progress
        self._streams: dict[int, AsyncEventSource] = {}
        self._downloads: dict[int, AsyncBody] = {}

    async def run(self, flow: Flow[T]) -> T:
        """Perform every step of `flow`, and return its result.

        A cancelled task is thrown into the flow, whose last steps (cancelling the job at the provider) then run shielded from
        the cancellation, for at most `WIND_UP_SECONDS`.
        """
        answer: object = None
        failure: BaseException | None = None
        cancelled = anyio.get_cancelled_exc_class()
        try:
            while True:
                try:
                    step = flow.send(answer) if failure is None else flow.throw(failure)
                except StopIteration as done:
                    return cast("T", done.value)
                answer, failure = None, None
                try:
                    answer = await self._perform(step)
                except cancelled as error:
                    return await self._wind_up(flow, error)
                except BaseException as error:  # noqa: BLE001 - it is the flow's to judge
                    failure = error
        finally:
            if self._streams or self._downloads:
                await self._close_all()

    async def _wind_up(self, flow: Flow[T], error: BaseException) -> T:
        with anyio.move_on_after(WIND_UP_SECONDS, shield=True):
            answer: object = None
            failure: BaseException | None = error
            while True:
                try:
                    step = flow.send(answer) if failure is None else flow.throw(failure)
                except StopIteration as done:
                    return cast("T", done.value)
                answer, failure = None, None
                try:
                    answer = await self._perform(step)
                except Exception as problem:  # noqa: BLE001 - it is the flow's to judge
                    failure = problem
        raise error

    async def _perform(self, step: Step) -> object:  # noqa: C901, PLR0912 - one case per kind of step
        match step:
            case HttpCall():
                return await self._transport().exchange(step)
            case ReadClock():
                return _now()
            case Sleep():
                await anyio.sleep(max(step.seconds, 0.0))
                return None
            case Report():
                await self._report(step.update)
                return None
            case ReadRandom():
                return random.random()
            case NewToken():
                return uuid.uuid4().hex
            case BlockingCall():
                return await anyio.to_thread.run_sync(step.function, abandon_on_cancel=True)
            case OpenStream():
                source = await self._transport().open_stream(step.call)
                self._streams[id(source)] = source
                return StreamHandle(id(source))
            case NextEvent():
                return await self._streams[step.handle.key].next_event(step.timeout_seconds)
            case CloseStream():
                with anyio.CancelScope(shield=True):
                    await self._streams.pop(step.handle.key).close()
                return None
            case OpenDownload():
                body = await self._transport().open_download(step.call)
                self._downloads[id(body)] = body
                return DownloadHandle(id(body), body.status, body.headers)
            case ReadChunk():
                return await self._downloads[step.handle.key].read()
            case CloseDownload():
                with anyio.CancelScope(shield=True):
                    await self._downloads.pop(step.handle.key).close()
                return None

    async def _report(self, update: ProgressUpdate) -> None:
        if self._on_progress is None:
            return
        said = self._on_progress(update)
        if inspect.isawaitable(said):
            await said

    async def _close_all(self) -> None:
        with anyio.CancelScope(shield=True):
            for stream in self._streams.values():
                await stream.close()
            for body in self._downloads.values():
                await body.close()
        self._streams.clear()
        self._downloads.clear()
