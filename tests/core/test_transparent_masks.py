"""How grey masks become transparent where they were white, whatever the PNG looks like inside."""

from __future__ import annotations

import io
import itertools
import struct
import zlib

import pytest
from PIL import Image, ImageDraw

from tarash.tarash_gateway.exceptions import ValidationError
from tarash.tarash_gateway.plugin import Media, with_transparent_masks
from tarash.tarash_gateway.testing import drive

SIZE = (37, 21)
WHITE_BOX = (5, 4, 20, 15)


def mask(mode: str) -> Image.Image:
    image = Image.new("L", SIZE, 0)
    ImageDraw.Draw(image).rectangle(WHITE_BOX, fill=255)
    if mode == "I;16":
        wide = Image.new("I;16", SIZE, 0)
        wide.paste(65535, (5, 4, 21, 16))
        return wide
    return image.convert(mode)


def png(image: Image.Image, **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "PNG", **options)
    return buffer.getvalue()


def alpha_of(content: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(content))
    assert image.size == SIZE
    return image.convert("RGBA").getchannel("A")


def transparent_mask(mask: Media) -> Media:
    body, calls = drive(with_transparent_masks({"mask": mask, "prompt": "a boat"}, ("mask", "second_mask")))
    assert calls == []
    assert (list(body), body["prompt"]) == (["mask", "prompt"], "a boat")
    converted = body["mask"]
    assert isinstance(converted, Media)
    return converted


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_white_becomes_transparent_and_black_opaque(mode: str) -> None:
    media = Media(content=png(mask(mode)), content_type="image/png", filename="mask.png")
    converted = transparent_mask(media)
    assert converted.content_type == "image/png"
    expected = mask("L").point(lambda value: 255 - value)
    assert alpha_of(converted.content or b"").tobytes() == expected.tobytes()


@pytest.mark.parametrize("bits", [1, 2, 4])
def test_packed_palettes_are_read(bits: int) -> None:
    image = mask("L").convert("P", palette=Image.Palette.ADAPTIVE, colors=2)
    converted = transparent_mask(Media(content=png(image, bits=bits), content_type="image/png"))
    expected = mask("L").point(lambda value: 255 - value)
    assert alpha_of(converted.content or b"").tobytes() == expected.tobytes()


@pytest.mark.parametrize("kind", range(5), ids=["none", "sub", "up", "average", "paeth"])
def test_every_filter_is_undone(kind: int) -> None:
    image = Image.effect_noise(SIZE, 90)
    converted = transparent_mask(Media(content=filtered_png(image, kind), content_type="image/png"))
    expected = image.point(lambda value: 255 - value)
    assert alpha_of(converted.content or b"").tobytes() == expected.tobytes()


def filtered_png(image: Image.Image, kind: int) -> bytes:
    """Write a gray PNG whose every row uses one filter, by the definitions of the PNG specification."""
    width, height = image.size
    rows = [image.tobytes()[start : start + width] for start in range(0, width * height, width)]
    packed = bytearray()
    for above, row in itertools.pairwise([bytes(width), *rows]):
        packed.append(kind)
        for x, value in enumerate(row):
            left, corner = (row[x - 1], above[x - 1]) if x else (0, 0)
            nearest = min((left, above[x], corner), key=lambda tone: abs(left + above[x] - corner - tone))
            guess = (0, left, above[x], (left + above[x]) // 2, nearest)[kind]
            packed.append((value - guess) % 256)
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    body = b"\x89PNG\r\n\x1a\n"
    for name, data in ((b"IHDR", header), (b"IDAT", zlib.compress(bytes(packed))), (b"IEND", b"")):
        body += struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
    return body


def test_a_mask_with_transparency_is_sent_as_it_is() -> None:
    image = mask("RGBA")
    image.putpixel((0, 0), (0, 0, 0, 0))
    media = Media(content=png(image), content_type="image/png", filename="mine.png")
    assert transparent_mask(media) is media


@pytest.mark.parametrize(
    ("content", "match"),
    [
        (b"\xff\xd8\xff" + bytes(60), "not a PNG"),
        (png(mask("L"))[:60], "cut off|damaged"),
        (png(mask("L"))[:33] + bytes(40), "cut off|damaged"),
        (png(mask("L"))[:28] + b"\x01" + png(mask("L"))[29:], "interlaced"),
        (png(mask("L"))[:16] + bytes(8) + png(mask("L"))[24:], "damaged"),
    ],
    ids=["jpeg", "cut", "empty", "interlaced", "no-size"],
)
def test_a_mask_that_cannot_be_converted_is_refused(content: bytes, match: str) -> None:
    with pytest.raises(ValidationError, match=match):
        transparent_mask(Media(content=content, content_type="image/png"))


def test_a_url_is_left_alone() -> None:
    media = Media(url="https://example.com/mask.png")
    assert transparent_mask(media) is media
