"""fal's errors: model errors (`detail` is a list of findings) and platform errors (`detail` is a string).

Source: fal documentation (errors, request errors), read 2026-11-22.
"""

from __future__ import annotations

from dataclasses import dataclass

from tarash.tarash_gateway.plugin import (
    AuthenticationError,
    ContentModerationError,
    GenerationFailedError,
    HTTPError,
    HttpReply,
    QuotaExceededError,
    TarashException,
    UnexpectedResponseError,
    ValidationError,
    body_of,
    default_error,
    error_words,
    hookimpl,
    mentions_moderation,
    wire,
)

MODERATED = "content_policy_violation"
OUT_OF_CREDIT = ("exhausted balance", "reason: top_up")
# come with 400 or 422 although the request was well formed
FAILED_RUNS = frozenset({"no_media_generated", "face_detection_error", "downstream_service_error"})


@dataclass(frozen=True, slots=True)
class ErrorBody:
    """What an error body says.

    Attributes:
        kind: of its first finding; "" without one.
        words: for people.
        by_model: whether the model refused or failed, not the platform.
        about_input: whether its first finding names a member of the request.
    """

    kind: str
    words: str
    by_model: bool
    about_input: bool = False

    @property
    def is_moderation(self) -> bool:
        """Whether the content was refused."""
        return mentions_moderation(self.kind) or mentions_moderation(self.words)


@hookimpl
def tarash_error(response: HttpReply) -> TarashException:
    """Return the exception for an error response to any call."""
    body = body_of(response)
    said = read_error_body(body)
    error = _refusal(response, said, body) or default_error(response, said.words)
    error.request_id = response.header("x-fal-request-id") or None
    return error


def read_job_error(response: HttpReply) -> TarashException:
    """Return the exception for an error response in place of the result of an accepted job.

    Only a model error ends the job. Other errors concern the request for the result, and may pass.
    """
    body = body_of(response)
    said = read_error_body(body)
    if response.status == 400 and "still in progress" in said.words:
        return UnexpectedResponseError(
            "the result is not ready although the job is completed", status_code=400, raw_response=body
        )
    if response.status == 404:
        return GenerationFailedError(
            "the result is not there; fal keeps it for about an hour after the job has ended",
            status_code=404,
            raw_response=body,
            # the queue may also be behind its own status
            is_retryable=True,
        )
    if not said.by_model and response.status != 499:
        return tarash_error(response)
    error = job_failure(body, status_code=response.status)
    error.request_id = response.header("x-fal-request-id") or None
    return error


def job_failure(body: object, *, status_code: int | None) -> TarashException:
    """Return the exception for a job that ended with this error body and HTTP status."""
    said = read_error_body(body)
    words = f"{said.words or 'no explanation given'}{f' ({said.kind})' if said.kind else ''}"
    if said.is_moderation:
        return ContentModerationError(
            f"refused by the content policy: {said.words or said.kind}",
            stage="input" if said.about_input else "unknown",
            status_code=status_code,
            raw_response=body,
        )
    if status_code in (400, 422) and said.kind not in FAILED_RUNS:
        return ValidationError(f"refused as invalid: {words}", status_code=status_code, raw_response=body)
    return GenerationFailedError(words, status_code=status_code, raw_response=body)


def read_error_body(body: object) -> ErrorBody:
    """Read an error body of either family, or of one of the other shapes that have been seen."""
    findings = wire.items(body, "detail")
    if findings:
        kind = wire.text(findings[0], "type") or ""
        return ErrorBody(kind, error_words(body), by_model=True, about_input=_is_about_input(findings[0]))
    kind = wire.text(body, "error_type") or wire.text(body, "error", "type") or ""
    return ErrorBody(kind, error_words(body), by_model=False)


def _is_about_input(finding: object) -> bool:
    # `loc` is ["body", <member of the request>, …] for a member of the request, and ["body"] for all of it
    return len(wire.items(finding, "loc")) > 1


def _refusal(response: HttpReply, said: ErrorBody, body: object) -> TarashException | None:
    """Return the exception where the HTTP status alone would mislead."""
    status = response.status
    if said.kind == MODERATED:
        return ContentModerationError(
            f"refused by the content policy: {said.words}",
            stage="input",
            billed="no",
            status_code=status,
            raw_response=body,
            submitted="no",
        )
    if status == 403 and any(words in said.words.lower() for words in OUT_OF_CREDIT):
        return QuotaExceededError(f"out of credit: {said.words}", status_code=status, raw_response=body)
    if status == 403:
        return AuthenticationError(
            f"not permitted: {said.words}; check the key's scopes", status_code=status, raw_response=body
        )
    if status == 504 and response.header("x-fal-request-timeout-type") == "user":
        # the limit that the user set has passed: another provider may be quicker, but fal will not
        return HTTPError(
            f"no runner was free within start_timeout_seconds: {said.words}",
            status_code=status,
            raw_response=body,
            is_retryable=False,
            allows_fallback=True,
        )
    return None
