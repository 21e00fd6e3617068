"""Owns the city: rows of buildings with lit windows."""

from __future__ import annotations

from collections.abc import Sequence

from PIL import Image, ImageDraw

from .terrain import Ground, Painting
from .theme import Colour


def paint_skyline(
    ground: Ground, *, windows: Sequence[Colour], lit_share: float, glow: float, tall: bool
) -> Painting:
    """Towers of many heights with lit windows.

    `lit_share` of the windows shine, in one of the colours `windows` for each tower; `glow` is how
    bright, 0 to 1.
    """
    width, height = ground.size
    chance, surface, mask = ground.chance, ground.surface(), Image.new("L", ground.size, 0)
    drawing, painting = ImageDraw.Draw(mask), ImageDraw.Draw(surface, "RGBA")
    drawing.rectangle((0, height * 0.9, width, height), fill=255)
    x = -height * 0.1
    while x < width:
        broad = height * chance.uniform(0.12, 0.26)
        rise = (
            chance.uniform(0.3, 0.62)
            if chance.random() < (0.5 if tall else 0.8)
            else chance.uniform(0.62, 0.92)
        )
        roof = height * (1 - rise)
        box = (x, roof, x + broad, float(height))
        drawing.rectangle(box, fill=255)
        _draw_roof(drawing, box, ground)
        edge = broad * 0.3
        lit_side = (
            (x, roof, x + edge, height)
            if ground.light_from_left
            else (x + broad - edge, roof, x + broad, height)
        )
        painting.rectangle(lit_side, fill=(*ground.light, 14))
        _draw_windows(
            painting, box, ground, window=ground.chance.choice(windows), lit_share=lit_share, glow=glow
        )
        x += broad * chance.uniform(0.85, 1.25)
    return surface, mask


def _draw_roof(drawing: ImageDraw.ImageDraw, box: tuple[float, float, float, float], ground: Ground) -> None:
    left, roof, right, _ = box
    broad, chance = right - left, ground.chance
    style = chance.randrange(5)
    if style == 0:
        mast = broad * chance.uniform(0.5, 1.1)
        thick = max(1.0, 1.6 * ground.unit)
        middle = (left + right) / 2
        drawing.rectangle((middle - thick / 2, roof - mast, middle + thick / 2, roof), fill=255)
        drawing.rectangle((left + broad * 0.3, roof - broad * 0.12, right - broad * 0.3, roof), fill=255)
    elif style == 1:
        drawing.rectangle((left + broad * 0.2, roof - broad * 0.3, right - broad * 0.2, roof), fill=255)
        drawing.rectangle((left + broad * 0.36, roof - broad * 0.5, right - broad * 0.36, roof), fill=255)
    elif style == 2:
        drawing.polygon([(left, roof), (right, roof - broad * 0.4), (right, roof)], fill=255)
    elif style == 3:
        drawing.polygon([(left, roof), ((left + right) / 2, roof - broad * 0.8), (right, roof)], fill=255)


def _draw_windows(
    painting: ImageDraw.ImageDraw,
    box: tuple[float, float, float, float],
    ground: Ground,
    *,
    window: Colour,
    lit_share: float,
    glow: float,
) -> None:
    left, roof, right, bottom = box
    chance = ground.chance
    pitch = max(3.0, 11 * ground.unit)
    columns = int((right - left - pitch) / pitch)
    rows = int((bottom - roof - pitch) / (pitch * 1.3))
    if columns < 1:
        return
    margin = ((right - left) - columns * pitch) / 2
    eager = lit_share * chance.uniform(0.4, 1.5)
    for row in range(rows):
        y = roof + pitch * 0.8 + row * pitch * 1.3
        for column in range(columns):
            if chance.random() > eager:
                continue
            x = left + margin + column * pitch + pitch * 0.22
            alpha = round(chance.randrange(110, 256) * glow)
            painting.rectangle((x, y, x + pitch * 0.52, y + pitch * 0.66), fill=(*window, alpha))
