"""Owns what happens in the world when a step is performed: the servers answer, the virtual clock advances, the journal is written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import cast

from tarash.tarash_gateway.messages import OutgoingCall
from tarash.tarash_gateway.steps import (
    BlockingCall,
    CallbackError,
    ClaimJob,
    CloseDownload,
    CloseStream,
    DownloadHandle,
    HttpCall,
    HttpReply,
    Instant,
    JournalStep,
    NewToken,
    NextEvent,
    OpenDownload,
    OpenStream,
    ReadChunk,
    ReadClock,
    ReadJob,
    ReadRandom,
    ReleaseJob,
    Report,
    ServerEvent,
    Sleep,
    Step,
    StreamHandle,
    TransportFailure,
    WriteJournal,
)
from tarash.tarash_gateway.transport.journal_steps import JournalSteps

from .scenario import CallbackFault
from .server import Server

START = datetime(2026, 1, 1, tzinfo=UTC)
CALLBACK_ERRORS: Mapping[CallbackFault, type[BaseException]] = {
    "Exception": ValueError,
    "GeneratorExit": GeneratorExit,
    "StopIteration": StopIteration,
    "KeyboardInterrupt": KeyboardInterrupt,
    "StopAsyncIteration": StopAsyncIteration,
}


@dataclass(frozen=True, slots=True)
class World:
    """What the calls of one schedule share.

    Attributes:
        servers: the providers by base URL.
        draw: for jitter and identifiers.
        note: writes a line of the trace; None keeps no trace.
    """

    servers: Mapping[str, Server]
    draw: Random
    note: Callable[[str], None] | None = None


class Claim:
    """The claim of one flow on a job. It ends like that of the real drivers, but at once, so that a schedule replays exactly."""

    def __init__(self, journal: JournalStep | None, job_id: str) -> None:
        self._journal = journal
        self._job_id = job_id

    def __repr__(self) -> str:
        return f"Claim({self._job_id!r})"

    def release(self) -> None:
        """Release it, at most once."""
        journal, self._journal = self._journal, None
        if journal is not None:
            journal.release(self._job_id)

    def __del__(self) -> None:
        self.release()


class Performer:
    """Performs the steps of one call.

    Args:
        world: the servers and the source of randomness.
        now: virtual seconds at the start.
        journal: the journal as this process sees it, or None.
        callback_fault: what the progress callback raises, and at which report.
    """

    def __init__(
        self,
        world: World,
        *,
        now: float,
        journal: JournalStep | None,
        callback_fault: tuple[CallbackFault, int] | None,
    ) -> None:
        self.now = now
        self.callback_error: BaseException | None = None
        self.open_handles: set[int] = set()
        self._world = world
        self._journal = journal
        self._journal_steps = JournalSteps(journal)
        self._callback_fault = callback_fault
        self._reports = 0
        self._handles = 0
        self._bodies: dict[int, list[bytes]] = {}
        self._streams: dict[int, Server] = {}
        self._asked: Server | None = None
        self._perform: Mapping[type[object], Callable[..., object]] = {
            OutgoingCall: self._exchange, ReadClock: self._read_clock, Sleep: self._sleep, Report: self._report,
            ReadRandom: self._read_random, NewToken: self._new_token, BlockingCall: self._blocking,
            OpenStream: self._open_stream, NextEvent: self._next_event, CloseStream: self._close,
            OpenDownload: self._open_download, ReadChunk: self._read_chunk, CloseDownload: self._close,
            WriteJournal: self._keep, ReadJob: self._keep, ClaimJob: self._claim, ReleaseJob: self._release,
        }  # fmt: skip

    def perform(self, step: Step) -> object:
        """Perform a step and return its answer, or raise what is to be thrown into the flow."""
        return self._perform[type(step)](step)

    def undelivered(self, step: Step) -> None:
        """Say that the answer to the last step did not arrive; what it opened is closed, as every driver does in the end."""
        if self._asked is not None and isinstance(step, HttpCall | NextEvent | OpenStream | OpenDownload):
            self._asked.undelivered()
        if isinstance(step, OpenStream | OpenDownload):
            self.open_handles.discard(self._handles)

    def server_of(self, url: str) -> Server:
        """The server that a URL belongs to."""
        return self._world.servers[url[: url.index("/", 8)] if "/" in url[8:] else url]

    # Time and chance.

    def _read_clock(self, _: ReadClock) -> Instant:
        return Instant(self.now, START + timedelta(seconds=self.now))

    def _sleep(self, step: Sleep) -> None:
        self._asked = None
        if self._world.note is not None:
            self._world.note(f"sleep {step.seconds:.2f} s")
        self.now += max(step.seconds, 0.0)

    def _read_random(self, _: ReadRandom) -> float:
        return self._world.draw.random()

    def _new_token(self, _: NewToken) -> str:
        return f"{self._world.draw.getrandbits(128):032x}"

    def _blocking(self, step: BlockingCall) -> object:
        return step.function()

    # Calls.

    def _exchange(self, step: HttpCall) -> HttpReply:
        self._asked = server = self.server_of(step.url)
        answer, seconds = server.answer(step, self.now)
        self.now += seconds
        if isinstance(answer, TransportFailure):
            raise answer
        return answer

    def _open_download(self, step: OpenDownload) -> DownloadHandle:
        reply = self._exchange(step.call)
        handle = self._opened()
        self._bodies[handle] = [reply.content]
        return DownloadHandle(handle, reply.status, reply.headers)

    def _read_chunk(self, step: ReadChunk) -> bytes | None:
        left = self._bodies[step.handle.key]
        return left.pop() if left else None

    def _open_stream(self, step: OpenStream) -> StreamHandle:
        self._asked = server = self.server_of(step.call.url)
        failure, seconds = server.open_events(self._handles + 1, step.call, self.now)
        self.now += seconds
        if failure is not None:
            raise failure
        handle = self._opened()
        self._streams[handle] = server
        return StreamHandle(handle)

    def _next_event(self, step: NextEvent) -> ServerEvent | None:
        self._asked = server = self._streams[step.handle.key]
        event, seconds = server.next_event(step.handle.key, self.now, step.timeout_seconds)
        if self._world.note is not None:
            self._world.note(f"event after {seconds:.1f} s: {event!r}")
        self.now += seconds
        if isinstance(event, TransportFailure):
            raise event
        return event

    def _opened(self) -> int:
        self._handles += 1
        self.open_handles.add(self._handles)
        return self._handles

    def _close(self, step: CloseStream | CloseDownload) -> None:
        self.open_handles.remove(step.handle.key)

    # The caller's own.

    def _keep(self, step: WriteJournal | ReadJob) -> object:
        self._asked = None
        if self._world.note is not None:
            job = cast("object", step.job) if isinstance(step, WriteJournal) else step.job_id
            self._world.note(f"journal: {type(step).__name__} {job}")
        return self._journal_steps.perform(step)

    def _claim(self, step: ClaimJob) -> Claim | None:
        self._asked = None
        free = self._journal is None or self._journal.claim(step.job_id)
        if self._world.note is not None:
            self._world.note(f"journal: ClaimJob {step.job_id}{'' if free else ', which another call holds'}")
        return Claim(self._journal, step.job_id) if free else None

    def _release(self, step: ReleaseJob) -> None:
        if self._world.note is not None:
            self._world.note("journal: ReleaseJob")
        if isinstance(step.claim, Claim):
            step.claim.release()

    def _report(self, step: Report) -> None:
        self._asked = None
        self._reports += 1
        if self._world.note is not None:
            self._world.note(f"report {step.update.status}")
        if self._callback_fault is not None and self._callback_fault[1] == self._reports:
            self.callback_error = CALLBACK_ERRORS[self._callback_fault[0]]("from the callback")
            # as every driver hands it to the flow
            raise CallbackError(self.callback_error)
