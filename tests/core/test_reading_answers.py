"""What the core reads out of foreign answers: error statuses, waits, wire members, events, signatures."""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from core.acme import Acme
from tarash.tarash_gateway import (
    AuthenticationError,
    HTTPError,
    ModelNotFoundError,
    QuotaExceededError,
    RateLimitError,
    TarashException,
    UnexpectedResponseError,
    ValidationError,
)
from tarash.tarash_gateway.plugin import (
    Delivery,
    HttpReply,
    Secret,
    ServerEvent,
    default_error,
    retry_after_seconds,
    verify_standard_webhook,
    wire,
)
from tarash.tarash_gateway.testing import call_for
from tarash.tarash_gateway.transport.server_events import EventParser

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
SECRET = b"a webhook secret of this test"
WHSEC = "whsec_" + base64.b64encode(SECRET).decode()


@pytest.mark.parametrize(
    ("status", "raises", "retryable", "falls_back"),
    [
        (400, ValidationError, False, False),
        (413, ValidationError, False, False),
        (415, ValidationError, False, False),
        (422, ValidationError, False, False),
        (401, AuthenticationError, False, True),
        (403, AuthenticationError, False, True),
        (402, QuotaExceededError, False, True),
        (404, ModelNotFoundError, False, True),
        (429, RateLimitError, True, True),
        (405, HTTPError, False, False),
        (418, HTTPError, False, False),
        (408, HTTPError, True, True),
        (409, HTTPError, True, True),
        (500, HTTPError, True, True),
        (503, HTTPError, True, True),
        (529, HTTPError, True, True),
        (599, HTTPError, True, True),
        (301, HTTPError, False, False),
    ],
)
def test_what_an_error_status_means(
    status: int, raises: type[TarashException], retryable: bool, falls_back: bool
) -> None:
    error = default_error(HttpReply(status, {}, b'{"detail": "the words"}'))
    assert type(error) is raises
    assert (error.is_retryable, error.allows_fallback, error.status_code) == (retryable, falls_back, status)
    assert error.raw_response == {"detail": "the words"}
    assert "the words" in error.message


