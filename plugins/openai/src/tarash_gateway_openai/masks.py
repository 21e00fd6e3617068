"""Turns a black-and-white mask into the mask that OpenAI wants: a PNG that is transparent where to repaint.

Source: openai 3.54.0, image_edit_params (`mask`); PNG specification, third edition (chunks, filters, depths).
The standard library is enough: one channel of a mask says everything, and filters work channel by channel.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from tarash.tarash_gateway.plugin import Media, ValidationError

SIGNATURE = b"\x89PNG\r\n\x1a\n"
GRAY, RGB, PALETTE, GRAY_ALPHA, RGBA = 0, 2, 3, 4, 6
CHANNELS = {GRAY: 1, RGB: 3, PALETTE: 1, GRAY_ALPHA: 2, RGBA: 4}
LONGEST_SIDE = 8192
INVERTED = bytes(255 - value for value in range(256))
ADVICE = "use a PNG that is white (or transparent) where to repaint and black elsewhere"


@dataclass(frozen=True, slots=True)
class Png:
    """A PNG taken apart: its header, its palette and its filtered pixel rows."""

    width: int
    height: int
    depth: int
    color_type: int
    palette: bytes
    transparency: bytes | None
    pixels: bytes

    @property
    def pixel_bytes(self) -> int:
        """How many bytes apart a filter compares; 1 if several pixels share a byte."""
        return max(1, CHANNELS[self.color_type] * self.depth // 8)

    @property
    def row_bytes(self) -> int:
        """Length of one row without its filter byte."""
        return (self.width * CHANNELS[self.color_type] * self.depth + 7) // 8


def check_mask(mask: Media) -> None:
    """Refuse a mask whose bytes cannot become OpenAI's mask; one given by URL is checked once it has been fetched."""
    if mask.content is not None:
        _read_header(mask.content)


def transparent_mask(mask: Media) -> Media:
    """Return a mask that is transparent where to repaint; one that has transparency is returned unchanged.

    Raises:
        ValidationError: the bytes are not a PNG, or the PNG is damaged or interlaced.
    """
    png = read_png(mask.content or b"")
    if png.transparency is not None or _has_transparent_pixels(png):
        return mask
    content = _write(png.width, png.height, (row.translate(INVERTED) for row in _brightness(png)))
    return Media(content=content, content_type="image/png", filename="mask.png")


def read_png(content: bytes) -> Png:
    """Take a PNG apart."""
    width, height, depth, color_type = _read_header(content)
    compressed, palette, transparency = bytearray(), b"", None
    for name, body in _chunks(content):
        if name == b"IDAT":
            compressed += body
        elif name == b"PLTE":
            palette = body
        elif name == b"tRNS":
            transparency = body
    png = Png(width, height, depth, color_type, palette, transparency, b"")
    wanted = (png.row_bytes + 1) * height
    try:
        # the length is known, so a small file cannot unpack into a huge one
        pixels = zlib.decompressobj().decompress(bytes(compressed), wanted)
    except zlib.error as error:
        raise ValidationError(f"mask_image is a damaged PNG; {ADVICE}") from error
    if len(pixels) < wanted:
        raise ValidationError(f"mask_image is a PNG that is cut off; {ADVICE}")
    return Png(width, height, depth, color_type, palette, transparency, pixels)


def _read_header(content: bytes) -> tuple[int, int, int, int]:
    if not content.startswith(SIGNATURE) or len(content) < 33:
        raise ValidationError(f"mask_image is not a PNG; {ADVICE}")
    width, height, depth, color_type, _, _, interlaced = struct.unpack(">IIBBBBB", content[16:29])
    if color_type not in CHANNELS or depth not in (1, 2, 4, 8, 16) or width * height == 0:
        raise ValidationError(f"mask_image is a damaged PNG; {ADVICE}")
    if max(width, height) > LONGEST_SIDE:
        raise ValidationError(
            f"mask_image is {width}x{height}; at most {LONGEST_SIDE} pixels a side are allowed"
        )
    if interlaced:
        raise ValidationError("mask_image is an interlaced PNG; save it without interlacing")
    return width, height, depth, color_type


