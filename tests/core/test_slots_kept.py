"""A call that ends in any way gives back its slot: Ctrl-C wherever it may come, or a coroutine that nobody awaits any more."""

from __future__ import annotations

import asyncio
import dis
import functools
import gc
import sys
import threading
import types
from collections.abc import Callable, Generator, Mapping
from contextlib import suppress
from types import CodeType, FrameType
from typing import Any

import anyio
import pytest
from websockets.frames import Frame, Opcode
from websockets.utils import accept_key

from core.interruption import Interruption
from core.raw_server import Connection, RawServer, Received
from core.transports import ASYNC_WAYS, Way
from tarash.tarash_gateway.messages import is_unsent
from tarash.tarash_gateway.plugin import HttpCall, HttpReply, ServerEvent
from tarash.tarash_gateway.steps import (
    Flow,
    next_event,
    open_download,
    open_stream,
    open_websocket,
    read_chunk,
)
from tarash.tarash_gateway.transport import (
    AsyncBody,
    AsyncEventSource,
    AsyncTransport,
    BlockingTransport,
    Limits,
    limited_blocking,
    limiter,
)
from tarash.tarash_gateway.transport.async_driver import AsyncDriver
from tarash.tarash_gateway.transport.limited import LimitedTransports
from tarash.tarash_gateway.transport.limited_async import LimitedAsync
from tarash.tarash_gateway.transport.limited_blocking import LimitedBlocking
from tarash.tarash_gateway.transport.limiter import Limiter, Slot

KEY = ("https://acme.example", "")
ONE = Limits(max_requests_per_origin=1, max_connections=1, max_streams=1)
CALL = HttpCall(method="GET", url="https://acme.example/jobs", timeout_seconds=10)


class _Open:
    """An open answer: a download or a stream."""

    status = 200
    headers: Mapping[str, str] = {}

    def read(self) -> bytes | None:
        return None

    def next_event(self, timeout_seconds: float) -> ServerEvent | None:
        return None

    def close(self) -> None:
        pass


class _Instant:
    """A transport that answers at once."""

    def exchange(self, call: HttpCall) -> HttpReply:
        return HttpReply(200)

    def open_download(self, call: HttpCall, silence_seconds: float) -> _Open:
        return _Open()

    def open_stream(self, call: HttpCall) -> _Open:
        return _Open()

    def open_websocket(self, call: HttpCall, messages: tuple[str, ...]) -> _Open:
        return _Open()

    def close(self) -> None:
        pass


class _Silent:
    """A transport that never answers."""

    async def exchange(self, call: HttpCall) -> HttpReply:
        await anyio.sleep_forever()
        raise AssertionError("nobody answers")

    async def open_download(self, call: HttpCall, silence_seconds: float) -> AsyncBody:
        raise NotImplementedError

    async def open_stream(self, call: HttpCall) -> AsyncEventSource:
        raise NotImplementedError

    async def open_websocket(self, call: HttpCall, messages: tuple[str, ...]) -> AsyncEventSource:
        raise NotImplementedError

    async def aclose(self) -> None:
        raise NotImplementedError


CALLS: dict[str, Callable[[BlockingTransport], object]] = {
    "exchange": lambda transport: transport.exchange(CALL),
    "download": lambda transport: transport.open_download(CALL, 10).close(),
    "stream": lambda transport: transport.open_stream(CALL).close(),
}


@functools.cache
def _places(code: CodeType) -> frozenset[int]:
    """Return the instructions before which CPython runs signal handlers: after a call, and where a function begins."""
    found, is_after_call = set(), False
    for instruction in dis.get_instructions(code):
        if is_after_call or instruction.opname == "RESUME":
            found.add(instruction.offset)
        is_after_call = instruction.opname.startswith("CALL")
    return frozenset(found)


def _is_place(frame: FrameType) -> bool:
    return frame.f_lasti in _places(frame.f_code)


def _interrupted(call: Callable[[], object], after: int) -> Interruption:
    files = {limiter.__file__, limited_blocking.__file__}
    interruption = Interruption(lambda code: code.co_filename in files, after, _is_place)
    with suppress(KeyboardInterrupt), interruption.armed():
        call()
    return interruption


needs_places = pytest.mark.skipif(
    sys.version_info >= (3, 12), reason="later versions tell a tracer too late of instructions"
)


