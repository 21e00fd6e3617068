"""Connections open a transport when a flow first needs one, keep it, and open another after they were closed."""

from __future__ import annotations

import asyncio
import copy
import os
import pickle
from collections.abc import Callable
from typing import Any

import pytest

from tarash.tarash_gateway import Gateway, ValidationError
from tarash.tarash_gateway.steps import Flow, HttpCall, HttpReply, read_clock, send
from tarash.tarash_gateway.transport import (
    AsyncBody,
    AsyncEventSource,
    BlockingBody,
    BlockingEventSource,
    Connections,
    Limits,
)
from tarash.tarash_gateway.transport.connections import process_connections


class Blocking:
    """Answers with its own number."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.is_closed = False

    def exchange(self, call: HttpCall) -> HttpReply:
        return HttpReply(200, {}, str(self.number).encode())

    def open_download(self, call: HttpCall, silence_seconds: float) -> BlockingBody:
        raise NotImplementedError

    def open_stream(self, call: HttpCall) -> BlockingEventSource:
        raise NotImplementedError

    def open_websocket(self, call: HttpCall, messages: tuple[str, ...]) -> BlockingEventSource:
        raise NotImplementedError

    def close(self) -> None:
        self.is_closed = True


class Asynchronous:
    """The same under an event loop."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.is_closed = False

    async def exchange(self, call: HttpCall) -> HttpReply:
        return HttpReply(200, {}, str(self.number).encode())

    async def open_download(self, call: HttpCall, silence_seconds: float) -> AsyncBody:
        raise NotImplementedError

    async def open_stream(self, call: HttpCall) -> AsyncEventSource:
        raise NotImplementedError

    async def open_websocket(self, call: HttpCall, messages: tuple[str, ...]) -> AsyncEventSource:
        raise NotImplementedError

    async def aclose(self) -> None:
        self.is_closed = True


class Numbered:
    """Makes transports that know their number."""

    def __init__(self) -> None:
        self.opened: list[Blocking | Asynchronous] = []

    def blocking(self) -> Blocking:
        transport = Blocking(len(self.opened))
        self.opened.append(transport)
        return transport

    def asynchronous(self) -> Asynchronous:
        transport = Asynchronous(len(self.opened))
        self.opened.append(transport)
        return transport


def _ask() -> Flow[bytes]:
    reply = yield from send(HttpCall(method="GET", url="https://acme.test/"))
    return reply.content


def _read_clock() -> Flow[None]:
    yield from read_clock()


def test_a_flow_that_sends_nothing_opens_nothing() -> None:
    transports = Numbered()
    Connections(transports).run_blocking(_read_clock())
    assert transports.opened == []


def test_blocking_flows_share_a_transport_until_it_is_closed() -> None:
    transports = Numbered()
    connections = Connections(transports)
    assert [connections.run_blocking(_ask()) for _ in range(2)] == [b"0", b"0"]
    connections.close()
    assert transports.opened[0].is_closed
    assert connections.run_blocking(_ask()) == b"1"


def test_each_event_loop_has_a_transport_that_ends_with_it() -> None:
    transports = Numbered()
    connections = Connections(transports)

    async def twice() -> list[bytes]:
        return [await connections.run_async(_ask()) for _ in range(2)]

    assert [asyncio.run(twice()) for _ in range(2)] == [[b"0", b"0"], [b"1", b"1"]]
    assert all(transport.is_closed for transport in transports.opened)


def test_a_loop_may_close_its_transport_and_go_on_with_another() -> None:
    transports = Numbered()
    connections = Connections(transports)

    async def closing_between() -> list[bytes]:
        first = await connections.run_async(_ask())
        await connections.aclose()
        assert transports.opened[0].is_closed
        return [first, await connections.run_async(_ask())]

    assert asyncio.run(closing_between()) == [b"0", b"1"]


def test_gateways_that_share_connections_leave_them_open() -> None:
    transports = Numbered()
    with Connections(transports) as shared:
        for _ in range(2):
            with Gateway(transport=shared, environ={}) as gateway:
                assert gateway.run_blocking(_ask()) == b"0"
        assert not transports.opened[0].is_closed
    assert [transport.is_closed for transport in transports.opened] == [True]


def test_gateways_that_share_connections_under_an_event_loop_leave_them_open() -> None:
    transports = Numbered()

    async def main() -> None:
        async with Connections(transports) as shared:
            for _ in range(2):
                async with Gateway(transport=shared, environ={}) as gateway:
                    assert await gateway.run_async(_ask()) == b"0"
            assert not transports.opened[0].is_closed
        assert [transport.is_closed for transport in transports.opened] == [True]

    asyncio.run(main())


def test_limits_that_shared_connections_would_ignore_are_refused() -> None:
    with pytest.raises(ValidationError, match=r"pass limits to Connections\(limits=…\)"):
        Gateway(transport=Connections(Numbered()), limits=Limits(max_connections=5), environ={})


def test_an_object_that_makes_no_transports_is_refused_at_once() -> None:
    client: Any = object()
    with pytest.raises(ValidationError, match="makes no transports; use Connections, HttpxTransports"):
        Gateway(transport=client, environ={})


def test_a_gateway_closes_the_connections_of_its_own() -> None:
    transports = Numbered()
    with Gateway(transport=transports, environ={}) as gateway:
        assert gateway.run_blocking(_ask()) == b"0"
    assert transports.opened[0].is_closed


@pytest.mark.parametrize("duplicate", [pickle.dumps, copy.copy, copy.deepcopy])
def test_a_gateway_that_cannot_go_to_another_process_says_what_can(
    duplicate: Callable[[object], object],
) -> None:
    with pytest.raises(TypeError, match="create one in each process"):
        duplicate(Gateway(environ={}))


def test_a_forked_child_leaves_its_parents_transport_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    transports = Numbered()
    connections = Connections(transports)
    assert connections.run_blocking(_ask()) == b"0"
    with monkeypatch.context() as child:
        child.setattr(os, "getpid", lambda: -1)
        assert connections.run_blocking(_ask()) == b"1"
    assert not transports.opened[0].is_closed


def test_the_process_has_one() -> None:
    assert process_connections() is process_connections()
