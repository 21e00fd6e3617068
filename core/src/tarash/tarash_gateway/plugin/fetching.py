"""Fetches an input that the caller gave as a URL, for providers that only take bytes."""

from __future__ import annotations

from urllib.parse import urljoin, urlsplit

from ..exceptions import HTTPConnectionError, ValidationError
from ..media.guard import RefusedHostError, check_host
from ..media.inputs import Media, from_bytes
from ..media.kinds import plain_content_type
from ..steps import Flow, HttpCall, HttpReply, TransportFailure, send, sleep
from .call import Call

FETCH_SECONDS = 120.0
"""Longest wait for one exchange; the attempt's deadline bounds them all."""
MAX_FETCHED_BYTES = 256 * 1024 * 1024
MAX_REDIRECTS = 5
RETRY_PAUSES_SECONDS = (1.0, 3.0)
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
# the answer of somebody else's server must never be read as the provider's: the flow judges every status itself
_EVERY_OTHER_STATUS = frozenset({*range(100, 200), *range(300, 600)})


def fetch_media(call: Call, media: Media, *, max_bytes: int = MAX_FETCHED_BYTES) -> Flow[Media]:
    """Return media with its bytes, downloaded without any credentials if it has a URL; other media are returned unchanged.

    At most five redirects are followed, each hop is checked: private networks and this machine are refused, unless the URL has
    the origin of `call.base_url`, or `call.allow_private_hosts` or `TARASH_ALLOW_PRIVATE_HOSTS=1` allows them.

    Args:
        call: the attempt.
        media: an input of the request.
        max_bytes: size limit in bytes; more than the transport reads into memory (256 MiB) is refused all the same.

    Raises:
        ValidationError: the URL's host refuses, is refused, cannot be reached, or what it sends is not media; the message names
            the host and its status. It says nothing about the provider.
    """
    if media.url is None:
        return media
    url = media.url
    for _ in range(MAX_REDIRECTS + 1):
        reply = yield from _reply(call, url)
        location = reply.header("location")
        if reply.status not in _REDIRECTS or not location:
            return _media_of(media, url, reply, max_bytes)
        url = _next_hop(url, location)
    raise ValidationError(
        f"the input at {_host(media.url)} redirects more than {MAX_REDIRECTS} times; give its final URL, or the bytes"
    )


def _reply(call: Call, url: str) -> Flow[HttpReply]:
    """Return the answer of one hop; a server in trouble is asked again."""
    addresses = yield from _allowed_addresses(call, url)
    reply = yield from _sent(url, addresses)
    for pause in RETRY_PAUSES_SECONDS:
        if reply.status < 500 and reply.status != 429:
            break
        yield from sleep(pause)
        reply = yield from _sent(url, addresses)
    return reply


def _allowed_addresses(call: Call, url: str) -> Flow[tuple[str, ...]]:
    if call.is_own_origin(url):
        # the configured server may be anywhere
        return ()
    try:
        return (yield from check_host(url, allow_private_hosts=call.allow_private_hosts, https_only=False))
    except RefusedHostError as error:
        raise ValidationError(f"the input URL is not fetched: {error}; or give the bytes") from error


def _sent(url: str, addresses: tuple[str, ...]) -> Flow[HttpReply]:
    """Send to the first address that can be reached."""
    for number, address in enumerate(addresses or (None,), start=1):
        http = HttpCall(
            method="GET",
            url=url,
            address=address,
            timeout_seconds=FETCH_SECONDS,
            accept_statuses=_EVERY_OTHER_STATUS,
        )
        try:
            return (yield from send(http))
        except HTTPConnectionError as error:
            broken = error.__cause__
            unreached = isinstance(broken, TransportFailure) and not broken.request_may_have_arrived
            if number < len(addresses) and unreached:
                continue
            raise ValidationError(
                f"the input at {_host(url)} cannot be fetched: {error.message}; check the URL, or give the bytes"
            ) from error
    raise AssertionError("no address was tried")


def _next_hop(url: str, location: str) -> str:
    try:
        following = urljoin(url, location)
        scheme = urlsplit(following).scheme
    except ValueError as error:
        raise ValidationError(
            f"the input at {_host(url)} redirects to what is not a URL; give its final URL, or the bytes"
        ) from error
    if scheme == "http" and url.startswith("https:"):
        raise ValidationError(
            f"the input at {_host(url)} redirects from https to http; give its final URL, or the bytes"
        )
    return following


def _media_of(media: Media, url: str, reply: HttpReply, max_bytes: int) -> Media:
    host = _host(url)
    if reply.status != 200:
        raise ValidationError(
            f"the input at {host} cannot be fetched (HTTP {reply.status}); check the URL, or give the bytes",
        )
    if len(reply.content) > max_bytes:
        raise ValidationError(
            f"the input at {host} has {len(reply.content)} bytes; at most {max_bytes} are taken"
        )
    declared = plain_content_type(reply.header("content-type")) or media.content_type
    try:
        found = from_bytes(reply.content, content_type=declared, filename=media.filename)
    except ValidationError as error:
        raise ValidationError(
            f"the input at {host} (HTTP {reply.status}) is of no use: {error.message}"
        ) from error
    if not found.content_type.startswith(("image/", "video/", "audio/")):
        raise ValidationError(
            f"the input at {host} is neither an image nor a video ({found.content_type}); check the URL, or give the bytes"
        )
    return found


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or "?"
    except ValueError:
        return "?"


__all__ = ["fetch_media"]
