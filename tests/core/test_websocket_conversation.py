"""A WebSocket without a network: what its frames become, and what ends it."""

from __future__ import annotations

import pytest
from websockets.frames import Frame, Opcode
from websockets.utils import accept_key

from tarash.tarash_gateway.plugin import HttpCall, ServerEvent
from tarash.tarash_gateway.steps import TransportFailure
from tarash.tarash_gateway.transport.server_events import MAX_EVENT_BYTES
from tarash.tarash_gateway.transport.websocket import conversation_for
from tarash.tarash_gateway.transport.websocket.conversation import Conversation

CALL = HttpCall(method="GET", url="https://a.example/s", headers={"Authorization": "Bearer key"})


def answer(conversation: Conversation, **changes: str) -> dict[str, str]:
    """The headers with which a server opens the WebSocket."""
    key = conversation.call.headers["Sec-WebSocket-Key"]
    headers = {"upgrade": "websocket", "connection": "Upgrade", "sec-websocket-accept": accept_key(key)}
    return {**headers, **{name.replace("_", "-"): value for name, value in changes.items()}}


def opened(*messages: str, call: HttpCall = CALL) -> Conversation:
    conversation = conversation_for(call, messages)
    conversation.accept(101, answer(conversation))
    return conversation


def frame(opcode: Opcode, data: bytes, *, fin: bool = True) -> bytes:
    return Frame(opcode, data, fin).serialize(mask=False)


def events(conversation: Conversation, *received: bytes) -> list[ServerEvent]:
    for content in received:
        conversation.feed(content)
    found = []
    while (event := conversation.next_event()) is not None:
        found.append(event)
    return found


def test_the_handshake_keeps_the_headers_of_the_call_and_offers_no_compression() -> None:
    headers = opened().call.headers
    assert headers["Authorization"] == "Bearer key"
    assert (headers["Upgrade"], headers["Connection"]) == ("websocket", "Upgrade")
    assert "Sec-WebSocket-Extensions" not in headers
    assert "Host" not in headers


def test_messages_arrive_whole_however_they_are_cut() -> None:
    whole = (
        frame(Opcode.TEXT, b"one")
        + frame(Opcode.TEXT, b"t", fin=False)
        + frame(Opcode.PING, b"still there?")
        + frame(Opcode.CONT, b"wo")
        + frame(Opcode.BINARY, b"\xff\x00")
        + frame(Opcode.TEXT, b"")
    )
    expected = [
        ServerEvent("message", "one"),
        ServerEvent("message", "two"),
        ServerEvent("binary", "", b"\xff\x00"),
        ServerEvent("message", ""),
    ]
    assert events(opened(), whole) == expected
    assert events(opened(), *[bytes([byte]) for byte in whole]) == expected


def test_a_ping_is_answered() -> None:
    conversation = opened()
    assert conversation.outgoing() == b""
    conversation.feed(frame(Opcode.PING, b"1234"))
    assert conversation.outgoing()[:2] == bytes([0x80 | Opcode.PONG, 0x80 | 4])


def test_first_messages_are_sent_masked_once_the_socket_is_open() -> None:
    conversation = conversation_for(CALL, ("hello",))
    assert conversation.outgoing() == b""
    conversation.accept(101, answer(conversation))
    sent = conversation.outgoing()
    mask, masked = sent[2:6], sent[6:]
    assert bytes(byte ^ mask[place % 4] for place, byte in enumerate(masked)) == b"hello"


def test_a_close_of_the_server_is_the_end() -> None:
    conversation = opened()
    received = frame(Opcode.TEXT, b"last") + frame(Opcode.CLOSE, b"\x03\xe8")
    assert events(conversation, received) == [ServerEvent("message", "last")]
    assert conversation.is_over
    assert conversation.outgoing()


@pytest.mark.parametrize(
    "received",
    [
        pytest.param([b""], id="connection-lost"),
        pytest.param([frame(Opcode.TEXT, b"x" * (MAX_EVENT_BYTES + 1))], id="too-large"),
        pytest.param(
            [frame(Opcode.TEXT, b"x" * MAX_EVENT_BYTES, fin=False), frame(Opcode.CONT, b"x")],
            id="too-large-in-parts",
        ),
        pytest.param([frame(Opcode.CONT, b"x")], id="part-of-nothing"),
        pytest.param([Frame(Opcode.TEXT, b"masked").serialize(mask=True)], id="masked"),
        pytest.param([b"\xff\xff\xff\xff"], id="no-frame"),
        pytest.param([bytes([0xC1, 1, 0])], id="compressed"),
    ],
)
def test_a_broken_protocol_ends_the_socket_after_what_came_before(received: list[bytes]) -> None:
    conversation = opened()
    conversation.feed(frame(Opcode.TEXT, b"before"))
    for content in received:
        conversation.feed(content)
    assert conversation.next_event() == ServerEvent("message", "before")
    with pytest.raises(TransportFailure, match="the WebSocket broke"):
        conversation.next_event()


def test_the_size_limit_counts_memory_not_frames() -> None:
    assert len(events(opened(), frame(Opcode.TEXT, b"x" * MAX_EVENT_BYTES))) == 1


@pytest.mark.parametrize(
    ("status", "changes"),
    [
        pytest.param(200, {}, id="status"),
        pytest.param(101, {"sec_websocket_accept": "AAAA"}, id="another-key"),
        pytest.param(101, {"upgrade": "h2c"}, id="another-protocol"),
        pytest.param(101, {"sec_websocket_extensions": "permessage-deflate"}, id="extension-not-offered"),
        pytest.param(101, {"sec_websocket_protocol": "graphql-ws"}, id="subprotocol-not-offered"),
    ],
)
def test_an_answer_that_opens_no_socket_is_refused(status: int, changes: dict[str, str]) -> None:
    conversation = conversation_for(CALL, ())
    with pytest.raises(TransportFailure, match="no WebSocket") as caught:
        conversation.accept(status, answer(conversation, **changes))
    assert not any(received in str(caught.value) for received in changes.values()), "it may repeat a key"
    assert caught.value.__context__ is None


def test_a_subprotocol_of_the_call_is_accepted() -> None:
    call = HttpCall(method="GET", url=CALL.url, headers={"Sec-WebSocket-Protocol": "v1.status, v2.status"})
    conversation = conversation_for(call, ())
    conversation.accept(101, answer(conversation, sec_websocket_protocol="v2.status"))
    assert conversation.call.headers["Sec-WebSocket-Protocol"] == "v1.status, v2.status"
    assert not conversation.is_over
