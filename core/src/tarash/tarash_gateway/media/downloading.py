"""Opens the download of a result: follows redirects one by one, checks every host, and accepts only complete files."""

from __future__ import annotations

from urllib.parse import urljoin, urlsplit

from ..exceptions import DownloadError
from ..messages import OutgoingCall
from ..steps import CloseDownload, DownloadHandle, Flow, HttpCall, open_download
from .guard import RefusedHostError, check_host, reach
from .receiving import SaveLimits
from .redaction import redact_text

MAX_REDIRECTS = 5
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
# the whole file; 206 would be an unrequested part of it, 204 has no content
_WHOLE = frozenset({200, 203})
_PASSING = frozenset({202, 204, 206, 408, 409, 425, 429})


def length_of(handle: DownloadHandle) -> int | None:
    """Return the length that the server declares, in bytes."""
    length = handle.headers.get("content-length", "")
    return int(length) if length.isascii() and length.isdigit() and len(length) < 20 else None


def open_result(call: HttpCall, limits: SaveLimits) -> Flow[DownloadHandle]:
    """Follow redirects one by one: check every host, and send the call's headers to the trusted origin only.

    Raises:
        DownloadError: a host is not allowed, or the answer is not the file.
        TransportFailure: the connection failed.
    """
    url = call.url
    for _ in range(MAX_REDIRECTS + 1):
        trusted = limits.trusted_origin == origin_of(url)
        addresses = () if trusted else (yield from _allowed_addresses(url, limits))
        headers = call.headers if trusted or limits.trusted_origin is None else {}
        hop = OutgoingCall(
            method="GET",
            url=url,
            headers=headers,
            timeout_seconds=call.timeout_seconds,
            account=call.account,
        )
        handle = yield from reach(hop, addresses, lambda call: open_download(call, limits.silence_seconds))
        if handle.status in _REDIRECTS and "location" in handle.headers:
            yield CloseDownload(handle)
            url = _next_hop(url, handle.headers["location"])
            continue
        refused = _refusal(handle, url)
        if refused is None:
            return handle
        yield CloseDownload(handle)
        raise refused
    raise DownloadError(f"more than {MAX_REDIRECTS} redirects from {redact_text(call.url)}")


def _refusal(handle: DownloadHandle, url: str) -> DownloadError | None:
    """Return the error if the answer is not the file, or None."""
    coding = handle.headers.get("content-encoding", "identity").strip().lower()
    if handle.status in _WHOLE:
        if coding in ("", "identity"):
            return None
        return DownloadError(
            f"the server sent {redact_text(url)[:200]} compressed ({coding[:20]}), although that was not requested"
        )
    gone = "; the link has probably expired: generate again" if handle.status in (403, 404, 410) else ""
    return DownloadError(
        f"the server answered HTTP {handle.status} for {redact_text(url)}{gone}",
        status_code=handle.status,
        is_retryable=handle.status >= 500 or handle.status in _PASSING,
    )


def _allowed_addresses(url: str, limits: SaveLimits) -> Flow[tuple[str, ...]]:
    try:
        return (yield from check_host(url, allow_private_hosts=limits.allow_private_hosts))
    except RefusedHostError as error:
        raise DownloadError(f"{redact_text(url)[:200]} is not fetched: {error}") from error


def _next_hop(url: str, location: str) -> str:
    try:
        return urljoin(url, location)
    except ValueError as error:
        raise DownloadError(f"{redact_text(url)[:200]} redirects to something that is not a URL") from error


def origin_of(url: str) -> tuple[str, str]:
    """Return the scheme, and the host with its port; two empty texts if it is not a URL."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ("", "")
    return (parts.scheme, parts.netloc)
