from __future__ import annotations

import pytest

import tarash_gateway_openai as plugin
from simulators.openai import AzureOpenAISimulator, OpenAISimulator
from simulators.openai.azure_failures import FILTERED, NO_DEPLOYMENT, WRONG_KEY
from simulators.openai.failures import MODERATED_PROMPT
from tarash.tarash_gateway.exceptions import (
    AuthenticationError,
    ContentModerationError,
    HTTPError,
    ModelNotFoundError,
    QuotaExceededError,
    RateLimitError,
    TarashException,
    ValidationError,
)
from tarash.tarash_gateway.plugin import HttpReply
from tarash.tarash_gateway.testing import ErrorCase, json_reply
from tarash.tarash_gateway.testing.simulator import Status


def error(
    code: str | None, kind: str | None = None, message: str = "words", **more: object
) -> dict[str, object]:
    return {"error": {"code": code, "type": kind, "message": message, "param": None, **more}}


@pytest.mark.parametrize(
    "case",
    [*OpenAISimulator.cases.errors, *AzureOpenAISimulator.cases.errors],
    ids=lambda case: case.name,
)
def test_every_error_of_the_simulators_has_its_class(case: ErrorCase) -> None:
    assert isinstance(case.fault, Status)
    headers = dict(case.fault.headers)
    raised = plugin.tarash_error(json_reply(case.fault.json, case.fault.status, headers))
    assert type(raised) is case.raises
    assert getattr(raised, "retry_after", None) == case.retry_after


@pytest.mark.parametrize(
    ("status", "body", "raises"),
    [
        (400, error("invalid_value", "invalid_request_error", param="size"), ValidationError),
        (400, error("content_policy_violation"), ContentModerationError),
        (400, error("contentFilter"), ContentModerationError),
        (400, error("billing_hard_limit_reached"), QuotaExceededError),
        (
            400,
            {"code": "x", "message": "y", "inner_error": {"code": "ResponsibleAIPolicyViolation"}},
            ContentModerationError,
        ),
        (401, WRONG_KEY.json, AuthenticationError),
        (403, error("unsupported_country_region_territory"), AuthenticationError),
        (403, error("Forbidden", message="Your resource has been temporarily blocked"), AuthenticationError),
        (404, error("model_not_found"), ModelNotFoundError),
        (404, NO_DEPLOYMENT.json, ModelNotFoundError),
        (408, error(None), HTTPError),
        (409, error(None), HTTPError),
        (429, error("rate_limit_exceeded", "requests"), RateLimitError),
        (429, error("slow_down", "rate_limit_error"), RateLimitError),
        (429, error("insufficient_quota", "insufficient_quota"), QuotaExceededError),
        (429, error("credit_balance_exhausted", "insufficient_quota"), QuotaExceededError),
        (429, error("organization_spend_limit_exceeded", None), QuotaExceededError),
        (429, error("project_spend_limit_exceeded", None), QuotaExceededError),
        (429, error("organization_usage_limit_exceeded", None), QuotaExceededError),
        (500, error("server_error", "server_error"), HTTPError),
        (503, error("server_is_overloaded", "service_unavailable_error"), RateLimitError),
    ],
)
def test_status_and_code_make_the_class(status: int, body: object, raises: type[TarashException]) -> None:
    raised = plugin.tarash_error(json_reply(body, status))
    assert type(raised) is raises
    assert raised.status_code == status


def test_out_of_credit_is_never_repeated_and_a_rate_limit_is() -> None:
    assert not plugin.tarash_error(json_reply(error("x", "insufficient_quota"), 429)).is_retryable
    assert plugin.tarash_error(json_reply(error("rate_limit_exceeded"), 429)).is_retryable


@pytest.mark.parametrize(
    ("body", "stage"),
    [
        (error("moderation_blocked", moderation_details={"moderation_stage": "input"}), "input"),
        (error("moderation_blocked", moderation_details={"moderation_stage": "output"}), "output"),
        (error("moderation_blocked", moderation_details={"moderation_stage": "later"}), "unknown"),
        (error("moderation_blocked"), "unknown"),
        (FILTERED.json, "input"),
        ({"error": MODERATED_PROMPT.error()}, "input"),
    ],
)
def test_moderation_tells_its_stage(body: object, stage: str) -> None:
    raised = plugin.tarash_error(json_reply(body, 400))
    assert isinstance(raised, ContentModerationError)
    assert raised.stage == stage
    # an output that is withheld was made, and may be billed
    assert raised.submitted == ("unknown" if stage == "output" else "no")


@pytest.mark.parametrize(
    ("headers", "message", "seconds"),
    [
        ({"retry-after": "7"}, "words", 7.0),
        ({"retry-after-ms": "1500"}, "words", 1.5),
        ({}, "Requests have exceeded the rate limit. Please retry after 20 seconds.", 20.0),
        ({}, "words", None),
    ],
)
def test_the_wait_is_read_from_headers_or_words(
    headers: dict[str, str], message: str, seconds: float | None
) -> None:
    raised = plugin.tarash_error(json_reply(error("429", message=message), 429, headers))
    assert isinstance(raised, RateLimitError)
    assert raised.retry_after == seconds


@pytest.mark.parametrize("header", ["x-request-id", "apim-request-id", "x-ms-request-id"])
def test_the_request_id_is_kept(header: str) -> None:
    assert plugin.tarash_error(json_reply(error(None), 500, {header: "req_1"})).request_id == "req_1"


def test_the_server_may_say_that_repeating_is_no_use() -> None:
    assert plugin.tarash_error(json_reply(error(None), 500)).is_retryable
    assert not plugin.tarash_error(json_reply(error(None), 500, {"x-should-retry": "false"})).is_retryable


def test_a_page_of_a_proxy_is_an_error_by_its_status() -> None:
    page = HttpReply(502, {"content-type": "text/html"}, b"<html>Bad gateway</html>")
    assert isinstance(plugin.tarash_error(page), HTTPError)
