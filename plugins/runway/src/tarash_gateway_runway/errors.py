"""Turns Runway's refusals into exceptions: HTTP errors before a task exists, and the failure codes of a task.

Source: Runway API documentation (errors, task failures), read 2026-11-22.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from tarash.tarash_gateway.plugin import (
    ContentModerationError,
    GenerationFailedError,
    HTTPError,
    HttpReply,
    ModelNotFoundError,
    QuotaExceededError,
    TarashException,
    ValidationError,
    body_of,
    default_error,
    hookimpl,
    overloaded_error,
    tells_moderation,
    wire,
    wrong_address,
)

NO_CREDIT = "enough credits"
"""Part of the message of a plain 400, whose body has no code to tell it by."""


@hookimpl
def tarash_error(response: HttpReply) -> TarashException:
    """Return the exception for an error response to any call."""
    body = body_of(response)
    words = _words(body)
    error = _refusal(response, body, words) or default_error(response, words)
    error.request_id = response.header("apigw-requestid") or None
    return error


def _refusal(response: HttpReply, body: object, words: str) -> TarashException | None:
    status = response.status
    if status == 400 and NO_CREDIT in words.lower():
        return QuotaExceededError(
            f"out of credit (HTTP 400): {words}; buy credits for the API organization",
            status_code=status,
            raw_response=body,
        )
    if status == 400 and any(wire.items(issue, "path") == ["model"] for issue in wire.items(body, "issues")):
        return ModelNotFoundError(
            f"no such model here (HTTP 400): {words}", status_code=status, raw_response=body
        )
    if status == 404:
        if (astray := wrong_address(response)) is not None:
            return astray
        # an unknown model is a 400, like any bad field: this is a task that was deleted, or a wrong URL
        return HTTPError(
            f"no such task or path (HTTP 404): {words or 'no explanation given'}",
            status_code=status,
            raw_response=body,
            allows_fallback=False,
        )
    if status == 503 and wire.text(body, "error"):
        # "returned when Runway is shedding load" (HTTP errors page). Runway's own server answers `{"error"}`; the gateway in front
        # of it answers `{"message"}`, and proxies a page
        return overloaded_error(response, words)
    return None


def _words(body: object) -> str:
    issues = [_issue(issue) for issue in wire.items(body, "issues")]
    text = wire.text(body, "error") or wire.text(body, "message") or ""
    return "; ".join((text, *issues)) if issues else text


def _issue(issue: object) -> str:
    where = ".".join(str(step) for step in wire.items(issue, "path"))
    message = wire.text(issue, "message") or wire.text(issue, "code") or "invalid"
    return f"{where}: {message}" if where else message


def job_failure(task: Mapping[str, object]) -> TarashException:
    """Return the exception for a FAILED task. Codes are matched by their beginning: Runway adds new endings."""
    code = wire.text(task, "failureCode") or ""
    words = wire.text(task, "failure") or _words(task) or "no reason given"
    message = f"{words} ({code})" if code else words
    if code.startswith(("SAFETY", "INPUT_PREPROCESSING.SAFETY")) or tells_moderation(f"{code} {words}"):
        return ContentModerationError(message, stage=_stage(code), billed=billed(task), raw_response=task)
    if code.startswith("ASSET"):
        return ValidationError(f"an input image or video cannot be used: {message}", raw_response=task)
    if code.startswith("INTERNAL.BAD_OUTPUT"):
        advice = "; logos, watermarks and text laid over the input often cause it"
        return GenerationFailedError(f"{message}{advice}", raw_response=task)
    return GenerationFailedError(message, raw_response=task, is_retryable=True)


def _stage(code: str) -> Literal["input", "output", "unknown"]:
    if code.startswith(("SAFETY.INPUT", "INPUT_PREPROCESSING", "INPUT")):
        return "input"
    return "output" if code.startswith("SAFETY.OUTPUT") else "unknown"


def billed(task: Mapping[str, object]) -> Literal["yes", "no", "unknown"]:
    """Return whether a task that has ended is charged; credits that Runway refunded count as 0."""
    credits_charged = wire.number(task, "cost", "credits")
    if credits_charged is None:
        return "unknown"
    return "yes" if credits_charged > 0 else "no"
