"""Whatever breaks an exchange: it is never repeated by the transport, and only what certainly was not sent is called not sent."""

from __future__ import annotations

import asyncio
import gc
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator
from functools import partial

import anyio
import pytest
import trustme

from core.raw_server import (
    OK,
    Answering,
    Connection,
    RawServer,
    Received,
    answer,
    failure_of,
    perform,
    reply_of,
)
from core.transports import ASYNC_WAYS, WAYS, Way
from tarash.tarash_gateway.plugin import HttpCall, HttpReply

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
METHODS = ["POST", "GET", "PUT", "DELETE"]


def _reset(connection: Connection) -> None:
    """Close the connection so that the client receives a reset instead of its end."""
    connection.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def _ends(data: bytes, end: Callable[[Connection], None]) -> Answering:
    """Answer with these bytes, then end the connection."""

    def answering(connection: Connection, _request: Received) -> None:
        connection.send(data)
        end(connection)

    return answering


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


ENDS = [pytest.param(Connection.close, id="closed"), pytest.param(_reset, id="reset")]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"HTTP/1.1 20", id="half-a-status-line"),
        pytest.param(HEAD, id="half-a-head"),
        pytest.param(HEAD + b"Content-Length: 9\r\n\r\n{}", id="half-a-body"),
        pytest.param(HEAD + b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n", id="no-last-chunk"),
        pytest.param(HEAD + b"Transfer-Encoding: chunked\r\n\r\n9\r\n{}", id="half-a-chunk"),
        pytest.param(HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n", id="no-chunk"),
        pytest.param(HEAD + b"Content-Length: two\r\n\r\n{}", id="no-length"),
        pytest.param(HEAD + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}", id="two-lengths"),
        pytest.param(b"HTTP/1.1 100 Continue\r\n\r\n", id="interim-answer-only"),
        pytest.param(b"SSH-2.0-OpenSSH_9.9\r\n", id="another-protocol"),
        pytest.param(bytes(range(256)) * 8, id="bytes"),
        pytest.param(b"\x16\x03\x01\x02\x00" + bytes(512), id="a-tls-record"),
    ],
)
def test_a_broken_answer_may_mean_a_job_and_is_asked_for_once(
    way: Way, data: bytes, end: Callable[[Connection], None]
) -> None:
    with RawServer(_ends(data, end)) as server:
        call = HttpCall(method="POST", url=f"{server.url}/jobs", json={}, timeout_seconds=10)
        failure = failure_of(perform(way.mode, way.transports(), call)[0])
    assert failure.request_may_have_arrived
    assert failure.kind in {"protocol", "reset"}
    assert len(server.requests) == 1


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("end", ENDS)
def test_a_body_without_a_length_ends_with_the_connection_but_not_with_a_reset(
    way: Way, end: Callable[[Connection], None]
) -> None:
    with RawServer(_ends(HEAD + b"\r\n{}", end)) as server:
        (outcome,) = perform(way.mode, way.transports(), HttpCall(method="POST", url=server.url, json={}))
    if end is Connection.close:
        assert reply_of(outcome).content == b"{}"
    else:
        assert failure_of(outcome).request_may_have_arrived


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("method", METHODS)
def test_a_request_on_a_kept_connection_that_breaks_is_not_sent_again(
    way: Way, method: str, end: Callable[[Connection], None]
) -> None:
    """Libraries like to repeat what counts as idempotent."""

    def answering(connection: Connection, _request: Received) -> None:
        if len(server.requests) == 1:
            connection.send(OK)
        else:
            end(connection)

    with RawServer(answering) as server:
        call = HttpCall(method=method, url=f"{server.url}/jobs")
        outcomes = perform(way.mode, way.transports(), call, call)
    assert reply_of(outcomes[0]).status == 200
    assert failure_of(outcomes[1]).request_may_have_arrived
    assert [request.connection for request in server.requests] == [1, 1]


def _trusted(authority: trustme.CA) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """Return the TLS context of a server on loopback, and that of a client that trusts it."""
    theirs, ours = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH), ssl.create_default_context()
    authority.issue_cert("127.0.0.1").configure_cert(theirs)
    authority.configure_trust(ours)
    return theirs, ours


