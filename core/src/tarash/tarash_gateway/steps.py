"""The steps of a flow: what it may ask its driver to do, and the answer to each.

A flow is a generator that yields steps (frozen data), receives their answers, and returns its result. Steps are data only:
the blocking, the asynchronous and the virtual-time driver perform them.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple, Protocol, TypeAlias, TypeVar, cast

from .exceptions import ResumableJob
from .messages import AnswerTooLargeFailure, HttpCall, HttpReply, Part, TransportFailure, json_member
from .streams import CloseStream, NextEvent, OpenStream, OpenWebSocket, ServerEvent, StreamHandle

if TYPE_CHECKING:
    from .models.update import ProgressUpdate

T = TypeVar("T")


class CallbackError(BaseException):
    """Carries an exception from a progress callback past every handler that deals with provider failures.

    Attributes:
        error: the exception that the callback raised; the gateway raises it unchanged.
    """

    def __init__(self, error: BaseException) -> None:
        super().__init__(repr(error))
        self.error = error


@dataclass(frozen=True, slots=True)
class Sleep:
    """Wait; answered with None."""

    seconds: float


class Instant(NamedTuple):
    """A moment in time.

    Attributes:
        monotonic_seconds: for measuring durations.
        wall: for records; aware, in UTC.
    """

    monotonic_seconds: float
    wall: datetime

    def seconds_since(self, earlier: Instant) -> float:
        """Return how much later this is, in seconds."""
        return self.monotonic_seconds - earlier.monotonic_seconds


@dataclass(frozen=True, slots=True)
class ReadClock:
    """Read the time; answered with an `Instant`."""


@dataclass(frozen=True, slots=True)
class ReadRandom:
    """Draw a random number; answered with a float, 0.0 ≤ x < 1.0."""


@dataclass(frozen=True, slots=True)
class NewToken:
    """Make a random identifier; answered with 32 hexadecimal digits."""


@dataclass(frozen=True, slots=True)
class Report:
    """Call the progress callback; an exception in it is thrown into the flow as `CallbackError`."""

    update: ProgressUpdate


@dataclass(frozen=True, slots=True)
class BlockingCall:
    """Run a blocking function; answered with its result. The asynchronous driver runs it in a worker thread."""

    function: Callable[[], object]


@dataclass(frozen=True, slots=True)
class DownloadHandle:
    """An answer whose body is not read yet; only the driver interprets `key`. Header names are lower case."""

    key: int
    status: int
    headers: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class OpenDownload:
    """Send a call and read only the head of the answer, without following redirects; answered with a `DownloadHandle`.

    The call's `timeout_seconds` limits the whole download. If `silence_seconds` pass without a byte, before or after the head, a
    `TransportFailure` is thrown.
    """

    call: HttpCall
    silence_seconds: float


@dataclass(frozen=True, slots=True)
class ReadChunk:
    """Read the next part of the body; answered with bytes, or None at the end."""

    handle: DownloadHandle


@dataclass(frozen=True, slots=True)
class CloseDownload:
    """Close a download; answered with None, never fails."""

    handle: DownloadHandle


@dataclass(frozen=True, slots=True)
class WriteJournal:
    """Write a job to the journal, if there is one; answered with None."""

    job: ResumableJob


@dataclass(frozen=True, slots=True)
class ClaimJob:
    """Lock a job in the journal; answered with a claim, or None if another call holds the job.

    The claim ends with `ReleaseJob`, or with the flow. A closed flow performs no more steps: its claim ends when nothing refers to the
    answer any more.
    """

    job_id: str


@dataclass(frozen=True, slots=True)
class ReadJob:
    """Read a job from the journal; answered with the job as last written, or None if the journal has none, or if there is no journal."""

    job_id: str


@dataclass(frozen=True, slots=True)
class ReleaseJob:
    """Unlock a job in the journal; answered with None, never fails.

    Attributes:
        claim: the answer to `ClaimJob`; only the driver interprets it.
    """

    claim: object


class JournalStep(Protocol):
    """The part of a journal that flows use; see `tarash.tarash_gateway.job.Journal`."""

    def write(self, job: ResumableJob) -> None:
        """Store a job under its id, replacing its earlier state. The write is durable, and complete or not done at all."""

    def read(self, job_id: str) -> ResumableJob | None:
        """Return the job as last written, or None."""

    def claim(self, job_id: str) -> bool:
        """Lock a job for one call; return False if another call holds it, in this process or another."""

    def release(self, job_id: str) -> None:
        """Unlock a job. If a call is abandoned, a thread of its own calls this method."""


Step: TypeAlias = (
    HttpCall
    | Sleep
    | ReadClock
    | ReadRandom
    | NewToken
    | Report
    | BlockingCall
    | OpenStream
    | OpenWebSocket
    | NextEvent
    | CloseStream
    | OpenDownload
    | ReadChunk
    | CloseDownload
    | WriteJournal
    | ClaimJob
    | ReadJob
    | ReleaseJob
)
Answer: TypeAlias = object
Flow: TypeAlias = Generator[Step, Answer, T]


def run_flow(flow: Flow[T], perform: Callable[[Step], object]) -> T:
    """Run a flow with a function that performs its steps, and return the result: the loop of every blocking driver.

    Exceptions in `perform`, Ctrl-C included, are thrown into the flow, so that it can settle a job before it ends.
    """
    answer: object = None
    failure: BaseException | None = None
    while True:
        try:
            # a loop within the `try`: Python raises Ctrl-C where a loop jumps back, and that must reach the flow, too
            while True:
                try:
                    step = flow.send(answer) if failure is None else flow.throw(failure)
                except StopIteration as done:
                    return cast("T", done.value)
                try:
                    answer, failure = perform(step), None
                except BaseException as error:  # noqa: BLE001 - thrown into the flow
                    answer, failure = None, error
        except BaseException as error:
            if inspect.getgeneratorstate(flow) == inspect.GEN_CLOSED:
                # the flow has ended with this exception
                raise
            answer, failure = None, error


def followed_by(last: Step, flow: Flow[T]) -> Flow[T]:
    """Run a flow, then perform `last`, whether the flow succeeds or fails.

    A closed flow performs no more steps, so `last` is not performed either; the driver drops what is open.
    """
    try:
        result = yield from flow
    except GeneratorExit:
        raise
    except BaseException:
        yield last
        raise
    yield last
    return result


def send(call: HttpCall) -> Flow[HttpReply]:
    """Send an HTTP call and return the reply."""
    return cast("HttpReply", (yield call))


def sleep(seconds: float) -> Flow[None]:
    """Wait for a number of seconds."""
    yield Sleep(seconds)


_READ_CLOCK, _READ_RANDOM, _NEW_TOKEN = ReadClock(), ReadRandom(), NewToken()


def read_clock() -> Flow[Instant]:
    """Return the current time."""
    return cast("Instant", (yield _READ_CLOCK))


def read_random() -> Flow[float]:
    """Return a random number, 0.0 ≤ x < 1.0."""
    return cast("float", (yield _READ_RANDOM))


def new_token() -> Flow[str]:
    """Return a random identifier of 32 hexadecimal digits."""
    return cast("str", (yield _NEW_TOKEN))


def run_blocking(function: Callable[[], T]) -> Flow[T]:
    """Run a blocking function and return its result."""
    return cast("T", (yield BlockingCall(function)))


def open_stream(call: HttpCall) -> Flow[StreamHandle]:
    """Open a stream of server-sent events."""
    return cast("StreamHandle", (yield OpenStream(call)))


def open_websocket(call: HttpCall, messages: tuple[str, ...] = ()) -> Flow[StreamHandle]:
    """Open a WebSocket, and send it these texts."""
    return cast("StreamHandle", (yield OpenWebSocket(call, messages)))


def next_event(handle: StreamHandle, *, timeout_seconds: float) -> Flow[ServerEvent | None]:
    """Wait for the next event of a stream, and return it; None at the end.

    Raises:
        TransportFailure: no event within `timeout_seconds`, or the stream broke.
    """
    return cast("ServerEvent | None", (yield NextEvent(handle, timeout_seconds)))


def open_download(call: HttpCall, silence_seconds: float) -> Flow[DownloadHandle]:
    """Send a call and return the head of the answer."""
    return cast("DownloadHandle", (yield OpenDownload(call, silence_seconds)))


def read_chunk(handle: DownloadHandle) -> Flow[bytes | None]:
    """Return the next part of the body, or None at the end."""
    return cast("bytes | None", (yield ReadChunk(handle)))


__all__ = [
    "Answer", "AnswerTooLargeFailure", "BlockingCall", "CallbackError", "ClaimJob", "CloseDownload", "CloseStream",
    "DownloadHandle", "Flow", "HttpCall", "HttpReply", "Instant", "JournalStep", "NewToken", "NextEvent", "OpenDownload", "OpenStream",
    "OpenWebSocket", "Part", "ReadChunk", "ReadClock", "ReadJob", "ReadRandom", "ReleaseJob", "Report", "ServerEvent", "Sleep", "Step",
    "StreamHandle", "TransportFailure", "WriteJournal", "json_member", "new_token", "next_event", "open_download", "open_stream",
    "open_websocket", "read_chunk", "read_clock", "read_random", "run_blocking", "run_flow", "send", "sleep",
]  # fmt: skip
