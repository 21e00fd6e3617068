"""Owns how pictures are written, read and compared."""

from __future__ import annotations

import io

from PIL import Image, ImageChops, ImageStat


def encoded(picture: Image.Image) -> bytes:
    """Return the picture as PNG."""
    target = io.BytesIO()
    picture.save(target, format="PNG")
    return target.getvalue()


def decoded(content: bytes) -> Image.Image:
    """Return the picture that the bytes hold."""
    picture = Image.open(io.BytesIO(content))
    picture.load()
    return picture


def difference(first: Image.Image, second: Image.Image) -> float:
    """Return the mean absolute difference of two pictures, 0 to 255."""
    channels = ImageStat.Stat(ImageChops.difference(first.convert("RGB"), second.convert("RGB"))).mean
    return sum(channels) / len(channels)