def test_an_error_without_words_says_so_and_a_long_one_is_cut() -> None:
    assert "no explanation given" in default_error(HttpReply(500)).message
    assert len(default_error(HttpReply(500, {}, b"x" * 100_000)).message) < 600
    assert default_error(HttpReply(500, {}, b"<html>"), "the plugin's words").message.endswith(
        "the plugin's words"
    )


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "5"}, 5),
        ({"retry-after": "1.5"}, 1.5),
        ({"retry-after": "-3"}, 0),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "inf"}, None),
        ({"retry-after-ms": "1e400", "retry-after": "9"}, 9),
        ({"retry-after-ms": "250"}, 0.25),
        ({"retry-after-ms": "250", "retry-after": "9"}, 0.25),
        ({"retry-after-ms": "x", "retry-after": "9"}, 9),
        ({"retry-after": format_datetime(NOW + timedelta(seconds=30), usegmt=True)}, 30),
        ({"retry-after": format_datetime(NOW - timedelta(seconds=30), usegmt=True)}, 0),
        (
            {
                "retry-after": format_datetime(NOW + timedelta(hours=1, seconds=30), usegmt=True),
                "date": format_datetime(NOW + timedelta(hours=1), usegmt=True),
            },
            30,
        ),
        # without a zone, a date is in UTC
        ({"retry-after": (NOW + timedelta(seconds=30)).strftime("%a, %d %b %Y %H:%M:%S -0000")}, 30),
        # a leap second, which no type of Python holds
        ({"retry-after": "Sun, 22 Nov 2026 00:00:60 GMT", "date": "Sun, 22 Nov 2026 00:00:29 GMT"}, 30),
        ({"retry-after": "Sun, 99 Foo 2026 00:00:00 GMT"}, None),
        ({"retry-after": f"Sun, 22 Nov {10**20} 00:00:00 GMT"}, None),
    ],
)
def test_how_long_a_server_asks_to_wait(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after_seconds(HttpReply(429, headers), now=NOW) == seconds


def test_a_date_without_any_clock_is_no_answer() -> None:
    reply = HttpReply(429, {"retry-after": format_datetime(NOW, usegmt=True)})
    assert retry_after_seconds(reply) is None


@pytest.mark.parametrize(
    "content", [b"", b"{", b"<html></html>", b"\xff\xfe", b'{"a": }', pytest.param(b"[" * 100_000, id="deep")]
)
def test_a_body_that_is_no_json_is_told(content: bytes) -> None:
    with pytest.raises(
        UnexpectedResponseError, match=f"got {len(content)} bytes of text/plain with HTTP 200"
    ):
        HttpReply(200, {"content-type": "text/plain"}, content).json()


@pytest.mark.parametrize("content", [b"[]", b"null", b"7", b'"text"'])
def test_a_body_that_is_no_object_is_told(content: bytes) -> None:
    with pytest.raises(UnexpectedResponseError, match="expected a JSON object"):
        HttpReply(200, {}, content).json_object()


def test_an_id_that_cannot_be_sent_back_is_as_good_as_none() -> None:
    for content in (b'{"id": "\\ud800"}', b'{"id": "a\\u0000b"}', b'{"id": ""}', b'{"id": true}', b"{}"):
        with pytest.raises(UnexpectedResponseError, match="the answer has no id"):
            HttpReply(200, {}, content).require_text("id")
    assert HttpReply(200, {}, b'{"data": [{"id": 9007199254740993}]}').require_text("data", 0, "id") == (
        "9007199254740993"
    )


def test_a_whole_number_beyond_what_a_float_holds_stays_exact() -> None:
    assert wire.integer({"seed": 9007199254740993}, "seed") == 9007199254740993


BODY = {"a": {"b": [{"c": "text"}, 5]}, "n": 3, "f": 2.5, "s": "4.5", "e": "", "t": True, "z": None}


def test_members_are_read_without_believing_their_types() -> None:
    assert wire.member(BODY, "a", "b", 0, "c") == "text"
    assert wire.member(BODY, "a", "b", -1) == 5
    for path in (("a", "b", 9), ("a", "x"), ("n", "x"), ("a", "b", "c"), ("z", 0)):
        assert wire.member(BODY, *path) is None
    assert (wire.text(BODY, "a", "b", 0, "c"), wire.text(BODY, "e"), wire.text(BODY, "n")) == (
        "text",
        None,
        None,
    )
    assert [wire.number(BODY, name) for name in ("n", "f", "s", "e", "t", "z")] == [
        3,
        2.5,
        4.5,
        None,
        None,
        None,
    ]
    assert [wire.integer(BODY, name) for name in ("n", "f", "s", "t")] == [3, None, None, None]
    assert (wire.items(BODY, "a", "b"), wire.items(BODY, "n")) == ([{"c": "text"}, 5], [])
    assert (wire.mapping(BODY, "a", "b", 0), wire.mapping(BODY, "s")) == ({"c": "text"}, {})


@pytest.mark.parametrize("value", ["nan", "inf", "-Infinity", "1e400", float("nan"), 10**400])
def test_what_is_not_a_finite_number_is_not_read(value: object) -> None:
    assert (wire.number({"n": value}, "n"), wire.integer({"n": value}, "n")) == (None, None)


@pytest.mark.parametrize("url", ["https://[", "http://[::1", "acme:", ""])
def test_an_address_that_cannot_be_read_is_not_the_providers_own(url: str) -> None:
    call = call_for(Acme(), "paced")
    assert call.is_own_origin(f"{call.base_url}/jobs")
    assert not call.is_own_origin(url)


@pytest.mark.parametrize(
    ("lines", "events"),
    [
        pytest.param(["data: a", ""], [ServerEvent("message", "a")], id="plain"),
        pytest.param(["event: done", "data: a", "data: b", ""], [ServerEvent("done", "a\nb")], id="named"),
        pytest.param([": keep-alive", "", "data:a", ""], [ServerEvent("message", "a")], id="comment"),
        pytest.param(["event: x", "", "data: a", ""], [ServerEvent("message", "a")], id="event-without-data"),
        pytest.param(
            ["id: 7", "retry: 10", "data: {", "data: }", ""], [ServerEvent("message", "{\n}")], id="others"
        ),
        pytest.param(["data: a"], [], id="cut-off"),
        pytest.param(["data:  two", ""], [ServerEvent("message", " two")], id="one-space-is-dropped"),
        pytest.param(["data", ""], [ServerEvent("message", "")], id="no-colon"),
    ],
)
def test_server_sent_events(lines: list[str], events: list[ServerEvent]) -> None:
    parser = EventParser()
    assert [event for line in lines if (event := parser.feed(line)) is not None] == events


def _signed(body: bytes, *, secret: bytes = SECRET, at: datetime = NOW, **changes: str) -> Delivery:
    stamp = str(int(at.timestamp()))
    digest = hmac.new(secret, f"msg_1.{stamp}.".encode() + body, hashlib.sha256).digest()
    headers = {
        "webhook-id": "msg_1",
        "webhook-timestamp": stamp,
        "webhook-signature": f"v1,{base64.b64encode(digest).decode()}",
        **{name.replace("_", "-"): value for name, value in changes.items()},
    }
    return Delivery(headers=headers, body=body, received_at=NOW)


def test_a_signed_delivery_is_accepted() -> None:
    verify_standard_webhook(_signed(b"{}"), WHSEC)
    verify_standard_webhook(_signed(b"{}"), Secret(WHSEC))
    verify_standard_webhook(_signed(b"{}", secret=b"plain-secret"), "plain-secret")
    good = _signed(b"{}").headers["webhook-signature"]
    verify_standard_webhook(_signed(b"{}", webhook_signature=f"v1,AAAA {good} v2,BBBB"), WHSEC)


@pytest.mark.parametrize(
    ("delivery", "told"),
    [
        pytest.param(_signed(b"{}", secret=b"another"), "does not match", id="another-secret"),
        pytest.param(_signed(b"{}", webhook_signature=""), "is not signed", id="unsigned"),
        pytest.param(_signed(b"{}", webhook_id=""), "is not signed", id="without-id"),
        pytest.param(_signed(b"{}", webhook_id="msg_2"), "does not match", id="another-id"),
        pytest.param(_signed(b"{}", webhook_timestamp="now"), "not a number", id="no-time"),
        pytest.param(_signed(b"{}", at=NOW - timedelta(seconds=301)), "a replay", id="too-old"),
        pytest.param(_signed(b"{}", at=NOW + timedelta(seconds=301)), "a replay", id="from-the-future"),
        pytest.param(_signed(b"{}", webhook_timestamp="nan"), "webhook", id="not-a-number"),
        pytest.param(_signed(b"{}", webhook_signature="v1,Ünïcode"), "does not match", id="no-ascii"),
        pytest.param(
            _signed(b"{}", webhook_signature="v1,\ud800"), "does not match", id="half-a-surrogate-pair"
        ),
        pytest.param(_signed(b"{}", webhook_id="\ud800"), "does not match", id="no-printable-id"),
    ],
)
def test_a_delivery_that_proves_nothing_is_refused(delivery: Delivery, told: str) -> None:
    with pytest.raises(AuthenticationError, match=told):
        verify_standard_webhook(delivery, WHSEC)


def test_the_signature_covers_the_body() -> None:
    signed = _signed(b'{"status": "OK"}')
    with pytest.raises(AuthenticationError):
        verify_standard_webhook(Delivery(headers=signed.headers, body=b"{}", received_at=NOW), WHSEC)


def test_without_a_secret_no_delivery_is_believed() -> None:
    with pytest.raises(AuthenticationError, match="no webhook secret"):
        verify_standard_webhook(_signed(b"{}"), None)


@pytest.mark.parametrize("secret", ["", "  ", "whsec_", "whsec_\n"])
def test_an_empty_secret_verifies_nothing_since_everybody_has_it(secret: str) -> None:
    delivery = _signed(b"{}", secret=secret.strip().removeprefix("whsec_").encode())
    with pytest.raises(AuthenticationError, match="webhook secret is empty"):
        verify_standard_webhook(delivery, secret)


@pytest.mark.parametrize("secret", ["whsec_%%%=", "whsec_sécret"])
def test_a_mistyped_secret_is_told(secret: str) -> None:
    with pytest.raises(AuthenticationError, match="not base64"):
        verify_standard_webhook(_signed(b"{}"), secret)