def _closing_while_idle(
    tls: bool, authority: trustme.CA, end: Callable[[Connection], None], way: Way
) -> RawServer:
    theirs, ours = _trusted(authority)
    read = threading.Semaphore(0)

    def answering(connection: Connection, _request: Received) -> None:
        connection.send(OK)
        # a reset would make the client forget an answer that it has not read yet
        read.acquire(timeout=10)
        end(connection)

    def end_it() -> None:
        read.release()
        server.closed.acquire(timeout=10)

    with RawServer(answering, tls=theirs if tls else None) as server:
        calls = [HttpCall(method="POST", url=f"{server.url}/jobs", json={"n": n}) for n in range(3)]
        outcomes = perform(
            way.mode,
            way.transports(tls=ours if tls else None),
            *calls,
            between=end_it,
        )
        read.release()
    assert [reply_of(outcome).status for outcome in outcomes] == [200] * 3
    return server


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("tls", [False, True], ids=["http", "https"])
def test_a_connection_that_ended_while_idle_takes_no_submission_with_it(
    way: Way, tls: bool, end: Callable[[Connection], None], authority: trustme.CA
) -> None:
    server = _closing_while_idle(tls, authority, end, way)
    assert [request.body for request in server.requests] == [b'{"n":0}', b'{"n":1}', b'{"n":2}']


@pytest.mark.parametrize("way", ASYNC_WAYS)
def test_many_connections_that_ended_while_idle_are_all_passed_over(way: Way) -> None:
    together, sent = threading.Barrier(8), threading.Semaphore(0)

    def answering(connection: Connection, request: Received) -> None:
        if b"first" in request.body:
            together.wait(timeout=10)
            connection.close()
        connection.send(OK)
        sent.release()

    async def main() -> HttpReply:
        transport = way.transports().asynchronous()
        try:
            async with anyio.create_task_group() as group:
                for _ in range(8):
                    call = HttpCall(method="POST", url=server.url, json="first")
                    group.start_soon(transport.exchange, call)
            for _ in range(8):
                # blocks the event loop, so that it does not hear of the ends before the next request
                server.closed.acquire(timeout=10)
            return await transport.exchange(HttpCall(method="POST", url=server.url, json="last"))
        finally:
            await transport.aclose()

    with RawServer(answering) as server:
        assert anyio.run(main, backend=way.mode).status == 200
    assert len(server.requests) == 9


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("is_late", [False, True], ids=["together", "while-idle"])
def test_an_answer_that_nobody_asked_for_is_no_answer_to_the_next_request(way: Way, is_late: bool) -> None:
    other = OK.replace(b"{}", b"[]")
    pushed = threading.Event()

    def answering(connection: Connection, _request: Received) -> None:
        if connection.number > 1:
            connection.send(OK)
            return
        connection.send(OK if is_late else OK + other)
        if is_late:
            asked.wait(timeout=10)
            connection.send(other)
        pushed.set()

    def push() -> None:
        asked.set()
        pushed.wait(timeout=10)

    asked = threading.Event()
    with RawServer(answering) as server:
        call = HttpCall(method="POST", url=server.url, json={})
        outcomes = perform(way.mode, way.transports(), call, call, between=push)
    assert [reply_of(outcome).content for outcome in outcomes] == [b"{}", b"{}"]
    assert [request.connection for request in server.requests] == [1, 2]


@pytest.mark.skipif(not hasattr(socket, "TCP_CORK"), reason="needs Linux to send two records in one segment")
@pytest.mark.parametrize("way", WAYS)
def test_an_answer_that_nobody_asked_for_is_none_in_a_tls_record_of_its_own_either(
    way: Way, authority: trustme.CA
) -> None:
    def answering(connection: Connection, _request: Received) -> None:
        if connection.number > 1:
            connection.send(OK)
            return
        # two records in one segment: the second one is taken from the socket with the first
        connection.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_CORK, 1)
        connection.send(OK)
        connection.send(OK.replace(b"{}", b"[]"))
        connection.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_CORK, 0)

    theirs, ours = _trusted(authority)
    with RawServer(answering, tls=theirs) as server:
        call = HttpCall(method="POST", url=server.url, json={})
        outcomes = perform(way.mode, way.transports(tls=ours), call, call)
    assert [reply_of(outcome).content for outcome in outcomes] == [b"{}", b"{}"]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("size", [64 * 1024, 128 * 1024, 256 * 1024])