@needs_places
@pytest.mark.parametrize("kind", CALLS)
def test_an_interruption_anywhere_loses_no_slot(kind: str) -> None:
    after = 0
    while True:
        transport = LimitedBlocking(_Instant(), ONE)
        interruption = _interrupted(functools.partial(CALLS[kind], transport), after)
        for other in CALLS.values():
            # with a slot lost, a stream would be refused, and the others wait for their timeout
            other(transport)
        if interruption.passed <= after:
            break
        after += 1
    assert after > 20


@needs_places
def test_an_interruption_anywhere_lets_the_next_one_in_line_start() -> None:
    after = 0
    while True:
        one, running, waiting = Limiter(per_key=1, total=1), Slot(KEY, "read"), Slot(KEY, "read")
        started = list[str]()
        assert one.take(running)
        one.queue(waiting, functools.partial(started.append, "waiting"))
        interruption = _interrupted(functools.partial(one.release, running), after)
        del running
        assert not one.take(Slot(KEY, "read"))
        assert started
        if interruption.passed <= after:
            break
        after += 1
    assert after > 10


def _interrupt_wait(_frame: FrameType, event: str, function: object) -> None:
    if event == "c_call" and getattr(function, "__qualname__", "") == "SimpleQueue.get":
        raise KeyboardInterrupt


def test_an_interruption_while_a_call_waits_for_its_turn_leaves_it_unsent() -> None:
    transport = LimitedBlocking(_Instant(), ONE)
    running = transport.open_download(CALL, 10)
    before = sys.getprofile()
    sys.setprofile(_interrupt_wait)
    try:
        with pytest.raises(KeyboardInterrupt) as caught:
            transport.open_download(CALL, 10)
    finally:
        sys.setprofile(before)
    assert is_unsent(caught.value)
    running.close()
    CALLS["download"](transport)


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_a_cancellation_while_a_call_waits_for_its_turn_leaves_it_unsent(backend: str) -> None:
    errors: list[BaseException] = []

    async def wait(transport: LimitedAsync) -> None:
        try:
            await transport.exchange(CALL)
        except BaseException as error:
            errors.append(error)
            raise

    async def main() -> None:
        transport = LimitedAsync(_Silent(), ONE)
        async with anyio.create_task_group() as group:
            group.start_soon(transport.exchange, CALL)
            await anyio.wait_all_tasks_blocked()
            group.start_soon(wait, transport)
            await anyio.wait_all_tasks_blocked()
            group.cancel_scope.cancel()

    anyio.run(main, backend=backend)
    assert [is_unsent(error) for error in errors] == [True]