def _chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    position = len(SIGNATURE)
    while position + 8 <= len(content):
        length, name = struct.unpack(">I4s", content[position : position + 8])
        yield name, content[position + 8 : position + 8 + length]
        position += length + 12


def _has_transparent_pixels(png: Png) -> bool:
    if png.color_type not in (GRAY_ALPHA, RGBA):
        return False
    alpha = (CHANNELS[png.color_type] - 1) * png.depth // 8
    return any(min(row) < 255 for row in _channel(png, alpha))


def _brightness(png: Png) -> Iterator[bytes]:
    """Yield the rows as one byte per pixel, 0 black to 255 white; of colours, only the green channel counts."""
    if png.depth < 8:
        tones = _tones(png)
        per_byte = 8 // png.depth
        for row in _channel(png, 0):
            spread = b"".join(tones[value] for value in row)
            yield spread[: png.width] if per_byte > 1 else spread
        return
    green = png.depth // 8 if png.color_type in (RGB, RGBA) else 0
    rows = _channel(png, green)
    if png.color_type == PALETTE:
        table = _palette_tones(png)
        rows = (row.translate(table) for row in rows)
    yield from rows


def _tones(png: Png) -> list[bytes]:
    """Return for every packed byte the brightness of its pixels."""
    top = (1 << png.depth) - 1
    palette = _palette_tones(png) if png.color_type == PALETTE else None
    tone = [palette[value] if palette is not None else value * 255 // top for value in range(top + 1)]
    shifts = range(8 - png.depth, -1, -png.depth)
    return [bytes(tone[packed >> shift & top] for shift in shifts) for packed in range(256)]


def _palette_tones(png: Png) -> bytes:
    green = png.palette[1::3][:256]
    return green + bytes(256 - len(green))


def _channel(png: Png, offset: int) -> Iterator[bytes]:
    """Yield one byte of every pixel, row by row, with the filters undone."""
    step, length = png.pixel_bytes, png.row_bytes + 1
    above = bytes(png.row_bytes if step == 1 else png.width)
    for start in range(0, len(png.pixels), length):
        filtered = png.pixels[start + 1 + offset : start + length : step]
        above = _unfilter(png.pixels[start], filtered, above)
        yield above


def _unfilter(kind: int, row: bytes, above: bytes) -> bytes:
    if kind == 0:
        return row
    if kind == 2:
        return bytes((value + upper) & 255 for value, upper in zip(row, above, strict=True))
    if kind not in (1, 3, 4):
        raise ValidationError(f"mask_image is a damaged PNG; {ADVICE}")
    done = bytearray()
    left = upper_left = 0
    for value, upper in zip(row, above, strict=True):
        if kind == 1:
            guess = left
        elif kind == 3:
            guess = (left + upper) >> 1
        else:
            guess = _paeth(left, upper, upper_left)
        left, upper_left = (value + guess) & 255, upper
        done.append(left)
    return bytes(done)


def _paeth(left: int, upper: int, upper_left: int) -> int:
    estimate = left + upper - upper_left
    by_left, by_upper, by_corner = abs(estimate - left), abs(estimate - upper), abs(estimate - upper_left)
    if by_left <= by_upper and by_left <= by_corner:
        return left
    return upper if by_upper <= by_corner else upper_left


def _write(width: int, height: int, alpha_rows: Iterator[bytes]) -> bytes:
    """Write a black RGBA PNG with the given opacity."""
    packer = zlib.compressobj(6)
    packed = bytearray()
    for alpha in alpha_rows:
        row = bytearray(1 + 4 * width)
        row[4::4] = alpha
        packed += packer.compress(bytes(row))
    packed += packer.flush()
    header = struct.pack(">IIBBBBB", width, height, 8, RGBA, 0, 0, 0)
    return SIGNATURE + _chunk(b"IHDR", header) + _chunk(b"IDAT", bytes(packed)) + _chunk(b"IEND", b"")


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
