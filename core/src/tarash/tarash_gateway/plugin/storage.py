"""Uploads a user's file to the storage that a provider names; a refusal of the storage says nothing about the provider."""

from __future__ import annotations

from urllib.parse import urlsplit

from ..exceptions import HTTPError, TarashException
from ..media.redaction import redact_text
from ..steps import Flow, HttpCall, HttpReply, send

# the upload URL has expired, or its bucket does not exist yet: a new URL may work
_PASSING = frozenset({401, 403, 404})


def send_to_storage(http: HttpCall) -> Flow[HttpReply]:
    """Send a file to a signed upload URL, and return the storage's answer.

    The storage is not the provider: its 403 means that the URL has expired, not that the key is wrong, and its 404 does not
    concern a model.

    Raises:
        HTTPError: the storage refused the file. Nothing was submitted, so a fallback may be tried.
        HTTPConnectionError: the connection broke.
    """
    try:
        return (yield from send(http))
    except TarashException as error:
        if error.status_code is None:
            raise
        raise _refused(http.url, error) from error


def _refused(url: str, error: TarashException) -> HTTPError:
    status = error.status_code
    # only the words: the status would have another meaning if the provider had sent it
    words = error.raw_response if isinstance(error.raw_response, str) else ""
    said = f": {redact_text(words.strip())[:300]}" if words.strip() else ""
    return HTTPError(
        f"the storage {_host(url)} refused the upload of an input (HTTP {status}){said}; "
        "nothing was submitted; try again, or pass the input as a URL",
        raw_response=error.raw_response,
        is_retryable=error.is_retryable or status in _PASSING,
        allows_fallback=True,
        billed="no",
    )


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or "(unknown host)"
    except ValueError:
        return "(unknown host)"
