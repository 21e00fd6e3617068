"""A transport of the user that cannot close a connection costs no result, and leaves nothing else open."""

from __future__ import annotations

from functools import partial
from typing import cast

import anyio
import httpcore
import pytest

from core.raw_server import RawServer, answer
from tarash.tarash_gateway.steps import Flow, HttpCall, OpenStream
from tarash.tarash_gateway.transport import AsyncTransport, BlockingTransport, Connections, HttpxTransports
from tarash.tarash_gateway.transport.async_driver import AsyncDriver
from tarash.tarash_gateway.transport.blocking_driver import BlockingDriver


class Stuck:
    """A status stream whose connection cannot be closed."""

    def __init__(self) -> None:
        self.tried = False

    def close(self) -> None:
        self.tried = True
        raise OSError("the connection cannot be closed")


class StuckInALoop:
    """The same under an event loop."""

    def __init__(self, stuck: Stuck) -> None:
        self._stuck = stuck

    async def close(self) -> None:
        self._stuck.close()


class Streams:
    """Opens streams that cannot be closed."""

    def __init__(self) -> None:
        self.opened: list[Stuck] = []

    def open_stream(self, call: HttpCall) -> Stuck:
        self.opened.append(Stuck())
        return self.opened[-1]


class StreamsInALoop:
    """The same under an event loop."""

    def __init__(self, streams: Streams) -> None:
        self._streams = streams

    async def open_stream(self, call: HttpCall) -> StuckInALoop:
        return StuckInALoop(self._streams.open_stream(call))


def paid() -> Flow[str]:
    for number in range(2):
        yield OpenStream(HttpCall(method="GET", url=f"https://api.example/{number}"))
    return "a paid result"


@pytest.mark.parametrize("backend", ["blocking", "asyncio", "trio"])
def test_the_result_is_returned_and_the_other_connections_are_closed(backend: str) -> None:
    streams = Streams()
    if backend == "blocking":
        result = BlockingDriver(lambda: cast(BlockingTransport, streams)).run(paid())
    else:
        driver = AsyncDriver(lambda: cast(AsyncTransport, StreamsInALoop(streams)))
        result = anyio.run(partial(driver.run, paid()), backend=backend)
    assert result == "a paid result"
    assert [stream.tried for stream in streams.opened] == [True, True]


class StuckTransports:
    """Opens transports that cannot be closed."""

    def __init__(self) -> None:
        self.opened: list[Stuck] = []

    def blocking(self) -> BlockingTransport:
        self.opened.append(Stuck())
        return cast(BlockingTransport, self.opened[-1])

    def asynchronous(self) -> AsyncTransport:
        return cast(AsyncTransport, _StuckAsync(cast(Stuck, self.blocking())))


class _StuckAsync:
    def __init__(self, stuck: Stuck) -> None:
        self._stuck = stuck

    async def aclose(self) -> None:
        self._stuck.close()


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_the_connections_of_a_loop_are_closed_although_the_blocking_ones_cannot_be(backend: str) -> None:
    transports = StuckTransports()

    async def both() -> None:
        connections = Connections(transports)
        connections.prepare()
        await connections.prepare_async()
        with pytest.raises(OSError, match="cannot be closed"):
            await connections.aclose()
        # here, not after the loop, whose end closes what was forgotten
        assert [transport.tried for transport in transports.opened] == [True, True]

    anyio.run(both, backend=backend)


@pytest.mark.parametrize("backend", ["blocking", "asyncio", "trio"])
def test_a_connection_that_breaks_when_it_is_closed_leaves_none_of_the_others_open(
    backend: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[object] = []
    _break_closing(monkeypatch, tried)
    with RawServer(answer()) as one, RawServer(answer()) as other:
        calls = [HttpCall(method="GET", url=server.url) for server in (one, other)]
        if backend == "blocking":
            transport = HttpxTransports().blocking()
            for call in calls:
                transport.exchange(call)
            transport.close()
        else:
            anyio.run(_exchanged, calls, backend=backend)
        assert len(tried) == 2


async def _exchanged(calls: list[HttpCall]) -> None:
    transport = HttpxTransports().asynchronous()
    for call in calls:
        await transport.exchange(call)
    await transport.aclose()


def _break_closing(monkeypatch: pytest.MonkeyPatch, tried: list[object]) -> None:
    """Let the streams of httpcore raise after they have closed their socket."""
    connect, connect_async = httpcore.SyncBackend.connect_tcp, httpcore.AnyIOBackend.connect_tcp

    def connected(
        backend: httpcore.SyncBackend, host: str, port: int, seconds: float, *_: object
    ) -> httpcore.NetworkStream:
        stream = connect(backend, host, port, seconds)
        close = stream.close

        def breaking() -> None:
            tried.append(stream)
            close()
            raise OSError("the connection breaks")

        monkeypatch.setattr(stream, "close", breaking)
        return stream

    async def connected_async(
        backend: httpcore.AnyIOBackend, host: str, port: int, seconds: float
    ) -> httpcore.AsyncNetworkStream:
        stream = await connect_async(backend, host, port, seconds)
        close = stream.aclose

        async def breaking() -> None:
            tried.append(stream)
            await close()
            raise OSError("the connection breaks")

        monkeypatch.setattr(stream, "aclose", breaking)
        return stream

    monkeypatch.setattr(httpcore.SyncBackend, "connect_tcp", connected)
    monkeypatch.setattr(httpcore.AnyIOBackend, "connect_tcp", connected_async)
