"""The transport of the kit: it records every call, serves a second origin, and sends nothing to other machines."""

from __future__ import annotations

import base64
import fnmatch
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from urllib.parse import quote, unquote, urlsplit

from ...steps import HttpCall, HttpReply, ServerEvent, TransportFailure
from ...transport.httpx.factory import HttpxTransports
from ...transport.protocols import (
    AsyncBody,
    AsyncEventSource,
    AsyncTransport,
    BlockingBody,
    BlockingEventSource,
    BlockingTransport,
)
from ..loopback import is_local

FOREIGN_ORIGIN = "https://files.conformance.example"
"""A server that is not the provider's. The kit leads its URLs back to the simulator."""
UNENCRYPTED_ORIGIN = "http://files.conformance.example"
"""The same server, as a provider might name it by mistake, or somebody between it and the user."""
SHORTEST_PIECE = 8
"""Shorter pieces of an encoded key occur by chance."""


@dataclass(frozen=True, slots=True)
class OwnServers:
    """The provider's own servers, as the plugin declares them, led to the simulator.

    Attributes:
        base_url: the provider's base URL.
        origins: patterns of the other servers.
        simulator_url: the simulator, as an origin.
        simulated_base_url: where it plays the base URL.
    """

    base_url: str
    origins: tuple[str, ...]
    simulator_url: str
    simulated_base_url: str

    def led(self, url: str) -> str | None:
        """Return where a URL is simulated; None if no declared server has it."""
        if url == self.base_url or url.startswith((f"{self.base_url}/", f"{self.base_url}?")):
            return self.simulated_base_url + url.removeprefix(self.base_url)
        origin = origin_of(url)
        if origin == origin_of(self.base_url) or any(
            fnmatch.fnmatchcase(origin, own) for own in self.origins
        ):
            return self.simulator_url + url[len(origin) :]
        return None


def origin_of(url: str) -> str:
    """Return scheme, host and port of a URL."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


@dataclass(slots=True)
class Wire:
    """What the plugin under test sent, and received.

    Attributes:
        simulator_url: where calls to `FOREIGN_ORIGIN` are led.
        calls: every call, as the plugin meant it.
        strays: calls that were meant for another machine; they were not sent.
        answers: bodies of the answers, and events of the streams, oldest first.
        events: the events of the streams, oldest first.
        exchanges: every call as it was sent, with the body of its answer; streams and downloads are not among them.
        own: the provider's own servers, while the simulator plays them.
    """

    simulator_url: str
    calls: list[HttpCall] = field(default_factory=list)
    strays: list[HttpCall] = field(default_factory=list)
    answers: list[bytes] = field(default_factory=list)
    events: list[ServerEvent] = field(default_factory=list)
    exchanges: list[tuple[HttpCall, bytes]] = field(default_factory=list)
    own: OwnServers | None = None

    def led(self, call: HttpCall) -> HttpCall:
        """Record a call, and return it as it is sent.

        Raises:
            TransportFailure: it would leave this machine.
        """
        self.calls.append(call)
        for origin in (FOREIGN_ORIGIN, UNENCRYPTED_ORIGIN):
            if call.url.startswith(f"{origin}/"):
                return replace(call, url=self.simulator_url + call.url.removeprefix(origin), address=None)
        simulated = None if self.own is None else self.own.led(call.url)
        if simulated is not None:
            return replace(call, url=simulated, address=None)
        if is_local(urlsplit(call.url).hostname):
            return call
        self.strays.append(call)
        raise TransportFailure(
            f"the conformance kit sends nothing to {urlsplit(call.url).hostname}",
            kind="connect",
            request_may_have_arrived=False,
        )

    def answered(self, call: HttpCall, reply: HttpReply) -> HttpReply:
        """Record the answer to a call, and return it."""
        self.answers.append(reply.content)
        self.exchanges.append((call, reply.content))
        return reply

    def own_servers(self, paths: Collection[str]) -> set[str]:
        """Return the provider's own servers that were asked for one of these paths of the simulator."""
        own = self.own
        led = () if own is None else ((call.url, own.led(call.url)) for call in self.calls)
        return {
            origin_of(url)
            for url, simulated in led
            if simulated is not None and unquote(urlsplit(simulated).path) in paths
        }

    def heard(self, event: ServerEvent | None) -> ServerEvent | None:
        """Record an event as an answer, and return it."""
        if event is not None:
            self.answers.append(event.data.encode())
            self.events.append(event)
        return event

    def foreign_calls(self) -> Iterator[HttpCall]:
        """Yield the calls to the server that is not the provider's."""
        return (call for call in self.calls if call.url.startswith(FOREIGN_ORIGIN))

    @contextmanager
    def recording(self) -> Iterator[Wire]:
        """Forget what was sent before."""
        self.calls.clear()
        self.strays.clear()
        self.answers.clear()
        self.events.clear()
        self.exchanges.clear()
        yield self


