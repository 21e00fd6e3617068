"""Connections are kept and used again, and one that broke or was left half read never is."""

from __future__ import annotations

import socket
import threading

import anyio
import pytest

from core.raw_server import OK, Connection, RawServer, Received, answer, failure_of, perform, reply_of
from core.transports import ASYNC_WAYS, WAYS, Way
from tarash.tarash_gateway.plugin import HttpCall, HttpReply
from tarash.tarash_gateway.steps import TransportFailure
from tarash.tarash_gateway.transport import HttpxTransports, Limits
from tarash.tarash_gateway.transport.limited import LimitedTransports


def _limited(way: Way, **limits: int) -> LimitedTransports:
    return LimitedTransports(way.transports(), Limits(**limits))


@pytest.mark.parametrize("way", WAYS)
def test_exchanges_one_after_the_other_share_a_connection(way: Way) -> None:
    with RawServer(answer()) as server:
        outcomes = perform(
            way.mode, way.transports(), *[HttpCall(method="GET", url=f"{server.url}/{n}") for n in range(5)]
        )
    assert [reply_of(outcome).status for outcome in outcomes] == [200] * 5
    assert server.accepted == 1


@pytest.mark.parametrize("way", WAYS)
def test_a_connection_that_the_server_closed_while_idle_is_not_used_for_a_submission(way: Way) -> None:
    """Otherwise the submission would break off with an unknown outcome."""

    def once(connection: Connection, _request: Received) -> None:
        connection.send(OK)
        connection.close()

    with RawServer(once) as server:
        calls = [HttpCall(method="POST", url=f"{server.url}/jobs", json={"n": n}) for n in range(3)]
        outcomes = perform(
            way.mode, way.transports(), *calls, between=lambda: server.closed.acquire(timeout=10)
        )
    assert [reply_of(outcome).status for outcome in outcomes] == [200] * 3
    assert server.accepted == 3


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    ("broken", "kind"),
    [
        pytest.param(b"", "protocol", id="no-answer"),
        pytest.param(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{}", "protocol", id="half-a-body"),
        pytest.param(b"not HTTP\r\n\r\n", "protocol", id="no-http"),
    ],
)
def test_after_a_broken_answer_comes_another_connection(way: Way, broken: bytes, kind: str) -> None:
    def answering(connection: Connection, _request: Received) -> None:
        connection.send(broken if connection.number == 1 else OK)
        if connection.number == 1:
            connection.close()

    with RawServer(answering) as server:
        call = HttpCall(method="POST", url=f"{server.url}/jobs", json={})
        outcomes = perform(way.mode, way.transports(), call, call)
    failure = failure_of(outcomes[0])
    assert (failure.kind, failure.request_may_have_arrived) == (kind, True)
    assert reply_of(outcomes[1]).status == 200
    assert [request.connection for request in server.requests] == [1, 2]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("hint", [b"100 Continue", b"103 Early Hints"])
def test_what_comes_before_the_answer_is_not_the_answer(way: Way, hint: bytes) -> None:
    with RawServer(answer(b"HTTP/1.1 " + hint + b"\r\nLink: </a>\r\n\r\n" + OK)) as server:
        call = HttpCall(method="POST", url=server.url, json={})
        outcomes = perform(way.mode, way.transports(), call, call)
    assert [reply_of(outcome).content for outcome in outcomes] == [b"{}", b"{}"]
    assert [request.connection for request in server.requests] == [1, 1]


@pytest.mark.parametrize("way", WAYS)
def test_a_server_that_refuses_the_connection_has_not_received_the_request(way: Way) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    failure = failure_of(
        perform(
            way.mode, way.transports(), HttpCall(method="POST", url=f"http://127.0.0.1:{port}/", json={})
        )[0]
    )
    assert (failure.kind, failure.request_may_have_arrived) == ("connect", False)


@pytest.mark.parametrize("way", ASYNC_WAYS)
@pytest.mark.parametrize("sent", [b"", OK[:20], OK[:-1]], ids=["nothing", "half-a-head", "half-a-body"])
def test_a_cancelled_exchange_leaves_no_connection_behind(way: Way, sent: bytes) -> None:
    arrived = threading.Event()

    def answering(connection: Connection, _request: Received) -> None:
        if connection.number > 1:
            connection.send(OK)
            return
        connection.send(sent)
        arrived.set()

    async def main() -> HttpReply:
        transport = way.transports().asynchronous()
        call = HttpCall(method="GET", url=f"{server.url}/")
        try:
            async with anyio.create_task_group() as group:
                group.start_soon(transport.exchange, call)
                await anyio.to_thread.run_sync(arrived.wait)
                group.cancel_scope.cancel()
            assert await anyio.to_thread.run_sync(server.closed.acquire, True, 10)
            return await transport.exchange(call)
        finally:
            await transport.aclose()

    with RawServer(answering) as server:
        assert anyio.run(main, backend=way.mode).content == b"{}"
    assert [request.connection for request in server.requests] == [1, 2]


