"""Owns the water: a rippling mirror of what stands above it, with glints of the sun or moon."""

from __future__ import annotations

import math
import random

from PIL import Image, ImageDraw

from .palette import Palette, mix
from .textures import vertical_gradient, vertical_ramp


class Water:
    """Fills the picture below the horizon with a moving reflection."""

    def __init__(
        self, palette: Palette, *, size: tuple[int, int], horizon: int, rough: bool, chance: random.Random
    ) -> None:
        self._size, self._horizon, self._palette = size, horizon, palette
        self._rough = 1.7 if rough else 1.0
        depth = size[1] - horizon
        self._deep = vertical_gradient(
            (size[0], depth), (mix(palette.water, palette.haze, 0.25), palette.water)
        )
        self._veil = vertical_ramp((size[0], depth), (70, 105, 165, 205) if rough else (36, 70, 120, 175))
        self._glints = [
            (chance.random(), chance.gauss(0, 1), chance.uniform(0, math.tau), chance.uniform(1.5, 4.0))
            for _ in range(110)
        ]
        self._crests = [
            (chance.random(), chance.random(), chance.uniform(0, math.tau), chance.uniform(0.3, 1.0))
            for _ in range(70)
        ]

    def draw(self, picture: Image.Image, time_seconds: float, sun: tuple[float, float] | None) -> None:
        """Mirror the upper part of `picture` into its lower part."""
        width, height = self._size
        depth = height - self._horizon
        self._draw_mirror(picture, time_seconds)
        picture.paste(self._deep, (0, self._horizon), self._veil)
        drawing = ImageDraw.Draw(picture, "RGBA")
        unit = min(width, height) / 720
        thick = max(1, round(1.3 * unit))
        for x, y, phase, reach in self._crests:
            near = y * y
            alpha = round(58 * (0.5 + 0.5 * math.sin(time_seconds * 1.1 + phase)) * (0.35 + near))
            row = self._horizon + depth * (0.02 + 0.98 * near)
            left = (x * 1.2 - 0.1) * width + 14 * unit * math.sin(time_seconds * 0.5 + phase)
            length = width * (0.012 + 0.07 * near) * reach
            drawing.line((left, row, left + length, row), fill=(*self._palette.haze, alpha), width=thick)
        if sun is not None:
            self._draw_glints(drawing, time_seconds, sun[0], unit)

    def _draw_mirror(self, picture: Image.Image, time_seconds: float) -> None:
        width, height = self._size
        depth = height - self._horizon
        stretch = min(1.15, (self._horizon - 1) / depth)
        source = picture.crop((0, self._horizon - round(depth * stretch), width, self._horizon))
        mirror = source.transpose(Image.Transpose.FLIP_TOP_BOTTOM)
        if mirror.height != depth:
            mirror = mirror.resize((width, depth), Image.Resampling.NEAREST)
        picture.paste(mirror, (0, self._horizon))
        step = max(1, height // 720)
        reach = self._rough * min(width, height) / 720
        for row in range(0, depth, step):
            near = row / depth
            # Ripples crowd together towards the horizon, as perspective wants.
            wave = math.sin(42 * math.sqrt(near + 0.01) * 3.1 - time_seconds * 2.6)
            swell = math.sin(11 * math.sqrt(near + 0.01) * 3.1 - time_seconds * 1.3 + 1.0)
            shift = round(reach * (1.0 + 11 * near) * (0.65 * wave + 0.45 * swell))
            lift = round(reach * (0.6 + 5 * near) * swell)
            top = min(max(0, row + lift), depth - step)
            strip = mirror.crop((0, top, width, top + step))
            picture.paste(strip, (shift, self._horizon + row))

    def _draw_glints(
        self, drawing: ImageDraw.ImageDraw, time_seconds: float, sun_x: float, unit: float
    ) -> None:
        depth = self._size[1] - self._horizon
        for y, spread, phase, pace in self._glints:
            spark = math.sin(time_seconds * pace + phase)
            if spark <= 0:
                continue
            near = y**1.6
            row = self._horizon + depth * (0.01 + 0.97 * near)
            reach = self._size[0] * (0.012 + 0.05 * near)
            middle = sun_x + spread * reach
            half = unit * (3 + 20 * near) * (0.5 + spark)
            drawing.line(
                (middle - half, row, middle + half, row),
                fill=(*self._palette.sun, round(210 * spark * (1 - 0.5 * near))),
                width=max(1, round(unit * (1 + 1.6 * near))),
            )
