from __future__ import annotations

import pytest

from simulators.minimax.failures import (
    BAD_DURATION,
    INTERNAL,
    NO_BALANCE,
    NO_BALANCE_403,
    OK,
    REQUEST_ID,
    SENSITIVE_PROMPT,
    TOO_MANY_REQUESTS,
    UNKNOWN_MODEL,
    UNKNOWN_TASK,
    WRONG_KEY,
    base,
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
from tarash_gateway_minimax.errors import checked_body, tarash_error


@pytest.mark.parametrize(
    ("told", "kind", "says"),
    [
        pytest.param(BAD_DURATION, ValidationError, "between 4 and 15", id="bad-request"),
        pytest.param(WRONG_KEY, AuthenticationError, "login fail", id="wrong-key"),
        pytest.param(NO_BALANCE, QuotaExceededError, "insufficient balance", id="no-balance"),
        pytest.param(NO_BALANCE_403, QuotaExceededError, "not enough", id="no-balance-as-403"),
        pytest.param(
            error(403, "permission_error", "not allowed"), AuthenticationError, "not allowed", id="no-right"
        ),
        pytest.param(SENSITIVE_PROMPT, ContentModerationError, "sensitive", id="sensitive"),
        pytest.param(TOO_MANY_REQUESTS, RateLimitError, "rate limit", id="flood"),
        pytest.param(UNKNOWN_MODEL, ModelNotFoundError, "MiniMax-H9", id="unknown-model"),
        pytest.param(INTERNAL, HTTPError, "unknown error", id="internal"),
    ],
)
def test_an_error_of_the_second_version_becomes_the_exception_it_stands_for(
    told: Status, kind: type[TarashException], says: str
) -> None:
    found = tarash_error(json_reply(told.json, told.status))
    assert type(found) is kind
    assert says in found.message
    assert (found.status_code, found.request_id) == (told.status, REQUEST_ID)


def test_an_unknown_task_is_not_a_passing_failure_although_it_is_told_with_500() -> None:
    found = tarash_error(json_reply(UNKNOWN_TASK.json, 500))
    assert isinstance(found, HTTPError)
    assert (found.status_code, found.is_retryable, found.allows_fallback) == (404, False, False)


@pytest.mark.parametrize(
    ("code", "kind", "is_retryable"),
    [
        (1000, HTTPError, True),
        (1001, HTTPError, True),
        (1002, RateLimitError, True),
        (1004, AuthenticationError, False),
        (1008, QuotaExceededError, False),
        (1024, HTTPError, True),
        (1026, ContentModerationError, False),
        (1027, ContentModerationError, False),
        (1033, HTTPError, True),
        (1039, RateLimitError, True),
        (1041, RateLimitError, True),
        (1042, ValidationError, False),
        (2013, ValidationError, False),
        (2049, AuthenticationError, False),
        (2056, QuotaExceededError, False),
        (9999, HTTPError, True),
    ],
)
def test_an_error_of_the_first_version_is_found_behind_http_200(
    code: int, kind: type[TarashException], is_retryable: bool
) -> None:
    told = base(code, "some words")
    with pytest.raises(kind, match=f"some words .code {code}.") as caught:
        checked_body(json_reply(told.json, 200, {"trace-id": REQUEST_ID}))
    assert type(caught.value) is kind
    assert caught.value.is_retryable is is_retryable
    assert caught.value.request_id == REQUEST_ID


@pytest.mark.parametrize(
    ("code", "submitted"),
    [(1000, "unknown"), (1001, "unknown"), (1002, "no"), (1033, "unknown"), (9999, "unknown")],
)
def test_a_submit_that_the_server_gave_up_on_may_have_been_taken(code: int, submitted: str) -> None:
    with pytest.raises(TarashException) as caught:
        checked_body(json_reply(base(code, "timeout").json), submitting=True)
    assert caught.value.submitted == submitted


def test_an_error_of_the_second_version_behind_http_200_is_found_too() -> None:
    with pytest.raises(HTTPError, match="unknown error"):
        checked_body(json_reply(INTERNAL.json))


@pytest.mark.parametrize(
    ("told", "kind", "submitted", "passes"),
    [
        pytest.param(INTERNAL, HTTPError, "unknown", True, id="failing"),
        pytest.param(TOO_MANY_REQUESTS, RateLimitError, "no", True, id="flood"),
        pytest.param(BAD_DURATION, ValidationError, "no", False, id="refused"),
    ],
)
def test_an_error_behind_http_200_counts_by_the_status_that_its_body_names(
    told: Status, kind: type[TarashException], submitted: str, *, passes: bool
) -> None:
    with pytest.raises(kind) as caught:
        checked_body(json_reply(told.json), submitting=True)
    assert (caught.value.status_code, caught.value.submitted) == (told.status, submitted)
    assert caught.value.is_retryable is passes


def test_success_is_code_zero() -> None:
    assert checked_body(json_reply({"task_id": "1", "base_resp": OK}))["task_id"] == "1"


def test_a_base_code_behind_an_error_status_counts() -> None:
    found = tarash_error(json_reply(base(1008, "insufficient balance").json, 400))
    assert isinstance(found, QuotaExceededError)
    assert found.status_code == 400


def test_the_side_of_the_refused_content_is_told() -> None:
    for code, stage, submitted in ((1026, "input", "no"), (1027, "output", "unknown")):
        with pytest.raises(ContentModerationError) as caught:
            checked_body(json_reply(base(code, "new_sensitive").json), submitting=True)
        # an output that is withheld was made, and may be billed
        assert (caught.value.stage, caught.value.submitted) == (stage, submitted)


def test_a_page_of_the_edge_is_read_as_text() -> None:
    found = tarash_error(HttpReply(502, {}, b"<html>bad gateway</html>"))
    assert isinstance(found, HTTPError)
    assert found.is_retryable