@pytest.mark.parametrize("way", ASYNC_WAYS)
def test_a_cancelled_exchange_gives_its_slot_to_the_next(way: Way) -> None:
    def answering(connection: Connection, request: Received) -> None:
        if request.target.startswith("GET /ok"):
            connection.send(OK)

    async def main() -> list[int]:
        transport = _limited(way, max_requests_per_origin=1).asynchronous()
        statuses: list[int] = []
        try:
            for _ in range(3):
                with anyio.move_on_after(0.05):
                    await transport.exchange(HttpCall(method="GET", url=f"{server.url}/never"))
                statuses.append(
                    (await transport.exchange(HttpCall(method="GET", url=f"{server.url}/ok"))).status
                )
        finally:
            await transport.aclose()
        return statuses

    with RawServer(answering) as server:
        assert anyio.run(main, backend=way.mode) == [200] * 3


@pytest.mark.parametrize("way", ASYNC_WAYS)
def test_closing_a_download_that_was_read_leaves_the_next_request_of_its_connection_alone(way: Way) -> None:
    arrived, go_on = threading.Event(), threading.Event()

    def taking(connection: Connection) -> None:
        with connection.socket.makefile("rb") as reader:
            while reader.readline():
                size = 0
                while line := reader.readline().strip():
                    if line.startswith(b"Content-Length:"):
                        size = int(line.split()[1])
                if size:
                    arrived.set()
                    go_on.wait(10)
                    reader.read(size)
                connection.send(OK)

    async def main() -> HttpReply:
        transport = way.transports().asynchronous()
        # more than the buffers of the sockets hold, so that the rest waits in the client
        upload = HttpCall(method="PUT", url=f"{server.url}/upload", content=bytes(32 * 1024 * 1024))
        replies: list[HttpReply] = []

        async def send() -> None:
            replies.append(await transport.exchange(upload))

        try:
            download = await transport.open_download(HttpCall(method="GET", url=f"{server.url}/file"), 10)
            assert await download.read() == b"{}"
            async with anyio.create_task_group() as group:
                group.start_soon(send)
                assert await anyio.to_thread.run_sync(arrived.wait, 10)
                await download.close()
                go_on.set()
        finally:
            await transport.aclose()
        return replies[0]

    with RawServer(answer(), taking=taking) as server:
        assert anyio.run(main, backend=way.mode).status == 200


def test_nothing_is_waited_for_after_the_end_of_a_download() -> None:
    transport = HttpxTransports().blocking()
    with RawServer(answer()) as server:
        download = transport.open_download(HttpCall(method="GET", url=server.url, timeout_seconds=2.0), 2.0)
        assert [download.read() for _ in range(3)] == [b"{}", None, None]
        download.close()
        transport.close()


@pytest.mark.parametrize("way", WAYS)
def test_closing_an_answer_again_leaves_the_connection_to_its_next_user(way: Way) -> None:
    asked = threading.Event()

    def answering(connection: Connection, request: Received) -> None:
        if request.target.startswith("GET /second"):
            connection.send(OK[:-1])
            asked.wait(timeout=10)
            connection.send(OK[-1:])
            return
        if request.target.startswith("GET /third"):
            asked.set()
        connection.send(OK)

    with RawServer(answering) as server:
        names = ("first", "second", "third")
        calls = [HttpCall(method="GET", url=f"{server.url}/{name}", timeout_seconds=10) for name in names]
        if way.mode == "sync":
            _close_the_first_again(way, calls)
        else:
            anyio.run(_close_the_first_again_async, way, calls, backend=way.mode)


def _close_the_first_again(way: Way, calls: list[HttpCall]) -> None:
    transport = way.transports().blocking()
    first = transport.open_download(calls[0], 10)
    assert [first.read(), first.read()] == [b"{}", None]
    first.close()
    second = transport.open_download(calls[1], 10)
    first.close()
    assert transport.exchange(calls[2]).content == b"{}"
    assert first.read() is None
    assert b"".join([second.read() or b"" for _ in range(3)]) == b"{}"
    second.close()
    transport.close()


async def _close_the_first_again_async(way: Way, calls: list[HttpCall]) -> None:
    transport = way.transports().asynchronous()
    first = await transport.open_download(calls[0], 10)
    assert [await first.read(), await first.read()] == [b"{}", None]
    await first.close()
    second = await transport.open_download(calls[1], 10)
    await first.close()
    assert (await transport.exchange(calls[2])).content == b"{}"
    assert await first.read() is None
    assert b"".join([await second.read() or b"" for _ in range(3)]) == b"{}"
    await second.close()
    await transport.aclose()


STREAM = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: 1\n\n"


