"""The vocabulary of flows: what a generator may ask its driver to do, and what it is answered.

A flow is a generator that yields steps (plain, frozen data) and is sent their answers; it returns its result. Nothing in
here performs anything: the blocking, the asynchronous and the virtual-time driver do.
"""

from __future__ import annotations

import json as json_codec
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Literal, Protocol, TypeAlias, TypeVar, cast, get_args

from .exceptions import ResumableJob, UnexpectedResponseError

if TYPE_CHECKING:
    from .models.update import ProgressUpdate

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a `multipart/form-data` body; a part with a `filename` is sent as a file."""

    name: str
    value: str | bytes = field(repr=False)
    filename: str | None = None
    content_type: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpCall:
    """One HTTP exchange; the driver answers with an `HttpReply` or throws a `TransportFailure`.

    At most one of `json`, `content`, `form` and `multipart` is given. Headers and bodies are left out of the repr: they
    may hold a key or a customer's media.

    Attributes:
        method: HTTP method in capitals.
        url: absolute URL, query included.
        timeout_seconds: longest wait for the whole exchange; None is the core's default. The attempt's deadline caps it.
        repeatable: whether sending it twice costs nothing. None means: yes for GET, HEAD, PUT and DELETE, and for every call of a
            flow that only reads (poll, normalize, cancel, look-up); no for a POST of a submit. Say True for an upload.
        idempotent: whether it creates a job and carries an idempotency key that the provider honours, so that a repetition
            creates no second one.
        secrets: texts derived from the key (a signature, a one-use token) that no error or log may show.
        accept_statuses: HTTP statuses besides 2xx that the flow reads itself; any other becomes an exception, made by
            `tarash_error`, and is thrown into the flow.
    """

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    json: object = field(default=None, repr=False)
    content: bytes | None = field(default=None, repr=False)
    form: Mapping[str, str] | None = field(default=None, repr=False)
    multipart: tuple[Part, ...] | None = field(default=None, repr=False)
    timeout_seconds: float | None = None
    repeatable: bool | None = None
    accept_statuses: frozenset[int] = frozenset()
    idempotent: bool = False
    secrets: tuple[str, ...] = field(default=(), repr=False)

    @property
    def may_create_job(self) -> bool:
        """Whether the provider may create, and bill, a job for it when it is part of a submit."""
        if self.repeatable is None:
            return self.method not in _REPEATABLE_METHODS
        return self.idempotent or not self.repeatable


_REPEATABLE_METHODS = frozenset({"GET", "HEAD", "PUT", "DELETE", "OPTIONS"})


@dataclass(frozen=True, slots=True)
class HttpReply:
    """What the server answered. Header names are lower case; the body is complete and decoded (gzip and the like undone)."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    content: bytes = field(default=b"", repr=False)

    @property
    def is_success(self) -> bool:
        """Whether the status is 2xx."""
        return 200 <= self.status < 300

    def header(self, name: str) -> str | None:
        """Return the header's value whatever the case of `name`, or None."""
        return self.headers.get(name.lower())

    def text(self) -> str:
        """Return the body as text; bytes that are no UTF-8 are replaced."""
        return self.content.decode("utf-8", errors="replace")

    def json(self) -> object:
        """Return the parsed body.

        Raises:
            UnexpectedResponseError: the body is not JSON (truncated, HTML, empty).
        """
        try:
            return cast("object", json_codec.loads(self.content))
        except (ValueError, RecursionError) as error:
            kind = self.header("content-type") or "no content type"
            raise UnexpectedResponseError(
                f"expected JSON, got {len(self.content)} bytes of {kind} with HTTP {self.status}",
                status_code=self.status,
                raw_response=self.text()[:500],
            ) from error

    def json_object(self) -> dict[str, object]:
        """Return the parsed body where it must be a JSON object.

        Raises:
            UnexpectedResponseError: the body is not JSON, or not an object.
        """
        body = self.json()
        if not isinstance(body, dict):
            raise UnexpectedResponseError(
                f"expected a JSON object, got {type(body).__name__} with HTTP {self.status}",
                status_code=self.status,
                raw_response=body,
            )
        return cast("dict[str, object]", body)

    def require_text(self, *path: str | int) -> str:
        """Return the text at `path` of a JSON body, without which the answer is useless; a whole number counts as its digits.

        Raises:
            UnexpectedResponseError: the body is not a JSON object, or has no such text.
        """
        body = self.json_object()
        found = json_member(body, *path)
        if isinstance(found, int) and not isinstance(found, bool):
            return str(found)
        if isinstance(found, str) and found:
            return found
        raise UnexpectedResponseError(
            f"the answer has no {'.'.join(map(str, path))}", status_code=self.status, raw_response=body
        )


def json_member(value: object, *path: str | int) -> object:
    """Return the member at `path` (names for objects, indices for lists), or None when anything on the way is missing."""
    for step in path:
        if isinstance(step, str) and isinstance(value, Mapping):
            value = cast("Mapping[str, object]", value).get(step)
        elif isinstance(step, int) and isinstance(value, list) and -len(value) <= step < len(value):
            value = cast("list[object]", value)[step]
        else:
            return None
    return value


class CallbackError(BaseException):
    """Carries an exception of the caller's own code (a progress callback) past every handler that judges providers.

    Attributes:
        error: what the caller's code raised; it leaves the gateway as itself.
    """

    def __init__(self, error: BaseException) -> None:
        super().__init__(repr(error))
        self.error = error


class TransportFailure(Exception):
    """The exchange broke off without a usable answer.

    Attributes:
        kind: "connect", "timeout", "reset" or "protocol".
        request_may_have_arrived: False only when it is certain that no byte of the request reached the server.
    """

    def __init__(
        self,
        message: str,
        *,
        kind: Literal["connect", "timeout", "reset", "protocol"],
        request_may_have_arrived: bool,
    ) -> None:
        super().__init__(message)
        self.kind = kind
        self.request_may_have_arrived = request_may_have_arrived


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
            if flow.gi_frame is None:
                # the flow itself has ended with it
                raise
            answer, failure = None, error


def send(call: HttpCall) -> Flow[HttpReply]:
    """Have one HTTP exchange made, and return its reply."""
    return cast("HttpReply", (yield call))


def sleep(seconds: float) -> Flow[None]:
    """Let so many seconds pass."""
    yield Sleep(seconds)


def read_clock() -> Flow[Instant]:
    """Return the present moment."""
    return cast("Instant", (yield ReadClock()))


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
