"""Sends a caller's file to a storage that a provider's answer named, whose refusals say nothing about the provider."""

from __future__ import annotations

from urllib.parse import urlsplit

from ..exceptions import HTTPError, TarashException
from ..media.redaction import redact_text
from ..steps import Flow, HttpCall, HttpReply, send

# an address that has expired, or whose bucket is not there yet: a new address may do
_PASSING = frozenset({401, 403, 404})


def send_to_storage(http: HttpCall) -> Flow[HttpReply]:
    """Send a file to a signed address, and return the storage's answer.

    The storage is not the provider: its 403 is an address that has expired, not a key that was refused, and its 404 is no model.

    Raises:
        HTTPError: the storage refused the file. Nothing was submitted, so another provider may be asked.
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
    # the words, without what the status would mean if it were the provider's
    words = error.raw_response if isinstance(error.raw_response, str) else ""
    said = f": {redact_text(words.strip())[:300]}" if words.strip() else ""
    return HTTPError(
        f"the upload of an input was refused by its storage {_host(url)} (HTTP {status}){said}; "
        "nothing was submitted; try again, or give the input as a URL",
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
