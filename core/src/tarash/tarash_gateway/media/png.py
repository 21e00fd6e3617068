"""Reads PNG pictures one channel at a time, and writes grey ones and black or white ones with transparency.

Source: PNG specification, third edition (chunks, filters, depths). The standard library is enough: one channel of a mask says
everything, and filters work channel by channel.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
GREY, RGB, PALETTE, GREY_ALPHA, RGBA = 0, 2, 3, 4, 6
CHANNELS: Final = {GREY: 1, RGB: 3, PALETTE: 1, GREY_ALPHA: 2, RGBA: 4}
LONGEST_SIDE = 8192
_DEPTHS = (1, 2, 4, 8, 16)
_MOST_CHUNKS = 100_000


class UnreadablePngError(ValueError):
    """The bytes are not a PNG that can be read here; the text completes "the picture …"."""


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
    def has_alpha(self) -> bool:
        """Whether each pixel has an opacity of its own."""
        return self.color_type in (GREY_ALPHA, RGBA)

    def opacity(self) -> Iterator[bytes]:
        """Yield the opacity of the pixels row by row, one byte each; the picture must have an alpha channel."""
        return self._channel((CHANNELS[self.color_type] - 1) * self.depth // 8)

    def brightness(self) -> Iterator[bytes]:
        """Yield the pixels row by row, one byte each, 0 black to 255 white; of colours, only the green channel counts."""
        if self.depth < 8:
            tones = self._packed_tones()
            for row in self._channel(0):
                yield b"".join(tones[value] for value in row)[: self.width]
            return
        rows = self._channel(self.depth // 8 if self.color_type in (RGB, RGBA) else 0)
        if self.color_type == PALETTE:
            table = self._palette_tones()
            rows = (row.translate(table) for row in rows)
        yield from rows

    def _packed_tones(self) -> list[bytes]:
        """Return for every byte, which is several pixels, their brightness."""
        top = (1 << self.depth) - 1
        palette = self._palette_tones() if self.color_type == PALETTE else None
        tone = [palette[value] if palette is not None else value * 255 // top for value in range(top + 1)]
        shifts = range(8 - self.depth, -1, -self.depth)
        return [bytes(tone[packed >> shift & top] for shift in shifts) for packed in range(256)]

    def _palette_tones(self) -> bytes:
        green = self.palette[1::3][:256]
        return green + bytes(256 - len(green))

    @property
    def row_bytes(self) -> int:
        """Length of one row without the byte that names its filter."""
        return (self.width * CHANNELS[self.color_type] * self.depth + 7) // 8

    def _channel(self, offset: int) -> Iterator[bytes]:
        """Yield one byte of every pixel, the upper one of 16 bits, with the filters undone; several small pixels share a byte."""
        step = max(1, CHANNELS[self.color_type] * self.depth // 8)
        length = self.row_bytes + 1
        above = bytes(self.row_bytes if step == 1 else self.width)
        for start in range(0, len(self.pixels), length):
            filtered = self.pixels[start + 1 + offset : start + length : step]
            above = _unfiltered(self.pixels[start], filtered, above)
            yield above


def read_png(content: bytes) -> Png:
    """Take a PNG apart.

    Raises:
        UnreadablePngError: the bytes are not a PNG, or one that is damaged, cut off, too large or interlaced.
    """
    width, height, depth, color_type = _read_header(content)
    found: dict[bytes, bytes] = {}
    compressed = bytearray()
    for name, start, length in png_chunks(content):
        body = content[start : start + length]
        if name == b"IDAT":
            compressed += body
        elif name in (b"PLTE", b"tRNS"):
            found[name] = body
    palette, transparency = found.get(b"PLTE", b""), found.get(b"tRNS")
    png = Png(width, height, depth, color_type, palette, transparency, b"")
    wanted = (png.row_bytes + 1) * height
    try:
        # the length is known, so a small file cannot unpack into a huge one
        pixels = zlib.decompressobj().decompress(bytes(compressed), wanted)
    except zlib.error as error:
        raise UnreadablePngError("is a damaged PNG") from error
    if len(pixels) < wanted:
        raise UnreadablePngError("is a PNG that is cut off")
    return Png(width, height, depth, color_type, palette, transparency, pixels)


def _read_header(content: bytes) -> tuple[int, int, int, int]:
    if not content.startswith(SIGNATURE) or len(content) < 33:
        raise UnreadablePngError("is not a PNG")
    width, height, depth, color_type, _, _, interlaced = struct.unpack_from(">IIBBBBB", content, 16)
    if color_type not in CHANNELS or depth not in _DEPTHS or width * height == 0:
        raise UnreadablePngError("is a damaged PNG")
    if max(width, height) > LONGEST_SIDE:
        raise UnreadablePngError(f"has {width}x{height} pixels, more than {LONGEST_SIDE} a side")
    if interlaced:
        raise UnreadablePngError("is an interlaced PNG")
    return width, height, depth, color_type


def png_chunks(content: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Yield the name of each chunk, and the offset and length of its content, which a checksum follows."""
    start = len(SIGNATURE)
    for _ in range(_MOST_CHUNKS):
        if start + 8 > len(content):
            return
        length, name = struct.unpack_from(">I4s", content, start)
        yield name, start + 8, length
        start += 8 + length + 4


