"""A server cannot fill the memory: what it sends is counted as it is inflated, and a line of its status stream has an end."""

from __future__ import annotations

import gzip
import tracemalloc
import zlib
from collections.abc import Callable
from functools import partial

import anyio
import pytest

from core.raw_server import Connection, RawServer, Received, answer, failure_of, perform, reply_of
from core.transports import WAYS, Way
from tarash.tarash_gateway.plugin import HttpCall
from tarash.tarash_gateway.steps import ServerEvent, TransportFailure
from tarash.tarash_gateway.transport.bodies import PIECE_BYTES, Inflater
from tarash.tarash_gateway.transport.server_events import MAX_EVENT_BYTES, EventBytes, EventParser

TEXT = b'{"status": "completed", "words": "a paper boat"}'
EVENT_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"
MIB = 1024 * 1024


def _coded(content: bytes, coding: str) -> bytes:
    head = f"HTTP/1.1 200 OK\r\nContent-Encoding: {coding}\r\nContent-Length: {len(content)}\r\n\r\n"
    return head.encode() + content


def _raw_deflate(content: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(content) + packer.flush()


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    ("coding", "encode"),
    [
        ("gzip", gzip.compress),
        ("x-gzip", gzip.compress),
        ("GZIP, identity", gzip.compress),
        ("deflate", zlib.compress),
        ("deflate", _raw_deflate),
        ("identity", bytes),
    ],
)
def test_a_compressed_answer_is_read(way: Way, coding: str, encode: Callable[[bytes], bytes]) -> None:
    body = TEXT * 20_000  # several pieces
    with RawServer(answer(_coded(encode(body), coding))) as server:
        (reply,) = perform(way.mode, way.transports(), HttpCall(method="GET", url=server.url))
    assert reply_of(reply).content == body
    assert server.requests[0].headers["accept-encoding"] == "gzip, deflate"


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    ("coding", "content", "told"),
    [
        pytest.param("gzip", gzip.compress(bytes(9 * MIB)), "larger than 1048576 bytes", id="one-layer"),
        pytest.param("gzip, gzip", gzip.compress(gzip.compress(bytes(9 * MIB))), "one at a time", id="two"),
        pytest.param("gzip", b"plain text", "cannot be decoded", id="not-gzip"),
        pytest.param("br", b"\x0b\x02\x80hello\x03", "content encoding br", id="not-asked-for"),
    ],
)
def test_an_answer_that_unfolds_beyond_the_limit_is_stopped(
    way: Way, coding: str, content: bytes, told: str
) -> None:
    with RawServer(answer(_coded(content, coding))) as server:
        transports = way.transports(max_answer_bytes=MIB)
        (outcome,) = perform(way.mode, transports, HttpCall(method="GET", url=server.url))
    failure = failure_of(outcome)
    assert (failure.kind, told in str(failure)) == ("protocol", True), failure


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(("coding", "encode"), [("gzip", gzip.compress), ("deflate", _raw_deflate)])
def test_an_answer_whose_compressed_data_ends_early_is_no_answer(
    way: Way, coding: str, encode: Callable[[bytes], bytes]
) -> None:
    with RawServer(answer(_coded(encode(TEXT * 20_000)[:-1], coding))) as server:
        (outcome,) = perform(way.mode, way.transports(), HttpCall(method="POST", url=server.url))
    failure = failure_of(outcome)
    assert (failure.kind, failure.request_may_have_arrived) == ("protocol", True)
    assert "ends early" in str(failure)


@pytest.mark.parametrize("way", WAYS)
def test_an_answer_without_a_body_is_complete_whatever_its_encoding(way: Way) -> None:
    with RawServer(answer(_coded(b"", "gzip"))) as server:
        (reply,) = perform(way.mode, way.transports(), HttpCall(method="GET", url=server.url))
    assert reply_of(reply).content == b""


