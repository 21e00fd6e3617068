"""Reads the displayed size of an image from its bytes: PNG, JPEG, WebP and GIF, including the Exif orientation."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from .png import SIGNATURE, png_chunks

_ORIENTATION_TAG = 0x0112
# the four orientations that turn the image by 90 degrees (Exif 3.0, 4.6.5.1)
_TURNED = frozenset({5, 6, 7, 8})
# the markers that begin a frame, except those of tables (C4), extensions (C8) and arithmetic coding (CC)
_JPEG_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_JPEG_WITHOUT_LENGTH = frozenset({0x01, *range(0xD0, 0xD9)})
_MOST_PARTS = 1000


def picture_dimensions(content: bytes) -> tuple[int, int] | None:
    """Return the displayed width and height of an image in pixels; None if the bytes do not contain them.

    The Exif orientation counts: phones store portraits as landscapes with the instruction to turn them.
    """
    found = _size_and_orientation(content)
    if found is None:
        return None
    width, height, orientation = found
    return (height, width) if orientation in _TURNED else (width, height)


def differ_in_size(picture: bytes, other: bytes) -> bool:
    """Return whether two images have different sizes for certain.

    Not every reader obeys the Exif orientation, so an image that it turns counts as having either size. Unreadable sizes are
    not known to differ.
    """
    one, two = _possible_sizes(picture), _possible_sizes(other)
    return bool(one and two) and one.isdisjoint(two)


def _possible_sizes(content: bytes) -> frozenset[tuple[int, int]]:
    found = _size_and_orientation(content)
    if found is None:
        return frozenset()
    width, height, orientation = found
    turned = {(height, width)} if orientation in _TURNED else set()
    return frozenset({(width, height), *turned})


def _size_and_orientation(content: bytes) -> tuple[int, int, int] | None:
    try:
        found = _read(content)
    except (struct.error, IndexError):
        # truncated
        return None
    return None if found is None or min(found[:2]) < 1 else found


def _read(content: bytes) -> tuple[int, int, int] | None:
    """Return the stored width, the stored height and the orientation."""
    if content.startswith(SIGNATURE):
        return _read_png(content)
    if content.startswith(b"\xff\xd8\xff"):
        return _read_jpeg(content)
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return _read_webp(content)
    if content.startswith((b"GIF87a", b"GIF89a")):
        return (*struct.unpack_from("<HH", content, 6), 1)
    return None


def _read_png(content: bytes) -> tuple[int, int, int] | None:
    if content[12:16] != b"IHDR":
        return None
    width, height = struct.unpack_from(">II", content, 16)
    for kind, start, length in png_chunks(content):
        if kind == b"eXIf":
            return width, height, _orientation(content[start : start + length])
        if kind == b"IDAT":
            break
    return width, height, 1


def _read_webp(content: bytes) -> tuple[int, int, int] | None:
    size: tuple[int, int] | None = None
    orientation = 1
    for kind, start, length in _riff_chunks(content):
        if kind == b"VP8X":
            size = _of_24_bits(content, start + 4) + 1, _of_24_bits(content, start + 7) + 1
            if not content[start] & 0x08:
                # no Exif follows
                break
        elif kind == b"VP8 " and size is None:
            wide, high = struct.unpack_from("<HH", content, start + 6)
            size = wide & 0x3FFF, high & 0x3FFF
        elif kind == b"VP8L" and size is None:
            (bits,) = struct.unpack_from("<I", content, start + 1)
            size = (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
        elif kind == b"EXIF":
            orientation = _orientation(content[start : start + length].removeprefix(b"Exif\0\0"))
    return None if size is None else (*size, orientation)


def _of_24_bits(content: bytes, start: int) -> int:
    low, high = struct.unpack_from("<HB", content, start)
    return int(low) | int(high) << 16


def _riff_chunks(content: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Yield the name of each chunk, and the offset and length of its content, which is padded to an even length."""
    start = 12
    for _ in range(_MOST_PARTS):
        if start + 8 > len(content):
            return
        name, length = struct.unpack_from("<4sI", content, start)
        yield name, start + 8, length
        start += 8 + length + (length & 1)


def _read_jpeg(content: bytes) -> tuple[int, int, int] | None:
    position, orientation = 2, 1
    for _ in range(_MOST_PARTS):
        # fill bytes may precede a marker
        while content[position] == 0xFF and content[position + 1] == 0xFF:
            position += 1
        if content[position] != 0xFF:
            return None
        marker = content[position + 1]
        if marker in _JPEG_WITHOUT_LENGTH:
            position += 2
            continue
        (length,) = struct.unpack_from(">H", content, position + 2)
        if marker in _JPEG_FRAMES:
            height, width = struct.unpack_from(">HH", content, position + 5)
            return width, height, orientation
        segment = content[position + 4 : position + 2 + length]
        if marker == 0xE1 and segment.startswith(b"Exif\0\0"):
            orientation = _orientation(segment[6:])
        position += 2 + length
    return None


def _orientation(exif: bytes) -> int:
    """Return the orientation in the first directory of an Exif block; 1 (upright) if there is none."""
    order = {b"II": "<", b"MM": ">"}.get(exif[:2])
    if order is None:
        return 1
    try:
        (directory,) = struct.unpack_from(f"{order}I", exif, 4)
        (entries,) = struct.unpack_from(f"{order}H", exif, directory)
        for number in range(min(entries, _MOST_PARTS)):
            tag, _, _, value = struct.unpack_from(f"{order}HHIH", exif, directory + 2 + 12 * number)
            if tag == _ORIENTATION_TAG:
                return int(value)
    except struct.error:
        return 1
    return 1
