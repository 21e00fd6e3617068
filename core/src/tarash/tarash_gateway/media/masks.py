"""Turns a mask into the kind that a provider reads: grey and white where to repaint, or transparent there.

Source: PNG specification, third edition; WebP container specification (RFC 9649).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from ..exceptions import ValidationError
from ..phrases import wrong_field
from ..steps import Flow, run_blocking
from .inputs import Media
from .png import (
    SIGNATURE,
    UnreadablePngError,
    png_chunks,
    read_png,
    write_grey,
    write_with_opacity,
)

_INVERTED = bytes(255 - value for value in range(256))
_COLOR_TYPES_WITH_ALPHA = (4, 6)
_GREY_ADVICE = "save it as a PNG without transparency, white where to repaint and black elsewhere"
_PNG_ADVICE = (
    "save it as a PNG without interlacing, white (or transparent) where to repaint and black elsewhere"
)

Convert = Callable[[bytes], bytes | None]


def with_grey_masks(
    payload: Mapping[str, object], members: Sequence[str], *, keep_transparency: bool = False
) -> Flow[dict[str, object]]:
    """Return a copy of the payload in which masks with transparency are grey: white where transparent, black where opaque.

    `mask_image` may be either kind of mask, and a provider that reads the brightness would repaint the wrong area, or nothing.
    Call it before the media are uploaded. A mask without transparent pixels stays as it is, and so does a URL: to convert what is
    there, get it with `fetch_media` first.

    Args:
        payload: a mapped payload.
        members: names of the payload members that are masks; those that the payload lacks are skipped.
        keep_transparency: whether the mask stays transparent where it becomes white, for an endpoint that may read either.

    Raises:
        ValidationError: a mask has transparency in a form that cannot be read; the message says how to save it.
    """
    return (yield from _converted(payload, members, partial(_grey, keep_transparency=keep_transparency)))


def with_transparent_masks(payload: Mapping[str, object], members: Sequence[str]) -> Flow[dict[str, object]]:
    """Return a copy of the payload in which grey masks are transparent where they were white, and opaque where they were black.

    It is the counterpart of `with_grey_masks`, for a provider that reads the transparency: a mask without any would repaint
    nothing there. A mask with transparent pixels stays as it is, and so does a URL.

    Args:
        payload: a mapped payload.
        members: names of the payload members that are masks; those that the payload lacks are skipped.

    Raises:
        ValidationError: a mask is not a PNG, or is interlaced or damaged; the message says how to save it.
    """
    return (yield from _converted(payload, members, _transparent))


def _converted(
    payload: Mapping[str, object], members: Sequence[str], convert: Convert
) -> Flow[dict[str, object]]:
    body = dict(payload)
    for name in members:
        mask = body.get(name)
        if isinstance(mask, Media) and mask.content is not None:
            # a large mask takes seconds of computing
            content = yield from run_blocking(partial(convert, mask.content))
            if content is not None:
                body[name] = Media(content=content, content_type="image/png", filename="mask.png")
    return body


def _grey(content: bytes, *, keep_transparency: bool) -> bytes | None:
    """Return the converted mask; None if it may stay as it is."""
    if _has_unread_transparency(content):
        raise ValidationError(
            wrong_field("mask_image") + f" has a transparency that cannot be read; {_GREY_ADVICE}"
        )
    # the colour type stands in the header
    if not content.startswith(SIGNATURE) or len(content) < 33 or content[25] not in _COLOR_TYPES_WITH_ALPHA:
        return None
    try:
        png = read_png(content)
        opacity = list(png.opacity())
    except UnreadablePngError as error:
        raise ValidationError(wrong_field("mask_image") + f" {error}; {_GREY_ADVICE}") from error
    if all(min(row) == 255 for row in opacity):
        return None
    if keep_transparency:
        return write_with_opacity(png.width, opacity, brightness=_INVERTED)
    return write_grey(png.width, (row.translate(_INVERTED) for row in opacity))


def _transparent(content: bytes) -> bytes | None:
    """Return the converted mask; None if it may stay as it is."""
    try:
        png = read_png(content)
        if png.transparency is not None or (png.has_alpha and any(min(row) < 255 for row in png.opacity())):
            return None
        return write_with_opacity(png.width, (row.translate(_INVERTED) for row in png.brightness()))
    except UnreadablePngError as error:
        raise ValidationError(wrong_field("mask_image") + f" {error}; {_PNG_ADVICE}") from error


def _has_unread_transparency(content: bytes) -> bool:
    """Return whether the picture has transparency other than the alpha channel of a PNG."""
    if content.startswith(SIGNATURE):
        # of a palette, or of one colour
        return any(
            name == b"tRNS" and min(content[start : start + length], default=255) < 255
            for name, start, length in png_chunks(content)
        )
    if content[:4] != b"RIFF" or content[8:12] != b"WEBP" or len(content) < 25:
        return False
    if content[12:16] == b"VP8X":
        return bool(content[20] & 0x10)
    return content[12:16] == b"VP8L" and bool(content[24] & 0x10)


__all__ = ["with_grey_masks", "with_transparent_masks"]
