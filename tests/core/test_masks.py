"""How masks with transparency become white where to repaint, whatever the PNG looks like inside."""

from __future__ import annotations

import io
import struct
import zlib

import pytest
from PIL import Image

from tarash.tarash_gateway.plugin import Media, ValidationError, with_grey_masks
from tarash.tarash_gateway.testing import drive
from tarash.tarash_gateway.testing.simulator import tiny_png


def converted(content: bytes, *, keep_transparency: bool = False) -> bytes:
    payload = {"mask": Media(content=content, content_type="image/png", filename="m.png")}
    body, calls = drive(with_grey_masks(payload, ("mask",), keep_transparency=keep_transparency))
    assert calls == []
    mask = body["mask"]
    assert isinstance(mask, Media)
    return mask.content or b""


def mask_of(
    mode: str, colour: tuple[int, ...] | int, spot: tuple[int, ...] | int, kind: str = "PNG", **how: object
) -> bytes:
    """A mask of 40x30 pixels with a spot of 10x10 at (20, 10)."""
    picture = Image.new(mode, (40, 30), colour)
    picture.paste(spot, (20, 10, 30, 20))
    target = io.BytesIO()
    picture.save(target, kind, **how)
    return target.getvalue()


@pytest.mark.parametrize(
    ("mode", "keep", "repaint"),
    [("RGBA", (10, 20, 30, 255), (10, 20, 30, 0)), ("LA", (90, 255), (90, 0))],
)
def test_a_mask_with_transparency_becomes_white_where_it_was_transparent(
    mode: str, keep: tuple[int, ...], repaint: tuple[int, ...]
) -> None:
    grey = Image.open(io.BytesIO(converted(mask_of(mode, keep, repaint, optimize=True))))
    assert (grey.mode, grey.size) == ("L", (40, 30))
    assert (grey.getpixel((25, 15)), grey.getpixel((5, 5))) == (255, 0)


def test_it_may_stay_transparent_there_for_an_endpoint_that_may_read_either() -> None:
    content = mask_of("RGBA", (10, 20, 30, 255), (10, 20, 30, 0))
    both = Image.open(io.BytesIO(converted(content, keep_transparency=True)))
    assert (both.mode, both.size) == ("RGBA", (40, 30))
    assert (both.getpixel((25, 15)), both.getpixel((5, 5))) == ((255, 255, 255, 0), (0, 0, 0, 255))


def png_of(rows: list[bytes], *, kind: int, depth: int) -> bytes:
    """A grey PNG with opacity, whose rows of 16 pixels are filtered bytes of this kind."""
    header = struct.pack(">IIBBBBB", 16, len(rows), depth, 4, 0, 0, 0)
    pixels = zlib.compress(b"".join(bytes([kind]) + row for row in rows))
    body = ((b"IHDR", header), (b"IDAT", pixels), (b"IEND", b""))
    chunks = [
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in body
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


@pytest.mark.parametrize("depth", [8, 16])
@pytest.mark.parametrize("kind", [0, 1, 2, 3, 4])
def test_every_filter_and_depth_of_the_format_is_read_as_other_readers_do(kind: int, depth: int) -> None:
    # any bytes are a valid filtered picture: what Pillow makes of them is the reference
    pixel_bytes = 2 * depth // 8
    rows = [bytes((37 * row + 11 * at) % 256 for at in range(16 * pixel_bytes)) for row in range(6)]
    content = png_of(rows, kind=kind, depth=depth)
    opacity = Image.open(io.BytesIO(content)).convert("LA").getchannel("A").tobytes()
    assert Image.open(io.BytesIO(converted(content))).tobytes() == bytes(255 - value for value in opacity)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(tiny_png(), id="without an alpha channel"),
        pytest.param(mask_of("RGBA", (0, 0, 0, 255), (255, 255, 255, 255)), id="opaque"),
        pytest.param(mask_of("P", 0, 1, transparency=bytes([255, 255])), id="an opaque palette"),
        pytest.param(
            mask_of("RGBA", (0, 0, 0, 255), (9, 9, 9, 255), "WEBP", lossless=True), id="opaque WebP"
        ),
        pytest.param(b"\xff\xd8\xff and so on", id="JPEG"),
    ],
)
def test_a_mask_without_transparent_pixels_stays_as_it_is(content: bytes) -> None:
    assert converted(content) == content
    assert converted(content, keep_transparency=True) == content


WHOLE = mask_of("RGBA", (0, 0, 0, 255), (0, 0, 0, 0))
UNREADABLE = [
    pytest.param(WHOLE[:60], id="cut off"),
    pytest.param(WHOLE[:16] + bytes(4) + WHOLE[20:], id="no width"),
    pytest.param(WHOLE[:16] + struct.pack(">I", 1 << 20) + WHOLE[20:], id="too wide"),
    pytest.param(WHOLE[:28] + b"\x01" + WHOLE[29:], id="interlaced"),
    pytest.param(WHOLE.replace(b"IDAT", b"IDAT\0\0", 1), id="damaged"),
    pytest.param(png_of([bytes(32)], kind=7, depth=8), id="an unknown filter"),
    pytest.param(mask_of("P", 0, 1, transparency=0), id="a transparent colour of a palette"),
    pytest.param(mask_of("L", 0, 255, transparency=255), id="a transparent grey"),
    pytest.param(mask_of("RGBA", (0, 0, 0, 255), (0, 0, 0, 0), "WEBP", lossless=True), id="lossless WebP"),
    pytest.param(mask_of("RGBA", (0, 0, 0, 255), (0, 0, 0, 0), "WEBP"), id="lossy WebP"),
]


@pytest.mark.parametrize("content", UNREADABLE)
def test_a_transparency_that_cannot_be_read_is_refused_with_what_to_do(content: bytes) -> None:
    with pytest.raises(ValidationError, match="white where to repaint"):
        converted(content)


def test_urls_other_members_and_those_that_are_missing_are_left_alone() -> None:
    payload = {
        "mask": Media(url="https://example.com/mask.png"),
        "image": Media(content=WHOLE, content_type="image/png"),
        "prompt": "a paper boat",
    }
    body, _ = drive(with_grey_masks(payload, ("mask", "second_mask")))
    assert body == payload
    assert body is not payload
