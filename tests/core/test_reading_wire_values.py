"""Ids, moments, status words and nesting, as providers write them: what cannot be read is None and raises nothing."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from core.acme import Acme
from tarash.tarash_gateway import (
    HTTPConnectionError,
    HTTPError,
    ModelNotFoundError,
    QuotaExceededError,
    TarashException,
    UnexpectedResponseError,
)
from tarash.tarash_gateway.plugin import (
    AuthenticationError,
    Delivery,
    HttpReply,
    accepted_id,
    default_error,
    send_to_storage,
    state_of_word,
    wire,
)
from tarash.tarash_gateway.testing import call_for, drive, json_reply

MOMENT = datetime(2026, 9, 21, 14, 13, 20, tzinfo=UTC)
SECONDS = 1790000000
STORING = call_for(Acme(), "paced", base_url="http://127.0.0.1:8080")


@pytest.mark.parametrize(
    "written",
    [
        SECONDS,
        str(SECONDS),
        SECONDS * 1000,
        SECONDS * 10**6,
        SECONDS * 10**9,
        "2026-09-21T14:13:20Z",
        "2026-09-21T14:13:20",
        "2026-09-21T16:13:20+02:00",
    ],
)
def test_a_moment_is_read_in_any_unit(written: object) -> None:
    assert wire.moment({"at": written}, "at") == MOMENT


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("Sat, 28 Nov 2026 12:00:00 GMT", datetime(2026, 11, 28, 12, tzinfo=UTC)),
        # a zone that is not known counts as UTC
        ("Sat, 28 Nov 2026 12:00:00 -0000", datetime(2026, 11, 28, 12, tzinfo=UTC)),
        ("Sat, 28 Nov 2026 14:00:00 +0200", datetime(2026, 11, 28, 12, tzinfo=UTC)),
        ("Sat, 28 Nov 99999 12:00:00 GMT", None),
        ("tomorrow", None),
        ("", None),
        (7, None),
    ],
)
def test_the_date_of_a_header_is_read(written: object, read: datetime | None) -> None:
    assert wire.http_date({"date": written}, "date") == read


@pytest.mark.parametrize(
    "written",
    [
        10**400,
        -(10**30),
        "soon",
        "",
        None,
        True,
        [],
        {},
        "9" * 400,
        "0001-01-01T00:00:00+23:59",
        float("nan"),
    ],
)
def test_what_is_no_moment_is_none_or_some_moment_and_never_an_error(written: object) -> None:
    read = wire.moment({"at": written}, "at")
    assert read is None or read.tzinfo is UTC


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("abc", "abc"),
        (17, "17"),
        (0, "0"),
        (True, None),
        (1.5, None),
        ("", None),
        ("a\x00b", None),
        ("a\ud800", None),
    ],
)
def test_an_id_is_a_text_or_a_whole_number(written: object, read: str | None) -> None:
    assert wire.identifier({"id": written}, "id") == read


def test_an_id_of_thousands_of_digits_is_none() -> None:
    assert wire.identifier(10**5000) is None


@pytest.mark.parametrize(
    ("words", "state"),
    [
        ("queued IN_QUEUE Queueing pending submitted", "queued"),
        ("in-progress IN_PROGRESS inProgress Running", "processing"),
        ("completed COMPLETED Succeeded succeed success done Finished", "completed"),
        ("failed FAIL Failure error expired timed_out", "failed"),
        ("cancelled Canceled CANCELLED aborted", "cancelled"),
        ("umbrella", "processing"),
    ],
)
def test_a_status_word_is_read_in_any_spelling(words: str, state: str) -> None:
    assert {state_of_word(word) for word in words.split()} == {state}


def test_a_provider_s_own_words_count_first() -> None:
    assert state_of_word("DONE", {"done": "processing"}) == "processing"
    assert state_of_word("Ready", {"Ready": "queued"}) == "queued"
    assert state_of_word(None) == "processing"


@pytest.mark.parametrize("opening", ['{"a": ', "["])
def test_deep_nesting_is_cut_off_and_the_rest_is_read(opening: str) -> None:
    closing = "}" if "{" in opening else "]"
    deep = opening * 500 + "1" + closing * 500
    body = HttpReply(200, {}, f'{{"id": "j1", "extra": {deep}}}'.encode()).json_object()
    assert body["id"] == "j1"
    depth, inner = 0, body["extra"]
    while inner is not None:
        depth, inner = depth + 1, wire.member(inner, "a" if "{" in opening else 0)
    assert depth == 63
    assert json.dumps(body)


def test_nesting_that_no_parser_takes_is_an_unreadable_answer() -> None:
    content = b"[" * 1_000_000
    with pytest.raises(UnexpectedResponseError):
        HttpReply(200, {}, content).json()
    with pytest.raises(UnexpectedResponseError):
        Delivery(headers={}, body=content, received_at=MOMENT).json_object()


def test_half_of_a_surrogate_pair_is_replaced_since_nothing_can_save_it() -> None:
    content = rb'{"a \ud83d": ["\uDE00 boat", "\ud83d\ude00", "ship"], "size": 1e3}'
    read = {"a \ufffd": ["\ufffd boat", "\N{GRINNING FACE}", "ship"], "size": 1000.0}
    assert HttpReply(200, {}, content).json() == read
    assert Delivery(headers={}, body=content, received_at=MOMENT).json_object() == read


def test_many_brackets_that_are_not_deep_are_kept() -> None:
    body = {"rows": [{"cells": [number]} for number in range(200)]}
    assert json_reply(body).json() == body


def test_what_a_submission_says_in_place_of_an_id_is_raised() -> None:
    assert accepted_id(json_reply({"data": {"id": 7}}), "data", "id") == "7"
    with pytest.raises(QuotaExceededError, match="no credit"):
        accepted_id(json_reply({"error": {"message": "no credit", "code": 402}}), "id")
    with pytest.raises(UnexpectedResponseError, match="has no id"):
        accepted_id(json_reply({"state": "queued"}), "id")


def test_a_single_value_and_a_list_of_them_are_read_alike() -> None:
    assert wire.one_or_more({"output": "a"}, "output") == ["a"]
    assert wire.one_or_more({"output": ["a", "b"]}, "output") == ["a", "b"]
    assert wire.one_or_more({"output": None}, "output") == wire.one_or_more({}, "output") == []


@pytest.mark.parametrize(("submits", "submitted"), [(True, "unknown"), (False, "no")])
def test_before_a_submission_no_job_can_exist(submits: bool, submitted: str) -> None:
    with pytest.raises(HTTPError, match="out of order") as caught:
        accepted_id(json_reply({"error": {"message": "out of order", "code": 500}}), "id", submits=submits)
    assert caught.value.submitted == submitted


@pytest.mark.parametrize(
    ("url", "is_sent"),
    [
        ("https://storage.example/put?sig=x", True),
        ("http://storage.example/put?sig=x", False),
        ("http://127.0.0.1:8080/put", True),
        ("http://127.0.0.1:8081/put", False),
        ("file:///etc/passwd", False),
        ("/put", False),
        (".evil.example/put", False),
        ("http://[broken", False),
    ],
)
def test_a_file_goes_out_encrypted_or_to_the_server_that_was_configured(url: str, is_sent: bool) -> None:
    flow = send_to_storage(STORING, "PUT", url, content=b"x")
    if is_sent:
        _, (sent,) = drive(flow, HttpReply(200))
        assert (sent.url, dict(sent.headers)) == (url, {})
    else:
        with pytest.raises(UnexpectedResponseError, match="not https; nothing was sent"):
            drive(flow)


@pytest.mark.parametrize(
    ("status", "is_raised"),
    [
        *((status, True) for status in (400, 402, 403, 404, 413, 429, 503)),
        # of a foreign server, the core tells no status when it raises
        *((status, False) for status in (400, 402, 403, 404, 413)),
    ],
)
def test_a_refusal_of_the_storage_says_nothing_about_the_provider(status: int, is_raised: bool) -> None:
    words = "<Error><Message>Request has expired</Message></Error>"
    reply = HttpReply(status, {}, words.encode())
    refusal = default_error(reply) if is_raised else reply
    flow = send_to_storage(STORING, "PUT", "https://bucket.example/put?signature=secret", content=b"x")
    with pytest.raises(HTTPError) as caught:
        drive(flow, refusal)
    error = caught.value
    assert type(error) is HTTPError
    assert not isinstance(error, AuthenticationError | QuotaExceededError | ModelNotFoundError)
    assert "bucket.example" in error.message
    assert f"HTTP {status}" in error.message
    assert "Request has expired" in error.message
    assert "secret" not in error.message
    assert (error.submitted, error.billed, error.fallback_reason) == ("no", "no", "server_error")
    assert error.is_retryable == (status in (403, 404, 429, 503))


def test_a_broken_connection_to_the_storage_stays_one() -> None:
    broken: TarashException = HTTPConnectionError("broke")
    with pytest.raises(HTTPConnectionError) as caught:
        drive(send_to_storage(STORING, "PUT", "https://bucket.example/"), broken)
    assert caught.value is broken
