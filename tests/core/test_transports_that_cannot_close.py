"""A transport of the user that cannot close a connection costs no result, and leaves nothing else open."""

from __future__ import annotations

from functools import partial
from typing import cast

import anyio
import pytest

from tarash.tarash_gateway.steps import Flow, HttpCall, OpenStream
from tarash.tarash_gateway.transport import AsyncTransport, BlockingTransport
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
