"""A call that is given up anywhere leaves nothing behind: the next ones get their own answers, and no connection stays open."""

from __future__ import annotations

import asyncio
import gc
import ssl
from contextlib import suppress
from pathlib import Path

import anyio
import pytest

from core.call_kinds import KINDS, download, exchange, name_the_request, stream
from core.interruption import Cancellation, Interruption
from core.raw_server import RawServer
from core.transports import ASYNC_WAYS, Way
from tarash.tarash_gateway import transport as transport_package
from tarash.tarash_gateway.plugin import Flow, HttpCall
from tarash.tarash_gateway.transport import AsyncTransport, BlockingTransport, HttpxTransports, Limits
from tarash.tarash_gateway.transport.async_driver import AsyncDriver
from tarash.tarash_gateway.transport.blocking_driver import BlockingDriver
from tarash.tarash_gateway.transport.limited import LimitedTransports

TRANSPORT = str(Path(str(transport_package.__file__)).parent)
TLS = ssl.create_default_context()
ONE_OF_EACH = Limits(max_requests_per_origin=1, max_streams=1)
"""A call that did not give back its place would let no other of its kind start."""


def _all_closed(server: RawServer) -> bool:
    gc.collect()
    return all(server.closed.acquire(timeout=10) for _ in range(server.accepted))


@pytest.mark.parametrize("by", ["scope", "task"])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("way", ASYNC_WAYS)
def test_a_call_may_be_cancelled_wherever_it_waits(way: Way, kind: str, by: str) -> None:
    if way.mode == "trio" and by == "task":
        pytest.skip("trio has scopes only")
    with RawServer(name_the_request) as server:
        waits = 0
        while anyio.run(_cancelled, way, kind, by, server.url, waits, backend=way.mode):
            waits += 1
        assert waits > 2
        assert _all_closed(server)


async def _cancelled(way: Way, kind: str, by: str, url: str, after: int) -> bool:
    """Cancel a call after some waits; return whether it had more."""
    transport = LimitedTransports(way.transports(), ONE_OF_EACH).asynchronous()
    with anyio.CancelScope() as scope:
        task = asyncio.current_task() if by == "task" else None
        cancellation = Cancellation(scope.cancel if task is None else task.cancel, after)
        try:
            flow = KINDS[kind](f"{url}/given-up")
            await cancellation.within(AsyncDriver(lambda: transport).run(flow))
        except asyncio.CancelledError:
            if task is None:
                raise
            task.uncancel()
    await _check_next_async(transport, url)
    await transport.aclose()
    if way.mode == "asyncio":
        # closed connections end in the next turn
        await asyncio.sleep(0)
        assert asyncio.all_tasks() == {asyncio.current_task()}
    return cancellation.passed > after


async def _check_next_async(transport: AsyncTransport, url: str) -> None:
    for name, kind in (("a", exchange), ("b", download), ("c", stream)):
        with anyio.fail_after(10):
            assert await AsyncDriver(lambda: transport).run(kind(f"{url}/{name}")) == f"/{name}".encode()


# an interruption may lose a socket that nobody has yet: the garbage collector closes it, and warns
@pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")
@pytest.mark.parametrize("is_kept", [False, True], ids=["new-connection", "kept-connection"])
# an upload passes the same lines as an exchange, only more often
@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "upload"])
def test_a_call_may_be_interrupted_at_any_line_of_the_transport(kind: str, is_kept: bool) -> None:
    with RawServer(name_the_request) as server:
        lines = 0
        while _interrupted(KINDS[kind](f"{server.url}/given-up"), server.url, lines, is_kept=is_kept):
            lines += 1
        assert lines > 50
        assert _all_closed(server)


def _interrupted(flow: Flow[bytes], url: str, after: int, *, is_kept: bool) -> bool:
    """Interrupt a call after some lines; return whether it had more."""
    transport = HttpxTransports(tls=TLS).blocking()
    if is_kept:
        _check_next(transport, url)
    interruption = Interruption(lambda code: code.co_filename.startswith(TRANSPORT), after)
    with suppress(KeyboardInterrupt), interruption.armed():
        BlockingDriver(lambda: transport).run(flow)
    _check_next(transport, url)
    transport.close()
    return interruption.passed > after


def _check_next(transport: BlockingTransport, url: str) -> None:
    """Read two answers at once: each request must have a connection of its own."""
    calls = [HttpCall(method="GET", url=f"{url}/{name}", timeout_seconds=10) for name in "ab"]
    opened = [transport.open_download(call, 10) for call in calls]
    for name, answer in zip("ab", opened, strict=True):
        assert b"".join(iter(answer.read, None)) == f"/{name}".encode()
        answer.close()
