"""Owns the pictures a caller supplies: decoding, fitting to the frame, slow zoom, inset cards."""

from __future__ import annotations

import io
import random
from collections.abc import Sequence

from PIL import Image, ImageDraw, ImageOps, UnidentifiedImageError

from tarash.tarash_gateway.mapping import Ratio

from .textures import soften

_LARGEST_PIXELS = 120_000_000
_MOST_CARDS = 4
_DETAIL = 2
_ZOOM_CENTRE = (0.5, 0.45)
"""The point that stays in place, in shares of the width and the height."""
# the EXIF tag, and its values for pictures that lie on one side
_ORIENTATION = 0x0112
_ON_ITS_SIDE = frozenset({5, 6, 7, 8})


def decode_image(content: bytes, *, name: str) -> Image.Image:
    """Decode an encoded picture upright; raises ValueError naming the input `name` when it is not one."""
    try:
        with Image.open(io.BytesIO(content)) as opened:
            if opened.width * opened.height > _LARGEST_PIXELS:
                raise ValueError(
                    f"{name} has {opened.width}x{opened.height} pixels; "
                    f"use at most {_LARGEST_PIXELS // 1_000_000} million"
                )
            upright = ImageOps.exif_transpose(opened)
            return upright.convert("RGBA" if upright.has_transparency_data else "RGB")
    except (UnidentifiedImageError, OSError, SyntaxError, Image.DecompressionBombError) as error:
        raise ValueError(
            f"{name} is not an image that can be decoded; use a PNG, JPEG or WebP file"
        ) from error


def shape_of(content: bytes) -> Ratio | None:
    """Return the shape of an encoded picture as it is looked at: turned upright; None if it is not one."""
    try:
        with Image.open(io.BytesIO(content)) as opened:
            sides = opened.width, opened.height
            turned = opened.getexif().get(_ORIENTATION) in _ON_ITS_SIDE
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        return None
    return Ratio(*(sides[::-1] if turned else sides))


def fit_frame(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    """Scale and crop a picture so that it covers the frame; transparency becomes white."""
    if image.mode == "RGBA":
        flat = Image.new("RGB", image.size, (255, 255, 255))
        flat.paste(image, (0, 0), image)
        image = flat
    return ImageOps.fit(image, size, Image.Resampling.LANCZOS)


def zoomed(image: Image.Image, zoom: float) -> Image.Image:
    """Magnify a picture about a point a little above its middle; at zoom 1 it is returned as it is."""
    if zoom <= 1.0:
        return image
    width, height = image.size
    left, top = width * (1 - 1 / zoom) * _ZOOM_CENTRE[0], height * (1 - 1 / zoom) * _ZOOM_CENTRE[1]
    return image.resize(
        image.size, Image.Resampling.BILINEAR, box=(left, top, left + width / zoom, top + height / zoom)
    )


def inset_cards(
    references: Sequence[bytes], *, size: tuple[int, int], chance: random.Random
) -> list[tuple[Image.Image, tuple[int, int]]]:
    """Make the first few pictures into tilted white-framed cards, with their places on the frame."""
    pictures = [
        decode_image(content, name=f"references[{index}]") for index, content in enumerate(references)
    ]
    width, height = size
    card_height = max(14, round(min(width, height) * 0.26))
    cards: list[tuple[Image.Image, tuple[int, int]]] = []
    right = width * 0.95
    for picture in reversed(pictures[:_MOST_CARDS]):
        card = _card(picture, card_height, chance.uniform(2.5, 6.0) * chance.choice((-1, 1)))
        cards.append(
            (card, (round(right - card.width), round(height * 0.05 + chance.uniform(0, 0.02) * height)))
        )
        right -= card.width * 0.82
    return list(reversed(cards))


def _card(picture: Image.Image, card_height: int, angle: float) -> Image.Image:
    tall = card_height * _DETAIL
    border = max(2, tall // 22)
    shape = min(1.5, max(0.7, picture.width / picture.height))
    photo_height = tall - border * 5
    photo = fit_frame(picture, (max(4, round(photo_height * shape)), photo_height))
    card = Image.new("RGBA", (photo.width + border * 2, tall), (250, 248, 243, 255))
    card.paste(photo, (border, border))
    ImageDraw.Draw(card).rectangle((0, 0, card.width - 1, card.height - 1), outline=(226, 222, 214, 255))
    margin = border * 3
    sheet = Image.new("RGBA", (card.width + margin * 2, card.height + margin * 2), (0, 0, 0, 0))
    shadow = Image.new("L", sheet.size, 0)
    shadow.paste(120, (margin, margin + border, margin + card.width, margin + border + card.height))
    sheet.putalpha(soften(shadow, border * 0.9))
    sheet.paste(card, (margin, margin))
    turned = sheet.rotate(angle, Image.Resampling.BICUBIC, expand=True)
    return turned.resize((turned.width // _DETAIL, turned.height // _DETAIL), Image.Resampling.LANCZOS)
