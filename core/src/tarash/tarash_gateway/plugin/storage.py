"""Uploads a user's file to the storage that a provider names; a refusal of the storage says nothing about the provider."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from ..exceptions import HTTPError, TarashException, UnexpectedResponseError
from ..media.redaction import redact_text
from ..steps import Flow, HttpReply, Part, send
from .call import Call

# the upload URL has expired, or its bucket does not exist yet: a new URL may work
_PASSING = frozenset({401, 403, 404})
_REFUSALS = frozenset(range(400, 500)) - {408, 409, 425, 429}
"""Statuses that do not pass by themselves. The others are retried, and of a foreign server the core tells no status."""


def send_to_storage(
    call: Call,
    method: str,
    url: str,
    *,
    content: bytes | None = None,
    multipart: tuple[Part, ...] | None = None,
    headers: Mapping[str, str] | None = None,
    timeout_seconds: float | None = None,
    repeatable: bool | None = None,
    accept_statuses: frozenset[int] = frozenset(),
) -> Flow[HttpReply]:
    """Send a file to a signed upload URL from an answer, without the key, and return the storage's answer.

    The file is sent over https only, or to the server that the user has configured. The storage is not the provider: its 403 means
    that the URL has expired, not that the key is wrong, and its 404 does not concern a model.

    Args:
        call: the call of the hook.
        method: HTTP method in capitals.
        url: the URL as the answer has it.

    The other arguments are those of `HttpCall`.

    Raises:
        UnexpectedResponseError: the URL is not https; nothing was sent.
        HTTPError: the storage refused the file. Nothing was submitted, so a fallback may be tried.
        HTTPConnectionError: the connection broke.
    """
    if not _may_receive_media(call, url):
        raise UnexpectedResponseError("the upload address is not https; nothing was sent")
    http = call.request(
        method,
        url,
        content=content,
        multipart=multipart,
        headers=headers,
        timeout_seconds=timeout_seconds,
        repeatable=repeatable,
        accept_statuses=accept_statuses | _REFUSALS,
        auth=False,
    )
    try:
        reply = yield from send(http)
    except TarashException as error:
        if error.status_code is None:
            raise
        is_passing = error.is_retryable or error.status_code in _PASSING
        raise _refused(url, error.status_code, error.raw_response, is_passing) from error
    if reply.status in _REFUSALS - accept_statuses:
        raise _refused(url, reply.status, reply.text()[:500], reply.status in _PASSING)
    return reply


def _may_receive_media(call: Call, url: str) -> bool:
    if call.is_own_origin(url):
        return True
    try:
        parts = urlsplit(url)
        # reading the port checks it
        return parts.scheme == "https" and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _refused(url: str, status: int, answer: object, is_retryable: bool) -> HTTPError:
    # only the words: the status would have another meaning if the provider had sent it
    words = answer.strip() if isinstance(answer, str) else ""
    said = f": {redact_text(words)[:300]}" if words else ""
    return HTTPError(
        f"the storage {urlsplit(url).hostname} refused the upload of an input (HTTP {status}){said}; "
        "nothing was submitted; try again, or pass the input as a URL",
        raw_response=answer,
        is_retryable=is_retryable,
        allows_fallback=True,
        billed="no",
    )
