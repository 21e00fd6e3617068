"""The frame sizes that samples can have."""

from __future__ import annotations

MAX_SIDE_PIXELS = 8192


def check_size(width: int, height: int) -> None:
    """Raise ValueError unless both sides are 1 to 8192 pixels."""
    for name, pixels in (("width", width), ("height", height)):
        if not 1 <= pixels <= MAX_SIDE_PIXELS:
            raise ValueError(f"{name}={pixels} is out of range; use 1 to {MAX_SIDE_PIXELS} pixels")
