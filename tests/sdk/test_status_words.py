"""Every status word and failure code that an official client lists has a meaning: a new one fails here before a job waits in vain."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, get_args

import luma_agents.types
import lumaai.types
import openai.types
import openai.types.responses
import pytest
import replicate.prediction
import runwayml.types.task_retrieve_response as runway_tasks
from dashscope.common.constants import TaskStatus
from dashscope.v2.errors import ErrorCode
from google.genai import types as google_types
from google.genai._gaos.types.interactions import interaction

import tarash_gateway_alibaba.status as alibaba
import tarash_gateway_google.status as google
import tarash_gateway_luma.status as luma
import tarash_gateway_openai.status as openai_status
import tarash_gateway_replicate.status as replicate_status
import tarash_gateway_runway.status as runway
from tarash.tarash_gateway import (
    AuthenticationError,
    ContentModerationError,
    GenerationFailedError,
    HTTPError,
    ModelNotFoundError,
    QuotaExceededError,
    RateLimitError,
    ValidationError,
)
from tarash.tarash_gateway.testing import json_reply
from tarash_gateway_alibaba.errors import tarash_error
from tarash_gateway_google.results import MODERATION
from tarash_gateway_luma.errors import KNOWN_CODES
from tarash_gateway_openai.errors import job_failure

VIDEO = {"type": "model_output", "content": [{"type": "video", "uri": "https://example.com/boat.mp4"}]}
IMAGE = {"type": "image_generation_call", "result": "aGk="}


def _listed(annotation: Any) -> Iterable[str]:
    """The texts of a literal, however deep it is wrapped."""
    if isinstance(annotation, str):
        return [annotation]
    return [word for part in get_args(annotation) for word in _listed(part)]


def _field(model: Any, name: str) -> list[str]:
    return [*_listed(model.model_fields[name].annotation)]


def _named(holder: object) -> list[str]:
    return [value for name, value in vars(holder).items() if name.isupper()]


RUNWAY_TASKS = get_args(get_args(runway_tasks.TaskRetrieveResponse)[0])


def _meaning(**states: str) -> Mapping[str, str]:
    """The state of each word, from the words of every state, with spaces between them."""
    return {word: state for state, words in states.items() for word in words.split()}


@pytest.mark.parametrize(
    ("words", "read", "states"),
    [
        pytest.param(
            _field(luma_agents.types.Generation, "state"),
            lambda word: luma.read_status({"state": word}).state,
            _meaning(queued="queued", processing="processing", completed="completed", failed="failed"),
            id="luma-agents",
        ),
        pytest.param(
            _field(lumaai.types.Generation, "state"),
            lambda word: luma.read_status({"state": word}).state,
            _meaning(queued="queued", processing="dreaming", completed="completed", failed="failed"),
            id="lumaai",
        ),
        pytest.param(
            _listed(replicate.prediction.Prediction.__annotations__["status"]),
            lambda word: replicate_status.read_status({"status": word}).state,
            _meaning(
                queued="starting",
                processing="processing",
                completed="succeeded",
                failed="failed",
                cancelled="canceled",
            ),
            id="replicate",
        ),
        pytest.param(
            [word for task in RUNWAY_TASKS for word in _field(task, "status")],
            lambda word: runway.read_status({"status": word}).state,
            _meaning(
                queued="PENDING THROTTLED",
                processing="RUNNING",
                completed="SUCCEEDED",
                failed="FAILED",
                cancelled="CANCELLED",
            ),
            id="runwayml",
        ),
        pytest.param(
            _field(openai.types.Video, "status"),
            lambda word: openai_status.read_video({"status": word}).state,
            _meaning(queued="queued", processing="in_progress", completed="completed", failed="failed"),
            id="openai-video",
        ),
        pytest.param(
            _listed(openai.types.responses.ResponseStatus),
            lambda word: openai_status.read_response({"status": word, "output": [IMAGE]}).state,
            _meaning(
                queued="queued",
                processing="in_progress",
                # the picture is there all the same
                completed="completed failed incomplete",
                cancelled="cancelled",
            ),
            id="openai-response",
        ),
        pytest.param(
            _listed(interaction.InteractionStatus),
            lambda word: google.read_interaction({"status": word, "steps": [VIDEO]}).state,
            _meaning(
                queued="queued",
                processing="in_progress",
                completed="completed incomplete idle",
                failed="failed budget_exceeded requires_action requires_continuation",
                cancelled="cancelled",
            ),
            id="google-genai",
        ),
        pytest.param(
            [word for word in _named(TaskStatus) if word != alibaba.UNKNOWN],
            lambda word: alibaba.read_status(json_reply({"output": {"task_status": word}})).state,
            _meaning(
                queued="PENDING SUSPENDED",
                processing="RUNNING",
                completed="SUCCEEDED",
                failed="FAILED",
                cancelled="CANCELED",
            ),
            id="dashscope",
        ),
    ],
)
def test_every_status_word_of_a_client_is_a_state(
    words: list[str], read: Callable[[str], str], states: Mapping[str, str]
) -> None:
    assert {word: read(word) for word in words} == states


def test_every_failure_code_of_luma_is_known() -> None:
    assert {*_listed(luma_agents.types.GenerationFailureCode)} == KNOWN_CODES | {"content_moderated"}


def test_every_reason_of_google_to_stop_is_a_refusal_of_content_or_known_to_be_none() -> None:
    reasons = {reason.value for reason in google_types.FinishReason}
    others = {
        "FINISH_REASON_UNSPECIFIED", "STOP", "MAX_TOKENS", "LANGUAGE", "OTHER", "MALFORMED_FUNCTION_CALL", "IMAGE_OTHER",
        "NO_IMAGE", "UNEXPECTED_TOOL_CALL", "TOO_MANY_TOOL_CALLS", "MISSING_THOUGHT_SIGNATURE", "MALFORMED_RESPONSE",
        "PUP_LIMITED_DISABLED", "CONTINUATION",
    }  # fmt: skip
    assert reasons == MODERATION | others


def test_every_code_of_a_failed_response_of_openai_says_whose_fault_it_was() -> None:
    refused = {"bio_policy", "misalignment_policy_violation", "image_content_policy_violation"}
    neither = {
        "server_error", "rate_limit_exceeded", "invalid_prompt", "data_residency_mismatch", "vector_store_timeout",
        "failed_to_download_image", "image_file_not_found",
    }  # fmt: skip
    found = {
        code: job_failure({"code": code}, {}) for code in _field(openai.types.responses.ResponseError, "code")
    }
    assert {code for code, error in found.items() if isinstance(error, ContentModerationError)} == refused
    assert {
        code for code, error in found.items() if not isinstance(error, ValidationError)
    } == refused | neither
    assert isinstance(found["server_error"], GenerationFailedError)


def test_every_error_code_of_model_studio_is_an_exception() -> None:
    # with the status of its class in the SDK, but a plain 400 where the code alone must tell
    expected = {
        ("InvalidApiKey", 401): AuthenticationError,
        ("AccessDenied", 403): AuthenticationError,
        ("AccessDenied.Unpurchased", 403): AuthenticationError,
        ("InvalidParameter", 400): ValidationError,
        ("Model.NotExist", 400): ModelNotFoundError,
        ("DataInspectionFailed", 400): ContentModerationError,
        ("Throttling", 400): RateLimitError,
        ("Throttling.RateQuota", 400): RateLimitError,
        ("Throttling.AllocationQuota", 400): RateLimitError,
        ("InternalError", 500): HTTPError,
        ("ServiceUnavailable", 503): HTTPError,
        ("GatewayTimeout", 504): HTTPError,
        ("Arrearage", 400): QuotaExceededError,
    }
    assert {code.value for code in ErrorCode} == {code for code, _ in expected}
    for (code, status), kind in expected.items():
        assert type(tarash_error(json_reply({"code": code, "message": "no"}, status))) is kind
