from __future__ import annotations

import pytest

from simulators.stability.failures import (
    BAD_REQUEST,
    ERROR_ID,
    GONE,
    INTERNAL,
    MODERATED,
    NO_KEY,
    NOT_ENGLISH,
    OUT_OF_CREDIT,
    PUBLIC_FIGURE,
    TOO_LARGE,
    TOO_MANY_REQUESTS,
    WRONG_KEY,
    refusal,
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
from tarash.tarash_gateway.testing import json_reply
from tarash.tarash_gateway.testing.simulator import Status
from tarash_gateway_stability.errors import tarash_error


@pytest.mark.parametrize(
    ("told", "kind", "says"),
    [
        pytest.param(BAD_REQUEST, ValidationError, "aspect_ratio: must be one of", id="bad-request"),
        pytest.param(TOO_LARGE, ValidationError, "larger than 10MiB", id="too-large"),
        pytest.param(NOT_ENGLISH, ValidationError, "English", id="not-english"),
        pytest.param(WRONG_KEY, AuthenticationError, "Incorrect API key", id="wrong-key"),
        pytest.param(NO_KEY, AuthenticationError, "missing authorization", id="no-key"),
        pytest.param(
            refusal(403, "permission_denied"), AuthenticationError, "permission_denied", id="no-right"
        ),
        pytest.param(OUT_OF_CREDIT, QuotaExceededError, "credits", id="no-credits"),
        pytest.param(MODERATED, ContentModerationError, "flagged", id="flagged"),
        pytest.param(PUBLIC_FIGURE, ContentModerationError, "public figure", id="public-figure"),
        pytest.param(GONE, HTTPError, "24 hours", id="gone"),
        pytest.param(refusal(404, "not_found"), ModelNotFoundError, "model name", id="unknown-path"),
        pytest.param(TOO_MANY_REQUESTS, RateLimitError, "rate limit", id="flood"),
        pytest.param(INTERNAL, HTTPError, "unexpected server error", id="internal"),
    ],
)
def test_an_error_answer_becomes_the_exception_it_stands_for(
    told: Status, kind: type[TarashException], says: str
) -> None:
    error = tarash_error(json_reply(told.json, told.status))
    assert type(error) is kind
    assert says in error.message
    assert error.status_code == told.status


def test_the_id_of_the_error_is_kept_for_support() -> None:
    assert tarash_error(json_reply(BAD_REQUEST.json, 400)).request_id == ERROR_ID
    assert tarash_error(json_reply({"message": "no"}, 401, {"x-request-id": "r-1"})).request_id == "r-1"


def test_a_flood_locks_the_account_out_for_a_minute_unless_a_header_says_otherwise() -> None:
    error = tarash_error(json_reply(TOO_MANY_REQUESTS.json, 429))
    assert isinstance(error, RateLimitError)
    assert error.retry_after == 60.0
    sooner = tarash_error(json_reply(TOO_MANY_REQUESTS.json, 429, {"retry-after": "3"}))
    assert isinstance(sooner, RateLimitError)
    assert sooner.retry_after == 3.0


def test_a_lost_generation_is_not_paid_for_at_another_provider() -> None:
    error = tarash_error(json_reply(GONE.json, 404))
    assert (error.allows_fallback, error.fallback_reason) == (False, "http")


def test_a_refused_prompt_is_not_charged() -> None:
    error = tarash_error(json_reply(MODERATED.json, 403))
    assert isinstance(error, ContentModerationError)
    assert (error.stage, error.billed) == ("input", "no")


def test_a_page_of_the_edge_is_read_as_text() -> None:
    error = tarash_error(HttpReply(502, {"content-type": "text/html"}, b"<html>bad gateway</html>"))
    assert isinstance(error, HTTPError)
    assert error.is_retryable
    assert error.raw_response == "<html>bad gateway</html>"
