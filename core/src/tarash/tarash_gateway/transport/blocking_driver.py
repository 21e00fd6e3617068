"""The driver that performs the steps of flows in the calling thread."""

from __future__ import annotations

import contextlib
import inspect
import random
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

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
    WriteJournal,
    run_flow,
)
from .driving import ProgressCallback, new_token, now
from .journal_steps import NO_JOURNAL, JournalSteps
from .protocols import BlockingBody, BlockingEventSource, BlockingTransport

if TYPE_CHECKING:
    from ..models.update import ProgressUpdate

T = TypeVar("T")


class BlockingDriver:
    """Runs flows in the calling thread.

    Args:
        transport: returns the transport that sends the calls.
        on_progress: called with every progress update, or None.
        journal: store to which jobs are written, or None.
    """

    __slots__ = ("_downloads", "_journal", "_on_progress", "_streams", "_transport")

    def __init__(
        self,
        transport: Callable[[], BlockingTransport],
        on_progress: ProgressCallback | None = None,
        journal: JournalStep | None = None,
    ) -> None:
        self._transport = transport
        self._on_progress = on_progress
        self._journal = NO_JOURNAL if journal is None else JournalSteps(journal)
        self._streams: dict[int, BlockingEventSource] = {}
        self._downloads: dict[int, BlockingBody] = {}

    def run(self, flow: Flow[T]) -> T:
        """Run a flow and return its result; an exception in the progress callback is raised unchanged."""
        try:
            return run_flow(flow, self._perform)
        except CallbackError as wrapped:
            raise wrapped.error from None
        finally:
            self._close_all()

    def _perform(self, step: Step) -> object:  # noqa: C901, PLR0912 - one case per kind of step
        match step:
            case HttpCall():
                return self._transport().exchange(step)
            case ReadClock():
                return now()
            case Sleep():
                time.sleep(max(step.seconds, 0.0))
            case Report():
                self._report(step.update)
            case ReadRandom():
                return random.random()
            case NewToken():
                return new_token()
            case BlockingCall():
                return step.function()
            case OpenStream():
                return self._opened(self._transport().open_stream(step.call))
            case OpenWebSocket():
                return self._opened(self._transport().open_websocket(step.call, step.messages))
            case NextEvent():
                return self._streams[step.handle.key].next_event(step.timeout_seconds)
            case CloseStream():
                _close(self._streams.pop(step.handle.key))
            case OpenDownload():
                body = self._transport().open_download(step.call, step.silence_seconds)
                self._downloads[id(body)] = body
                return DownloadHandle(id(body), body.status, body.headers)
            case ReadChunk():
                return self._downloads[step.handle.key].read()
            case CloseDownload():
                _close(self._downloads.pop(step.handle.key))
            case WriteJournal() | ClaimJob() | ReadJob() | ReleaseJob():
                return self._journal.perform(step)
        return None

    def _opened(self, source: BlockingEventSource) -> StreamHandle:
        self._streams[id(source)] = source
        return StreamHandle(id(source))

    def _report(self, update: ProgressUpdate) -> None:
        if self._on_progress is None:
            return
        try:
            said = self._on_progress(update)
            if inspect.iscoroutine(said):
                said.close()
                raise TypeError(
                    "on_progress is an async function; pass it to the *_async functions, or use a plain function here"
                )
        except BaseException as error:
            raise CallbackError(error) from error

    def _close_all(self) -> None:
        self._journal.release_all()
        for stream in self._streams.values():
            _close(stream)
        for body in self._downloads.values():
            _close(body)
        self._streams.clear()
        self._downloads.clear()


def _close(opened: BlockingEventSource | BlockingBody) -> None:
    # no result is lost, and nothing else stays open, because a transport cannot close a connection
    with contextlib.suppress(Exception):
        opened.close()


__all__ = ["BlockingDriver"]
