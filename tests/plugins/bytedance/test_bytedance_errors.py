from __future__ import annotations

import pytest

from simulators.bytedance.failures import (
    BAD_DURATION,
    GONE,
    INTERNAL,
    NO_RIGHT,
    NOT_OPEN,
    OVERDUE,
    OVERLOADED,
    PAUSED,
    REAL_PERSON,
    REQUEST_ID,
    SENSITIVE_PROMPT,
    TOO_MANY_REQUESTS,
    UNKNOWN_MODEL,
    WRONG_KEY,
    error,
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
from tarash_gateway_bytedance.errors import tarash_error

CLOSED = error(
    400, "InvalidEndpoint.ClosedEndpoint", "The request targeted an endpoint that is currently closed."
)
RISKY = error(400, "InputTextRiskDetection", "The request could not be processed.")
TRIAL = error(429, "QuotaExceeded", "Your account has exhausted its free trial quota.")


@pytest.mark.parametrize(
    ("told", "kind", "says"),
    [
        pytest.param(BAD_DURATION, ValidationError, "between 4 and 12", id="bad-request"),
        pytest.param(WRONG_KEY, AuthenticationError, "missing or invalid", id="wrong-key"),
        pytest.param(NO_RIGHT, AuthenticationError, "AccessDenied", id="no-right"),
        pytest.param(OVERDUE, QuotaExceededError, "overdue balance", id="overdue-as-403"),
        pytest.param(PAUSED, QuotaExceededError, "raise the limit", id="paused-as-429"),
        pytest.param(TRIAL, QuotaExceededError, "free trial", id="trial-as-429"),
        pytest.param(SENSITIVE_PROMPT, ContentModerationError, "sensitive information", id="prompt"),
        pytest.param(REAL_PERSON, ContentModerationError, "real person", id="person"),
        pytest.param(RISKY, ContentModerationError, "RiskDetection", id="risk"),
        pytest.param(UNKNOWN_MODEL, ModelNotFoundError, "check the model name and the region", id="model"),
        pytest.param(NOT_OPEN, ModelNotFoundError, "activate", id="not-activated"),
        pytest.param(CLOSED, ModelNotFoundError, "currently closed", id="closed-endpoint-as-400"),
        pytest.param(GONE, HTTPError, "seven days", id="unknown-task"),
        pytest.param(TOO_MANY_REQUESTS, RateLimitError, "Requests Per Minute", id="flood"),
        pytest.param(OVERLOADED, RateLimitError, "additional requests", id="overloaded"),
        pytest.param(INTERNAL, HTTPError, "internal error", id="internal"),
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


def test_a_refused_input_is_not_charged() -> None:
    found = tarash_error(json_reply(REAL_PERSON.json, 400))
    assert isinstance(found, ContentModerationError)
    assert (found.stage, found.billed) == ("input", "no")


def test_a_lost_task_is_not_paid_for_at_another_provider() -> None:
    assert tarash_error(json_reply(GONE.json, 404)).allows_fallback is False


def test_the_request_id_is_kept_for_support() -> None:
    assert tarash_error(json_reply(INTERNAL.json, 500, {"x-request-id": REQUEST_ID})).request_id == REQUEST_ID
