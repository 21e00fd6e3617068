"""Owns how large a frame is: by the size that was asked for, and by the shape of the picture to start from."""

from __future__ import annotations

from tarash.tarash_gateway.mapping import Ratio, Size
from tarash.tarash_gateway.plugin import wrong_field

from .source_images import shape_of
from .spec import LARGEST_SIDE_PIXELS, SMALLEST_SIDE_PIXELS

DEFAULT_SHORT_SIDE = 720
# words that leave the choice to the renderer
FREE = frozenset({"auto", "adaptive"})


def frame_size(
    size: str | None, ratio: str | None, *, default_ratio: Ratio, field: str, picture: bytes | None
) -> Size:
    """Return the frame; without an aspect ratio it has the shape of `picture`, so that a portrait stays one.

    Args:
        size: "720p", "4k", exact pixels, or None.
        ratio: "16:9", or None.
        default_ratio: the shape if there is no picture either.
        field: name of the request field, for messages.
        picture: an encoded picture to start from, upright or turned by its EXIF data.

    Raises:
        ValueError: the size or the ratio cannot be read, or a side is too small or too large.
    """
    if size is not None and size.lower() not in FREE:
        _check_size(size, field)
    shape = default_ratio
    if ratio is None or ratio.lower() in FREE:
        shape = (None if not picture else shape_of(picture)) or default_ratio
    elif Ratio.of(ratio) is None:
        wrong = wrong_field("aspect_ratio", ratio)
        raise ValueError(wrong + " is not a shape; use one such as '16:9' or '9:16'")
    return Size.of_frame(size, ratio, default_ratio=shape, default_short_side=DEFAULT_SHORT_SIDE)


def _check_size(size: str, field: str) -> None:
    exact, short_side = Size.parse(size), Size.short_side_of(size)
    if short_side is None:
        raise ValueError(
            f"{field}={size!r} is not a size; use exact pixels such as '1280x720', '720p' or '4k'"
        )
    longest = exact.long_side if exact is not None else short_side
    if not SMALLEST_SIDE_PIXELS <= short_side <= longest <= LARGEST_SIDE_PIXELS:
        raise ValueError(
            f"{field}={size!r} cannot be rendered; use {SMALLEST_SIDE_PIXELS} to {LARGEST_SIDE_PIXELS} pixels a side"
        )
