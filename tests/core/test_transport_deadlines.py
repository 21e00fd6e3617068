"""An exchange or the next event of a stream is over in time, whatever the server drips, plain or through TLS."""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Callable

import anyio
import httpcore
import pytest
import trustme

from core.raw_server import OK, Connection, RawServer, Received, answer, failure_of, perform, reply_of
from core.transports import WAYS, Way
from tarash.tarash_gateway.plugin import HttpCall
from tarash.tarash_gateway.steps import ServerEvent, TransportFailure
from tarash.tarash_gateway.transport import HttpxTransports, TransportFactory
from tarash.tarash_gateway.transport.httpx.deadline import BoundedBackend, Deadline
from tarash.tarash_gateway.transport.toolkit import CHUNK_BYTES

WAIT_SECONDS = 0.5
LATE_SECONDS = 2.5
"""A server of these tests drips for longer than this; a machine under load is slower than `WAIT_SECONDS`."""
EVENT_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(params=["http", "https"])
def tls(
    request: pytest.FixtureRequest, authority: trustme.CA
) -> tuple[ssl.SSLContext, ssl.SSLContext] | None:
    """The server's and the client's context, or None for plain HTTP."""
    if request.param == "http":
        return None
    server, client = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH), ssl.create_default_context()
    authority.issue_cert("127.0.0.1").configure_cert(server)
    authority.configure_trust(client)
    return server, client


def _event(data: str) -> bytes:
    text = f"data: {data}\n\n".encode()
    return b"%x\r\n%s\r\n" % (len(text), text)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    "dripping",
    [
        pytest.param(lambda c, _: c.drip(b"HTTP/1.1 200 OK\r\nX-Slow: " + b"x" * 200), id="head"),
        pytest.param(
            lambda c, _: (c.send(b"HTTP/1.1 200 OK\r\nContent-Length: 200\r\n\r\n"), c.drip(b"x" * 200)),
            id="body",
        ),
        pytest.param(lambda c, _: c.drip(b"HTTP/1.1 100 Continue\r\n\r\n" * 10), id="interim-answers"),
        pytest.param(lambda c, _: c.stopping.wait(10), id="silence"),
    ],
)
def test_a_server_that_drips_outlives_no_deadline(
    way: Way,
    tls: tuple[ssl.SSLContext, ssl.SSLContext] | None,
    dripping: Callable[[Connection, Received], object],
) -> None:
    def answering(connection: Connection, request: Received) -> None:
        if request.target.startswith("POST"):
            dripping(connection, request)
        else:
            connection.send(OK)

    with RawServer(answering, tls=tls and tls[0]) as server:
        transports = way.transports(tls=tls and tls[1])
        began = time.monotonic()
        outcomes = perform(
            way.mode,
            transports,
            HttpCall(method="POST", url=server.url, json={}, timeout_seconds=WAIT_SECONDS),
            HttpCall(method="GET", url=server.url),
        )
        took = time.monotonic() - began
    failure = failure_of(outcomes[0])
    assert (failure.kind, failure.request_may_have_arrived) == ("timeout", True)
    assert took < LATE_SECONDS
    assert reply_of(outcomes[1]).status == 200


@pytest.mark.parametrize("way", WAYS)
def test_a_server_that_takes_the_request_in_drops_outlives_no_deadline(way: Way) -> None:
    def trickle(connection: Connection) -> None:
        while not connection.stopping.wait(0.05) and connection.socket.recv(1 << 16):
            pass

    with RawServer(answer(), taking=trickle) as server:
        began = time.monotonic()
        call = HttpCall(method="PUT", url=server.url, content=b"x" * 30_000_000, timeout_seconds=WAIT_SECONDS)
        failure = failure_of(perform(way.mode, way.transports(), call)[0])
        took = time.monotonic() - began
    assert (failure.kind, failure.request_may_have_arrived) == ("timeout", True)
    assert took < LATE_SECONDS