@pytest.mark.parametrize("way", ASYNC_WAYS)
def test_a_stream_closed_by_a_cancelled_task_leaves_no_connection_behind(way: Way) -> None:
    async def main() -> None:
        transport = _limited(way, max_streams=1).asynchronous()
        call = HttpCall(method="GET", url=f"{server.url}/events")
        try:
            for _ in range(2):
                with anyio.CancelScope() as scope:
                    stream = await transport.open_stream(call)
                    event = await stream.next_event(5)
                    assert event is not None
                    assert event.data == "1"
                    scope.cancel()
                    await stream.close()
                assert await anyio.to_thread.run_sync(server.closed.acquire, True, 10)
        finally:
            await transport.aclose()

    with RawServer(answer(STREAM)) as server:
        anyio.run(main, backend=way.mode)
    assert server.accepted == 2


@pytest.mark.parametrize("way", WAYS)
def test_closing_a_transport_closes_every_idle_connection_however_many(way: Way) -> None:
    """Two at a time, so that the second is not forgotten when closing the first is interrupted."""
    together = threading.Barrier(2)

    def answering(connection: Connection, _request: Received) -> None:
        together.wait(timeout=10)
        connection.send(OK)

    with RawServer(answering) as server:
        call = HttpCall(method="GET", url=server.url)
        if way.mode == "sync":
            _two_threads(call)
        else:
            anyio.run(_two_tasks_then_cancelled, way, call, backend=way.mode)
        assert all(server.closed.acquire(timeout=10) for _ in range(2))
    assert server.accepted == 2


def _two_threads(call: HttpCall) -> None:
    transport = HttpxTransports().blocking()
    threads = [threading.Thread(target=transport.exchange, args=(call,)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=10)
    transport.close()


async def _two_tasks_then_cancelled(way: Way, call: HttpCall) -> None:
    transport = way.transports().asynchronous()
    async with anyio.create_task_group() as group:
        for _ in range(2):
            group.start_soon(transport.exchange, call)
    with anyio.CancelScope() as scope:
        scope.cancel()
        await transport.aclose()


def test_a_transport_closed_during_an_exchange_closes_that_connection_after_it() -> None:
    """Also one to a server that was met only after the closing."""
    arrived, closed = threading.Event(), threading.Event()

    def answering(connection: Connection, _request: Received) -> None:
        arrived.set()
        closed.wait(timeout=10)
        connection.send(OK)

    replies: list[HttpReply] = []
    with RawServer(answering) as server, RawServer(answer()) as other:
        transport = HttpxTransports().blocking()
        thread = threading.Thread(
            target=lambda: replies.append(transport.exchange(HttpCall(method="GET", url=server.url)))
        )
        thread.start()
        arrived.wait(timeout=10)
        transport.close()
        closed.set()
        thread.join(timeout=10)
        replies.append(transport.exchange(HttpCall(method="GET", url=other.url)))
        assert server.closed.acquire(timeout=10)
        assert other.closed.acquire(timeout=10)
    assert [reply.status for reply in replies] == [200, 200]


@pytest.mark.parametrize("way", WAYS)
def test_waiting_for_a_free_connection_counts_toward_the_time_of_the_exchange(way: Way) -> None:
    arrived, enough = threading.Event(), threading.Event()

    def answering(connection: Connection, _request: Received) -> None:
        arrived.set()
        enough.wait(timeout=10)
        connection.send(OK)

    with RawServer(answering) as server:
        if way.mode == "sync":
            failure = _second_of_two_threads(way, server.url, arrived, enough)
        else:
            failure = anyio.run(_second_of_two_tasks, way, server.url, enough, backend=way.mode)
    assert (failure.kind, failure.request_may_have_arrived) == ("connect", False)
    assert "max_requests_per_origin" in str(failure)
    assert len(server.requests) == 1


def _second_of_two_threads(
    way: Way, url: str, arrived: threading.Event, enough: threading.Event
) -> TransportFailure:
    transport = _limited(way, max_requests_per_origin=1).blocking()
    first = threading.Thread(target=transport.exchange, args=(HttpCall(method="GET", url=url),))
    first.start()
    arrived.wait(timeout=10)
    with pytest.raises(TransportFailure) as caught:
        transport.exchange(HttpCall(method="POST", url=url, timeout_seconds=0.05))
    enough.set()
    first.join(timeout=10)
    transport.close()
    return caught.value


async def _second_of_two_tasks(way: Way, url: str, enough: threading.Event) -> TransportFailure:
    transport = _limited(way, max_requests_per_origin=1).asynchronous()
    async with anyio.create_task_group() as group:
        group.start_soon(transport.exchange, HttpCall(method="GET", url=url))
        await anyio.wait_all_tasks_blocked()
        with pytest.raises(TransportFailure) as caught:
            await transport.exchange(HttpCall(method="POST", url=url, timeout_seconds=0.05))
        enough.set()
    await transport.aclose()
    return caught.value
