"""Owns the small silhouettes that bring a scene to life: birds, a sailing boat, a balloon."""

from __future__ import annotations

import math
import random

from PIL import Image, ImageDraw

from .palette import Palette, mix
from .theme import Colour, Theme

_DETAIL = 4


class Figures:
    """The moving silhouettes that a prompt names."""

    def __init__(
        self, theme: Theme, palette: Palette, *, size: tuple[int, int], horizon: int, chance: random.Random
    ) -> None:
        self._size, self._horizon, self._palette = size, horizon, palette
        self._unit = min(size) / 720
        self._from_left = chance.random() < 0.5
        self._flock = (
            [(chance.uniform(0, 0.3), chance.uniform(0, 0.16), chance.uniform(0, 6), chance.uniform(0.6, 1.2))
             for _ in range(9)]
            if "birds" in theme.subjects
            else []
        )  # fmt: skip
        self._boat: Image.Image | None = None
        if theme.has_water and theme.subjects & {"boat", "canoe"}:
            self._boat = (_boat if "boat" in theme.subjects else _canoe)(self._unit, palette)
        self._balloons = (
            [(chance.uniform(0.1, 0.85), chance.uniform(0.2, 0.62), _balloon(self._unit * scale, chance))
             for scale in (0.55, 0.8, 1.5)]
            if "balloon" in theme.subjects
            else []
        )  # fmt: skip

    def draw_sky(self, picture: Image.Image, progress: float, time_seconds: float) -> None:
        """Paint what flies."""
        width, _ = self._size
        for x, y, sprite in self._balloons:
            rise = self._horizon * (y - 0.10 * (progress - 0.5)) + 3 * self._unit * math.sin(
                time_seconds + x * 9
            )
            picture.paste(
                sprite, (round(width * (x + 0.03 * progress)), round(rise - sprite.height / 2)), sprite
            )
        drawing = ImageDraw.Draw(picture, "RGBA")
        for x, y, phase, scale in self._flock:
            way = x + 0.25 + 0.3 * progress
            self._draw_bird(
                drawing,
                (width * (way if self._from_left else 1 - way), self._horizon * (0.3 + y - 0.06 * progress)),
                self._unit * 15 * scale,
                math.sin(time_seconds * 6.5 + phase),
            )

    def draw_afloat(self, picture: Image.Image, progress: float, time_seconds: float) -> None:
        """Paint what stands on the water's edge, so that the water can mirror it."""
        if self._boat is None:
            return
        way = 0.30 + 0.16 * progress
        x = self._size[0] * (way if self._from_left else 1 - way) - self._boat.width / 2
        y = self._horizon - self._boat.height + 1 + round(self._unit * 1.2 * math.sin(time_seconds * 1.6))
        picture.paste(self._boat, (round(x), round(y)), self._boat)

    def _draw_bird(
        self, drawing: ImageDraw.ImageDraw, centre: tuple[float, float], reach: float, flap: float
    ) -> None:
        x, y = centre
        tone = (*mix(self._palette.ground_near, self._palette.ground_far, 0.15), 230)
        lift = reach * 0.55 * flap
        thick = max(1, round(reach / 6))
        for side in (-1, 1):
            elbow = (x + side * reach * 0.5, y - lift * 0.8 - reach * 0.12)
            drawing.line(
                [(x, y), elbow, (x + side * reach, y - lift * 0.3 + reach * 0.1)], fill=tone, width=thick
            )


def _boat(unit: float, palette: Palette) -> Image.Image:
    width, height = max(6, round(92 * unit)), max(8, round(120 * unit))
    large = Image.new("RGBA", (width * _DETAIL, height * _DETAIL), (0, 0, 0, 0))
    drawing = ImageDraw.Draw(large)
    w, h = large.size
    hull = mix(palette.ground_near, (60, 26, 24), 0.3)
    sail = mix(palette.haze, (255, 255, 255), 0.45)
    drawing.polygon([(w * 0.06, h * 0.86), (w * 0.94, h * 0.86), (w * 0.8, h), (w * 0.18, h)], fill=hull)
    drawing.rectangle((w * 0.47, h * 0.02, w * 0.49, h * 0.88), fill=hull)
    drawing.polygon([(w * 0.51, h * 0.05), (w * 0.51, h * 0.82), (w * 0.92, h * 0.82)], fill=sail)
    shade: Colour = mix(sail, palette.ground_far, 0.35)
    drawing.polygon([(w * 0.45, h * 0.12), (w * 0.45, h * 0.82), (w * 0.14, h * 0.82)], fill=shade)
    return large.resize((width, height), Image.Resampling.LANCZOS)


def _canoe(unit: float, palette: Palette) -> Image.Image:
    width, height = max(10, round(118 * unit)), max(6, round(48 * unit))
    large = Image.new("RGBA", (width * _DETAIL, height * _DETAIL), (0, 0, 0, 0))
    drawing = ImageDraw.Draw(large)
    w, h = large.size
    tone = mix(palette.ground_near, (0, 0, 0), 0.3)
    hull = [
        (0, 0.66),
        (0.07, 0.78),
        (0.5, 0.82),
        (0.93, 0.78),
        (1, 0.66),
        (0.93, 0.94),
        (0.82, 1),
        (0.18, 1),
        (0.07, 0.94),
    ]
    drawing.polygon([(w * x, h * y) for x, y in hull], fill=tone)
    drawing.polygon(
        [(w * x, h * y) for x, y in ((0.5, 0.3), (0.58, 0.36), (0.61, 0.84), (0.46, 0.84))], fill=tone
    )
    drawing.ellipse((w * 0.50, h * 0.04, w * 0.585, h * 0.27), fill=tone)
    drawing.line(
        (w * 0.34, h * 0.98, w * 0.56, h * 0.36), fill=tone, width=round(_DETAIL * max(1.0, 1.8 * unit))
    )
    return large.resize((width, height), Image.Resampling.LANCZOS)


def _balloon(unit: float, chance: random.Random) -> Image.Image:
    width, height = max(6, round(96 * unit)), max(8, round(132 * unit))
    large = Image.new("RGBA", (width * _DETAIL, height * _DETAIL), (0, 0, 0, 0))
    drawing = ImageDraw.Draw(large)
    w, h = large.size
    first, second = chance.choice(
        (((226, 76, 60), (250, 206, 96)), ((52, 116, 196), (240, 240, 236)), ((232, 138, 52), (122, 52, 110)))
    )
    drawing.ellipse((0, 0, w, h * 0.72), fill=first)
    drawing.polygon(
        [(w * 0.10, h * 0.52), (w * 0.90, h * 0.52), (w * 0.58, h * 0.82), (w * 0.42, h * 0.82)], fill=first
    )
    for inset in (0.16, 0.38):
        tone = second if inset < 0.3 else first
        drawing.ellipse((w * inset, 0, w * (1 - inset), h * 0.74), fill=tone)
    drawing.rectangle((w * 0.43, h * 0.88, w * 0.57, h * 0.99), fill=(88, 56, 36))
    for side in (0.44, 0.56):
        drawing.line((w * side, h * 0.8, w * side, h * 0.9), fill=(70, 50, 40), width=max(1, _DETAIL // 2))
    return large.resize((width, height), Image.Resampling.LANCZOS)