def test_an_answer_that_nobody_asked_for_is_none_behind_a_full_buffer_either(way: Way, size: int) -> None:
    """The event loop takes more from the socket than is read from it, and the rest must not wait there for the next request."""
    head = b"HTTP/1.1 200 OK\r\nContent-Length: %06d\r\n\r\n"
    whole = head % (size - len(head % 0)) + bytes(size - len(head % 0))

    def answering(connection: Connection, _request: Received) -> None:
        connection.send(OK if connection.number > 1 else whole + OK.replace(b"{}", b"[]"))

    with RawServer(answering) as server:
        call = HttpCall(method="POST", url=server.url, json={})
        outcomes = perform(way.mode, way.transports(), call, call)
    assert len(reply_of(outcomes[0]).content) == size - len(head % 0)
    assert reply_of(outcomes[1]).content == b"{}"


@pytest.mark.parametrize("way", WAYS)
def test_an_answer_before_the_body_is_sent_leaves_no_connection_to_reuse(way: Way) -> None:
    """The rest of the body would be read as the next request."""
    refused = b"HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\n{}"

    def take(connection: Connection) -> None:
        received = connection.socket.recv(1 << 16)
        firsts.append(received.split(b"\r\n")[0])
        connection.send(refused if b"PUT" in firsts[-1] else OK)
        connection.stopping.wait(10)

    firsts: list[bytes] = []
    with RawServer(answer(), taking=take) as server:
        large = HttpCall(method="PUT", url=server.url, content=b"x" * 20_000_000, timeout_seconds=1)
        small = HttpCall(method="POST", url=f"{server.url}/next", json={}, timeout_seconds=1)
        outcomes = perform(way.mode, way.transports(), large, small)
    # whether the answer is seen before sending fails is up to the library
    if isinstance(outcomes[0], HttpReply):
        assert outcomes[0].status == 413
    else:
        assert outcomes[0].request_may_have_arrived
    assert reply_of(outcomes[1]).status == 200
    assert firsts == [b"PUT / HTTP/1.1", b"POST /next HTTP/1.1"]


@pytest.mark.parametrize("way", WAYS)
def test_a_name_that_nobody_has_means_that_nothing_was_sent(way: Way) -> None:
    call = HttpCall(method="POST", url="http://nobody.invalid/", json={}, timeout_seconds=20)
    failure = failure_of(perform(way.mode, way.transports(), call)[0])
    assert (failure.kind, failure.request_may_have_arrived) == ("connect", False)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    "first_words",
    [
        pytest.param(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n", id="plain-http"),
        pytest.param(b"\x15\x03\x03\x00\x02\x02\x28", id="alert"),
        pytest.param(b"", id="end"),
    ],
)
def test_a_failed_tls_handshake_means_that_nothing_was_sent(way: Way, first_words: bytes) -> None:
    def take(connection: Connection) -> None:
        connection.socket.recv(1 << 16)
        connection.send(first_words)

    with RawServer(answer(), taking=take) as server:
        call = HttpCall(method="POST", url=f"https://127.0.0.1:{server.port}/", json={})
        failure = failure_of(perform(way.mode, way.transports(), call)[0])
    assert (failure.kind, failure.request_may_have_arrived) == ("connect", False)


@pytest.mark.parametrize("way", WAYS)
def test_a_tls_handshake_without_end_is_over_in_time(way: Way) -> None:
    def take(connection: Connection) -> None:
        connection.stopping.wait(10)

    with RawServer(answer(), taking=take) as server:
        call = HttpCall(method="POST", url=f"https://127.0.0.1:{server.port}/", json={}, timeout_seconds=0.2)
        failure = failure_of(perform(way.mode, way.transports(), call)[0])
        # a socket that was left open would warn
        gc.collect()
    # the time for connecting and that of the exchange end together
    assert (failure.kind, failure.request_may_have_arrived) in {("connect", False), ("timeout", True)}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("before", [b"", OK[:-1]], ids=["no-answer", "half-a-body"])
def test_an_answer_that_tls_cannot_decrypt_may_mean_a_job(
    way: Way, before: bytes, authority: trustme.CA
) -> None:
    def answering(connection: Connection, _request: Received) -> None:
        connection.send(before)
        # of the base class: the one for TLS would encrypt it
        socket.socket.send(connection.socket, b"\x17\x03\x03\x00\x20" + bytes(32))
        connection.stopping.wait(10)

    theirs, ours = _trusted(authority)
    with RawServer(answering, tls=theirs) as server:
        call = HttpCall(method="POST", url=server.url, json={}, timeout_seconds=10)
        failure = failure_of(perform(way.mode, way.transports(tls=ours), call)[0])
    assert (failure.kind, failure.request_may_have_arrived) == ("reset", True)