def _events_until_late(way: Way, transports: TransportFactory, url: str) -> list[ServerEvent | None]:
    """Return the events of a stream until one is late; check that it was noticed in time."""
    found: list[ServerEvent | None] = []
    call = HttpCall(method="GET", url=url)

    def blocking() -> None:
        transport = transports.blocking()
        stream = transport.open_stream(call)
        try:
            while True:
                found.append(stream.next_event(LATE_SECONDS if len(found) < 2 else WAIT_SECONDS))
        finally:
            stream.close()
            transport.close()

    async def asynchronous() -> None:
        transport = transports.asynchronous()
        stream = await transport.open_stream(call)
        try:
            while True:
                found.append(await stream.next_event(LATE_SECONDS if len(found) < 2 else WAIT_SECONDS))
        finally:
            await stream.close()
            await transport.aclose()

    began = time.monotonic()
    with pytest.raises(TransportFailure) as caught:  # noqa: PT012 - one of two ways to do the same
        if way.mode == "sync":
            blocking()
        else:
            anyio.run(asynchronous, backend=way.mode)
    assert caught.value.kind == "timeout"
    assert time.monotonic() - began < LATE_SECONDS
    return found


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("rest", [b"", b"ffff\r\n: kept alive" + b"." * 200], ids=["silence", "comments"])
def test_each_wait_for_an_event_has_its_own_bound(
    way: Way, tls: tuple[ssl.SSLContext, ssl.SSLContext] | None, rest: bytes
) -> None:
    """The first read of a body began with a long one: httpcore would hold on to that."""

    def answering(connection: Connection, _request: Received) -> None:
        connection.send(EVENT_HEAD + _event("1") + _event("2"))
        connection.drip(rest)
        connection.stopping.wait(10)

    with RawServer(answering, tls=tls and tls[0]) as server:
        found = _events_until_late(way, way.transports(tls=tls and tls[1]), server.url)
    assert [event and event.data for event in found] == ["1", "2"]


def test_the_connection_of_a_finished_stream_serves_the_next_exchange(
    tls: tuple[ssl.SSLContext, ssl.SSLContext] | None,
) -> None:
    def answering(connection: Connection, request: Received) -> None:
        is_stream = "events" in request.target
        connection.send(EVENT_HEAD + _event("done") + b"0\r\n\r\n" if is_stream else OK)

    with RawServer(answering, tls=tls and tls[0]) as server:
        transport = HttpxTransports(tls=tls and tls[1]).blocking()
        for _ in range(3):
            stream = transport.open_stream(HttpCall(method="GET", url=f"{server.url}/events"))
            event = stream.next_event(5)
            assert event is not None
            assert event.data == "done"
            stream.close()
            assert transport.exchange(HttpCall(method="GET", url=server.url)).status == 200
        transport.close()
    assert server.accepted == 1


@pytest.mark.parametrize("way", WAYS)
def test_a_connection_that_does_not_open_in_time_is_no_submission(way: Way) -> None:
    def silent(connection: Connection) -> None:
        connection.stopping.wait(10)

    with RawServer(answer(), taking=silent) as server:
        # its port answers, but never in TLS
        url = server.url.replace("http:", "https:")
        call = HttpCall(method="POST", url=url, json={}, timeout_seconds=WAIT_SECONDS)
        failure = failure_of(perform(way.mode, way.transports(), call)[0])
    assert (failure.kind, failure.request_may_have_arrived) == ("connect", False)


def test_a_blocking_write_that_is_taken_in_drops_ends_at_its_deadline() -> None:
    small = [(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)]
    deadline = Deadline()

    def trickle(connection: Connection) -> None:
        while not connection.stopping.wait(WAIT_SECONDS / 20) and connection.socket.recv(1024):
            pass

    with RawServer(answer(), taking=trickle, receive_buffer_bytes=4096) as server:
        stream = BoundedBackend(deadline).connect_tcp("127.0.0.1", server.port, socket_options=small)
        deadline.ends = time.monotonic() + WAIT_SECONDS
        with pytest.raises(httpcore.WriteTimeout):
            stream.write(bytes(CHUNK_BYTES))
        stream.close()


@pytest.mark.parametrize("way", WAYS)
def test_a_certificate_that_nobody_trusts_is_no_submission(way: Way, authority: trustme.CA) -> None:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    with RawServer(lambda connection, _: connection.send(OK), tls=context) as server:
        call = HttpCall(method="POST", url=server.url, json={})
        failure = failure_of(perform(way.mode, way.transports(), call)[0])
    assert (failure.kind, failure.request_may_have_arrived) == ("connect", False)
    assert server.requests == []
