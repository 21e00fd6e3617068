"""The vocabulary of flows: what a generator may ask its driver to do, and what it is answered.

A flow is a generator that yields steps (plain, frozen data) and is sent their answers; it returns its result. Nothing in
here performs anything: the blocking, the asynchronous and the virtual-time driver do.
"""

from __future__ import annotations

import json as json_codec
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Literal, TypeAlias, TypeVar, cast

from .exceptions import UnexpectedResponseError

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
        repeatable: whether sending it twice costs nothing. None means: yes for GET, HEAD, PUT and DELETE, no for the rest.
            Say True for a POST that only reads, uploads, or carries an idempotency key the provider honours.
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

    @property
    def is_repeatable(self) -> bool:
        """Whether the call may be sent again without asking what became of the first one."""
        if self.repeatable is None:
            return self.method in _REPEATABLE_METHODS
        return self.repeatable


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
        except ValueError as error:
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
    """Hand a progress update to the caller's callback; what the callback raises is thrown into the flow."""

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
)
Answer: TypeAlias = object
Flow: TypeAlias = Generator[Step, Answer, T]


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
