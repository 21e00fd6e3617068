from __future__ import annotations

import pytest

from simulators.bfl.failures import (
    BAD_DURATION,
    BAD_REQUEST,
    GONE,
    INTERNAL,
    MODERATED,
    NO_CREDITS,
    NO_KEY,
    TOO_MANY_REQUESTS,
    UNAVAILABLE,
    UNKNOWN_MODEL,
    WRONG_KEY,
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
from tarash_gateway_bfl.errors import tarash_error


@pytest.mark.parametrize(
    ("told", "kind", "says"),
    [
        pytest.param(BAD_DURATION, ValidationError, "duration: Input should be", id="findings"),
        pytest.param(BAD_REQUEST, ValidationError, "Invalid request", id="bad-request"),
        pytest.param(WRONG_KEY, AuthenticationError, "Invalid Authentication", id="wrong-key"),
        pytest.param(NO_KEY, AuthenticationError, "Not authenticated", id="no-key"),
        pytest.param(NO_CREDITS, QuotaExceededError, "Insufficient credits", id="no-credits"),
        pytest.param(MODERATED, ContentModerationError, "flagged", id="flagged"),
        pytest.param(UNKNOWN_MODEL, ModelNotFoundError, "check the model name", id="unknown-model"),
        pytest.param(GONE, HTTPError, "job not found", id="unknown-job"),
        pytest.param(TOO_MANY_REQUESTS, RateLimitError, "Too many concurrent", id="flood"),
        pytest.param(UNAVAILABLE, HTTPError, "temporarily unavailable", id="unavailable"),
        pytest.param(INTERNAL, HTTPError, "Internal Server Error", id="internal"),
        pytest.param(Status(502, text="bad gateway"), HTTPError, "bad gateway", id="plain-text"),
    ],
)
def test_an_error_answer_becomes_the_exception_it_stands_for(
    told: Status, kind: type[TarashException], says: str
) -> None:
    reply = (
        json_reply(told.json, told.status)
        if told.text is None
        else HttpReply(told.status, {}, told.text.encode())
    )
    found = tarash_error(reply)
    assert type(found) is kind
    assert says in found.message
    assert found.status_code == told.status


def test_the_pause_is_read_from_the_body_unless_a_header_names_one() -> None:
    told = tarash_error(json_reply(TOO_MANY_REQUESTS.json, 429))
    header = tarash_error(json_reply(TOO_MANY_REQUESTS.json, 429, {"retry-after": "7"}))
    assert isinstance(told, RateLimitError)
    assert isinstance(header, RateLimitError)
    assert (told.retry_after, header.retry_after) == (2.0, 7.0)


def test_a_refused_prompt_is_not_charged() -> None:
    found = tarash_error(json_reply(MODERATED.json, 422))
    assert isinstance(found, ContentModerationError)
    assert (found.stage, found.billed) == ("input", "no")


def test_a_lost_job_is_not_paid_for_at_another_provider() -> None:
    assert tarash_error(json_reply(GONE.json, 404)).allows_fallback is False


def test_the_request_id_is_kept_for_support() -> None:
    assert tarash_error(json_reply(INTERNAL.json, 500, {"x-request-id": "r-1"})).request_id == "r-1"
