"""Owns the driver of the matrix: HTTP is real, over the blocking httpx transport to a simulator on loopback; time is virtual.

A silence cannot be waited for. The simulator closes the connection instead, and the driver reports the failure that the transport
reports when a call's timeout has passed, and moves the clock by that timeout.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TypeVar
from urllib.parse import parse_qsl, unquote, urlsplit

from tarash.tarash_gateway.steps import (
    CloseDownload,
    CloseStream,
    DownloadHandle,
    Flow,
    HttpCall,
    HttpReply,
    Instant,
    JournalStep,
    NextEvent,
    OpenDownload,
    OpenStream,
    ReadChunk,
    ReadClock,
    ServerEvent,
    Step,
    StreamHandle,
    TransportFailure,
)
from tarash.tarash_gateway.testing import Simulator, VirtualTime
from tarash.tarash_gateway.testing.simulator import Route
from tarash.tarash_gateway.transport import Connections
from tarash.tarash_gateway.transport.driving import ProgressCallback
from tarash.tarash_gateway.transport.httpx.factory import HttpxTransports
from tarash.tarash_gateway.transport.protocols import BlockingBody, BlockingEventSource, BlockingTransport

from .faults import Row, Target

T = TypeVar("T")
SILENCE_SECONDS = 60.0
"""How long the transport waits for the next chunk of a download."""
_PLACEHOLDER = re.compile(r"\{(\w+)(?::((?:[^{}]|\{[^{}]*\})+))?\}")


@dataclass
class Aim:
    """Which requests are struck, and by what.

    Attributes:
        simulator: the provider that misbehaves.
        routes: names of the routes that are struck.
        row: what strikes them.
        target: what the fault is made for, without the address.
        is_processed: whether the provider processes a struck request; see `Row.fault`.
        lasts: whether every request is struck, or only the first.
        chooses: tells which requests to those routes are struck.
        struck: how many were.
    """

    simulator: Simulator
    routes: tuple[str, ...]
    row: Row
    target: Target
    is_processed: bool | None
    lasts: bool
    chooses: Callable[[HttpCall], bool] = lambda _call: True
    struck: int = field(default=0, init=False)
    _patterns: list[tuple[Route, re.Pattern[str]]] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._patterns = [(route, _pattern(route.path)) for route in self.simulator.routes()]

    def strike(self, call: HttpCall) -> bool:
        """Prepare the fault if this call is to be struck, and return whether it is."""
        if (self.struck and not self.lasts) or not call.url.startswith(self.simulator.url):
            return False
        name = self._route(call)
        if name not in self.routes or not self.chooses(call):
            return False
        self.struck += 1
        if not self.row.is_refused:
            fault = self.row.fault(replace(self.target, url=call.url), is_processed=self.is_processed)
            assert fault is not None, f"{self.row.name} does not apply to {name}"
            self.simulator.inject(name, fault)
        return True

    def _route(self, call: HttpCall) -> str:
        url = urlsplit(call.url)
        path, query = unquote(url.path), dict(parse_qsl(url.query))
        for route, pattern in self._patterns:
            if route.method == call.method and pattern.fullmatch(path) and route.takes(query):
                return route.name
        return ""


def _pattern(path: str) -> re.Pattern[str]:
    """Return the pattern of an aiohttp path."""
    parts, end = [], 0
    for found in _PLACEHOLDER.finditer(path):
        parts += [re.escape(path[end : found.start()]), f"(?:{found[2] or '[^/]+'})"]
        end = found.end()
    return re.compile("".join([*parts, re.escape(path[end:])]))


class WireTime(VirtualTime):
    """Runs flows over a real transport, with a clock that only pauses and calls advance.

    Args:
        transport: sends the calls.
        aim: what goes wrong.
        closed_port: a port on loopback where nobody listens.
    """

    def __init__(self, transport: BlockingTransport, aim: Aim, closed_port: int) -> None:
        super().__init__(self._answer)
        self._transport = transport
        self._aim = aim
        self._closed_port = closed_port
        self._began = datetime.now(UTC)
        self._streams: dict[int, tuple[BlockingEventSource, bool]] = {}
        self._downloads: dict[int, tuple[BlockingBody, HttpCall, bool]] = {}

    def _perform(self, step: Step) -> object:
        match step:
            case ReadClock():
                # simulators check dates against the real one
                return Instant(self.seconds, self._began + timedelta(seconds=self.seconds))
            case OpenStream():
                return self._open_stream(step.call)
            case NextEvent():
                return self._next_event(step)
            case CloseStream():
                self._streams.pop(step.handle.key)[0].close()
            case OpenDownload():
                return self._open_download(step)
            case ReadChunk():
                return self._read(step.handle.key)
            case CloseDownload():
                self._downloads.pop(step.handle.key)[0].close()
            case _:
                return super()._perform(step)
        return None

    def _answer(self, call: HttpCall, _now: float) -> HttpReply:
        is_struck, call = self._aimed(call)
        with self._silence(call, is_struck=is_struck):
            return self._transport.exchange(call)

    def _aimed(self, call: HttpCall) -> tuple[bool, HttpCall]:
        if not self._aim.strike(call):
            return False, call
        if not self._aim.row.is_refused:
            return True, call
        parts = urlsplit(call.url)
        return True, replace(call, url=parts._replace(netloc=f"127.0.0.1:{self._closed_port}").geturl())

    @contextmanager
    def _silence(self, call: HttpCall, *, is_struck: bool) -> Generator[None]:
        """Report a connection that a silent simulator closed as the timeout that it stands for."""
        try:
            yield
        except TransportFailure as failure:
            if is_struck and self._aim.row.is_silent:
                raise _late(call.timeout_seconds) from failure
            raise

    def _open_stream(self, call: HttpCall) -> StreamHandle:
        is_struck, call = self._aimed(call)
        with self._silence(call, is_struck=is_struck):
            source = self._transport.open_stream(call)
        self._streams[id(source)] = (source, is_struck)
        return StreamHandle(id(source))

    def _next_event(self, step: NextEvent) -> ServerEvent | None:
        source, is_struck = self._streams[step.handle.key]
        call = HttpCall(method="GET", url="", timeout_seconds=step.timeout_seconds)
        try:
            with self._silence(call, is_struck=is_struck):
                return source.next_event(step.timeout_seconds)
        except TransportFailure as failure:
            self._wait_out(failure, call)
            raise

    def _open_download(self, step: OpenDownload) -> DownloadHandle:
        self.calls.append((self.seconds, step.call))
        is_struck, call = self._aimed(step.call)
        try:
            with self._silence(call, is_struck=is_struck):
                body = self._transport.open_download(call, step.silence_seconds)
        except TransportFailure as failure:
            self._wait_out(failure, call)
            raise
        self._downloads[id(body)] = (body, call, is_struck)
        return DownloadHandle(id(body), body.status, body.headers)

    def _read(self, key: int) -> bytes | None:
        body, call, is_struck = self._downloads[key]
        try:
            with self._silence(call, is_struck=is_struck):
                return body.read()
        except TransportFailure as failure:
            self._wait_out(failure, call)
            raise

    def _wait_out(self, failure: TransportFailure, call: HttpCall) -> None:
        if failure.kind == "timeout":
            self.seconds += min(call.timeout_seconds or SILENCE_SECONDS, SILENCE_SECONDS)


def _late(seconds: float | None) -> TransportFailure:
    return TransportFailure(
        f"ReadTimeout: no complete answer within {seconds or SILENCE_SECONDS:g} s",
        kind="timeout",
        request_may_have_arrived=True,
    )


class WireConnections(Connections):
    """Connections of a gateway whose blocking calls run on a `WireTime`.

    Args:
        aim: what goes wrong.
    """

    def __init__(self, aim: Aim) -> None:
        transports = HttpxTransports()
        super().__init__(transports)
        self._wire = transports.blocking()
        self._closed = socket.socket()
        # bound, but not listening: the kernel refuses connections, and nobody else gets the port
        self._closed.bind(("127.0.0.1", 0))
        self.time = WireTime(self._wire, aim, self._closed.getsockname()[1])

    def run_blocking(
        self,
        flow: Flow[T],
        on_progress: ProgressCallback | None = None,
        journal: JournalStep | None = None,
    ) -> T:
        """Run a flow in virtual time."""
        return self.time.run(flow)

    def close(self) -> None:
        """Close the connections."""
        self._wire.close()
        self._closed.close()
        super().close()