def _answering(connection: Connection, request: Received) -> None:
    if "upgrade" in request.headers:
        accept = accept_key(request.headers["sec-websocket-key"])
        head = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        connection.send(f"{head}Sec-WebSocket-Accept: {accept}\r\n\r\n".encode())
        connection.send(Frame(Opcode.TEXT, b"first").serialize(mask=False))
        while connection.socket.recv(4096):
            pass
        connection.close()
        return
    connection.send(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: first\n\n")
    connection.socket.recv(1)
    connection.close()


def _reading(kind: str, url: str, has_begun: asyncio.Event) -> Flow[None]:
    """Read the beginning of an answer, and wait for the rest."""
    call = HttpCall(method="GET", url=url, timeout_seconds=30)
    if kind != "download":
        events = yield from (open_stream(call) if kind == "stream" else open_websocket(call))
        yield from next_event(events, timeout_seconds=30)
        has_begun.set()
        yield from next_event(events, timeout_seconds=30)
    else:
        body = yield from open_download(call, 30)
        yield from read_chunk(body)
        has_begun.set()
        yield from read_chunk(body)


@pytest.mark.parametrize("way", [way for way in ASYNC_WAYS if "trio" not in str(way.id)])
@pytest.mark.parametrize("kind", ["download", "stream", "websocket"])
# asyncio closes the abandoned sockets, and warns
@pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")
def test_a_coroutine_that_is_closed_gives_back_what_it_has_open(way: Way, kind: str) -> None:
    async def opened() -> AsyncTransport:
        return LimitedTransports(way.transports(), ONE).asynchronous()

    loop = asyncio.new_event_loop()
    with RawServer(_answering) as server:
        transport = loop.run_until_complete(opened())
        for _ in range(3):
            has_begun = asyncio.Event()
            coroutine = AsyncDriver(lambda: transport).run(_reading(kind, server.url, has_begun))
            task = loop.create_task(coroutine)
            beginning = loop.create_task(has_begun.wait())
            loop.run_until_complete(asyncio.wait([task, beginning], return_when=asyncio.FIRST_COMPLETED))
            assert has_begun.is_set(), task.exception()
            for _ in range(5):
                # until it waits
                loop.run_until_complete(asyncio.sleep(0))
            coroutine.close()
            del coroutine, task
            gc.collect()
            assert loop.run_until_complete(asyncio.to_thread(server.closed.acquire, timeout=5)), (
                "the connection is closed"
            )
        loop.run_until_complete(transport.aclose())
        loop.run_until_complete(asyncio.sleep(0))
        gc.collect()
    loop.close()


def test_a_request_that_the_garbage_collector_finds_lets_the_next_one_in_line_start() -> None:
    one, running, waiting = Limiter(per_key=1, total=1), Slot(KEY, "read"), Slot(KEY, "read")
    started = list[str]()
    assert one.take(running)
    one.queue(waiting, functools.partial(started.append, "waiting"))
    del running
    assert started == ["waiting"]
    assert one.is_in_flight(waiting)


def test_a_request_costs_the_same_however_many_are_in_flight() -> None:
    def calls(in_flight: int) -> int:
        several, made = Limiter(per_key=1000, total=9000), list[str]()

        def count(frame: FrameType, event: str, _: object) -> None:
            if event == "call":
                made.append(frame.f_code.co_name)

        slots = [Slot(KEY, "read") for _ in range(in_flight)]
        assert all(map(several.take, slots))
        before = sys.getprofile()
        sys.setprofile(count)
        try:
            for _ in range(10):
                several.take(slot := Slot(KEY, "read"))
                several.release(slot)
        finally:
            sys.setprofile(before)
        return len(made)

    assert calls(300) == calls(3)


class _Chance:
    """Releases a slot, and forgets another one, at one of the places within a change, as the garbage collector may."""

    def __init__(self, limiter: Limiter, slots: list[Slot], after: int) -> None:
        self._limiter, self._slots, self._after = limiter, slots, after
        self.passed = 0

    def trace(self, frame: FrameType, event: str, _: object) -> Any:
        if frame.f_code.co_filename != limiter.__file__:
            return None
        if event == "line":
            self.passed += 1
            if self.passed == self._after + 1:
                self._limiter.release(self._slots.pop())
                self._slots.clear()
        return self.trace


def _collected_meanwhile(change: str, after: int) -> _Chance:
    several = Limiter(per_key=3, total=9)
    slots = [Slot(KEY, "read") for _ in range(3)]
    waiting, another = Slot(KEY, "read"), Slot(KEY, "submit")
    assert all(map(several.take, slots))
    several.queue(waiting, lambda: None)
    kept = slots.pop()
    chance = _Chance(several, slots, after)
    before = sys.gettrace()
    sys.settrace(chance.trace)
    try:
        if change == "take":
            several.take(another)
        elif change == "queue":
            several.queue(another, lambda: None)
        else:
            several.release(kept)
    finally:
        sys.settrace(before)
    if chance.passed > after:
        assert several.is_in_flight(waiting)
        for slot in (kept, waiting, another):
            several.release(slot)
        assert several.is_empty
    return chance


@pytest.mark.parametrize("change", ["take", "queue", "release"])
def test_what_is_collected_in_the_middle_of_a_change_is_counted(change: str) -> None:
    after = 0
    while _collected_meanwhile(change, after).passed > after:
        after += 1
    assert after > 10


class _Suspending(_Silent):
    """A transport that answers all calls but the first."""

    def __init__(self) -> None:
        self._has_begun = False

    async def exchange(self, call: HttpCall) -> HttpReply:
        if not self._has_begun:
            self._has_begun = True
            await _suspended()
        return HttpReply(200)


@types.coroutine
def _suspended() -> Generator[None, None, None]:
    yield


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_a_call_that_another_thread_closes_lets_the_next_one_start_at_once(backend: str) -> None:
    async def main() -> None:
        transport = LimitedAsync(_Suspending(), ONE)
        abandoned = transport.exchange(CALL)
        abandoned.send(None)
        with anyio.fail_after(5):
            async with anyio.create_task_group() as group:
                group.start_soon(transport.exchange, CALL)
                await anyio.wait_all_tasks_blocked()
                closing = threading.Thread(target=abandoned.close)
                closing.start()
        closing.join()

    anyio.run(main, backend=backend)
