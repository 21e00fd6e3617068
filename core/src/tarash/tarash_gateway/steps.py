"""The vocabulary of flows: what a generator may ask its driver to do, and what it is answered.

A flow is a generator that yields steps (plain, frozen data) and is sent their answers; it returns its result. Nothing in
here performs anything: the blocking, the asynchronous and the virtual-time driver do.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Protocol, TypeAlias, TypeVar, cast, get_args

from .exceptions import ResumableJob
from .messages import HttpCall, HttpReply, Part, TransportFailure, json_member

if TYPE_CHECKING:
    from .models.update import ProgressUpdate

T = TypeVar("T")


class CallbackError(BaseException):
    """Carries an exception of the caller's own code (a progress callback) past every handler that judges providers.

    Attributes:
        error: what the caller's code raised; it leaves the gateway as itself.
    """

    def __init__(self, error: BaseException) -> None:
        super().__init__(repr(error))
        self.error = error


@dataclass(frozen=True, slots=True)
class Sleep:
    """Wait so many seconds; answered with None."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Instant:
    """A moment: `monotonic_seconds` to measure with, `wall` (aware, UTC) to write down."""

    monotonic_seconds: float
    wall: datetime


@dataclass(frozen=True, slots=True)
class ReadClock:
    """Ask for the present `Instant`."""


@dataclass(frozen=True, slots=True)
class ReadRandom:
    """Ask for a random number, 0.0 ≤ x < 1.0."""


@dataclass(frozen=True, slots=True)
class NewToken:
    """Ask for a fresh random identifier (32 hexadecimal digits)."""


@dataclass(frozen=True, slots=True)
class Report:
    """Hand a progress update to the caller's callback; what the callback raises is thrown into the flow as `CallbackError`."""

    update: ProgressUpdate


@dataclass(frozen=True, slots=True)
class BlockingCall:
    """Run a blocking function: directly in the blocking driver, in a worker thread in the asynchronous one."""

    function: Callable[[], object]


@dataclass(frozen=True, slots=True)
class StreamHandle:
    """An open server-sent-event stream; `key` means something to the driver only."""

    key: int


@dataclass(frozen=True, slots=True)
class OpenStream:
    """Open a server-sent-event stream; answered with a `StreamHandle`, or a `TransportFailure` is thrown."""

    call: HttpCall


@dataclass(frozen=True, slots=True)
class ServerEvent:
    """One server-sent event: its name ("message" when none was sent) and its data lines joined."""

    event: str
    data: str


@dataclass(frozen=True, slots=True)
class NextEvent:
    """Wait for the next `ServerEvent`; answered with None at the stream's end. Silence for longer throws a failure."""

    handle: StreamHandle
    timeout_seconds: float


@dataclass(frozen=True, slots=True)
class CloseStream:
    """Close a stream; answered with None, never fails."""

    handle: StreamHandle


@dataclass(frozen=True, slots=True)
class DownloadHandle:
    """An answer whose body is still to be read; `key` means something to the driver only. Header names are lower case."""

    key: int
    status: int
    headers: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class OpenDownload:
    """Send a call and read only the head of its answer; redirects are not followed. Answered with a `DownloadHandle`."""

    call: HttpCall


@dataclass(frozen=True, slots=True)
class ReadChunk:
    """Read the next piece of the body; answered with bytes, or None at the end."""

    handle: DownloadHandle


@dataclass(frozen=True, slots=True)
class CloseDownload:
    """Close a download; answered with None, never fails."""

    handle: DownloadHandle


@dataclass(frozen=True, slots=True)
class WriteJournal:
    """Write a job into the caller's journal; answered with None, and skipped where there is no journal."""

    job: ResumableJob


@dataclass(frozen=True, slots=True)
class ClaimJob:
    """Lock a job of the journal; answered with whether it was free. Always True where there is no journal."""

    job_id: str


@dataclass(frozen=True, slots=True)
class ReleaseJob:
    """Unlock a job of the journal; answered with None, never fails."""

    job_id: str


