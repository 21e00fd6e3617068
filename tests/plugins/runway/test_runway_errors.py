"""Proves which exception each refusal and each failure becomes."""

from __future__ import annotations

import pytest

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
from tarash_gateway_runway.errors import job_failure, tarash_error

DOCS = "https://docs.dev.runwayml.com/api"
BAD_RATIO = {
    "error": "Validation of body failed",
    "issues": [
        {"code": "invalid_enum_value", "path": ["ratio"], "message": "Expected '1280:720' | '720:1280'"}
    ],
    "docUrl": DOCS,
}
BAD_MODEL = {
    "error": "Validation of body failed",
    "issues": [{"code": "invalid_union_discriminator", "path": ["model"], "message": "Expected 'gen4.5'"}],
}


@pytest.mark.parametrize(
    ("response", "kind", "words"),
    [
        pytest.param(
            json_reply(BAD_RATIO, 400), ValidationError, "ratio: Expected '1280:720'", id="bad field"
        ),
        pytest.param(
            json_reply({"error": "Invalid parameter 'promptText'"}, 400),
            ValidationError,
            "promptText",
            id="text only",
        ),
        pytest.param(json_reply(BAD_MODEL, 400), ModelNotFoundError, "Expected 'gen4.5'", id="unknown model"),
        pytest.param(
            json_reply({"error": "You do not have enough credits to run this task."}, 400),
            QuotaExceededError,
            "enough credits",
            id="out of credit is a 400",
        ),
        pytest.param(
            json_reply({"error": "The API key is invalid."}, 401),
            AuthenticationError,
            "invalid",
            id="wrong key",
        ),
        pytest.param(
            json_reply({"error": "Forbidden"}, 403), AuthenticationError, "Forbidden", id="no right"
        ),
        pytest.param(
            json_reply({"error": "Task not found."}, 404), HTTPError, "Task not found", id="no task"
        ),
        pytest.param(
            json_reply({"error": "Method not allowed"}, 405), HTTPError, "Method", id="wrong method"
        ),
        pytest.param(json_reply({"error": "Too large"}, 413), ValidationError, "Too large", id="too large"),
        pytest.param(
            json_reply({"message": "Too Many Requests"}, 429), RateLimitError, "Too Many", id="flood"
        ),
        pytest.param(
            json_reply({"error": "daily limit"}, 429), RateLimitError, "daily limit", id="daily limit"
        ),
        pytest.param(
            json_reply({"error": "overloaded"}, 503), RateLimitError, "overloaded", id="load shedding"
        ),
        pytest.param(HttpReply(502, {}, b"<html>nginx</html>"), HTTPError, "nginx", id="a proxy's page"),
    ],
)
def test_a_refusal_becomes(response: HttpReply, kind: type[TarashException], words: str) -> None:
    error = tarash_error(response)
    assert type(error) is kind
    assert words in str(error)
    assert error.status_code == response.status


@pytest.mark.parametrize(
    ("status", "passing"), [(500, True), (502, True), (503, True), (504, True), (404, False), (405, False)]
)
def test_only_passing_errors_may_be_tried_again(status: int, passing: bool) -> None:
    error = tarash_error(json_reply({"error": "x"}, status))
    assert (error.is_retryable, error.allows_fallback) == (passing, passing)


def test_the_wait_that_the_server_asks_for_is_kept() -> None:
    error = tarash_error(json_reply({"message": "Too Many Requests"}, 429, {"retry-after": "7"}))
    assert isinstance(error, RateLimitError)
    assert error.retry_after == 7.0


def test_the_request_id_of_the_gateway_in_front_is_kept() -> None:
    assert tarash_error(json_reply({"error": "x"}, 500, {"apigw-requestid": "abc="})).request_id == "abc="


@pytest.mark.parametrize(
    ("code", "kind", "retryable"),
    [
        pytest.param("SAFETY.INPUT.TEXT", ContentModerationError, False, id="text"),
        pytest.param("SAFETY.INPUT.IMAGE", ContentModerationError, False, id="image"),
        pytest.param("INPUT_PREPROCESSING.SAFETY.TEXT", ContentModerationError, False, id="preprocessing"),
        pytest.param("SAFETY.OUTPUT.VIDEO", ContentModerationError, False, id="output"),
        pytest.param("ASSET.INVALID", ValidationError, False, id="asset"),
        pytest.param("INTERNAL.BAD_OUTPUT.01", GenerationFailedError, False, id="bad output"),
        pytest.param("INTERNAL", GenerationFailedError, True, id="internal"),
        pytest.param("INPUT_PREPROCESSING.INTERNAL", GenerationFailedError, True, id="preprocessing broke"),
        pytest.param("THIRD_PARTY.UNAVAILABLE", GenerationFailedError, True, id="vendor"),
        pytest.param(None, GenerationFailedError, True, id="no code"),
    ],
)
def test_a_failed_task_becomes(code: str | None, kind: type[TarashException], retryable: bool) -> None:
    task: dict[str, object] = {"status": "FAILED", "failure": "It failed.", "cost": {"credits": 0}}
    error = job_failure(task if code is None else {**task, "failureCode": code})
    assert type(error) is kind
    assert "It failed." in str(error)
    assert error.is_retryable is retryable


@pytest.mark.parametrize(
    ("code", "credit", "stage", "billed"),
    [
        pytest.param("SAFETY.INPUT.TEXT", {"credits": 60}, "input", "yes", id="kept"),
        pytest.param("SAFETY.OUTPUT.VIDEO", {"credits": 0}, "output", "no", id="given back"),
        pytest.param("SAFETY.SOMETHING", None, "unknown", "unknown", id="untold"),
    ],
)
def test_moderation_tells_the_stage_and_whether_it_is_charged(
    code: str, credit: dict[str, int] | None, stage: str, billed: str
) -> None:
    error = job_failure({"status": "FAILED", "failure": "no", "failureCode": code, "cost": credit})
    assert isinstance(error, ContentModerationError)
    assert (error.stage, error.billed) == (stage, billed)
