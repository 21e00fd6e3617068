"""An answer with HTTP 200 and an error in its body tells the error's reason, and whether a job may exist."""

from __future__ import annotations

import json

import pytest

from tarash.tarash_gateway import (
    AuthenticationError,
    ContentModerationError,
    HTTPError,
    ModelNotFoundError,
    QuotaExceededError,
    RateLimitError,
    TarashException,
    ValidationError,
)
from tarash.tarash_gateway.plugin import (
    HttpReply,
    accepted_id,
    default_error,
    error_in_body,
    error_words,
)


def _reply(body: object, status: int = 200) -> HttpReply:
    return HttpReply(status, {"content-type": "application/json"}, json.dumps(body).encode())


@pytest.mark.parametrize(
    ("body", "kind", "submitted", "words"),
    [
        (
            {"error": {"message": "Insufficient credits", "code": 402}},
            QuotaExceededError,
            "no",
            "Insufficient credits",
        ),
        ({"error": "Invalid API key"}, AuthenticationError, "no", "Invalid API key"),
        (
            {"detail": [{"msg": "value is invalid", "loc": ["body"]}]},
            ValidationError,
            "no",
            "value is invalid",
        ),
        ({"detail": "Insufficient balance"}, QuotaExceededError, "no", "Insufficient balance"),
        ({"message": "boats are out today"}, HTTPError, "unknown", "boats are out today"),
        (
            {"errors": [{"message": "slow down", "code": "rate_limit_exceeded"}]},
            RateLimitError,
            "no",
            "slow down",
        ),
        ({"error": {"message": "no boat", "status": "NOT_FOUND"}}, ModelNotFoundError, "no", "no boat"),
        (
            {"error": {"message": "rejected by moderation"}},
            ContentModerationError,
            "no",
            "rejected by moderation",
        ),
        (
            {"error": {"message": "boats are out", "code": "content_policy_violation"}},
            ContentModerationError,
            "no",
            "boats are out",
        ),
        (
            {"error": {"message": "upstream request timeout"}},
            HTTPError,
            "unknown",
            "upstream request timeout",
        ),
        ({"error": {"message": "oops", "code": 500}}, HTTPError, "unknown", "oops"),
        ({"error": {"message": "boats are out"}}, HTTPError, "no", "boats are out"),
        ({"errors": ["boats are out"]}, HTTPError, "no", "boats are out"),
        ({"success": False}, HTTPError, "no", "no explanation given"),
        ({"code": "1009", "message": "boats are out"}, HTTPError, "no", "boats are out"),
        ({"status": "failed", "message": "boats are out"}, HTTPError, "no", "boats are out"),
    ],
)
def test_the_reason_is_told(body: object, kind: type[TarashException], submitted: str, words: str) -> None:
    error = error_in_body(_reply(body))
    assert type(error) is kind
    assert words in error.message
    assert (error.submitted, error.raw_response) == (submitted, body)


@pytest.mark.parametrize(
    "body",
    [
        {"code": 0, "message": "SUCCEED", "data": {}},
        {"code": 200, "message": "Success"},
        {"message": "ok"},
        {"error": None, "output": []},
        {"status": "queued"},
        [],
        "text",
        None,
    ],
)
def test_what_tells_of_no_error_gives_none(body: object) -> None:
    assert error_in_body(_reply(body)) is None


def test_what_is_not_json_gives_none() -> None:
    assert error_in_body(HttpReply(200, {}, b"<html>error</html>")) is None


def test_the_wait_that_the_answer_asks_for_is_told() -> None:
    body = json.dumps({"error": "rate limit exceeded"}).encode()
    error = error_in_body(HttpReply(200, {"retry-after": "7"}, body))
    assert isinstance(error, RateLimitError)
    assert error.retry_after == 7


def test_an_upload_that_fails_leaves_no_doubt_about_a_job() -> None:
    lost = _reply({"error": {"message": "upstream request timeout"}})
    for submits, submitted in ((True, "unknown"), (False, "no")):
        with pytest.raises(HTTPError) as caught:
            accepted_id(lost, "id", submits=submits)
        assert caught.value.submitted == submitted


@pytest.mark.parametrize(
    ("detail", "told"),
    [
        ([{"loc": ["body", "input", "seed"], "msg": "not a number"}], "input.seed: not a number"),
        ([{"loc": ["body"], "msg": "empty"}, {"type": "missing"}, {}], "empty; missing; invalid"),
        (["no such boat"], "no such boat"),
        ("out of boats", "out of boats"),
    ],
)
def test_findings_name_the_member_they_concern(detail: object, told: str) -> None:
    assert error_words({"detail": detail}) == told


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({"error": {"message": "out of boats", "code": 7}}, "out of boats"),
        ({"error": "out of boats"}, "out of boats"),
        ({"errors": [{"message": "out of boats"}], "message": "failed"}, "out of boats"),
        ({"title": "Conflict", "detail": "out of boats"}, "out of boats"),
        (
            {"detail": [{"loc": ["body", "seed"], "msg": "not a number"}, {"msg": "empty"}]},
            "seed: not a number; empty",
        ),
        ({"error": "no_boats", "message": "out of boats"}, "out of boats"),
        (" out of boats\n", "out of boats"),
        ("<html><body>out of boats</body></html>", ""),
        ({"status": "failed"}, ""),
        ([], ""),
        (None, ""),
    ],
)
def test_the_words_for_people_are_found_wherever_they_stand(body: object, told: str) -> None:
    assert error_words(body) == told


def test_a_refusal_nobody_can_read_lets_another_provider_try() -> None:
    error = error_in_body(_reply({"error": "boats are out"}))
    assert error is not None
    assert (error.is_retryable, error.allows_fallback) == (False, True)


@pytest.mark.parametrize(
    ("content_type", "content"),
    [
        ("text/html; charset=utf-8", b"gone"),
        ("", b"\n <!DOCTYPE html><p>Not Found</p>"),
        ("text/plain", b"<html>"),
    ],
)
def test_a_404_that_is_a_web_page_blames_the_address_and_not_the_model(
    content_type: str, content: bytes
) -> None:
    error = default_error(HttpReply(404, {"content-type": content_type}, content))
    assert type(error) is HTTPError
    assert "base_url" in error.message
    assert "model" not in error.message
    assert error.allows_fallback
