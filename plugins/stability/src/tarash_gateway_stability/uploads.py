"""Prepares input pictures for the form: fetches those given by URL, and turns masks grey."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from urllib.parse import urljoin

from tarash.tarash_gateway.plugin import (
    Call,
    Flow,
    HttpReply,
    Media,
    ValidationError,
    run_blocking,
    send,
    to_media,
)

from .fields import IMAGE_TYPES, MAX_IMAGE_BYTES
from .masks import grey_mask

FETCH_SECONDS = 60.0
MAX_REDIRECTS = 5
# these statuses are about the caller's picture, not about Stability
ABOUT_THE_PICTURE = frozenset(range(300, 500)) - {408, 425, 429}


def with_uploads(call: Call, payload: Mapping[str, object]) -> Flow[dict[str, object]]:
    """Return the payload with the bytes of every picture."""
    body: dict[str, object] = {}
    for name, value in payload.items():
        body[name] = value
        if isinstance(value, Media):
            media = yield from _fetched(call, name, value)
            body[name] = (yield from run_blocking(partial(grey_mask, media))) if name == "mask" else media
    return body


def _fetched(call: Call, name: str, media: Media) -> Flow[Media]:
    """Return the picture with its bytes. The key is not sent to its server.

    Raises:
        ValidationError: the URL cannot be read, or is not a picture that Stability takes.
    """
    if media.url is None:
        return media
    reply = yield from _follow(call, name, media.url)
    fetched = to_media(
        {"content": reply.content, "content_type": (reply.header("content-type") or "").split(";")[0].strip()}
    )
    if fetched.content_type not in IMAGE_TYPES:
        fetched = to_media(reply.content)
    if fetched.content_type not in IMAGE_TYPES:
        raise ValidationError(
            f"{name} at {media.url} is {fetched.content_type}; use {', '.join(IMAGE_TYPES)}"
        )
    if len(reply.content) > MAX_IMAGE_BYTES:
        raise ValidationError(
            f"{name} at {media.url} is larger than {MAX_IMAGE_BYTES} bytes; make it smaller"
        )
    return fetched


def _follow(call: Call, name: str, url: str) -> Flow[HttpReply]:
    address = url
    for _ in range(MAX_REDIRECTS):
        if not address.lower().startswith("https://") and not call.is_own_origin(address):
            raise ValidationError(
                f"{name} at {address} cannot be fetched; use an https URL, a path or the bytes"
            )
        reply = yield from send(
            call.request(
                "GET", address, auth=False, timeout_seconds=FETCH_SECONDS, accept_statuses=ABOUT_THE_PICTURE
            )
        )
        if reply.is_success:
            return reply
        location = reply.header("location")
        if reply.status >= 400 or location is None:
            raise ValidationError(
                f"{name} at {url} cannot be fetched (HTTP {reply.status}); check the address"
            )
        address = _redirected(name, address, location)
    raise ValidationError(
        f"{name} at {url} is redirected more than {MAX_REDIRECTS} times; give its final address"
    )


def _redirected(name: str, address: str, location: str) -> str:
    try:
        return urljoin(address, location)
    except ValueError as error:
        raise ValidationError(
            f"{name} at {address} is redirected to something that is not a URL; give its final address"
        ) from error
