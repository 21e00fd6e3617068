"""Owns pictures: a single frame of a scene, or an existing picture with a repainted part."""

from __future__ import annotations

import io
import random

from PIL import Image, ImageOps

from .caption import Caption
from .scene import Scene
from .source_images import decode_image, fit_frame, inset_cards
from .spec import ImageFormat, StillSpec

# Where in its five imagined seconds a still is taken: the sun is up and the mist has spread.
_MOMENT = 0.4
_IMAGINED_SECONDS = 5.0

_SAVE_OPTIONS: dict[ImageFormat, dict[str, int]] = {
    "png": {"compress_level": 6},
    "jpeg": {"quality": 92, "subsampling": 0},
    "webp": {"quality": 90, "method": 4},
}


def render_still(spec: StillSpec) -> bytes:
    """Render one picture and return the encoded file.

    Raises: ValueError when an image of the spec does not decode.
    """
    size = (spec.width, spec.height)
    cards = inset_cards(spec.references, size=size, chance=random.Random(f"cards:{spec.seed}"))
    source = None if spec.source is None else fit_frame(decode_image(spec.source, name="source"), size)
    mask = None if spec.mask is None else _repaint_mask(decode_image(spec.mask, name="mask"), size)
    scene = Scene(spec.prompt, size=size, seed=spec.seed, duration_seconds=_IMAGINED_SECONDS)
    if source is not None and mask is None:
        scene.draw_weather(source, _MOMENT)
        picture = source
    else:
        picture = scene.draw(_MOMENT)
        if source is not None and mask is not None:
            picture = Image.composite(picture, source, mask)
    for card, place in cards:
        picture.paste(card, place, card)
    if mask is None:
        Caption(spec.prompt, size=size).draw(picture, 1.0)
    return _encoded(picture, spec)


def _repaint_mask(mask: Image.Image, size: tuple[int, int]) -> Image.Image:
    opacity = ImageOps.invert(mask.getchannel("A")) if mask.mode == "RGBA" else mask.convert("L")
    return opacity.resize(size, Image.Resampling.BILINEAR)


def _encoded(picture: Image.Image, spec: StillSpec) -> bytes:
    target = io.BytesIO()
    picture.save(target, format=spec.format.upper(), **_SAVE_OPTIONS[spec.format])
    return target.getvalue()
