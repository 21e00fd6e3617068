"""A driver with virtual time: hours of polling pass in milliseconds, the same in every run. The server is a function."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TypeAlias, TypeVar

from ..models.update import ProgressUpdate
from ..steps import (
    BlockingCall,
    CallbackError,
    ClaimJob,
    CloseDownload,
    CloseStream,
    DownloadHandle,
    Flow,
    HttpCall,
    HttpReply,
    Instant,
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
    TransportFailure,
    WriteJournal,
    run_flow,
)
from ..transport.driving import ProgressCallback
from ..transport.journal_steps import JournalSteps
from .flows import call_without_look_up

T = TypeVar("T")
Server: TypeAlias = Callable[[HttpCall, float], HttpReply]
"""Returns the answer to a call, given the seconds since the start; raises `TransportFailure` for a broken connection."""

START = datetime(2026, 1, 1, tzinfo=UTC)


class VirtualTime:
    """Runs flows against a function instead of a network, with a clock that only pauses and calls advance.

    Args:
        server: answers the calls.
        seed: makes jitter and identifiers repeatable.
        answer_seconds: duration of each call, in seconds.
        on_progress: as for `generate_video`, but not an async function.
        journal: store to which jobs are written, or None.

    Attributes:
        seconds: virtual time since the start, in seconds.
        calls: every call sent, with its time in seconds.
        sleeps: every pause, in seconds.
    """

    def __init__(
        self,
        server: Server,
        *,
        seed: int = 0,
        answer_seconds: float = 0.05,
        on_progress: ProgressCallback | None = None,
        journal: JournalStep | None = None,
    ) -> None:
        self._server = server
        self._random = random.Random(seed)
        self._answer_seconds = answer_seconds
        self._on_progress = on_progress
        self._journal = JournalSteps(journal)
        self._bodies: dict[int, list[bytes]] = {}
        self.seconds = 0.0
        self.calls: list[tuple[float, HttpCall]] = []
        self.sleeps: list[float] = []

    def run(self, flow: Flow[T]) -> T:
        """Run a flow and return its result."""
        try:
            return run_flow(flow, self._perform)
        except CallbackError as wrapped:
            raise wrapped.error from None
        finally:
            self._journal.release_all()

    def _perform(self, step: Step) -> object:  # noqa: C901 - one case per kind of step
        match step:
            case HttpCall():
                return self._exchange(step)
            case ReadClock():
                return Instant(self.seconds, START + timedelta(seconds=self.seconds))
            case Sleep():
                self.sleeps.append(step.seconds)
                self.seconds += max(step.seconds, 0.0)
            case Report():
                self._report(step.update)
            case ReadRandom():
                return self._random.random()
            case NewToken():
                return f"{self._random.getrandbits(128):032x}"
            case BlockingCall():
                return call_without_look_up(step.function)
            case OpenStream() | OpenWebSocket() | NextEvent():
                raise TransportFailure(
                    "virtual time has no event streams", kind="connect", request_may_have_arrived=False
                )
            case OpenDownload():
                longest = min(step.call.timeout_seconds or step.silence_seconds, step.silence_seconds)
                reply = self._exchange(step.call.with_timeout(longest))
                self._bodies[len(self.calls)] = [reply.content]
                return DownloadHandle(len(self.calls), reply.status, reply.headers)
            case ReadChunk():
                left = self._bodies[step.handle.key]
                return left.pop() if left else None
            case CloseDownload() | CloseStream():
                pass
            case WriteJournal() | ClaimJob() | ReadJob() | ReleaseJob():
                return self._journal.perform(step)
        return None

    def _report(self, update: ProgressUpdate) -> None:
        if self._on_progress is None:
            return
        try:
            self._on_progress(update)
        except BaseException as error:
            raise CallbackError(error) from error

    def _exchange(self, call: HttpCall) -> HttpReply:
        self.calls.append((self.seconds, call))
        try:
            reply = self._server(call, self.seconds)
        except TransportFailure as failure:
            # a timeout takes all the time allowed
            self.seconds += (
                (call.timeout_seconds or 60.0) if failure.kind == "timeout" else self._answer_seconds
            )
            raise
        self.seconds += self._answer_seconds
        return reply
