from __future__ import annotations

import pytest

import tarash_gateway_kling as kling
from simulators.kling.failures import HTTP_STATUS, envelope
from tarash.tarash_gateway.plugin import (
    AuthenticationError,
    ContentModerationError,
    GenerationFailedError,
    HTTPError,
    HttpReply,
    ModelNotFoundError,
    QuotaExceededError,
    RateLimitError,
    TarashException,
    ValidationError,
)
from tarash.tarash_gateway.testing import json_reply
from tarash_gateway_kling.errors import data_of, task_failure


@pytest.mark.parametrize(
    ("code", "kind", "is_retryable", "allows_fallback"),
    [
        (1000, AuthenticationError, False, True),
        (1001, AuthenticationError, False, True),
        (1002, AuthenticationError, False, True),
        (1003, AuthenticationError, False, True),
        (1004, AuthenticationError, False, True),
        (1100, AuthenticationError, False, True),
        (1101, QuotaExceededError, False, True),
        (1102, QuotaExceededError, False, True),
        (1103, AuthenticationError, False, True),
        (1200, ValidationError, False, False),
        (1201, ValidationError, False, False),
        (1202, HTTPError, False, False),
        (1203, ModelNotFoundError, False, True),
        (1300, ContentModerationError, False, False),
        (1301, ContentModerationError, False, False),
        (1302, RateLimitError, True, True),
        (1303, RateLimitError, True, True),
        (1304, AuthenticationError, False, True),
        (5000, HTTPError, True, True),
        (5001, RateLimitError, True, True),
        (5002, HTTPError, True, True),
    ],
)
def test_the_code_decides_and_not_the_http_status(
    code: int, kind: type[TarashException], is_retryable: bool, allows_fallback: bool
) -> None:
    for status in (HTTP_STATUS[code], 200):
        error = kling.tarash_error(json_reply(envelope(code, "the reason"), status))
        assert type(error) is kind
        assert (error.is_retryable, error.allows_fallback) == (
            is_retryable,
            allows_fallback or error.is_retryable,
        )
        assert "the reason" in error.message
        assert str(code) in error.message
        assert error.request_id is not None


@pytest.mark.parametrize(("code", "seconds"), [(1302, 1.0), (1303, 10.0)])
def test_a_limit_says_how_long_to_wait(code: int, seconds: float) -> None:
    error = kling.tarash_error(json_reply(envelope(code, "slow down"), 429))
    assert isinstance(error, RateLimitError)
    assert error.retry_after == seconds


def test_a_server_error_hidden_in_http_200_carries_its_real_status() -> None:
    error = kling.tarash_error(json_reply(envelope(5002, "timeout"), 200))
    assert error.status_code == 504


@pytest.mark.parametrize(
    ("body", "status", "kind"),
    [
        pytest.param(b"<html>bad gateway</html>", 502, HTTPError, id="HTML of a gateway"),
        pytest.param(
            b'{"timestamp":"2026","status":404,"error":"Not Found","path":"/x"}',
            404,
            ModelNotFoundError,
            id="no code",
        ),
        pytest.param(b'{"code":9999,"message":"new"}', 429, RateLimitError, id="unknown code"),
        pytest.param(b"", 503, HTTPError, id="nothing"),
    ],
)
def test_an_answer_without_a_known_code_is_read_by_its_status(
    body: bytes, status: int, kind: type[TarashException]
) -> None:
    assert type(kling.tarash_error(HttpReply(status, {}, body))) is kind


def test_a_refused_request_is_not_billed() -> None:
    error = kling.tarash_error(json_reply(envelope(1301, "content"), 400))
    assert isinstance(error, ContentModerationError)
    assert (error.stage, error.billed) == ("input", "no")


def test_a_code_in_http_200_is_an_error() -> None:
    with pytest.raises(QuotaExceededError):
        data_of(json_reply(envelope(1102, "resource pack exhausted")))


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("Failure to pass the risk control system", ContentModerationError),
        ("Task failed, please try again", GenerationFailedError),
        (None, GenerationFailedError),
    ],
)
def test_a_failed_task_is_judged_by_its_words(words: str | None, kind: type[TarashException]) -> None:
    assert type(task_failure(words, {})) is kind
