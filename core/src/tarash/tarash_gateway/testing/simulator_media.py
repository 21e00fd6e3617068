"""Owns the small, real files that simulators serve; they are made on first use."""

from __future__ import annotations

import functools
import io
from dataclasses import dataclass


@dataclass(frozen=True, eq=False)
class Media:
    """A file that a simulator serves."""

    data: bytes
    content_type: str


@functools.cache
def tiny_png() -> bytes:
    """A real PNG of 64x36 pixels."""
    from PIL import Image

    buffer = io.BytesIO()
    Image.new("RGB", (64, 36), (40, 90, 160)).save(buffer, "PNG")
    return buffer.getvalue()


@functools.cache
def tiny_mp4() -> bytes:
    """A real MP4 of one second, 64x36 pixels, 8 frames per second."""
    import av

    buffer = io.BytesIO()
    with av.open(buffer, "w", format="mp4") as container:
        stream = container.add_stream("mpeg4", rate=8)
        stream.width, stream.height, stream.pix_fmt = 64, 36, "yuv420p"
        for index in range(8):
            frame = av.VideoFrame(64, 36, "yuv420p")
            for plane in frame.planes:
                plane.update(bytes([40 + 20 * index]) * plane.buffer_size)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return buffer.getvalue()
