"""Prepares input pictures for the form: fetches those given by URL, and turns masks grey."""

from __future__ import annotations

from collections.abc import Mapping

from tarash.tarash_gateway.plugin import (
    Call,
    Flow,
    Media,
    ValidationError,
    fetch_media,
    with_grey_masks,
)

from .fields import IMAGE_TYPES, MAX_IMAGE_BYTES


def with_uploads(call: Call, payload: Mapping[str, object]) -> Flow[dict[str, object]]:
    """Return the payload with the bytes of every picture."""
    body: dict[str, object] = {}
    for name, value in payload.items():
        body[name] = value
        if isinstance(value, Media):
            body[name] = yield from _fetched(call, name, value)
    # white is repainted (Stability API reference, edit, `mask`, read 2026-11-22)
    return (yield from with_grey_masks(body, ("mask",)))


def _fetched(call: Call, name: str, media: Media) -> Flow[Media]:
    """Return the picture with its bytes.

    Raises:
        ValidationError: the URL cannot be read, or is not a picture that Stability takes.
    """
    if media.url is None:
        return media
    fetched = yield from fetch_media(call, media, max_bytes=MAX_IMAGE_BYTES)
    if fetched.content_type not in IMAGE_TYPES:
        raise ValidationError(
            f"the picture for {name} is {fetched.content_type}; use {', '.join(IMAGE_TYPES)}"
        )
    return fetched