class _Blocking:
    """Sends over httpx what the wire allows."""

    def __init__(self, wire: Wire, inner: BlockingTransport) -> None:
        self._wire = wire
        self._inner = inner

    def exchange(self, call: HttpCall) -> HttpReply:
        return self._wire.answered(call, self._inner.exchange(self._wire.led(call)))

    def open_download(self, call: HttpCall, silence_seconds: float) -> BlockingBody:
        return self._inner.open_download(self._wire.led(call), silence_seconds)

    def open_stream(self, call: HttpCall) -> BlockingEventSource:
        return _BlockingEvents(self._wire, self._inner.open_stream(self._wire.led(call)))

    def open_websocket(self, call: HttpCall, messages: tuple[str, ...]) -> BlockingEventSource:
        return _BlockingEvents(self._wire, self._inner.open_websocket(self._wire.led(call), messages))

    def close(self) -> None:
        self._inner.close()


class _BlockingEvents:
    """Records the events of a stream as answers."""

    def __init__(self, wire: Wire, inner: BlockingEventSource) -> None:
        self._wire = wire
        self._inner = inner

    def next_event(self, timeout_seconds: float) -> ServerEvent | None:
        return self._wire.heard(self._inner.next_event(timeout_seconds))

    def close(self) -> None:
        self._inner.close()


class _Asynchronous:
    """The same, under an event loop."""

    def __init__(self, wire: Wire, inner: AsyncTransport) -> None:
        self._wire = wire
        self._inner = inner

    async def exchange(self, call: HttpCall) -> HttpReply:
        return self._wire.answered(call, await self._inner.exchange(self._wire.led(call)))

    async def open_download(self, call: HttpCall, silence_seconds: float) -> AsyncBody:
        return await self._inner.open_download(self._wire.led(call), silence_seconds)

    async def open_stream(self, call: HttpCall) -> AsyncEventSource:
        return _AsyncEvents(self._wire, await self._inner.open_stream(self._wire.led(call)))

    async def open_websocket(self, call: HttpCall, messages: tuple[str, ...]) -> AsyncEventSource:
        return _AsyncEvents(self._wire, await self._inner.open_websocket(self._wire.led(call), messages))

    async def aclose(self) -> None:
        await self._inner.aclose()


class _AsyncEvents:
    """The same, under an event loop."""

    def __init__(self, wire: Wire, inner: AsyncEventSource) -> None:
        self._wire = wire
        self._inner = inner

    async def next_event(self, timeout_seconds: float) -> ServerEvent | None:
        return self._wire.heard(await self._inner.next_event(timeout_seconds))

    async def close(self) -> None:
        await self._inner.close()


@dataclass(frozen=True, slots=True)
class WireTransports:
    """The factory of the kit's transports, for `Gateway(transport=...)`."""

    wire: Wire

    def blocking(self) -> BlockingTransport:
        """Open a blocking transport."""
        return _Blocking(self.wire, HttpxTransports().blocking())

    def asynchronous(self) -> AsyncTransport:
        """Open a transport for the running event loop."""
        return _Asynchronous(self.wire, HttpxTransports().asynchronous())


def shapes_of(secret: str) -> tuple[str, ...]:
    """Return the forms in which a key gives itself away: plain, percent-encoded, hexadecimal, and in Base64 at any offset."""
    raw = secret.encode()
    shapes = [secret, quote(secret, safe=""), raw.hex()]
    for offset in range(3):
        text = base64.b64encode(b" " * offset + raw).decode()
        # the first and last characters also depend on what stands next to the key
        piece = text[4 if offset else 0 :].rstrip("=")[:-2]
        if len(piece) >= SHORTEST_PIECE:
            shapes += [piece, piece.replace("+", "-").replace("/", "_")]
    return tuple(dict.fromkeys(shapes))


def shape_in(text: str, secrets: tuple[str, ...]) -> str | None:
    """Return the form of one of the keys that shows in a string, or None."""
    lowered = text.lower()
    for secret in secrets:
        for number, shape in enumerate(shapes_of(secret)):
            if shape in text or (number == 2 and shape in lowered):
                return shape
    return None


def visible_text(call: HttpCall) -> str:
    """Return all that a server sees of a call, as one text."""
    parts = [
        part.value if isinstance(part.value, str) else part.value.decode("latin-1")
        for part in call.multipart or ()
    ]
    content = (call.content or b"").decode("latin-1")
    return " ".join([call.url, repr(dict(call.headers)), repr(call.json), repr(call.form), content, *parts])


__all__ = [
    "FOREIGN_ORIGIN",
    "UNENCRYPTED_ORIGIN",
    "OwnServers",
    "Wire",
    "WireTransports",
    "origin_of",
    "shape_in",
    "shapes_of",
    "visible_text",
]
