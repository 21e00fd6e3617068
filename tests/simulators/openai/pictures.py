"""Owns what OpenAI's image model renders in the simulator: small, real pictures in every output format."""

from __future__ import annotations

import base64
import functools
import io
from collections.abc import Mapping

from PIL import Image

from tarash.tarash_gateway.testing.simulator import tiny_png

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="64" height="36"><rect width="64" height="36"/></svg>'
USAGE: Mapping[str, object] = {
    "input_tokens": 12,
    "input_tokens_details": {"text_tokens": 12, "image_tokens": 0},
    "output_tokens": 1568,
    "output_tokens_details": {"image_tokens": 1568, "text_tokens": 0},
    "total_tokens": 1580,
}


@functools.cache
def picture(output_format: str, number: int = 0) -> bytes:
    """A picture of 64x36 pixels; each number has another colour, except in SVG."""
    if output_format == "png":
        return tiny_png(number)
    if output_format == "svg":
        return SVG
    buffer = io.BytesIO()
    Image.open(io.BytesIO(tiny_png(number))).save(buffer, output_format.upper())
    return buffer.getvalue()


def picture_base64(output_format: str, number: int = 0) -> str:
    """The picture as it stands in answers."""
    return base64.b64encode(picture(output_format, number)).decode()
