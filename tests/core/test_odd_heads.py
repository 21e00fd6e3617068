"""An answer with an odd head is a reply or a failure that says that the request may have arrived; never a wait, nor the next answer."""

from __future__ import annotations

import functools

import anyio
import pytest
from websockets.frames import Frame, Opcode
from websockets.utils import accept_key

from core.raw_server import OK, Connection, RawServer, Received, perform, reply_of
from core.transports import WAYS, Way
from tarash.tarash_gateway.plugin import HttpCall, HttpReply
from tarash.tarash_gateway.steps import ServerEvent, TransportFailure

BODY = b"\r\n\r\n5\r\nhello\r\n0\r\n\r\n"
LENGTH = b"\r\nContent-Length: 5\r\n\r\nhello"


def _outcome_of(way: Way, head: bytes, method: str = "POST") -> HttpReply | TransportFailure:
    """Return the outcome of a call that is answered with this, once the next call has got its own answer."""

    def answering(connection: Connection, request: Received) -> None:
        connection.send(OK if "next" in request.target else b"HTTP/1.1 " + head)

    with RawServer(answering) as server:
        odd = HttpCall(method=method, url=server.url, timeout_seconds=10)
        following = HttpCall(method="GET", url=f"{server.url}/next", timeout_seconds=10)
        outcome, answer = perform(way.mode, way.transports(), odd, following)
    assert reply_of(answer).content == b"{}"
    return outcome


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    "head",
    [
        b"101 Switching Protocols\r\nUpgrade: other\r\nConnection: upgrade\r\n\r\n",
        b"099 Odd" + LENGTH,
        b"000 Odd" + LENGTH,
        b"1000 Odd" + LENGTH,
        b"200 OK\r\nTransfer-Encoding: gzip, chunked" + BODY,
        b"200 OK\r\nTransfer-Encoding: chunked, chunked" + BODY,
        b"200 OK\r\nTransfer-Encoding: xchunked" + BODY,
        b"200 OK\r\nTransfer-Encoding: identity" + BODY,
        b"200 OK\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked" + BODY,
        b"200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-5\r\nhello\r\n0\r\n\r\n",
        b"200 OK\r\nContent-Length: -5\r\n\r\nhello",
        b"200 OK\r\nContent-Length: 3" + LENGTH,
    ],
    ids=repr,
)
def test_what_is_no_answer_may_mean_a_job(way: Way, head: bytes) -> None:
    failure = _outcome_of(way, head)
    assert isinstance(failure, TransportFailure), failure
    assert (failure.kind, failure.request_may_have_arrived) == ("protocol", True)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("status", [b"417 Expectation Failed", b"421 Misdirected", b"600 Odd", b"205 Reset"])
def test_a_rare_status_is_a_reply(way: Way, status: bytes) -> None:
    reply = _outcome_of(way, status + LENGTH)
    assert reply_of(reply).status == int(status[:3])
    assert reply_of(reply).content == b"hello"


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    ("method", "head"),
    [
        ("POST", b"204 No Content" + LENGTH),
        ("POST", b"204 No Content\r\nTransfer-Encoding: chunked" + BODY),
        ("GET", b"304 Not Modified" + LENGTH),
        ("HEAD", b"200 OK" + LENGTH),
        ("HEAD", b"200 OK\r\nTransfer-Encoding: chunked" + BODY),
    ],
)
def test_a_body_where_there_can_be_none_belongs_to_no_answer(way: Way, method: str, head: bytes) -> None:
    outcome = _outcome_of(way, head, method)
    if isinstance(outcome, TransportFailure):
        # aiohttp reads head and body at once, and finds the body wrong
        assert (outcome.kind, outcome.request_may_have_arrived) == ("protocol", True)
    else:
        assert (outcome.status, outcome.content) == (int(head[:3]), b"")


def _events(way: Way, frames: bytes, count: int) -> list[ServerEvent | None]:
    """Return the events of a WebSocket whose server sends these frames."""

    def answering(connection: Connection, request: Received) -> None:
        accept = accept_key(request.headers["sec-websocket-key"])
        head = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        connection.send(f"{head}Sec-WebSocket-Accept: {accept}\r\n\r\n".encode() + frames)
        while connection.socket.recv(4096):
            pass
        connection.close()

    def blocking(call: HttpCall) -> list[ServerEvent | None]:
        transport = way.transports().blocking()
        opened = transport.open_websocket(call, ())
        try:
            return [opened.next_event(10) for _ in range(count)]
        finally:
            opened.close()
            transport.close()

    async def asynchronous(call: HttpCall) -> list[ServerEvent | None]:
        transport = way.transports().asynchronous()
        opened = await transport.open_websocket(call, ())
        try:
            return [await opened.next_event(10) for _ in range(count)]
        finally:
            with anyio.CancelScope(shield=True):
                await opened.close()
                await transport.aclose()

    with RawServer(answering) as server:
        call = HttpCall(method="GET", url=server.url, timeout_seconds=10)
        if way.mode == "sync":
            return blocking(call)
        return anyio.run(functools.partial(asynchronous, call), backend=way.mode)


@pytest.mark.parametrize("way", WAYS)
def test_a_websocket_that_the_server_has_closed_has_no_more_messages(way: Way) -> None:
    frames = Frame(Opcode.TEXT, b"last").serialize(mask=False) + Frame(Opcode.CLOSE, b"").serialize(
        mask=False
    )
    last, *none = _events(way, frames, 3)
    assert last is not None
    assert (last.data, none) == ("last", [None, None])


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    "frame",
    [
        pytest.param(b"\xc1\x02hi", id="compressed"),
        pytest.param(b"\x83\x02hi", id="unknown-opcode"),
        pytest.param(b"\x80\x02hi", id="continuation-of-nothing"),
        pytest.param(b"\x09\x01x", id="fragmented-ping"),
        pytest.param(b"\x89\x7e\x00\xc8" + b"x" * 200, id="long-ping"),
        pytest.param(b"\x88\x01\x03", id="half-a-close-code"),
        pytest.param(b"\x81\x7f" + b"\xff" * 8, id="too-long"),
    ],
)
def test_a_frame_that_breaks_the_protocol_ends_the_websocket(way: Way, frame: bytes) -> None:
    with pytest.raises(TransportFailure, match="the WebSocket broke"):
        _events(way, frame, 1)
