from __future__ import annotations

from collections.abc import Mapping

import pytest

import tarash_gateway_google as google
from simulators.google import GoogleSimulator
from simulators.google.failures import (
    BLOCKED_WORDS,
    EXCEEDED,
    RETRY_IN_37_SECONDS,
    TOO_MANY,
    envelope,
)
from tarash.tarash_gateway.plugin import (
    AuthenticationError,
    ContentModerationError,
    HTTPError,
    HttpReply,
    ModelNotFoundError,
    QuotaExceededError,
    RateLimitError,
    TarashException,
    ValidationError,
)
from tarash.tarash_gateway.testing import ErrorCase, json_reply
from tarash.tarash_gateway.testing.simulator import Status


def read(status: int, body: object, headers: Mapping[str, str] | None = None) -> TarashException:
    return google.tarash_error(json_reply(body, status, headers))


@pytest.mark.parametrize("case", GoogleSimulator.cases.errors, ids=lambda case: case.name)
def test_every_error_row_has_its_exception(case: ErrorCase) -> None:
    assert isinstance(case.fault, Status)
    error = read(case.fault.status, case.fault.json)
    assert type(error) is case.raises
    assert error.status_code == case.fault.status
    assert getattr(error, "retry_after", None) == case.retry_after


@pytest.mark.parametrize(
    ("code", "status", "message", "raises"),
    [
        pytest.param(400, "INVALID_ARGUMENT", BLOCKED_WORDS, ContentModerationError, id="blocked"),
        pytest.param(
            400, "INVALID_ARGUMENT", "Request contains an invalid argument.", ValidationError, id="field"
        ),
        pytest.param(400, "INVALID_ARGUMENT", "API key expired.", AuthenticationError, id="expired-key"),
        pytest.param(
            400,
            "FAILED_PRECONDITION",
            "Please enable billing on project 1.",
            QuotaExceededError,
            id="billing",
        ),
        pytest.param(401, "UNAUTHENTICATED", "Invalid token.", AuthenticationError, id="token"),
        pytest.param(403, "PERMISSION_DENIED", "API disabled.", AuthenticationError, id="permission"),
        pytest.param(404, "NOT_FOUND", "models/x is no longer available.", ModelNotFoundError, id="retired"),
        pytest.param(413, "INVALID_ARGUMENT", "Too large.", ValidationError, id="too-large"),
        pytest.param(429, "RESOURCE_EXHAUSTED", f"{EXCEEDED} limit: 0", QuotaExceededError, id="no-quota"),
        pytest.param(429, "RESOURCE_EXHAUSTED", EXCEEDED, RateLimitError, id="rate"),
        pytest.param(500, "INTERNAL", "Internal.", HTTPError, id="internal"),
        pytest.param(
            503, "UNAVAILABLE", "The model is overloaded. Try again later.", RateLimitError, id="overloaded"
        ),
        pytest.param(503, "UNAVAILABLE", "Deadline expired before it was done.", HTTPError, id="too late"),
        pytest.param(500, "INTERNAL", "The model is overloaded.", HTTPError, id="overloaded in between"),
        pytest.param(504, "DEADLINE_EXCEEDED", "Too slow.", HTTPError, id="deadline"),
    ],
)
def test_status_and_words_tell_the_kind(
    code: int, status: str, message: str, raises: type[TarashException]
) -> None:
    error = read(code, envelope(code, status, message))
    assert type(error) is raises
    assert message.rstrip(".") in error.message


def test_an_error_in_a_list_of_one_is_unwrapped() -> None:
    assert "Broken" in read(500, [envelope(500, "INTERNAL", "Broken")]).message


def test_a_code_in_words_is_read() -> None:
    error = read(400, {"error": {"code": "invalid_request", "message": "Unknown task."}})
    assert isinstance(error, ValidationError)
    assert "Unknown task" in error.message


def test_a_page_instead_of_an_answer_says_what_to_check() -> None:
    page = HttpReply(404, {"content-type": "text/html; charset=UTF-8"}, b"<html>Error 404</html>")
    assert "base_url" in google.tarash_error(page).message


def test_the_wait_is_read_from_the_body_before_the_header() -> None:
    error = read(429, TOO_MANY.json, {"retry-after": "5"})
    assert isinstance(error, RateLimitError)
    assert error.retry_after == 37.0
    bare = read(429, envelope(429, "RESOURCE_EXHAUSTED", EXCEEDED), {"retry-after": "5"})
    assert isinstance(bare, RateLimitError)
    assert bare.retry_after == 5.0


def test_fractions_of_seconds_are_a_wait() -> None:
    delay = {**RETRY_IN_37_SECONDS, "retryDelay": "0.5s"}
    error = read(429, envelope(429, "RESOURCE_EXHAUSTED", EXCEEDED, delay))
    assert isinstance(error, RateLimitError)
    assert error.retry_after == 0.5


@pytest.mark.parametrize("delay", ["-3s", "soon", "nans", "37", ""])
def test_a_wait_that_cannot_be_meant_is_left_out(delay: str) -> None:
    error = read(429, envelope(429, "RESOURCE_EXHAUSTED", EXCEEDED, {"retryDelay": delay}))
    assert isinstance(error, RateLimitError)
    assert error.retry_after is None


def test_a_body_that_is_no_json_still_makes_an_error() -> None:
    error = google.tarash_error(HttpReply(502, {"content-type": "text/plain"}, b"bad gateway"))
    assert isinstance(error, HTTPError)
    assert error.is_retryable
