"""Owns what falls, drifts and glows in the air: rain, snow, embers, fireflies, mist."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass

from PIL import Image, ImageChops, ImageDraw

from .palette import Palette, mix
from .textures import cloud_noise, contrast, glow, vertical_ramp
from .theme import Colour, Theme


@dataclass(frozen=True, slots=True)
class _Mote:
    x: float
    y: float
    depth: float
    phase: float


class Weather:
    """Draws the particles of a theme at any instant; the instant alone decides where each one is."""

    def __init__(
        self, theme: Theme, palette: Palette, *, size: tuple[int, int], chance: random.Random
    ) -> None:
        self._theme, self._palette, self._size = theme, palette, size
        self._unit = min(size) / 720
        self._motes = [
            _Mote(chance.random(), chance.random(), chance.random(), chance.uniform(0, math.tau))
            for _ in range(170)
        ]
        self._flakes = {size: glow(size, strength=1.0, power=0.9) for size in self._flake_sizes()}
        self._sparks = {size: glow(size, strength=1.0, power=1.6) for size in self._spark_sizes()}
        self._fire = glow(round(max(size) * 1.1), strength=0.62) if "embers" in theme.effects else None

    def draw(self, picture: Image.Image, time_seconds: float) -> None:
        """Paint the particles of this instant."""
        effects = self._theme.effects
        if self._fire is not None:
            self._draw_embers(picture, self._fire, time_seconds)
        if "fireflies" in effects:
            self._draw_fireflies(picture, time_seconds)
        if "snow" in effects:
            self._draw_snow(picture, time_seconds)
        if "rain" in effects:
            self._draw_rain(picture, time_seconds)

    def _flake_sizes(self) -> list[int]:
        return [max(2, round(self._unit * share)) for share in (5, 8, 12, 18)]

    def _spark_sizes(self) -> list[int]:
        return [max(3, round(self._unit * share)) for share in (8, 13, 20, 30)]

    def _draw_rain(self, picture: Image.Image, time_seconds: float) -> None:
        width, height = self._size
        drawing = ImageDraw.Draw(picture, "RGBA")
        tone = mix(self._palette.haze, (255, 255, 255), 0.5)
        for mote in self._motes:
            length = self._unit * (18 + 52 * mote.depth)
            y = (mote.y + time_seconds * (1.1 + 1.3 * mote.depth)) % 1.15 * height - length
            x = (mote.x * 1.2 - y / height * 0.12) * width
            drawing.line(
                (x, y, x - length * 0.13, y + length),
                fill=(*tone, round(38 + 74 * mote.depth)),
                width=max(1, round(self._unit * (0.8 + mote.depth))),
            )

    def _draw_snow(self, picture: Image.Image, time_seconds: float) -> None:
        width, height = self._size
        sizes = self._flake_sizes()
        for mote in self._motes:
            y = (mote.y + time_seconds * (0.05 + 0.13 * mote.depth)) % 1.1 * height - height * 0.05
            sway = math.sin(time_seconds * 0.9 + mote.phase) * 16 * self._unit
            x = (mote.x + time_seconds * 0.02 * (0.4 + mote.depth)) % 1.1 * width - width * 0.05 + sway
            flake = self._flakes[sizes[min(3, int(mote.depth**2 * 4))]]
            picture.paste((255, 255, 255), (round(x), round(y)), flake)

    def _draw_embers(self, picture: Image.Image, fire: Image.Image, time_seconds: float) -> None:
        width, height = self._size
        flicker = 0.86 + 0.09 * math.sin(time_seconds * 7.3) + 0.05 * math.sin(time_seconds * 17.1 + 1)
        shade = fire.point([round(value * flicker) for value in range(256)])
        picture.paste(
            (255, 120, 36), (width // 2 - fire.width // 2, round(height * 1.02) - fire.height // 2), shade
        )
        sizes = self._spark_sizes()
        for mote in self._motes[:90]:
            age = (mote.y + time_seconds * (0.10 + 0.16 * mote.depth)) % 1.0
            spread = (mote.x - 0.5) * (0.35 + 0.9 * age)
            x = width * (0.5 + spread) + math.sin(time_seconds * 1.7 + mote.phase) * 22 * self._unit * age
            y = height * (1.02 - age * 1.05)
            size = sizes[min(3, int(mote.depth**3 * 4))]
            self._paste_light(picture, (x, y), size, (255, round(200 - 90 * age), 80), (1 - age) ** 0.7)

    def _draw_fireflies(self, picture: Image.Image, time_seconds: float) -> None:
        width, height = self._size
        sizes = self._spark_sizes()
        for mote in self._motes[:46]:
            blink = math.sin(time_seconds * (0.9 + mote.depth) + mote.phase)
            if blink <= 0:
                continue
            x = (mote.x + 0.02 * math.sin(time_seconds * 0.7 + mote.phase * 3)) * width
            y = (0.42 + 0.5 * mote.y + 0.02 * math.sin(time_seconds * 0.9 + mote.phase)) * height
            self._paste_light(picture, (x, y), sizes[int(mote.depth * 3.99)], (240, 255, 150), blink)

    def _paste_light(
        self, picture: Image.Image, centre: tuple[float, float], size: int, colour: Colour, alpha: float
    ) -> None:
        mask = self._sparks[size].point([round(value * alpha) for value in range(256)])
        picture.paste(colour, (round(centre[0] - size / 2), round(centre[1] - size / 2)), mask)


class MistBank:
    """One band of mist that drifts sideways."""

    def __init__(
        self,
        colour: Colour,
        *,
        size: tuple[int, int],
        middle: float,
        tall: float,
        strength: float,
        chance: random.Random,
    ) -> None:
        width, height = size
        self._colour, self._travel = colour, width * chance.uniform(-0.25, 0.25)
        band = (round(width * 1.5), max(4, round(height * tall)))
        noise = cloud_noise(band, chance, cell=(width * 0.5, band[1] * 0.6))
        puffs = contrast(noise, 60, 210, strength=strength)
        self._mask = ImageChops.multiply(puffs, vertical_ramp(band, (0, 150, 255, 180, 0)))
        self._top = round(height * middle - band[1] / 2)
        self._left = -width * 0.25

    def draw(self, picture: Image.Image, progress: float) -> None:
        """Paint the band where it has drifted to."""
        left = round(self._left + self._travel * (progress - 0.5))
        picture.paste(self._colour, (left, self._top), self._mask)
