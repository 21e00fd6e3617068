"""A picture's size is read as it is shown, from any of the four formats, and nothing else is made of odd bytes."""

from __future__ import annotations

import io
import struct
import zlib

import pytest

from tarash.tarash_gateway.media.dimensions import picture_dimensions

pillow = pytest.importorskip("PIL.Image")

FORMATS = ["PNG", "JPEG", "GIF", "WEBP"]
WITH_EXIF = ["PNG", "JPEG", "WEBP"]


def _picture(kind: str, width: int, height: int, orientation: int | None = None, **options: object) -> bytes:
    picture, written = pillow.new("RGB", (width, height), (20, 120, 40)), io.BytesIO()
    if orientation is not None:
        exif = pillow.Exif()
        exif[0x0112] = orientation
        options["exif"] = exif
    picture.save(written, kind, **options)
    return written.getvalue()


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize(("width", "height"), [(1, 1), (768, 1280), (301, 7)])
def test_the_size_is_read(kind: str, width: int, height: int) -> None:
    assert picture_dimensions(_picture(kind, width, height)) == (width, height)


def test_lossless_and_animated_webp_are_read() -> None:
    assert picture_dimensions(_picture("WEBP", 90, 160, lossless=True)) == (90, 160)
    frames, written = [pillow.new("RGB", (90, 160), (shade, 0, 0)) for shade in (0, 255)], io.BytesIO()
    frames[0].save(written, "WEBP", save_all=True, append_images=frames[1:])
    assert picture_dimensions(written.getvalue()) == (90, 160)


def test_a_progressive_jpeg_is_read() -> None:
    assert picture_dimensions(_picture("JPEG", 90, 160, progressive=True)) == (90, 160)


@pytest.mark.parametrize("kind", WITH_EXIF)
@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_picture_stored_lying_counts_as_it_is_shown(kind: str, orientation: int) -> None:
    shown = (160, 90) if orientation < 5 else (90, 160)
    assert picture_dimensions(_picture(kind, 160, 90, orientation)) == shown


def test_exif_in_the_other_byte_order_is_read() -> None:
    tiff = b"MM\0*" + struct.pack(">IH", 8, 1) + struct.pack(">HHIHH", 0x0112, 3, 1, 6, 0) + bytes(4)
    exif = b"eXIf" + tiff
    chunk = struct.pack(">I", len(tiff)) + exif + struct.pack(">I", zlib.crc32(exif))
    plain = _picture("PNG", 160, 90)
    assert picture_dimensions(plain[:33] + chunk + plain[33:]) == (90, 160)


def test_a_marker_without_a_length_is_passed_over() -> None:
    plain = _picture("JPEG", 160, 90)
    # TEM may stand anywhere before the frame, with fill bytes before it
    assert picture_dimensions(plain[:20] + b"\xff\xff\xff\x01" + plain[20:]) == (160, 90)


def test_another_application_s_data_after_exif_changes_nothing() -> None:
    turned = _picture("JPEG", 160, 90, 6)
    xmp = b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta/>"
    end = turned.index(b"\xff\xdb")
    segment = b"\xff\xe1" + struct.pack(">H", len(xmp) + 2) + xmp
    assert picture_dimensions(turned[:end] + segment + turned[end:]) == (90, 160)


def test_exif_without_an_orientation_turns_nothing() -> None:
    exif = pillow.Exif()
    exif[0x010F] = "Acme"
    assert picture_dimensions(_picture("JPEG", 160, 90, exif=exif)) == (160, 90)


def test_a_size_of_zero_is_none() -> None:
    plain = _picture("PNG", 160, 90)
    assert picture_dimensions(plain[:16] + bytes(4) + plain[20:]) is None


@pytest.mark.parametrize("kind", FORMATS)
def test_a_picture_cut_short_anywhere_gives_its_size_or_none(kind: str) -> None:
    whole = _picture(kind, 48, 32, 6) if kind in WITH_EXIF else _picture(kind, 48, 32)
    seen = {picture_dimensions(whole[:length]) for length in range(len(whole))}
    assert seen <= {None, (48, 32), (32, 48)}
    assert None in seen


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x89PNG\r\n\x1a\n" + bytes(40),
        b"\xff\xd8\xff" + b"\xff" * 40,
        b"\xff\xd8\xff\xe0\x00\x00" * 3000,
        b"RIFF\x00\x00\x00\x00WEBP" + b"ABCD\x00\x00\x00\x00" * 3000,
        b"GIF89a\x00\x00\x00\x00",
        b"\x00\x00\x00\x18ftypmp42",
        b"BM" + bytes(60),
    ],
)
def test_what_is_no_such_picture_has_no_size(content: bytes) -> None:
    assert picture_dimensions(content) is None
