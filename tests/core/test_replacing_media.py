"""How a plugin replaces the inputs in a payload, and reads and hides the media in an answer."""

from __future__ import annotations

import base64

import pytest

from tarash.tarash_gateway.plugin import Flow, HttpCall, Media, replace_media, send, wire
from tarash.tarash_gateway.testing import drive, json_reply

BYTES = b"\x89PNG\r\n\x1a\n" + bytes(range(248))
PICTURE = base64.b64encode(BYTES).decode()
SIGNATURE = base64.b64encode(bytes(range(256))).decode()


def upload(media: Media) -> Flow[object]:
    if media.url is not None:
        return media.url
    reply = yield from send(HttpCall(method="POST", url=f"https://acme.test/files/{media.filename}"))
    return wire.text(reply.json(), "url")


def test_every_input_in_a_payload_is_replaced_in_order_however_deep() -> None:
    payload = {
        "prompt": "a boat",
        "frame": Media(content=b"one", filename="one.png"),
        "deep": {"list": [Media(url="https://example.com/two.png"), {"n": 1}, "text"]},
        "pair": (Media(content=b"three", filename="three.png"), 4),
    }
    replaced, calls = drive(
        replace_media(payload, upload), json_reply({"url": "up:1"}), json_reply({"url": "up:3"})
    )
    assert replaced == {
        "prompt": "a boat",
        "frame": "up:1",
        "deep": {"list": ["https://example.com/two.png", {"n": 1}, "text"]},
        "pair": ["up:3", 4],
    }
    assert [call.url.rpartition("/")[2] for call in calls] == ["one.png", "three.png"]
    assert isinstance(payload["frame"], Media), "the mapped payload itself stays as it is"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(PICTURE, BYTES, id="bare"),
        pytest.param(f"data:image/png;base64,{PICTURE}", BYTES, id="data URI"),
        pytest.param("-_8", b"\xfb\xff", id="the other alphabet, without padding"),
        pytest.param(f"{PICTURE}\n", BYTES, id="a line break at its end"),
        pytest.param(f"{PICTURE[:20]}\r\n {PICTURE[20:]}".rstrip("="), BYTES, id="lines, without padding"),
        pytest.param(f"data:image/png;BASE64,{PICTURE}\n", BYTES, id="data URI in capitals"),
        pytest.param("https://example.com/a.png", None, id="a URL"),
        pytest.param("AAAAA", None, id="cut off"),
        pytest.param("ü", None, id="no ASCII"),
        pytest.param("", None, id="empty"),
        pytest.param(None, None, id="absent"),
    ],
)
def test_base64_in_an_answer_is_read_or_is_none(text: str | None, expected: bytes | None) -> None:
    assert wire.base64_bytes({"data": [{"image": text}]}, "data", 0, "image") == expected


def test_media_in_an_answer_are_replaced_by_their_length() -> None:
    words = "a paper boat on a rainy street, " * 20
    answer = {
        "id": SIGNATURE,
        "prompt": words,
        "data": [{"b64": PICTURE, "n": 1}, f"data:image/png;base64,{PICTURE}"],
    }
    assert wire.without_base64(answer) == {
        "id": SIGNATURE,
        "prompt": words,
        "data": [{"b64": "<344 characters of base64>", "n": 1}, "<366 characters of base64>"],
    }