@pytest.mark.parametrize("beyond", range(16))
def test_the_last_bytes_arrive_although_the_compressed_ones_are_used_up(beyond: int) -> None:
    """The end of a raw "deflate" stream has no checksum, whose bytes would fetch what the decompressor still holds."""
    content = b"ab" * ((PIECE_BYTES + beyond) // 2)
    inflater = Inflater({"content-encoding": "deflate"})
    assert b"".join(inflater.feed(_raw_deflate(content))) == content


@pytest.mark.parametrize("after", [b"", bytes(512)], ids=["nothing", "padding"])
@pytest.mark.parametrize("at_once", [1, 7, 1 << 20])
def test_members_of_gzip_are_read_one_after_another(at_once: int, after: bytes) -> None:
    content = [b"first" * 100, b"", b"last" * 100_000]
    sent = b"".join(map(gzip.compress, content)) + after
    inflater = Inflater({"content-encoding": "gzip"})
    pieces = [
        piece for at in range(0, len(sent), at_once) for piece in inflater.feed(sent[at : at + at_once])
    ]
    inflater.check_end()
    assert b"".join(pieces) == b"".join(content)


def test_a_later_member_of_gzip_that_is_damaged_is_no_answer() -> None:
    inflater = Inflater({"content-encoding": "gzip"})
    damaged = bytearray(gzip.compress(b"last" * 200_000))
    # the checksum
    damaged[-5] ^= 1
    with pytest.raises(TransportFailure, match="cannot be decoded"):
        list(inflater.feed(gzip.compress(b"first") + damaged))


def test_a_later_member_of_gzip_that_ends_early_is_no_answer() -> None:
    inflater = Inflater({"content-encoding": "gzip"})
    list(inflater.feed(gzip.compress(b"first") + gzip.compress(b"last" * 1000)[:-9]))
    with pytest.raises(TransportFailure, match="ends early"):
        inflater.check_end()


@pytest.mark.parametrize("way", [WAYS[0], WAYS[-1]])
def test_inflating_takes_no_more_memory_than_the_limit(way: Way) -> None:
    # 64 KiB of it, as much as is read at a time, are 64 MiB
    bomb = gzip.compress(bytes(128 * MIB))
    with RawServer(answer(_coded(bomb, "gzip"))) as server:
        transports = way.transports(max_answer_bytes=4 * MIB)
        tracemalloc.start()
        try:
            (outcome,) = perform(way.mode, transports, HttpCall(method="GET", url=server.url))
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
    assert failure_of(outcome).kind == "protocol"
    assert peak < 16 * MIB


def _first_event(way: Way, url: str) -> ServerEvent | None:
    call = HttpCall(method="GET", url=url)
    if way.mode == "sync":
        transport = way.transports().blocking()
        try:
            source = transport.open_stream(call)
            try:
                return source.next_event(30.0)
            finally:
                source.close()
        finally:
            transport.close()
    return anyio.run(partial(_first_event_async, way, call), backend=way.mode)


async def _first_event_async(way: Way, call: HttpCall) -> ServerEvent | None:
    transport = way.transports().asynchronous()
    try:
        source = await transport.open_stream(call)
        try:
            return await source.next_event(30.0)
        finally:
            await source.close()
    finally:
        await transport.aclose()


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("line", [b"data: " + b"x" * 65_000, b"data: x\n" * 8_000], ids=["one-line", "many"])
def test_an_event_without_end_is_stopped(way: Way, line: bytes) -> None:
    def endless(connection: Connection, _request: Received) -> None:
        connection.send(EVENT_HEAD)
        while not connection.stopping.is_set():
            connection.send(line)

    with RawServer(endless) as server, pytest.raises(TransportFailure, match=f"more than {MAX_EVENT_BYTES}"):
        _first_event(way, server.url)


@pytest.mark.parametrize("way", WAYS)
def test_a_compressed_stream_is_read_as_it_comes(way: Way) -> None:
    head = EVENT_HEAD.replace(b"\r\n\r\n", b"\r\nContent-Encoding: gzip\r\n\r\n")
    with RawServer(answer(head + gzip.compress(b"data: 1\n\n"))) as server:
        assert _first_event(way, server.url) == ServerEvent("message", "1")
    assert server.requests[0].headers["accept-encoding"] == "identity"


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"], ids=["LF", "CR LF", "CR"])
@pytest.mark.parametrize("size", [1, 2, 3, 1000])
def test_lines_end_as_the_standard_says_wherever_they_are_cut(end: bytes, size: int) -> None:
    # U+2028 and U+0085 end lines for Python's splitlines, not in an event stream
    stream = end.join(
        [
            "event: a\u2028b".encode(),
            "data: x\u0085y".encode(),
            b"data:z",
            b"",
            b": note",
            b"data: 2",
            b"",
            b"",
        ]
    )
    reader, events = EventBytes(), []
    for at in range(0, len(stream), size):
        reader.feed(stream[at : at + size])
        # a part of a compressed stream may hold no text
        reader.feed(b"")
        while (event := reader.next_event()) is not None:
            events.append(event)
    assert events == [ServerEvent("a\u2028b", "x\u0085y\nz"), ServerEvent("message", "2")]


def test_each_event_has_the_whole_limit_to_itself() -> None:
    parser = EventParser()
    for _ in range(3):
        assert parser.feed(f"data:{'x' * (MAX_EVENT_BYTES - 1)}") is None
        assert parser.feed("") is not None
