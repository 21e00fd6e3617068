"""fal's errors: model errors (`detail` is a list) and platform errors (`detail` is a text)."""

from __future__ import annotations

from tarash.tarash_gateway.plugin import (
    AuthenticationError,
    ContentModerationError,
    GenerationFailedError,
    HTTPError,
    HttpReply,
    QuotaExceededError,
    TarashException,
    default_error,
    wire,
)

_UNSUITABLE = frozenset({"no_media_generated", "face_detection_error"})
_FAILURES = frozenset({"downstream_service_error", "internal_server_error", "downstream_service_unavailable", "generation_timeout"})


def read_error(response: HttpReply) -> TarashException:
    """Return the exception of an error answer to any call."""
    return error_from_body(response, after_submit=False)


def error_from_body(response: HttpReply, *, after_submit: bool) -> TarashException:
    """Return the exception of an error answer.

    Args:
        response: an answer whose status is no 2xx.
        after_submit: whether it came in place of the result of an accepted job, where an unsuitable request was billed perhaps.
    """
    body = _json(response)
    request_id = response.header("x-fal-request-id")
    kind = wire.text(body, "detail", 0, "type") or wire.text(body, "error_type") or response.header("x-fal-error-type") or ""
    words = _words(body)
    error = _narrow(response, kind, words, body, after_submit=after_submit) or default_error(response, words)
    error.request_id = request_id
    return error


def _narrow(
    response: HttpReply, kind: str, words: str, body: object, *, after_submit: bool
) -> TarashException | None:
    status = response.status
    if kind == "content_policy_violation":
        return ContentModerationError(
            f"refused by the content policy: {words}", billed="unknown" if after_submit else "no", status_code=status, raw_response=body
        )
    if status == 403:
        if "exhausted balance" in words.lower() or "top_up" in words.lower():
            return QuotaExceededError(f"out of credit: {words}", status_code=status, raw_response=body)
        return AuthenticationError(f"not permitted: {words}; check the key's scopes", status_code=status, raw_response=body)
    if kind in _UNSUITABLE:
        return GenerationFailedError(f"{words} ({kind})", status_code=status, raw_response=body, allows_fallback=True)
    if kind in _FAILURES and after_submit:
        return GenerationFailedError(f"{words} ({kind})", status_code=status, raw_response=body)
    if status == 504 and response.header("x-fal-request-timeout-type") == "user":
        return HTTPError(
            f"no runner started within start_timeout_seconds: {words}", status_code=status, raw_response=body, allows_fallback=True
        )
    return None


def _words(body: object) -> str:
    details = wire.items(body, "detail")
    if details:
        return "; ".join(_detail(item) for item in details)
    for path in (("detail",), ("error", "message"), ("error",), ("message",)):
        if found := wire.text(body, *path):
            return found
    return ""


def _detail(item: object) -> str:
    where = ".".join(str(part) for part in wire.items(item, "loc") if part != "body")
    message = wire.text(item, "msg") or wire.text(item, "type") or "invalid"
    return f"{where}: {message}" if where else message


def _json(response: HttpReply) -> object:
    try:
        return response.json()
    except TarashException:
        return None
