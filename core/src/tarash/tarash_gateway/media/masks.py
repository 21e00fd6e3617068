"""Turns a mask that is transparent where to repaint into a grey one that is white there, as most providers want it.

Source: PNG specification, third edition; WebP container specification (RFC 9649).
Only the alpha channel is unpacked: filters work channel by channel.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator, Mapping, Sequence
from functools import partial

from ..exceptions import ValidationError
from ..steps import Flow, run_blocking
from .inputs import Media

SIGNATURE = b"\x89PNG\r\n\x1a\n"
CHANNELS_WITH_ALPHA = {4: 2, 6: 4}
"""Colour type → channels, the last of which is opacity."""
GREY, RGBA = 0, 6
LONGEST_SIDE = 8192
INVERTED = bytes(255 - value for value in range(256))
ADVICE = "save it as a PNG without transparency, white where to repaint and black elsewhere"


def with_grey_masks(
    payload: Mapping[str, object], members: Sequence[str], *, keep_transparency: bool = False
) -> Flow[dict[str, object]]:
    """Return a copy of the payload in which masks with transparency are grey: white where transparent, black where opaque.

    `mask_image` may be either kind of mask, and a provider that reads the brightness would repaint the wrong area, or nothing.
    Call it before the media are uploaded. A mask without transparent pixels stays as it is, and so does a URL: to convert what is
    there, get it with `fetch_media` first.

    Args:
        payload: a mapped payload.
        members: names of the payload members that are masks; those that the payload lacks are skipped.
        keep_transparency: whether the mask stays transparent where it becomes white, for an endpoint that may read either.

    Raises:
        ValidationError: a mask has transparency in a form that cannot be read; the message says how to save it.
    """
    body = dict(payload)
    for name in members:
        mask = body.get(name)
        if isinstance(mask, Media) and mask.content is not None:
            # a large mask takes seconds of computing
            body[name] = yield from run_blocking(partial(_grey, mask, mask.content, keep_transparency))
    return body


def _grey(mask: Media, content: bytes, keep_transparency: bool) -> Media:
    if _has_unread_transparency(content):
        raise ValidationError(f"mask_image has a transparency that cannot be read; {ADVICE}")
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
    written = _write_both(width, rows) if keep_transparency else _write_grey(width, rows)
    return Media(content=written, content_type="image/png", filename="mask.png")


def _has_unread_transparency(content: bytes) -> bool:
    """Return whether the picture has transparency other than the alpha channel of a PNG."""
    if content.startswith(SIGNATURE):
        # of a palette, or of one colour
        return any(name == b"tRNS" and min(body, default=255) < 255 for name, body in _chunks(content))
    if content[:4] != b"RIFF" or content[8:12] != b"WEBP" or len(content) < 25:
        return False
    if content[12:16] == b"VP8X":
        return bool(content[20] & 0x10)
    return content[12:16] == b"VP8L" and bool(content[24] & 0x10)


def _unpacked(content: bytes, wanted: int) -> bytes:
    compressed = b"".join(body for name, body in _chunks(content) if name == b"IDAT")
    try:
        # the length is known, so a small file cannot unpack into a huge one
        pixels = zlib.decompressobj().decompress(compressed, wanted)
    except zlib.error as error:
        raise ValidationError(f"mask_image is a damaged PNG; {ADVICE}") from error
    if len(pixels) < wanted:
        raise ValidationError(f"mask_image is a PNG that is cut off; {ADVICE}")
    return pixels


def _chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    position = len(SIGNATURE)
    while position + 8 <= len(content):
        length, name = struct.unpack(">I4s", content[position : position + 8])
        yield name, content[position + 8 : position + 8 + length]
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
    return _write(GREY, width, [row.translate(INVERTED) for row in rows])


def _write_both(width: int, rows: list[bytes]) -> bytes:
    written: list[bytes] = []
    for opacity in rows:
        row = bytearray(4 * width)
        row[0::4] = row[1::4] = row[2::4] = opacity.translate(INVERTED)
        row[3::4] = opacity
        written.append(bytes(row))
    return _write(RGBA, width, written)


def _write(color_type: int, width: int, rows: list[bytes]) -> bytes:
    header = struct.pack(">IIBBBBB", width, len(rows), 8, color_type, 0, 0, 0)
    packed = zlib.compress(b"".join(b"\x00" + row for row in rows))
    return SIGNATURE + _chunk(b"IHDR", header) + _chunk(b"IDAT", packed) + _chunk(b"IEND", b"")


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


__all__ = ["with_grey_masks"]
