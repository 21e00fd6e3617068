"""Makes the sample image: a PNG of upright bars. Section numbers refer to the PNG specification, third edition."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence

from .bars import Bar, bars
from .size import check_size

_SIGNATURE = b"\x89PNG\r\n\x1a\n"  # 5.2
_FILTER_NONE, _FILTER_UP = b"\x00", b"\x02"  # 9.2


def sample_image(*, width: int, height: int, colour_seed: int = 0) -> bytes:
    """Make a PNG of coloured bars, in 24-bit colour.

    Args:
        width: width in pixels, 1 to 8192.
        height: height in pixels, 1 to 8192.
        colour_seed: selects the colours; the same arguments always give the same bytes.

    Returns:
        The file: about 1 byte per 170 pixels.

    Raises:
        ValueError: a side is out of range.
    """
    check_size(width, height)
    # 11.2.1: 8 bits per channel, colour type 2 (red, green, blue), the only compression and filter methods
    # defined, no interlacing.
    header = _chunk(b"IHDR", struct.pack(">2I5B", width, height, 8, 2, 0, 0, 0))
    rows = _rows(bars(width, colour_seed), width, height)
    return _SIGNATURE + header + _chunk(b"IDAT", rows) + _chunk(b"IEND", b"")


def _rows(upright: Sequence[Bar], width: int, height: int) -> bytes:
    """Return all rows; each after the first is the difference from the one above, zeros, which compress well."""
    compressor = zlib.compressobj(strategy=zlib.Z_RLE)
    parts = [compressor.compress(_FILTER_NONE + b"".join(bytes(bar.colour) * bar.width for bar in upright))]
    same_as_above = _FILTER_UP + bytes(3 * width)
    parts.extend(compressor.compress(same_as_above) for _ in range(height - 1))
    parts.append(compressor.flush())
    return b"".join(parts)


def _chunk(kind: bytes, content: bytes) -> bytes:
    """Return a chunk (5.3): length, type, content, and a checksum over type and content."""
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
