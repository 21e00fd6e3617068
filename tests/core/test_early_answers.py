"""A server may answer a large upload before it has read it: that answer counts, also if the connection breaks then."""

from __future__ import annotations

import socket
import ssl
import struct

import pytest
import trustme

from core.raw_server import OK, Connection, RawServer, answer, failure_of, perform, reply_of
from core.transports import WAYS, Way
from tarash.tarash_gateway.plugin import HttpCall

REFUSED = b"HTTP/1.1 413 Content Too Large\r\nContent-Length: 7\r\nConnection: close\r\n\r\nrefused"
BODY = bytes(20_000_000)
AT_ONCE = struct.pack("ii", 1, 0)
"""Closing sends a reset."""


def _upload(url: str) -> HttpCall:
    return HttpCall(method="POST", url=url, content=BODY, timeout_seconds=10)


@pytest.fixture(params=["http", "https"])
def tls(request: pytest.FixtureRequest) -> tuple[ssl.SSLContext, ssl.SSLContext] | None:
    """Return the contexts of a server and of its client, or None for plain http."""
    if request.param == "http":
        return None
    authority = trustme.CA()
    server, client = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH), ssl.create_default_context()
    authority.issue_cert("127.0.0.1").configure_cert(server)
    authority.configure_trust(client)
    return server, client


@pytest.mark.parametrize("way", WAYS)
def test_an_early_answer_is_read_although_the_connection_breaks_then(
    way: Way, tls: tuple[ssl.SSLContext, ssl.SSLContext] | None
) -> None:
    def refuse(connection: Connection) -> None:
        connection.socket.recv(1024)
        connection.send(REFUSED)
        # time to read it; a network may lose what a reset overtakes
        connection.stopping.wait(0.3)
        connection.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, AT_ONCE)

    with RawServer(answer(), tls=tls and tls[0], taking=refuse) as server:
        (outcome,) = perform(way.mode, way.transports(tls=tls and tls[1]), _upload(server.url))
    assert (reply_of(outcome).status, reply_of(outcome).content) == (413, b"refused")


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("said", [b"", b"HTTP/1.1 100 Continue\r\n\r\n", b"no HTTP at all\r\n\r\n"], ids=repr)
def test_an_upload_that_breaks_off_without_an_answer_may_have_arrived(way: Way, said: bytes) -> None:
    def break_off(connection: Connection) -> None:
        connection.socket.recv(1024)
        connection.send(said)
        connection.stopping.wait(0.1)
        connection.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, AT_ONCE)

    with RawServer(answer(), taking=break_off) as server:
        (outcome,) = perform(way.mode, way.transports(), _upload(server.url))
    assert failure_of(outcome).request_may_have_arrived


@pytest.mark.parametrize("way", WAYS)
def test_a_server_that_hints_before_it_answers_gets_the_whole_upload(way: Way) -> None:
    def hint(connection: Connection) -> None:
        read = b""
        while received := connection.socket.recv(1 << 16):
            if not read:
                connection.send(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\n\r\n")
            read = read[-3:] + received
            if read.endswith(b"end"):
                connection.send(OK)
                read = b""

    with RawServer(answer(), taking=hint) as server:
        call = HttpCall(method="PUT", url=server.url, content=BODY + b"end", timeout_seconds=10)
        outcomes = perform(way.mode, way.transports(), call, call)
    assert [reply_of(outcome).status for outcome in outcomes] == [200, 200]
    assert server.accepted == 1