def _unfiltered(kind: int, row: bytes, above: bytes) -> bytes:
    if kind == 0:
        return row
    if kind == 2:
        return bytes((value + upper) & 255 for value, upper in zip(row, above, strict=True))
    if kind not in (1, 3, 4):
        raise UnreadablePngError("is a damaged PNG")
    done = bytearray()
    left = corner = 0
    for value, upper in zip(row, above, strict=True):
        guess = left if kind == 1 else (left + upper) >> 1 if kind == 3 else _paeth(left, upper, corner)
        left, corner = (value + guess) & 255, upper
        done.append(left)
    return bytes(done)


def _paeth(left: int, upper: int, corner: int) -> int:
    estimate = left + upper - corner
    by_left, by_upper, by_corner = abs(estimate - left), abs(estimate - upper), abs(estimate - corner)
    if by_left <= by_upper and by_left <= by_corner:
        return left
    return upper if by_upper <= by_corner else corner


def write_grey(width: int, rows: Iterable[bytes]) -> bytes:
    """Write a grey PNG of rows with one byte per pixel."""
    return write_png(GREY, width, rows)


def write_with_opacity(width: int, opacity: Iterable[bytes], brightness: bytes | None = None) -> bytes:
    """Write a PNG with this opacity of each pixel: black, or of the brightness that a table gives to each opacity."""
    return write_png(RGBA, width, (_rgba(row, brightness) for row in opacity))


def _rgba(opacity: bytes, brightness: bytes | None) -> bytes:
    row = bytearray(4 * len(opacity))
    if brightness is not None:
        row[0::4] = row[1::4] = row[2::4] = opacity.translate(brightness)
    row[3::4] = opacity
    return bytes(row)


def write_png(color_type: int, width: int, rows: Iterable[bytes]) -> bytes:
    """Write a PNG of 8 bits per channel; each row holds the channels of one pixel after the other."""
    packer, packed, height = zlib.compressobj(), bytearray(), 0
    for row in rows:
        packed += packer.compress(b"\x00" + row)
        height += 1
    packed += packer.flush()
    header = struct.pack(">IIBBBBB", width, height, 8, color_type, 0, 0, 0)
    return (
        SIGNATURE + png_chunk(b"IHDR", header) + png_chunk(b"IDAT", bytes(packed)) + png_chunk(b"IEND", b"")
    )


def png_chunk(name: bytes, body: bytes) -> bytes:
    """Return a chunk with its length and its checksum."""
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


__all__ = [
    "RGB",
    "SIGNATURE",
    "Png",
    "UnreadablePngError",
    "png_chunk",
    "png_chunks",
    "read_png",
    "write_grey",
    "write_png",
    "write_with_opacity",
]