@pytest.mark.parametrize("way", WAYS)
def test_a_signed_url_in_a_header_may_be_long(way: Way) -> None:
    url = b"https://cdn.example/clip.mp4?signature=" + b"x" * 20_000
    away = b"HTTP/1.1 302 Found\r\nLocation: " + url + b"\r\nContent-Length: 0\r\n\r\n"
    with RawServer(answer(away)) as server:
        (outcome,) = perform(way.mode, way.transports(), HttpCall(method="GET", url=server.url))
    assert reply_of(outcome).header("location") == url.decode()


SECRET = "s3cret"


def _texts(error: BaseException) -> Iterator[str]:
    """What a traceback, a log or a debugger shows of an error and of all that it came from."""
    seen: list[BaseException] = []
    waiting: list[BaseException | None] = [error]
    while waiting:
        found = waiting.pop()
        if found is not None and found not in seen:
            seen.append(found)
            waiting += [found.__cause__, found.__context__]
            yield f"{found} {found!r} {found.args!r} {vars(found)!r}"


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    "answering",
    [
        pytest.param(_ends(b"HTTP/1.1 s3cret\r\n\r\n", Connection.close), id="status"),
        pytest.param(_ends(b"HTTP/1.1 200 OK\r\nSet-Cookie : s3cret\r\n\r\n", Connection.close), id="head"),
        pytest.param(
            _ends(HEAD + b"Transfer-Encoding: chunked\r\n\r\ns3cret\r\n", Connection.close), id="chunk"
        ),
        pytest.param(
            _ends(HEAD + b"X-Key: s3cret\r\nContent-Length: 9\r\n\r\n", Connection.close), id="body"
        ),
        pytest.param(_ends(b"HTTP/1.1 200 OK\r\nX-Key: s3cret\r\n", _reset), id="reset"),
        pytest.param(None, id="refused"),
    ],
)
def test_a_failure_shows_neither_the_request_nor_what_was_received(
    way: Way, answering: Answering | None
) -> None:
    with RawServer(answering or answer()) as server:
        url = f"{server.url}/?key={SECRET}"
        if answering is None:
            with socket.create_server(("127.0.0.1", 0)) as listener:
                url = f"http://ann:{SECRET}@127.0.0.1:{listener.getsockname()[1]}/?key={SECRET}"
        call = HttpCall(
            method="POST", url=url, headers={"Authorization": f"Key {SECRET}"}, json={"k": SECRET}
        )
        failure = failure_of(perform(way.mode, way.transports(), call)[0])
    for text in _texts(failure):
        assert SECRET not in text


def test_the_aiohttp_transport_says_so_if_the_event_loop_is_trios() -> None:
    pytest.importorskip("tarash_gateway_aiohttp")
    transports = Way("trio", "aiohttp").transports()
    run = partial(perform, "trio", transports)
    from tarash.tarash_gateway import ValidationError

    with RawServer(answer()) as server, pytest.raises(ValidationError, match="use the httpx transport"):
        run(HttpCall(method="POST", url=server.url))
    assert server.accepted == 0


def test_a_connection_that_the_next_request_has_taken_is_not_closed_by_the_last_one() -> None:
    """An answer is complete, and its connection taken again, before the task that waits for it runs."""
    pytest.importorskip("tarash_gateway_aiohttp")
    asked, rest, sent = threading.Event(), threading.Event(), threading.Event()

    def answering(connection: Connection, request: Received) -> None:
        if request.target.startswith("PUT"):
            connection.send(OK)
            return
        connection.send(OK[:-2])
        asked.set()
        rest.wait(timeout=10)
        connection.send(OK[-2:])
        sent.set()

    async def main() -> list[HttpReply]:
        transport = Way("asyncio", "aiohttp").transports().asynchronous()
        try:
            first = asyncio.create_task(transport.exchange(HttpCall(method="GET", url=server.url)))
            await asyncio.to_thread(asked.wait, 10)
            for _ in range(10):
                # the first task has read the head, and waits for the body
                await asyncio.sleep(0)
            # the body arrives while the event loop is held up: it is read in the next turn, and the first task runs in the one after
            rest.set()
            sent.wait(timeout=10)
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            assert not first.done()
            large = HttpCall(method="PUT", url=server.url, content=b"x" * 20_000_000)
            second = await transport.exchange(large)
            return [await first, second]
        finally:
            await transport.aclose()

    with RawServer(answering) as server:
        assert [reply.status for reply in asyncio.run(main())] == [200, 200]
    assert [request.connection for request in server.requests] == [1, 1]
