"""Large inputs hold up nobody else: their bodies are written in pieces, and not by the event loop."""

from __future__ import annotations

import base64
import json
import random
import threading
from collections.abc import ItemsView
from typing import Literal

import pytest

from core.raw_server import RawServer, answer, perform, reply_of
from tarash.tarash_gateway import ValidationError
from tarash.tarash_gateway.media.base64_text import decode_base64, encode_base64
from tarash.tarash_gateway.plugin import HttpCall
from tarash.tarash_gateway.transport import HttpxTransports
from tarash.tarash_gateway.transport.json_body import LARGE_CHARACTERS, json_pieces

LARGE = "A" * (3 * LARGE_CHARACTERS + 1)


@pytest.mark.parametrize(
    "value",
    [
        pytest.param({"prompt": "a boat", "n": [1, 2.5, None, True]}, id="small"),
        pytest.param(
            {"image": LARGE, "prompt": 'say "boat"', "again": [LARGE, {"deep": LARGE}]}, id="base64"
        ),
        pytest.param([LARGE], id="nothing-else"),
        pytest.param('船🛶"\\\n\x00' * LARGE_CHARACTERS, id="what-must-be-escaped-wherever-it-is-cut"),
        pytest.param((LARGE, LARGE), id="twice"),
    ],
)
def test_pieces_make_the_same_body(value: object) -> None:
    pieces = json_pieces(value)
    expected = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    assert b"".join(pieces) == expected
    assert max(map(len, pieces)) <= 8 * LARGE_CHARACTERS


def test_half_a_character_in_a_large_text_is_refused_before_anything_is_sent() -> None:
    with RawServer(answer()) as server, pytest.raises(ValidationError, match="cannot build the request"):
        perform("sync", HttpxTransports(), HttpCall(method="POST", url=server.url, json=[LARGE + "\udc80"]))
    assert server.requests == []


class _Payload(dict[str, object]):
    """Notes which threads read it to write it down."""

    def __init__(self, **members: object) -> None:
        super().__init__(members)
        self.threads: set[int] = set()

    def items(self) -> ItemsView[str, object]:  # type: ignore[override] # a view of the same items
        self.threads.add(threading.get_ident())
        return super().items()


@pytest.mark.parametrize("mode", ["asyncio", "trio"])
def test_an_event_loop_does_not_write_a_large_body(mode: Literal["asyncio", "trio"]) -> None:
    payload = _Payload(image=LARGE)
    with RawServer(answer()) as server:
        (reply,) = perform(mode, HttpxTransports(), HttpCall(method="POST", url=server.url, json=payload))
    assert reply_of(reply).status == 200
    assert json.loads(server.requests[0].body) == {"image": LARGE}
    assert threading.get_ident() not in payload.threads
    assert payload.threads


@pytest.mark.parametrize("size", [0, 1, 2, 3, 786_431, 786_432, 786_433, 2_000_000])
def test_base64_in_pieces_is_the_base64_of_the_whole(size: int) -> None:
    content = random.Random(size).randbytes(size)
    assert encode_base64(content) == base64.b64encode(content).decode()
    assert decode_base64(encode_base64(content)) == content
