"""Turns a mask that is transparent where to repaint into a grey one that is white there, as Stability wants it.

Source: Stability API reference (edit, `mask`), read 2026-11-22; PNG specification, third edition.
Only the alpha channel is unpacked: filters work channel by channel.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator

from tarash.tarash_gateway.plugin import Media, ValidationError

SIGNATURE = b"\x89PNG\r\n\x1a\n"
CHANNELS_WITH_ALPHA = {4: 2, 6: 4}
"""Colour type → channels, the last of which is opacity."""
LONGEST_SIDE = 16384
INVERTED = bytes(255 - value for value in range(256))
ADVICE = "save it as a PNG without transparency, white where to repaint and black elsewhere"


def grey_mask(mask: Media) -> Media:
    """Return the mask; one with transparent pixels becomes grey, any other stays as it is.

    Raises:
        ValidationError: a PNG with transparency that is damaged, interlaced or too large.
    """
    content = mask.content or b""
    if not content.startswith(SIGNATURE) or len(content) < 33:
        return mask
    width, height, depth, color_type, _, _, interlaced = struct.unpack(">IIBBBBB", content[16:29])
    if color_type not in CHANNELS_WITH_ALPHA:
        return mask
    if interlaced or depth not in (8, 16) or not 0 < min(width, height) <= max(width, height) <= LONGEST_SIDE:
        raise ValidationError(f"mask_image has a transparency that cannot be read; {ADVICE}")
    sample_bytes = depth // 8
    pixel_bytes = CHANNELS_WITH_ALPHA[color_type] * sample_bytes
    pixels = _unpacked(content, (width * pixel_bytes + 1) * height)
    rows = list(_alpha_rows(pixels, width, pixel_bytes, sample_bytes))
    if all(min(row) == 255 for row in rows):
        return mask
    return Media(content=_write_grey(width, rows), content_type="image/png", filename="mask.png")


def _unpacked(content: bytes, wanted: int) -> bytes:
    try:
        # the length is known, so a small file cannot unpack into a huge one
        pixels = zlib.decompressobj().decompress(b"".join(_image_data(content)), wanted)
    except (zlib.error, struct.error) as error:
        raise ValidationError(f"mask_image is a damaged PNG; {ADVICE}") from error
    if len(pixels) < wanted:
        raise ValidationError(f"mask_image is a PNG that is cut off; {ADVICE}")
    return pixels


def _image_data(content: bytes) -> Iterator[bytes]:
    position = len(SIGNATURE)
    while position + 8 <= len(content):
        length, name = struct.unpack(">I4s", content[position : position + 8])
        if name == b"IDAT":
            yield content[position + 8 : position + 8 + length]
        position += length + 12


def _alpha_rows(pixels: bytes, width: int, pixel_bytes: int, sample_bytes: int) -> Iterator[bytes]:
    """Yield the opacity of every pixel, one byte each, with the filters undone."""
    length = width * pixel_bytes + 1
    above = bytes(width)
    for start in range(0, len(pixels), length):
        # the upper eight of 16 bits suffice
        filtered = pixels[start + 1 + pixel_bytes - sample_bytes : start + length : pixel_bytes]
        above = _unfiltered(pixels[start], filtered, above)
        yield above


def _unfiltered(kind: int, row: bytes, above: bytes) -> bytes:
    if kind == 0:
        return row
    done = bytearray()
    left = corner = 0
    for value, upper in zip(row, above, strict=True):
        guess = _guess(kind, left, upper, corner)
        left, corner = (value + guess) & 255, upper
        done.append(left)
    return bytes(done)


def _guess(kind: int, left: int, upper: int, corner: int) -> int:
    if kind == 1:
        return left
    if kind == 2:
        return upper
    if kind == 3:
        return (left + upper) >> 1
    if kind != 4:
        raise ValidationError(f"mask_image is a damaged PNG; {ADVICE}")
    estimate = left + upper - corner
    return min((left, upper, corner), key=lambda value: abs(estimate - value))


def _write_grey(width: int, rows: list[bytes]) -> bytes:
    header = struct.pack(">IIBBBBB", width, len(rows), 8, 0, 0, 0, 0)
    packed = zlib.compress(b"".join(b"\x00" + row.translate(INVERTED) for row in rows))
    return SIGNATURE + _chunk(b"IHDR", header) + _chunk(b"IDAT", packed) + _chunk(b"IEND", b"")


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
