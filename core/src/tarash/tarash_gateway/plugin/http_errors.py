"""Chooses the exception for an HTTP error status if the plugin does not."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime

from ..exceptions import (
    AuthenticationError,
    ContentModerationError,
    HTTPError,
    ModelNotFoundError,
    QuotaExceededError,
    RateLimitError,
    TarashException,
    UnexpectedResponseError,
    ValidationError,
)
from ..media.redaction import redact_text
from ..phrases import Phrase, wrong_field
from ..statuses import SERVER_ERROR, meaning_of_status
from ..steps import HttpReply
from . import wire
from .error_bodies import ErrorBody, read_error_body

# class and sentence for each meaning that has a class of its own
_CLASSES: Mapping[str, tuple[type[TarashException], str]] = {
    ValidationError.code: (ValidationError, "refused as invalid ({code}): {words}"),
    AuthenticationError.code: (
        AuthenticationError,
        "key refused ({code}): {words}; check the key and its rights",
    ),
    QuotaExceededError.code: (QuotaExceededError, "out of credit ({code}): {words}; top up the account"),
    ModelNotFoundError.code: (ModelNotFoundError, "not found ({code}): {words}; check the model name"),
    RateLimitError.code: (RateLimitError, "too many requests ({code}): {words}"),
}

_WEB_PAGE = re.compile(rb"\s*<(?:!doctype|html|head|body)\b", re.IGNORECASE)


def default_error(response: HttpReply, message: str = "") -> TarashException:
    """Return the exception for an error status.

    Args:
        response: an answer with a status other than 2xx.
        message: the provider's explanation; if empty, the beginning of the body.
    """
    words = redact_text(message or response.text().strip())[:500] or "no explanation given"
    status = response.status
    error = wrong_address(response) or _error_of_status(
        status, words, code=f"HTTP {status}", body=body_of(response)
    )
    if isinstance(error, HTTPError):
        error.retry_after = retry_after_seconds(response)
    return error


def overloaded_error(response: HttpReply, words: str) -> RateLimitError:
    """Return the exception for an answer in which the provider says that it is too busy and accepted nothing.

    The core submits again after it, so call it only for words or a code by which the provider is known to refuse. A 503 alone is no
    such answer: a server between you and the provider sends it, too, and so may a provider that has created the job.

    Args:
        response: the answer; `Retry-After` is read from it.
        words: the provider's explanation.
    """
    return RateLimitError(
        f"the provider takes no request now (HTTP {response.status}): {redact_text(words)[:500] or 'no explanation given'}",
        retry_after=retry_after_seconds(response),
        status_code=response.status,
        raw_response=body_of(response),
    )


def wrong_address(response: HttpReply) -> HTTPError | None:
    """Return the exception for a 404 with a web page: the API is not at this URL, so the 404 does not concern the model."""
    if response.status != 404:
        return None
    is_page = "html" in (response.header("content-type") or "").lower()
    if not is_page and _WEB_PAGE.match(response.content) is None:
        return None
    return HTTPError(
        Phrase(
            "the API is not at this URL (HTTP 404): the answer is a web page; check ",
            wrong_field("base_url"),
            " and its path",
        ),
        status_code=404,
        raw_response=body_of(response),
    )


def error_in_body(reply: HttpReply) -> TarashException | None:
    """Return the exception that the body of a 2xx answer reports; None if it reports none.

    Call it only for an answer that lacks what it must have, such as the id of a job: an accepted job that failed has an `error`,
    too.

    The exception says that nothing was submitted, unless the words may be those of a failing server or are not a clear refusal:
    then a job may exist.
    """
    try:
        stated = read_error_body(reply.json())
    except UnexpectedResponseError:
        return None
    if stated is None:
        return None
    error = _error_of_words(reply, stated)
    if not stated.is_clear or meaning_of_status(error.status_code).reason == SERVER_ERROR.reason:
        error.submitted = "unknown"
    if isinstance(error, HTTPError):
        error.retry_after = retry_after_seconds(reply)
    return error


def accepted_id(reply: HttpReply, *path: str | int, submits: bool = True) -> str:
    """Return the id in the answer to a submission, or to an upload before it.

    Args:
        reply: a 2xx answer.
        path: names and indices that lead to the id.
        submits: False for an upload, after which no job can exist.

    Raises:
        TarashException: the error that the body reports instead of an id; see `error_in_body`.
        UnexpectedResponseError: the body has neither an id nor an error.
    """
    try:
        return reply.require_text(*path)
    except UnexpectedResponseError as error:
        stated = error_in_body(reply)
        if stated is None:
            raise
        if not submits:
            stated.submitted = "no"
        raise stated from error


def _error_of_words(reply: HttpReply, stated: ErrorBody) -> TarashException:
    words = redact_text(stated.words)[:500] or "no explanation given"
    named = stated.name if stated.number is None else str(stated.number)
    where = f"HTTP {reply.status}{f', {named[:80]}' if named else ''}"
    if stated.is_moderation:
        return ContentModerationError(
            f"refused by the content policy ({where}): {words}",
            stage="input",
            billed="no",
            status_code=reply.status,
            raw_response=body_of(reply),
        )
    if stated.status is not None:
        return _error_of_status(stated.status, words, code=where, body=body_of(reply))
    # the reason is not known, so another provider may take the request
    return HTTPError(
        f"refused ({where}): {words}",
        status_code=reply.status,
        raw_response=body_of(reply),
        allows_fallback=True,
    )


def _error_of_status(status: int, words: str, *, code: str, body: object) -> TarashException:
    kind, sentence = _CLASSES.get(meaning_of_status(status).reason, (HTTPError, "{code}: {words}"))
    return kind(sentence.format(code=code, words=words), raw_response=body, status_code=status)


def body_of(response: HttpReply) -> object:
    """Return the parsed body, or its text if it is not JSON; for `raw_response`."""
    try:
        return response.json()
    except Exception:  # noqa: BLE001 - any unreadable body is shown as text
        return response.text()[:2000]


def retry_after_seconds(response: HttpReply, *, now: datetime | None = None) -> float | None:
    """Return how long the server asks to wait, in seconds, 0 or more; None if it does not.

    `retry-after-ms` takes precedence over `Retry-After`, which is seconds or an HTTP date (RFC 9110 §10.2.3). The wait until a
    date counts from the `Date` header of the answer, so that a wrong local clock does not matter, or else from `now`.
    """
    milliseconds = wire.number(response.header("retry-after-ms"))
    if milliseconds is not None:
        return max(milliseconds / 1000.0, 0.0)
    value = response.header("retry-after")
    seconds = wire.number(value)
    if value is None or seconds is not None:
        return None if seconds is None else max(seconds, 0.0)
    until = wire.http_date(value)
    since = wire.http_date(response.header("date")) or now
    return None if until is None or since is None else max((until - since).total_seconds(), 0.0)
