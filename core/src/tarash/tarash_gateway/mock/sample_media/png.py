"""A minimal PNG writer for upright bars. Section numbers refer to the PNG specification, third edition."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence

from .bars import Bar

_SIGNATURE = b"\x89PNG\r\n\x1a\n"  # 5.2
_FILTER_NONE, _FILTER_UP = b"\x00", b"\x02"  # 9.2


def encode(bars: Sequence[Bar], *, width: int, height: int) -> bytes:
    """Encode `bars`, whose widths in pixels add up to `width`, in 24-bit colour."""
    # 11.2.1: 8 bits per channel, colour type 2 (red, green, blue), the only compression and filter methods
    # defined, no interlacing.
    header = _chunk(b"IHDR", struct.pack(">2I5B", width, height, 8, 2, 0, 0, 0))
    return _SIGNATURE + header + _chunk(b"IDAT", _rows(bars, width, height)) + _chunk(b"IEND", b"")


def _rows(bars: Sequence[Bar], width: int, height: int) -> bytes:
    """Return all rows; each after the first is the difference from the one above, zeros, which compress well."""
    compressor = zlib.compressobj(strategy=zlib.Z_RLE)
    parts = [compressor.compress(_FILTER_NONE + b"".join(bytes(bar.colour) * bar.width for bar in bars))]
    same_as_above = _FILTER_UP + bytes(3 * width)
    parts.extend(compressor.compress(same_as_above) for _ in range(height - 1))
    parts.append(compressor.flush())
    return b"".join(parts)


def _chunk(kind: bytes, content: bytes) -> bytes:
    """Return a chunk (5.3): length, type, content, and a checksum over type and content."""
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
