from __future__ import annotations

import pytest

from simulators.alibaba import failures
from simulators.alibaba.failures import FAILURES, REQUEST_ID, refused
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
from tarash.tarash_gateway.testing.simulator import Status
from tarash_gateway_alibaba.errors import error_stated_in, job_failure, tarash_error


@pytest.mark.parametrize(
    ("told", "kind", "says"),
    [
        pytest.param(failures.BAD_DURATION, ValidationError, "duration is not valid", id="bad-request"),
        pytest.param(failures.WRONG_KEY, AuthenticationError, "Invalid API-key", id="wrong-key"),
        pytest.param(failures.NO_RIGHT, AuthenticationError, "Model access denied", id="no-right"),
        pytest.param(failures.NO_WORKSPACE, AuthenticationError, "region of the key", id="no-workspace"),
        pytest.param(failures.IN_ARREARS, QuotaExceededError, "Arrearage", id="in-arrears"),
        pytest.param(failures.FREE_TIER_SPENT, QuotaExceededError, "free tier", id="free-tier-spent"),
        pytest.param(failures.OVERDUE, QuotaExceededError, "overdue", id="overdue"),
        pytest.param(
            refused(429, "Throttling.AllocationQuota", "Free allocated quota exceeded."),
            QuotaExceededError,
            "Free allocated quota",
            id="free-quota-spent-as-429",
        ),
        pytest.param(failures.SENSITIVE_PROMPT, ContentModerationError, "inappropriate", id="sensitive"),
        pytest.param(failures.TOO_MANY_REQUESTS, RateLimitError, "rate limit", id="flood"),
        pytest.param(failures.AT_CAPACITY, RateLimitError, "throttled", id="at-capacity"),
        pytest.param(failures.UNAVAILABLE, HTTPError, "unavailable", id="unavailable"),
        pytest.param(failures.UNKNOWN_MODEL, ModelNotFoundError, "region offers it", id="unknown-model"),
        pytest.param(failures.NO_SUCH_MODEL, ModelNotFoundError, "Model not exist", id="no-such-model"),
        pytest.param(failures.INTERNAL, HTTPError, "internal error", id="internal"),
        pytest.param(failures.ONLY_ASYNCHRONOUS, ValidationError, "not offered at this", id="wrong-kind"),
        pytest.param(failures.ONLY_SYNCHRONOUS, ValidationError, "not offered at this", id="wrong-kind-too"),
    ],
)
def test_an_error_becomes_the_exception_that_its_code_stands_for(
    told: Status, kind: type[TarashException], says: str
) -> None:
    found = tarash_error(json_reply(told.json, told.status))
    assert type(found) is kind
    assert says in found.message
    assert (found.status_code, found.request_id) == (told.status, REQUEST_ID)


def test_an_outage_is_no_proof_that_nothing_was_accepted() -> None:
    for told in (failures.UNAVAILABLE, failures.INTERNAL):
        assert not isinstance(tarash_error(json_reply(told.json, told.status)), RateLimitError)


def test_a_page_of_the_edge_is_read_as_text() -> None:
    found = tarash_error(HttpReply(502, {}, b"<html>bad gateway</html>"))
    assert isinstance(found, HTTPError)
    assert found.is_retryable


@pytest.mark.parametrize(
    ("told", "kind", "submitted"),
    [
        pytest.param(failures.SENSITIVE_PROMPT, ContentModerationError, "no", id="sensitive"),
        pytest.param(failures.IN_ARREARS, QuotaExceededError, "no", id="in-arrears"),
        pytest.param(failures.TOO_MANY_REQUESTS, RateLimitError, "no", id="flood"),
        pytest.param(failures.INTERNAL, HTTPError, "unknown", id="internal"),
    ],
)
def test_an_error_behind_http_200_counts_too(
    told: Status, kind: type[TarashException], submitted: str
) -> None:
    found = error_stated_in(json_reply(told.json))
    assert isinstance(found, kind)
    assert (found.submitted, found.request_id) == (submitted, REQUEST_ID)


@pytest.mark.parametrize(
    ("failure", "kind", "stage"),
    [
        ("internal", GenerationFailedError, None),
        ("timeout", GenerationFailedError, None),
        ("sensitive_output", ContentModerationError, "output"),
        ("infringing_input", ContentModerationError, "input"),
        ("bad_image", ValidationError, None),
    ],
)
def test_a_failed_task_says_why_and_is_not_charged(
    failure: str, kind: type[TarashException], stage: str | None
) -> None:
    found = job_failure(FAILURES[failure])
    assert type(found) is kind
    assert FAILURES[failure]["message"] in found.message
    assert found.billed == "no"
    assert getattr(found, "stage", None) == stage


def test_a_task_may_fail_without_a_word() -> None:
    assert "no explanation given" in job_failure({}).message
