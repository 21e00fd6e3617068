from __future__ import annotations

import pytest

import tarash_gateway_luma as luma
from simulators.luma import failures
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


@pytest.mark.parametrize(
    ("answer", "kind", "retryable", "fallback"),
    [
        pytest.param(failures.UNKNOWN_MODEL, ModelNotFoundError, False, True, id="unknown model"),
        pytest.param(
            failures.UNKNOWN_DREAM_MODEL, ModelNotFoundError, False, True, id="unknown model, finding"
        ),
        pytest.param(failures.BAD_RATIO, ValidationError, False, False, id="aspect ratio"),
        pytest.param(failures.MISSING_KEY, AuthenticationError, False, True, id="missing key"),
        pytest.param(failures.REVOKED_KEY, AuthenticationError, False, True, id="revoked key"),
        pytest.param(failures.SUSPENDED, AuthenticationError, False, True, id="suspended"),
        pytest.param(failures.OUT_OF_CREDIT, QuotaExceededError, False, True, id="out of credit"),
        pytest.param(failures.TOO_LARGE, ValidationError, False, False, id="too large"),
        pytest.param(failures.TOO_MANY_REQUESTS, RateLimitError, True, True, id="window full"),
        pytest.param(failures.TOO_MANY_JOBS, RateLimitError, True, True, id="too many jobs"),
        pytest.param(failures.UPSTREAM_DOWN, HTTPError, True, True, id="upstream"),
        pytest.param(failures.INGESTION_DOWN, RateLimitError, True, True, id="ingestion"),
        pytest.param(failures.BLACKLISTED, ContentModerationError, False, False, id="refused words"),
        pytest.param(
            Status(400, json={"detail": "Type 'video' is not supported for model 'uni-1'"}),
            ValidationError,
            False,
            False,
            id="type of another model",
        ),
        pytest.param(
            Status(422, json={"detail": "source: failed to fetch URL (HTTP 404)"}),
            ValidationError,
            False,
            False,
            id="unreachable input",
        ),
        pytest.param(
            Status(404, json={"detail": "Generation not found"}),
            HTTPError,
            False,
            False,
            id="unknown generation",
        ),
        pytest.param(Status(500, text="oops"), HTTPError, True, True, id="no JSON"),
    ],
)
def test_error_answers_become_exceptions(
    answer: Status, kind: type[TarashException], retryable: bool, fallback: bool
) -> None:
    body = json_reply(answer.json, answer.status) if answer.json else HttpReply(answer.status, {}, b"oops")
    error = luma.tarash_error(body)
    assert type(error) is kind
    assert (error.is_retryable, error.allows_fallback) == (retryable, fallback)
    assert error.status_code == answer.status


@pytest.mark.parametrize(
    ("answer", "seconds"), [(failures.TOO_MANY_REQUESTS, 3.0), (failures.TOO_MANY_JOBS, 60.0)]
)
def test_rate_limits_say_how_long_to_wait(answer: Status, seconds: float) -> None:
    headers = {name.lower(): value for name, value in answer.headers.items()}
    error = luma.tarash_error(json_reply(answer.json, answer.status, headers))
    assert isinstance(error, RateLimitError)
    assert error.retry_after == seconds


def test_the_request_id_is_kept_for_the_support() -> None:
    error = luma.tarash_error(json_reply({"detail": "Invalid API key"}, 401, {"x-request-id": "r-1"}))
    assert error.request_id == "r-1"


def test_findings_name_the_field_they_are_about() -> None:
    finding = {"type": "missing", "loc": ["body", "keyframes", "frame0"], "msg": "Field required"}
    assert (
        "keyframes.frame0: Field required"
        in luma.tarash_error(json_reply({"detail": [finding]}, 422)).message
    )


def test_a_refused_submit_is_known_not_to_be_billed() -> None:
    error = luma.tarash_error(json_reply(failures.BLACKLISTED.json, 400))
    assert isinstance(error, ContentModerationError)
    assert (error.stage, error.billed) == ("input", "no")
