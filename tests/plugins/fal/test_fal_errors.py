from __future__ import annotations

import pytest

import tarash_gateway_fal as fal
from plugins.fal.fal_calls import VEO
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
    UnexpectedResponseError,
    ValidationError,
)
from tarash.tarash_gateway.testing import call_for, drive, json_reply

JOB = {"request_id": "r1", "response_url": f"{fal.PROVIDER.base_url}/fal-ai/veo3.1/requests/r1"}


def _finding(kind: str, field: str = "prompt", message: str = "no") -> dict[str, object]:
    return {"detail": [{"loc": ["body", field], "msg": message, "type": kind}]}


LOCKED = "User is locked. Reason: Exhausted balance. Top up your balance at fal.ai/dashboard/billing."


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        pytest.param(400, {"detail": "bad", "error_type": "bad_request"}, ValidationError, id="bad request"),
        pytest.param(401, {"detail": "Authentication is required"}, AuthenticationError, id="no key"),
        pytest.param(403, {"detail": LOCKED}, QuotaExceededError, id="exhausted balance"),
        pytest.param(403, {"detail": "User is locked. Reason: TOP_UP"}, QuotaExceededError, id="top up"),
        pytest.param(403, {"detail": "Access denied"}, AuthenticationError, id="not permitted"),
        pytest.param(404, {"detail": "Application 'x' not found"}, ModelNotFoundError, id="unknown endpoint"),
        pytest.param(422, _finding("content_policy_violation"), ContentModerationError, id="content policy"),
        pytest.param(422, _finding("image_load_error", "image_url"), ValidationError, id="unreadable image"),
        pytest.param(422, _finding("literal_error", "duration"), ValidationError, id="value not offered"),
        pytest.param(422, {"detail": "not an object"}, ValidationError, id="a text with 422"),
        pytest.param(429, _finding("concurrent_requests_limit"), RateLimitError, id="too many jobs"),
        pytest.param(500, {"detail": "x", "error_type": "internal_error"}, HTTPError, id="internal"),
        pytest.param(503, {"detail": "x", "error_type": "runner_disconnected"}, HTTPError, id="runner"),
        pytest.param(500, {"error": {"message": "boom", "code": "x"}}, HTTPError, id="another shape"),
        pytest.param(418, {"message": "teapot"}, HTTPError, id="yet another shape"),
    ],
)
def test_an_error_answer_becomes_the_right_exception(
    status: int, body: dict[str, object], kind: type[TarashException]
) -> None:
    error = fal.tarash_error(json_reply(body, status, {"x-fal-request-id": "r9"}))
    assert type(error) is kind
    assert (error.status_code, error.request_id) == (status, "r9")


def test_a_finding_names_the_field_it_is_about() -> None:
    error = fal.tarash_error(
        json_reply(_finding("literal_error", "duration", "Input should be '5' or '10'"), 422)
    )
    assert "duration: Input should be '5' or '10'" in str(error)


def test_a_page_of_the_edge_is_a_passing_error() -> None:
    error = fal.tarash_error(
        HttpReply(502, {"content-type": "text/html"}, b"<html><center>nginx</center></html>")
    )
    assert isinstance(error, HTTPError)
    assert error.is_retryable


def test_the_caller_s_own_start_deadline_is_not_waited_for_again() -> None:
    body = {"detail": "Request timed out", "error_type": "request_timeout"}
    error = fal.tarash_error(json_reply(body, 504, {"x-fal-request-timeout-type": "user"}))
    assert "start_timeout_seconds" in str(error)
    assert (error.is_retryable, error.allows_fallback) == (False, True)


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        pytest.param(422, _finding("content_policy_violation"), ContentModerationError, id="content policy"),
        pytest.param(422, _finding("no_media_generated"), GenerationFailedError, id="nothing came out"),
        pytest.param(422, _finding("face_detection_error"), GenerationFailedError, id="no face"),
        pytest.param(422, _finding("image_load_error", "image_url"), ValidationError, id="unreadable image"),
        pytest.param(400, _finding("downstream_service_error"), GenerationFailedError, id="model's provider"),
        pytest.param(500, _finding("internal_server_error"), GenerationFailedError, id="model failed"),
        pytest.param(504, _finding("generation_timeout"), GenerationFailedError, id="model took too long"),
        pytest.param(
            499,
            {"detail": "cancelled", "error_type": "client_cancelled"},
            GenerationFailedError,
            id="cancelled",
        ),
    ],
)
def test_a_model_error_instead_of_a_result_ends_the_job(
    status: int, body: dict[str, object], kind: type[TarashException]
) -> None:
    with pytest.raises(kind) as caught:
        drive(fal.tarash_normalize(call_for(fal, VEO), JOB, None), json_reply(body, status))
    assert type(caught.value) is kind
    assert not caught.value.is_retryable


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (400, {"detail": "Request is still in progress"}, UnexpectedResponseError),
        (404, {"detail": "Request not found"}, GenerationFailedError),
        (500, {"detail": "Internal error", "error_type": "internal_error"}, HTTPError),
        (503, {"detail": "Service unavailable"}, HTTPError),
    ],
)
def test_any_other_error_instead_of_a_result_passes(
    status: int, body: dict[str, object], kind: type[TarashException]
) -> None:
    with pytest.raises(kind) as caught:
        drive(fal.tarash_normalize(call_for(fal, VEO), JOB, None), json_reply(body, status))
    assert caught.value.is_retryable
