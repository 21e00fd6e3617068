from __future__ import annotations

import pytest

from simulators.xai.failures import (
    BAD_DURATION,
    GONE,
    MODERATED,
    NO_KEY,
    NO_RIGHT,
    OUT_OF_CREDIT,
    SCHEMA,
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
from tarash_gateway_xai.errors import tarash_error


@pytest.mark.parametrize(
    ("told", "kind", "says"),
    [
        pytest.param(BAD_DURATION, ValidationError, "between 1 and 15", id="bad-request"),
        pytest.param(SCHEMA, ValidationError, "missing field `prompt`", id="plain-text"),
        pytest.param(WRONG_KEY, AuthenticationError, "Incorrect API key", id="wrong-key-as-400"),
        pytest.param(NO_KEY, AuthenticationError, "no credentials", id="no-key"),
        pytest.param(NO_RIGHT, AuthenticationError, "may not use", id="no-right"),
        pytest.param(OUT_OF_CREDIT, QuotaExceededError, "spending limit", id="no-credits-as-403"),
        pytest.param(MODERATED, ContentModerationError, "content moderation", id="flagged"),
        pytest.param(UNKNOWN_MODEL, ModelNotFoundError, "grok-imagine-video-9", id="unknown-model"),
        pytest.param(GONE, HTTPError, "about a day", id="unknown-video"),
        pytest.param(TOO_MANY_REQUESTS, RateLimitError, "Too many requests", id="flood"),
        pytest.param(UNAVAILABLE, HTTPError, "unavailable", id="unavailable"),
    ],
)
def test_an_error_answer_becomes_the_exception_it_stands_for(
    told: Status, kind: type[TarashException], says: str
) -> None:
    body = (
        json_reply(told.json, told.status)
        if told.text is None
        else HttpReply(told.status, {}, told.text.encode())
    )
    error = tarash_error(body)
    assert type(error) is kind
    assert says in error.message
    assert error.status_code == told.status


def test_a_refused_prompt_is_not_charged() -> None:
    error = tarash_error(json_reply(MODERATED.json, 400))
    assert isinstance(error, ContentModerationError)
    assert (error.stage, error.billed) == ("input", "no")


def test_a_lost_video_is_not_paid_for_at_another_provider() -> None:
    error = tarash_error(json_reply(GONE.json, 404))
    assert (error.allows_fallback, error.fallback_reason) == (False, "http")


def test_the_request_id_is_kept_for_support() -> None:
    assert tarash_error(json_reply(SCHEMA.json, 500, {"x-request-id": "r-1"})).request_id == "r-1"
