"""Uploads a user's file to the storage that a provider names; a refusal of the storage says nothing about the provider."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlsplit

from ..exceptions import HTTPError, TarashException
from ..media.redaction import redact_text
from ..steps import Flow, HttpCall, HttpReply, send

# the upload URL has expired, or its bucket does not exist yet: a new URL may work
_PASSING = frozenset({401, 403, 404})
_REFUSALS = frozenset(range(400, 500)) - {408, 409, 425, 429}
"""Statuses that do not pass by themselves. The others are retried, and of a foreign server the core tells no status."""


def send_to_storage(http: HttpCall) -> Flow[HttpReply]:
    """Send a file to a signed upload URL, and return the storage's answer.

    The storage is not the provider: its 403 means that the URL has expired, not that the key is wrong, and its 404 does not
    concern a model.

    Raises:
        HTTPError: the storage refused the file. Nothing was submitted, so a fallback may be tried.
        HTTPConnectionError: the connection broke.
    """
    asked = replace(http, accept_statuses=http.accept_statuses | _REFUSALS)
    try:
        reply = yield from send(asked)
    except TarashException as error:
        if error.status_code is None:
            raise
        is_passing = error.is_retryable or error.status_code in _PASSING
        raise _refused(http.url, error.status_code, error.raw_response, is_passing) from error
    if reply.status in _REFUSALS - http.accept_statuses:
        raise _refused(http.url, reply.status, reply.text()[:500], reply.status in _PASSING)
    return reply


def _refused(url: str, status: int, answer: object, is_retryable: bool) -> HTTPError:
    # only the words: the status would have another meaning if the provider had sent it
    words = answer.strip() if isinstance(answer, str) else ""
    said = f": {redact_text(words)[:300]}" if words else ""
    return HTTPError(
        f"the storage {_host(url)} refused the upload of an input (HTTP {status}){said}; "
        "nothing was submitted; try again, or pass the input as a URL",
        raw_response=answer,
        is_retryable=is_retryable,
        allows_fallback=True,
        billed="no",
    )


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or "(unknown host)"
    except ValueError:
        return "(unknown host)"