class JournalStep(Protocol):
    """The part of a journal that flows ask for; see `tarash.tarash_gateway.job.Journal`."""

    def write(self, job: ResumableJob) -> None:
        """Store the job under its id, in place of an earlier state of it: whole or not at all, and for good."""

    def claim(self, job_id: str) -> bool:
        """Lock a job for one resume; return False when another one, in whatever process, holds it."""

    def release(self, job_id: str) -> None:
        """Unlock a job."""


Step: TypeAlias = (
    HttpCall
    | Sleep
    | ReadClock
    | ReadRandom
    | NewToken
    | Report
    | BlockingCall
    | OpenStream
    | NextEvent
    | CloseStream
    | OpenDownload
    | ReadChunk
    | CloseDownload
    | WriteJournal
    | ClaimJob
    | ReleaseJob
)
STEP_TYPES = frozenset(get_args(Step))
Answer: TypeAlias = object
Flow: TypeAlias = Generator[Step, Answer, T]


def run_flow(flow: Flow[T], perform: Callable[[Step], object]) -> T:
    """Perform every step of `flow` with a plain function, and return its result: the loop of every driver that blocks.

    Whatever `perform` raises, Ctrl-C included, is thrown into the flow, which may still give up a job before it ends.
    """
    answer: object = None
    failure: BaseException | None = None
    while True:
        # one `try` around both halves: Ctrl-C between a step and its answer must reach the flow too
        try:
            try:
                step = flow.send(answer) if failure is None else flow.throw(failure)
            except StopIteration as done:
                return cast("T", done.value)
            failure = None
            answer = perform(step)
        except BaseException as error:
            if inspect.getgeneratorstate(flow) == inspect.GEN_CLOSED:
                # the flow itself has ended with it
                raise
            answer, failure = None, error


def send(call: HttpCall) -> Flow[HttpReply]:
    """Have one HTTP exchange made, and return its reply."""
    return cast("HttpReply", (yield call))


def sleep(seconds: float) -> Flow[None]:
    """Let so many seconds pass."""
    yield Sleep(seconds)


_READ_CLOCK = ReadClock()


def read_clock() -> Flow[Instant]:
    """Return the present moment."""
    return cast("Instant", (yield _READ_CLOCK))


def read_random() -> Flow[float]:
    """Return a random number, 0.0 ≤ x < 1.0."""
    return cast("float", (yield ReadRandom()))


def new_token() -> Flow[str]:
    """Return a fresh random identifier."""
    return cast("str", (yield NewToken()))


def run_blocking(function: Callable[[], T]) -> Flow[T]:
    """Run a blocking function and return what it returns."""
    return cast("T", (yield BlockingCall(function)))


def open_stream(call: HttpCall) -> Flow[StreamHandle]:
    """Open a server-sent-event stream."""
    return cast("StreamHandle", (yield OpenStream(call)))


def next_event(handle: StreamHandle, *, timeout_seconds: float) -> Flow[ServerEvent | None]:
    """Wait for the next event of the stream; None at its end."""
    return cast("ServerEvent | None", (yield NextEvent(handle, timeout_seconds)))


def open_download(call: HttpCall) -> Flow[DownloadHandle]:
    """Send a call and return the head of its answer."""
    return cast("DownloadHandle", (yield OpenDownload(call)))


def read_chunk(handle: DownloadHandle) -> Flow[bytes | None]:
    """Return the next piece of the body, or None at the end."""
    return cast("bytes | None", (yield ReadChunk(handle)))


__all__ = [
    "STEP_TYPES", "Answer", "BlockingCall", "CallbackError", "ClaimJob", "CloseDownload", "CloseStream", "DownloadHandle", "Flow",
    "HttpCall", "HttpReply", "Instant", "JournalStep", "NewToken", "NextEvent", "OpenDownload", "OpenStream", "Part", "ReadChunk",
    "ReadClock", "ReadRandom", "ReleaseJob", "Report", "ServerEvent", "Sleep", "Step", "StreamHandle", "TransportFailure",
    "WriteJournal", "json_member", "new_token", "next_event", "open_download", "open_stream", "read_chunk", "read_clock",
    "read_random", "run_blocking", "run_flow", "send", "sleep",
]  # fmt: skip
