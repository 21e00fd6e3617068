"""Makes the sample image: checks the arguments and chooses the encoder."""

from __future__ import annotations

from functools import lru_cache
from typing import Literal, TypeAlias

from . import jpeg, png
from .bars import bars
from .size import check_size

ImageFormat: TypeAlias = Literal["png", "jpeg"]

_CACHED_IMAGES = 32


def sample_image(
    *,
    width: int,
    height: int,
    colour_seed: int = 0,
    format: ImageFormat = "png",
) -> bytes:
    """Make an image of coloured bars.

    Args:
        width: width in pixels, 1 to 8192.
        height: height in pixels, 1 to 8192.
        colour_seed: selects the colours; the same arguments always give the same bytes.
        format: "png" (24-bit colour) or "jpeg" (baseline, JFIF).

    Returns:
        The file: about 1 byte per 170 pixels.

    Raises:
        ValueError: a side is out of range, or the format is unknown.
    """
    check_size(width, height)
    if format not in ("png", "jpeg"):
        raise ValueError(f"format={format!r} is not supported; use 'png' or 'jpeg'")
    return _image(width, height, colour_seed, format)


@lru_cache(maxsize=_CACHED_IMAGES)
def _image(width: int, height: int, colour_seed: int, image_format: ImageFormat) -> bytes:
    if image_format == "png":
        return png.encode(bars(width, colour_seed), width=width, height=height)
    return jpeg.encode(bars(-(-width // jpeg.UNIT_PIXELS), colour_seed), width=width, height=height)
