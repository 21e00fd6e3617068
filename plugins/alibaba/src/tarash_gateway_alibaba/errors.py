"""Turns Model Studio's errors into exceptions: `{"code", "message", "request_id"}`, in an answer or in a failed task.

Source: Model Studio and Qwen Cloud documentation (error codes), read 2026-11-27; dashscope 2.0.2 (response handling).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

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
    body_of,
    default_error,
    error_in_body,
    hookimpl,
    overloaded_error,
    retry_after_seconds,
    wire,
    wrong_address,
)

MODERATED = frozenset(
    {
        "DataInspectionFailed",
        "data_inspection_failed",
        "IPInfringementSuspect",
        "CustomRoleBlocked",
        "FaqRuleBlocked",
    }
)
OUT_OF_CREDIT = frozenset(
    {
        "Arrearage",
        "AllocationQuota.FreeTierOnly",
        "CommodityNotPurchased",
        "PrepaidBillOverdue",
        "PostpaidBillOverdue",
    }
)
UNKNOWN_MODEL = frozenset({"Model.NotExist", "ModelNotFound", "model_not_found", "model_not_supported"})
NO_WORKSPACE = frozenset({"WorkSpaceNotFound", "Workspace.AccessDenied"})
# of a 429, whose code is that of an ordinary rate limit
FREE_QUOTA_SPENT = "free allocated quota exceeded"
# "Your requests are being throttled due to system capacity limits. Try again later."
AT_CAPACITY = ("ModelServingError", "throttled")
Stage = Literal["input", "output"]


@hookimpl
def tarash_error(response: HttpReply) -> TarashException:
    """Return the exception for an error response to any call."""
    body = body_of(response)
    code, words = wire.text(body, "code") or "", wire.text(body, "message") or ""
    error = wrong_address(response) or _refusal(response, code, words) or default_error(response, words)
    error.request_id = wire.identifier(body, "request_id") or None
    return error


def error_stated_in(reply: HttpReply) -> TarashException | None:
    """Return the error that a 2xx answer reports in place of its output, or None."""
    body = body_of(reply)
    code, words = wire.text(body, "code") or "", wire.text(body, "message") or ""
    error = _refusal(reply, code, words) or error_in_body(reply)
    if error is not None:
        error.request_id = wire.identifier(body, "request_id") or None
    return error


def job_failure(output: object) -> TarashException:
    """Return the exception for a failed task, or a failed image of one. Only successful results are charged."""
    code = wire.text(output, "code") or ""
    explanation = ": ".join(part for part in (code, wire.text(output, "message")) if part)
    raw = wire.mapping(output)
    if code in MODERATED:
        return ContentModerationError(
            f"refused by content moderation: {explanation}", stage=_stage(raw), billed="no", raw_response=raw
        )
    if code.startswith("InvalidParameter"):
        return ValidationError(f"refused as invalid: {explanation}", billed="no", raw_response=raw)
    return GenerationFailedError(explanation or "no explanation given", billed="no", raw_response=raw)


def unknown_task() -> HTTPError:
    """Return the exception for a task that the server does not know."""
    return HTTPError(
        "not found: the server knows no such task; tasks are kept for 24 hours, in the region that created them",
        status_code=404,
        # it is the task that is not found, not the model, so no other provider is paid
        allows_fallback=False,
    )


def _refusal(response: HttpReply, code: str, words: str) -> TarashException | None:
    """Return the exception where the code says more than the HTTP status; these are refusals with any status."""
    lower, status, raw = words.lower(), response.status, body_of(response)
    told = f"({code}): {words or 'no explanation given'}"
    if code in MODERATED:
        return ContentModerationError(
            f"refused by content moderation {told}",
            stage=_stage(wire.mapping(raw)),
            billed="no",
            status_code=status,
            raw_response=raw,
            submitted="no",
        )
    if code in OUT_OF_CREDIT or FREE_QUOTA_SPENT in lower:
        return QuotaExceededError(
            f"out of credit {told}; settle the account, or activate the model",
            status_code=status,
            raw_response=raw,
            submitted="no",
        )
    if code in UNKNOWN_MODEL or "model not exist" in lower:
        return ModelNotFoundError(
            f"not found {told}; check the model name, and that the region offers it",
            status_code=status,
            raw_response=raw,
            submitted="no",
        )
    if code in NO_WORKSPACE:
        return AuthenticationError(
            f"workspace refused {told}; check the workspace and the region of the key",
            status_code=status,
            raw_response=raw,
            submitted="no",
        )
    return _busy(response, code, words) or _wrong_kind(response, told)


def _busy(response: HttpReply, code: str, words: str) -> TarashException | None:
    name, word = AT_CAPACITY
    if code == name and word in words.lower():
        return overloaded_error(response, words)
    if code.startswith("Throttling"):
        return RateLimitError(
            f"too many requests ({code}): {words}",
            retry_after=retry_after_seconds(response),
            status_code=response.status,
            raw_response=body_of(response),
        )
    return None


def _wrong_kind(response: HttpReply, told: str) -> TarashException | None:
    """Return the exception for a model that takes only the other kind of call; its 403 says nothing about the key."""
    lower = told.lower()
    if "does not support synchronous calls" in lower or "does not support asynchronous calls" in lower:
        return ValidationError(
            f"the model is not offered at this endpoint {told}; choose another model",
            status_code=response.status,
            raw_response=body_of(response),
            submitted="no",
        )
    return None


def _stage(body: Mapping[str, object]) -> Stage:
    """Return what was refused; an output is named in the message ("Output data may contain inappropriate content.")."""
    words = (wire.text(body, "message") or "").lower()
    return "output" if "output" in words and "input" not in words else "input"
