"""Downloads an input that is a URL, for providers that only take bytes: the one safe way to read what a user names."""

from __future__ import annotations

from urllib.parse import urljoin, urlsplit

from ..exceptions import HTTPConnectionError, ValidationError
from ..media.guard import RefusedHostError, check_host
from ..media.inputs import Media, from_bytes, to_media
from ..media.kinds import plain_content_type
from ..steps import AnswerTooLargeFailure, Flow, HttpCall, HttpReply, TransportFailure, send, sleep
from .call import Call

FETCH_SECONDS = 120.0
"""Timeout of one HTTP call, in seconds; the attempt's deadline limits them all."""
MAX_FETCHED_BYTES = 256 * 1024 * 1024
MAX_REDIRECTS = 5
RETRY_PAUSES_SECONDS = (1.0, 3.0)
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
# the answer of another server must not be read as the provider's, so this flow handles every status itself
_EVERY_OTHER_STATUS = frozenset({*range(100, 200), *range(300, 600)})


def fetch_media(call: Call, source: Media | str, *, max_bytes: int = MAX_FETCHED_BYTES) -> Flow[Media]:
    """Return media as bytes: a URL is downloaded, without any credentials; other media are returned unchanged.

    Up to five redirects are followed, and every host is checked; none leads from https to http. Private networks and this machine
    are refused, unless the URL has the origin of `call.base_url`, or `call.allow_private_hosts` or `TARASH_ALLOW_PRIVATE_HOSTS=1`
    allows them. The address that was checked is the one that is called.

    Args:
        call: the call of the hook.
        source: an input of the request, or an http(s) or data URL. A string is never read as the name of a file.
        max_bytes: size limit in bytes, at most 256 MiB; a larger file is not read to its end.

    Raises:
        ValidationError: the host is not allowed, cannot be reached or refuses, or its answer is not media or too large. The
            message names the host and its status.
    """
    media = _from_text(source) if isinstance(source, str) else source
    if media.url is None:
        return media
    url = media.url
    for _ in range(MAX_REDIRECTS + 1):
        reply = yield from _reply(call, url, max_bytes)
        location = reply.header("location")
        if reply.status not in _REDIRECTS or not location:
            return _media_of(media, url, reply, max_bytes)
        url = _next_hop(url, location)
    raise ValidationError(
        f"the input at {_host(media.url)} redirects more than {MAX_REDIRECTS} times; pass its final URL, or the bytes"
    )


def _from_text(text: str) -> Media:
    return to_media(text) if text.startswith("data:") else Media(url=text)


def _reply(call: Call, url: str, max_bytes: int) -> Flow[HttpReply]:
    """Return the answer of one host; after a server error, try again."""
    addresses = yield from _allowed_addresses(call, url)
    reply = yield from _sent(url, addresses, max_bytes)
    for pause in RETRY_PAUSES_SECONDS:
        if reply.status < 500 and reply.status != 429:
            break
        yield from sleep(pause)
        reply = yield from _sent(url, addresses, max_bytes)
    return reply


def _allowed_addresses(call: Call, url: str) -> Flow[tuple[str, ...]]:
    if call.is_own_origin(url):
        # the configured server may be on a private network
        return ()
    try:
        return (yield from check_host(url, allow_private_hosts=call.allow_private_hosts, https_only=False))
    except RefusedHostError as error:
        raise ValidationError(f"the input URL is not fetched: {error}; or pass the bytes") from error


def _sent(url: str, addresses: tuple[str, ...], max_bytes: int) -> Flow[HttpReply]:
    """Send the call to the first IP address that can be reached."""
    for number, address in enumerate(addresses or (None,), start=1):
        http = HttpCall(
            method="GET",
            url=url,
            address=address,
            timeout_seconds=FETCH_SECONDS,
            accept_statuses=_EVERY_OTHER_STATUS,
            max_answer_bytes=max_bytes,
        )
        try:
            return (yield from send(http))
        except HTTPConnectionError as error:
            broken = error.__cause__
            if isinstance(broken, AnswerTooLargeFailure):
                raise _too_large(url, max_bytes) from error
            unreached = isinstance(broken, TransportFailure) and not broken.request_may_have_arrived
            if number < len(addresses) and unreached:
                continue
            raise ValidationError(
                f"the input at {_host(url)} cannot be fetched: {error.message}; check the URL, or pass the bytes"
            ) from error
    raise AssertionError("no address was tried")


def _next_hop(url: str, location: str) -> str:
    try:
        following = urljoin(url, location)
        scheme = urlsplit(following).scheme
    except ValueError as error:
        raise ValidationError(
            f"the input at {_host(url)} redirects to something that is not a URL; pass its final URL, or the bytes"
        ) from error
    if scheme == "http" and url.startswith("https:"):
        raise ValidationError(
            f"the input at {_host(url)} redirects from https to http; pass its final URL, or the bytes"
        )
    return following


def _media_of(media: Media, url: str, reply: HttpReply, max_bytes: int) -> Media:
    host = _host(url)
    if reply.status != 200:
        raise ValidationError(
            f"the input at {host} cannot be fetched (HTTP {reply.status}); check the URL, or pass the bytes",
        )
    if len(reply.content) > max_bytes:
        # a transport of the user's may not abort it
        raise _too_large(url, max_bytes)
    declared = plain_content_type(reply.header("content-type")) or media.content_type
    try:
        found = from_bytes(reply.content, content_type=declared, filename=media.filename)
    except ValidationError as error:
        raise ValidationError(
            f"the input at {host} (HTTP {reply.status}) cannot be used: {error.message}"
        ) from error
    if not found.content_type.startswith(("image/", "video/", "audio/")):
        raise ValidationError(
            f"the input at {host} is neither an image nor a video ({found.content_type}); check the URL, or pass the bytes"
        )
    return found


def _too_large(url: str, max_bytes: int) -> ValidationError:
    return ValidationError(f"the input at {_host(url)} is too large; at most {max_bytes} bytes are allowed")


def _host(url: str) -> str:
    # a URL whose host was checked can be read
    return urlsplit(url).hostname or "?"


__all__ = ["fetch_media"]
