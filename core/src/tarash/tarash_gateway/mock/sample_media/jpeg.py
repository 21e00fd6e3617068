"""A minimal JPEG encoder for upright bars: baseline, 4:2:0, DC coefficients only.

Clause numbers refer to Rec. ITU-T T.81; the file format is JFIF 1.02 (Rec. ITU-T T.871).
"""

from __future__ import annotations

import struct
from collections.abc import Sequence

from .bars import Bar, Colour
from .bits import fixed, pack

UNIT_PIXELS = 16  # side of a minimum coded unit: 2 x 2 luma blocks and one block of either chroma (A.2.3)

_START, _END = b"\xff\xd8", b"\xff\xd9"
_APP0, _QUANTIZATION, _FRAME, _HUFFMAN, _SCAN = 0xE0, 0xDB, 0xC0, 0xC4, 0xDA  # Table B.1

# Version 1.02, an aspect ratio of 1:1 instead of a density, no thumbnail (T.871, 10.1).
_SQUARE_PIXELS = struct.pack(">HB2H2B", 0x0102, 0, 1, 1, 0, 0)

# The DC coefficient of a flat block is 8 times its sample value less 128 (A.3.3): dividing by 8 keeps the
# colours exact.
_QUANTIZER = 8

# Code lengths of our own DC table: one code of 1 bit, seven of 4 bits, one of 5 bits, for the categories 0-8
# in turn. Nearly all differences are 0. A code of only ones is not allowed (C.2), so the last one is longer.
_DC_LENGTHS = bytes([1, 0, 0, 7, 1]) + bytes(11)
_DC_CODES = ("0", "1000", "1001", "1010", "1011", "1100", "1101", "1110", "11110")

# The AC table needs a single code: the end of the block (F.1.2.2.1).
_AC_LENGTHS = bytes([1]) + bytes(15)
_END_OF_BLOCK = "0"


def encode(bars: Sequence[Bar], *, width: int, height: int) -> bytes:
    """Encode a picture of `bars` (widths in units of 16 pixels), cropped to `width` x `height` pixels."""
    scan = pack(_units(bars, -(-height // UNIT_PIXELS)), filler="1")  # F.1.2.3: filled up with ones
    components = ((1, 0x22), (2, 0x11), (3, 0x11))  # identifier, sampling factors: Y 2 x 2, Cb and Cr 1 x 1
    return b"".join(
        (
            _START,
            _segment(_APP0, b"JFIF\0", _SQUARE_PIXELS),
            _segment(_QUANTIZATION, bytes([0]), bytes([_QUANTIZER]) * 64),  # B.2.4.1
            _segment(  # B.2.2
                _FRAME,
                struct.pack(">B2HB", 8, height, width, len(components)),
                *(bytes([identifier, sampling, 0]) for identifier, sampling in components),
            ),
            _segment(_HUFFMAN, bytes([0x00]), _DC_LENGTHS, bytes(range(len(_DC_CODES)))),  # B.2.4.2
            _segment(_HUFFMAN, bytes([0x10]), _AC_LENGTHS, bytes([0])),
            _segment(  # B.2.3: all components use tables 0; all 64 coefficients in one scan
                _SCAN,
                bytes([len(components)]),
                *(bytes([identifier, 0x00]) for identifier, _ in components),
                bytes([0, 63, 0]),
            ),
            scan.replace(b"\xff", b"\xff\x00"),  # B.1.1.5: a data byte 0xFF is not a marker
            _END,
        )
    )


def _segment(marker: int, *parts: bytes) -> bytes:
    """Return a marker segment (B.1.1.4); the length includes itself."""
    content = b"".join(parts)
    return struct.pack(">2BH", 0xFF, marker, 2 + len(content)) + content


def _units(bars: Sequence[Bar], rows: int) -> str:
    """Return all rows; each continues from the last colour of the row before, the first from middle grey."""
    values = [_values_of(bar.colour) for bar in bars]
    return _row(bars, values, (0, 0, 0)) + _row(bars, values, values[-1]) * (rows - 1)


def _row(bars: Sequence[Bar], values: Sequence[tuple[int, int, int]], previous: tuple[int, int, int]) -> str:
    row = ""
    for bar, current in zip(bars, values, strict=True):
        luma, blue, red = (_block(new - old) for new, old in zip(current, previous, strict=True))
        row += luma + _block(0) * 3 + blue + red + _block(0) * 6 * (bar.width - 1)
        previous = current
    return row


def _block(difference: int) -> str:
    """Return the DC difference as category and low bits, one less if negative (F.1.2.1.1), and the end of block."""
    category = abs(difference).bit_length()
    low_bits = difference if difference > 0 else difference + (1 << category) - 1
    return _DC_CODES[category] + (fixed(low_bits, category) if category else "") + _END_OF_BLOCK


def _values_of(colour: Colour) -> tuple[int, int, int]:
    """Return Y'CbCr by Rec. ITU-T T.871, clause 7 (BT.601, full range), each centred on 0."""
    red, green, blue = colour
    luma = 0.299 * red + 0.587 * green + 0.114 * blue
    return round(luma) - 128, round((blue - luma) / 1.772), round((red - luma) / 1.402)
