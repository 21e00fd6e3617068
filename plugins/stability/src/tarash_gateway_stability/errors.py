"""Turns Stability's errors into exceptions: `{"id", "name", "errors": […]}`, or `{"message"}` from the gateway in front of it.

Source: Stability's OpenAPI document (v2beta), read 2026-11-22.
"""

from __future__ import annotations

from tarash.tarash_gateway.plugin import (
    ContentModerationError,
    HTTPError,
    HttpReply,
    RateLimitError,
    TarashException,
    body_of,
    default_error,
    error_in_body,
    hookimpl,
    retry_after_seconds,
    wire,
)

MODERATED = frozenset({"content_moderation", "public_figure", "copyrighted_content"})
# an account that exceeds the limit is locked out for this long, and no header says so
LOCKED_OUT_SECONDS = 60.0


@hookimpl
def tarash_error(response: HttpReply) -> TarashException:
    """Return the exception for an error response to any call."""
    body = body_of(response)
    name = wire.text(body, "name") or ""
    words = _words(body)
    error = _refusal(response, name, words, body) or default_error(response, words)
    error.request_id = wire.identifier(body, "id") or response.header("x-request-id") or None
    return error


def error_in_answer(response: HttpReply) -> TarashException | None:
    """Return the exception for an answer with HTTP 200 that reports an error; None where it reports none."""
    body = body_of(response)
    refusal = _refusal(response, wire.text(body, "name") or "", _words(body), body)
    return refusal or error_in_body(response)


def filtered(answer: object) -> ContentModerationError:
    """Return the exception for a picture that came out blurred."""
    # Stability charges successful generations and calls this one successful, but nowhere says that it is charged
    return ContentModerationError(
        "the picture was blurred by the content filter; change the prompt",
        stage="output",
        billed="unknown",
        raw_response=answer,
    )


def _refusal(response: HttpReply, name: str, words: str, body: object) -> TarashException | None:
    """Return the exception where the HTTP status alone would mislead."""
    status = response.status
    if name in MODERATED:
        return ContentModerationError(
            f"refused by content moderation: {words}",
            stage="input",
            billed="no",
            status_code=status,
            raw_response=body,
            submitted="no",
        )
    if name == "generation_not_found":
        return HTTPError(
            f"no such generation: {words}; results are kept for 24 hours, for the key that submitted them",
            status_code=status,
            raw_response=body,
            # it is the job that is not found, not the model, so no other provider is paid
            allows_fallback=False,
        )
    if status == 429:
        return RateLimitError(
            f"too many requests: {words}",
            retry_after=retry_after_seconds(response) or LOCKED_OUT_SECONDS,
            status_code=status,
            raw_response=body,
        )
    return None


def _words(body: object) -> str:
    errors = [item for item in wire.items(body, "errors") if isinstance(item, str)]
    return "; ".join(errors) or wire.text(body, "message") or wire.text(body, "name") or ""
