"""A server that hangs holds up nobody else, and cancels overtake submissions: over real connections, blocking and asynchronous."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import textwrap
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field

import anyio
import pytest

from core.raw_server import OK, Connection, RawServer, Received, answer
from execution import MODES, Mode
from tarash.tarash_gateway.messages import OutgoingCall, Purpose
from tarash.tarash_gateway.plugin import HttpCall, HttpReply
from tarash.tarash_gateway.steps import Flow, TransportFailure, send
from tarash.tarash_gateway.transport import HttpxTransports, Limits
from tarash.tarash_gateway.transport.connections import Connections
from tarash.tarash_gateway.transport.limited import LimitedTransports

BACKENDS = ["asyncio", "trio"]
MAX_REQUESTS_PER_ORIGIN = Limits().max_requests_per_origin
ARRIVAL_SECONDS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenCall(OutgoingCall):
    """A call that tells when it gets in line."""

    in_line: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))

    def __getattribute__(self, name: str) -> object:
        found = object.__getattribute__(self, name)
        if name == "purpose":
            object.__getattribute__(self, "in_line").release()
        return found


class HangingServer(RawServer):
    """Answers nothing before `go` is set; `arrived` counts the requests."""

    def __init__(self) -> None:
        self.arrived = threading.Semaphore(0)
        self.go = threading.Event()
        super().__init__(self._answer)

    def _answer(self, connection: Connection, _request: Received) -> None:
        self.arrived.release()
        while not self.go.wait(0.05):
            if connection.stopping.is_set():
                return
        connection.send(OK)

    def wait_for(self, requests: int) -> None:
        """Wait until so many more requests have arrived."""
        assert all(self.arrived.acquire(timeout=ARRIVAL_SECONDS) for _ in range(requests))

    def targets(self) -> list[str]:
        return [request.target.split()[1].strip("/") for request in self.requests]


def _call(server: RawServer, name: str = "", *, purpose: Purpose = "submit") -> HttpCall:
    return OutgoingCall(method="POST", url=f"{server.url}/{name}", json={}, purpose=purpose)


def _transports(**limits: int) -> LimitedTransports:
    return LimitedTransports(HttpxTransports(), Limits(**limits))


@contextlib.contextmanager
def _threads(exchange: Callable[[HttpCall], HttpReply]) -> Iterator[Callable[[HttpCall], Future[HttpReply]]]:
    with ThreadPoolExecutor(max_workers=200) as pool:
        yield lambda call: pool.submit(exchange, call)


@pytest.mark.parametrize("mode", MODES)
def test_a_hundred_requests_that_hang_do_not_hold_up_another_server(mode: Mode) -> None:
    asked = MAX_REQUESTS_PER_ORIGIN + 20
    with HangingServer() as hanging, RawServer(answer()) as healthy:
        beside: dict[Mode, Callable[[], tuple[list[int], int]]] = {
            "sync": lambda: _beside_threads(hanging, healthy, asked),
            "asyncio": lambda: anyio.run(_beside_tasks, hanging, healthy, asked, backend="asyncio"),
            "trio": lambda: anyio.run(_beside_tasks, hanging, healthy, asked, backend="trio"),
        }
        statuses, hung = beside[mode]()
    assert statuses == [200] * 3
    assert hung == MAX_REQUESTS_PER_ORIGIN


def _beside_threads(hanging: HangingServer, healthy: RawServer, asked: int) -> tuple[list[int], int]:
    transport = _transports().blocking()
    with _threads(transport.exchange) as start:
        stuck = [start(_call(hanging)) for _ in range(asked)]
        hanging.wait_for(MAX_REQUESTS_PER_ORIGIN)
        statuses = [transport.exchange(_call(healthy)).status for _ in range(3)]
        hung = len(hanging.requests)
        hanging.go.set()
        assert [request.result().status for request in stuck] == [200] * asked
    transport.close()
    return statuses, hung


async def _beside_tasks(hanging: HangingServer, healthy: RawServer, asked: int) -> tuple[list[int], int]:
    transport = _transports().asynchronous()
    async with anyio.create_task_group() as group:
        for _ in range(asked):
            group.start_soon(transport.exchange, _call(hanging))
        await anyio.to_thread.run_sync(hanging.wait_for, MAX_REQUESTS_PER_ORIGIN)
        statuses = [(await transport.exchange(_call(healthy))).status for _ in range(3)]
        hung = len(hanging.requests)
        group.cancel_scope.cancel()
    await transport.aclose()
    return statuses, hung


@pytest.mark.parametrize("mode", MODES)
def test_a_cancel_overtakes_fifty_submissions_and_a_poll_too(mode: Mode) -> None:
    submits = [f"submit-{number}" for number in range(50)]
    with HangingServer() as server:
        calls = [
            *(_call(server, name) for name in submits),
            _call(server, "poll", purpose="read"),
            _call(server, "cancel", purpose="cancel"),
        ]
        if mode == "sync":
            _in_line_of_threads(server, calls)
        else:
            anyio.run(_in_line_of_tasks, server, calls, backend=mode)
        assert server.targets() == ["first", "cancel", "poll", *submits]


def _in_line_of_threads(server: HangingServer, calls: list[HttpCall]) -> None:
    transport = _transports(max_requests_per_origin=1).blocking()
    with _threads(transport.exchange) as start:
        requests = [start(_call(server, "first"))]
        server.wait_for(1)
        for call in calls:
            seen = SeenCall(method=call.method, url=call.url, json={}, purpose=call.purpose)
            requests.append(start(seen))
            assert seen.in_line.acquire(timeout=ARRIVAL_SECONDS)
        server.go.set()
        assert {request.result().status for request in requests} == {200}
    transport.close()


async def _in_line_of_tasks(server: HangingServer, calls: list[HttpCall]) -> None:
    transport = _transports(max_requests_per_origin=1).asynchronous()
    async with anyio.create_task_group() as group:
        for call in (_call(server, "first"), *calls):
            group.start_soon(transport.exchange, call)
            await anyio.wait_all_tasks_blocked()
        server.go.set()
    await transport.aclose()


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_cancelled_waiter_leaves_its_place(backend: str) -> None:
    async def main() -> None:
        transport = _transports(max_requests_per_origin=1).asynchronous()
        async with anyio.create_task_group() as group:
            group.start_soon(transport.exchange, _call(server, "first"))
            await anyio.to_thread.run_sync(server.wait_for, 1)
            async with anyio.create_task_group() as given_up:
                given_up.start_soon(transport.exchange, _call(server, "given-up"))
                await anyio.wait_all_tasks_blocked()
                given_up.cancel_scope.cancel()
            group.start_soon(transport.exchange, _call(server, "second"))
            await anyio.wait_all_tasks_blocked()
            server.go.set()
        await transport.aclose()

    with HangingServer() as server:
        anyio.run(main, backend=backend)
        assert server.targets() == ["first", "second"]


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_request_cancelled_in_the_moment_it_may_start_lets_the_next_one_start(backend: str) -> None:
    async def main() -> None:
        transport = _transports(max_requests_per_origin=1).asynchronous()
        scope = anyio.CancelScope()

        async def first() -> None:
            await transport.exchange(_call(server, "first"))
            # the next one may start, but has not run yet
            scope.cancel()

        async def given_up() -> None:
            with scope:
                await transport.exchange(_call(server, "given-up"))

        async with anyio.create_task_group() as group:
            group.start_soon(first)
            await anyio.to_thread.run_sync(server.wait_for, 1)
            group.start_soon(given_up)
            await anyio.wait_all_tasks_blocked()
            group.start_soon(transport.exchange, _call(server, "second"))
            await anyio.wait_all_tasks_blocked()
            server.go.set()
        await transport.aclose()

    with HangingServer() as server:
        anyio.run(main, backend=backend)
        assert server.targets() == ["first", "second"]


@pytest.mark.parametrize("mode", MODES)
def test_accounts_of_one_server_have_limits_of_their_own(mode: Mode) -> None:
    with HangingServer() as hanging:
        mine = OutgoingCall(method="GET", url=hanging.url, account="mine")
        other = OutgoingCall(method="GET", url=hanging.url, account="other", timeout_seconds=0.2)
        assert _beside(mode, hanging, mine, other).kind == "timeout"
        assert len(hanging.requests) == 2


@pytest.mark.parametrize("mode", MODES)
def test_the_wait_counts_toward_the_time_of_the_request_and_nothing_is_sent(mode: Mode) -> None:
    with HangingServer() as hanging:
        late = HttpCall(method="POST", url=hanging.url, timeout_seconds=0.2)
        failure = _beside(mode, hanging, HttpCall(method="GET", url=hanging.url), late)
        assert (failure.kind, failure.request_may_have_arrived) == ("connect", False)
        assert "raise max_requests_per_origin" in str(failure)
        assert len(hanging.requests) == 1


def _beside(mode: Mode, hanging: HangingServer, first: HttpCall, second: HttpCall) -> TransportFailure:
    """Return the failure of the second call, sent while the first one hangs."""
    if mode != "sync":
        return anyio.run(_beside_a_task, hanging, first, second, backend=mode)
    transport = _transports(max_requests_per_origin=1).blocking()
    with _threads(transport.exchange) as start:
        start(first)
        hanging.wait_for(1)
        with pytest.raises(TransportFailure) as caught:
            transport.exchange(second)
        hanging.go.set()
    transport.close()
    return caught.value


async def _beside_a_task(hanging: HangingServer, first: HttpCall, second: HttpCall) -> TransportFailure:
    transport = _transports(max_requests_per_origin=1).asynchronous()
    async with anyio.create_task_group() as group:
        group.start_soon(transport.exchange, first)
        await anyio.to_thread.run_sync(hanging.wait_for, 1)
        with pytest.raises(TransportFailure) as caught:
            await transport.exchange(second)
        group.cancel_scope.cancel()
    await transport.aclose()
    return caught.value


def _exchange(call: HttpCall) -> Flow[HttpReply]:
    return (yield from send(call))


@pytest.mark.parametrize("backend", BACKENDS)
def test_every_event_loop_has_a_count_of_its_own(backend: str) -> None:
    connections = Connections(limits=Limits(max_requests_per_origin=1))

    async def one() -> int:
        return (await connections.run_async(_exchange(_call(server)))).status

    with HangingServer() as server, ThreadPoolExecutor() as pool:
        loops = [pool.submit(lambda: anyio.run(one, backend=backend)) for _ in range(3)]
        server.wait_for(3)
        server.go.set()
        assert [loop.result() for loop in loops] == [200] * 3


def test_a_forked_child_starts_with_an_empty_count() -> None:
    program = """
        import os, sys, threading
        from tarash.tarash_gateway.steps import HttpCall, send
        from tarash.tarash_gateway.transport import Limits
        from tarash.tarash_gateway.transport.connections import Connections

        connections = Connections(limits=Limits(max_requests_per_origin=1))
        exchange = lambda name: connections.run_blocking(send(HttpCall(method="GET", url=f"{sys.argv[1]}/{name}")))
        thread = threading.Thread(target=exchange, args=("parent",))
        thread.start()
        sys.stdin.readline()
        child = os.fork()
        if child == 0:
            os._exit(exchange("child").status // 100)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 2
        thread.join()
        print("done")
    """
    arrived, go = threading.Semaphore(0), threading.Event()

    def answering(connection: Connection, request: Received) -> None:
        if request.target.startswith("GET /parent"):
            arrived.release()
            assert go.wait(ARRIVAL_SECONDS)
        else:
            go.set()
        connection.send(OK)

    with RawServer(answering) as server, _python(program, server.url) as process:
        assert arrived.acquire(timeout=ARRIVAL_SECONDS)
        assert process.communicate("fork\n", timeout=ARRIVAL_SECONDS) == ("done\n", "")


def _python(program: str, *arguments: str) -> subprocess.Popen[str]:
    # since 3.12, Python warns about forks while other threads run
    return subprocess.Popen(
        [sys.executable, "-W", "ignore::DeprecationWarning", "-c", textwrap.dedent(program), *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
