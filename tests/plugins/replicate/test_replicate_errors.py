from __future__ import annotations

import pytest

import tarash_gateway_replicate as replicate
from plugins.replicate.replicate_calls import prediction
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
from tarash_gateway_replicate.status import read_status

REFUSALS = [
    pytest.param(
        400, {"title": "Bad request", "detail": "malformed"}, ValidationError, "malformed", id="400"
    ),
    pytest.param(
        401,
        {
            "title": "Unauthenticated",
            "detail": "You did not pass a valid authentication token",
            "status": 401,
        },
        AuthenticationError,
        "valid authentication token",
        id="401",
    ),
    pytest.param(
        402,
        {"title": "Insufficient credit", "detail": "You have insufficient credit to run this model."},
        QuotaExceededError,
        "insufficient credit",
        id="402",
    ),
    pytest.param(403, {"detail": "no access"}, AuthenticationError, "not permitted: no access", id="403"),
    pytest.param(404, {"title": "Not found"}, ModelNotFoundError, "Not found", id="404"),
    pytest.param(
        422,
        {
            "detail": "- input: prompt is required\n- input.steps: Must be less than or equal to 4\n",
            "title": "Input validation failed",
            "invalid_fields": [{"type": "required", "field": "input", "description": "prompt is required"}],
        },
        ValidationError,
        "input: prompt is required; input.steps: Must be",
        id="422 input",
    ),
    pytest.param(
        422,
        {"title": "Invalid version or not permitted", "detail": "The specified version does not exist"},
        ModelNotFoundError,
        "does not exist",
        id="422 version",
    ),
    pytest.param(500, {"detail": "oops"}, HTTPError, "oops", id="500"),
]


@pytest.mark.parametrize(("status", "body", "kind", "says"), REFUSALS)
def test_a_refusal_becomes_the_right_exception(
    status: int, body: dict[str, object], kind: type[TarashException], says: str
) -> None:
    error = replicate.tarash_error(json_reply(body, status))
    assert type(error) is kind
    assert says in error.message
    assert (error.status_code, error.raw_response) == (status, body)
    assert error.is_retryable is (status >= 500)


@pytest.mark.parametrize(
    ("body", "headers", "seconds"),
    [
        ({"detail": "Request was throttled.", "retry_after": 10}, {}, 10.0),
        ({"detail": "Request was throttled.", "retry_after": 10}, {"retry-after": "3"}, 3.0),
        ({"detail": "Request was throttled. Your rate limit resets in ~7s."}, {}, 7.0),
        ({"detail": "Request was throttled."}, {}, None),
    ],
)
def test_a_rate_limit_says_how_long_to_wait(
    body: dict[str, object], headers: dict[str, str], seconds: float | None
) -> None:
    error = replicate.tarash_error(json_reply(body, 429, headers))
    assert isinstance(error, RateLimitError)
    assert error.retry_after == seconds


def test_a_page_of_the_edge_is_read_by_its_status() -> None:
    error = replicate.tarash_error(HttpReply(502, {"content-type": "text/html"}, b"<html>Bad gateway</html>"))
    assert isinstance(error, HTTPError)
    assert error.is_retryable


@pytest.mark.parametrize(
    ("words", "kind", "is_retryable"),
    [
        (
            "The input or output was flagged as sensitive. Please try again with different inputs. (E005)",
            ContentModerationError,
            False,
        ),
        ("NSFW content detected. Try a different prompt.", ContentModerationError, False),
        ("All images were filtered by the safety checker", ContentModerationError, False),
        ("Request moderated by the vendor", ContentModerationError, False),
        ("violates our content policy", ContentModerationError, False),
        ("safety_tolerance must be at most 5", GenerationFailedError, False),
        ("CUDA out of memory (E1001)", GenerationFailedError, False),
        ("Model did not start in time (E6716)", GenerationFailedError, True),
        ("Something went wrong (E1000)", GenerationFailedError, True),
        ("Prediction interrupted; please retry (code: PA)", GenerationFailedError, True),
        ("could not decode the start image", GenerationFailedError, False),
        (None, GenerationFailedError, False),
    ],
)
def test_a_failed_prediction_is_told_by_its_words(
    words: str | None, kind: type[TarashException], is_retryable: bool
) -> None:
    status = read_status(prediction("failed", error=words))
    assert status.state == "failed"
    assert type(status.error) is kind
    assert status.error.is_retryable is is_retryable
    assert (words or "no explanation given") in status.error.message
    assert status.error.request_id == prediction()["id"]
