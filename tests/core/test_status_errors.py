"""What an HTTP error status means is told once: to the exception made of an answer, and to the one built by hand."""

from __future__ import annotations

import pytest

from tarash.tarash_gateway import (
    AuthenticationError,
    HTTPError,
    ModelNotFoundError,
    QuotaExceededError,
    RateLimitError,
    TarashException,
    ValidationError,
)
from tarash.tarash_gateway.models.config import DEFAULT_FALLBACK_ON
from tarash.tarash_gateway.plugin import HttpReply, default_error
from tarash.tarash_gateway.statuses import meaning_of_status

EVERY_STATUS = range(300, 600)
# status, class that the core makes, whether to repeat, whether to ask another provider, word of `fallback_on`
STATUSES: list[tuple[int, type[TarashException], bool, bool, str]] = [
    (301, HTTPError, False, False, "http"),
    (400, ValidationError, False, False, "validation"),
    (401, AuthenticationError, False, True, "authentication"),
    (402, QuotaExceededError, False, True, "quota_exceeded"),
    (403, AuthenticationError, False, True, "authentication"),
    (404, ModelNotFoundError, False, True, "model_not_found"),
    (405, HTTPError, False, False, "http"),
    (408, HTTPError, True, True, "server_error"),
    (409, HTTPError, True, True, "server_error"),
    (413, ValidationError, False, False, "validation"),
    (415, ValidationError, False, False, "validation"),
    (418, HTTPError, False, False, "http"),
    (422, ValidationError, False, False, "validation"),
    (425, HTTPError, True, True, "server_error"),
    (429, RateLimitError, True, True, "rate_limit"),
    (500, HTTPError, True, True, "server_error"),
    (501, HTTPError, True, True, "server_error"),
    (503, HTTPError, True, True, "server_error"),
    (529, HTTPError, True, True, "server_error"),
    (599, HTTPError, True, True, "server_error"),
]


@pytest.mark.parametrize(("status", "kind", "retryable", "falls_back", "reason"), STATUSES)
def test_what_a_status_means(
    status: int, kind: type[TarashException], *, retryable: bool, falls_back: bool, reason: str
) -> None:
    error = default_error(HttpReply(status, {}, b'{"detail": "the words"}'))
    assert type(error) is kind
    assert (error.is_retryable, error.allows_fallback, error.fallback_reason) == (
        retryable,
        falls_back,
        reason,
    )
    assert (error.status_code, error.raw_response) == (status, {"detail": "the words"})


def _consequences(error: TarashException) -> tuple[bool, bool, str]:
    return (error.is_retryable, error.allows_fallback, error.fallback_reason)


def test_built_by_hand_it_behaves_as_the_one_the_core_makes() -> None:
    made = {status: _consequences(default_error(HttpReply(status))) for status in EVERY_STATUS}
    by_hand = {status: _consequences(HTTPError("m", status_code=status)) for status in EVERY_STATUS}
    assert by_hand == made


def test_who_catches_http_errors_catches_every_status_but_a_mistake_of_the_request() -> None:
    others = {type(default_error(HttpReply(status))) for status in EVERY_STATUS}
    assert {kind for kind in others if not issubclass(kind, HTTPError)} == {ValidationError}


def test_every_message_names_its_status_and_begins_in_lower_case() -> None:
    for status in EVERY_STATUS:
        message = default_error(HttpReply(status)).message
        assert f"HTTP {status}" in message
        assert message.startswith("HTTP ") or message[0].islower()


def test_what_allows_a_fallback_has_a_word_that_users_can_name() -> None:
    meanings = {meaning_of_status(status) for status in EVERY_STATUS}
    assert {meaning.reason for meaning in meanings if meaning.allows_fallback} <= DEFAULT_FALLBACK_ON


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        pytest.param(
            HTTPError("no such job", status_code=404, allows_fallback=False), "http", id="a lost job"
        ),
        pytest.param(HTTPError("busy", status_code=200, allows_fallback=True), "server_error", id="in a 200"),
        pytest.param(HTTPError("busy", allows_fallback=True), "server_error", id="no status"),
        pytest.param(HTTPError("odd"), "http", id="nothing known"),
        pytest.param(HTTPError("busy", status_code=503, is_retryable=False), "server_error", id="once only"),
        pytest.param(
            QuotaExceededError("no credit", status_code=429), "quota_exceeded", id="credit in a 429"
        ),
        pytest.param(
            RateLimitError("slow", status_code=503, allows_fallback=False),
            "rate_limit",
            id="a narrower class",
        ),
    ],
)
def test_whoever_raises_it_knows_better_than_its_status(error: TarashException, reason: str) -> None:
    assert error.fallback_reason == reason


def test_a_status_told_afterwards_changes_the_reason() -> None:
    error = HTTPError("busy", is_retryable=True, allows_fallback=True)
    error.status_code = 429
    assert error.fallback_reason == "rate_limit"


@pytest.mark.parametrize("status", [429, 503])
def test_the_wait_that_the_server_asks_for_is_kept_for_every_status(status: int) -> None:
    error = default_error(HttpReply(status, {"retry-after": "7"}))
    assert isinstance(error, HTTPError)
    assert error.retry_after == 7.0
