"""Owns everything above the ground: gradient, stars, sun or moon, clouds, aurora, planet."""

from __future__ import annotations

import math
import random

from PIL import Image, ImageChops, ImageDraw

from .palette import Palette, mix
from .textures import add_grain, cloud_noise, contrast, disc, glow, soften, vertical_gradient, vertical_ramp
from .theme import Light, Theme

# Where the sun or moon starts and how far it moves, as shares of the sky from its top down to the horizon.
_SUN_PATHS: dict[Light, tuple[float, float]] = {
    "dawn": (0.92, -0.30),
    "day": (0.26, -0.05),
    "dusk": (0.66, 0.28),
    "night": (0.34, -0.10),
}


class Sky:
    """The backdrop of a scene, painted once; sun, clouds and aurora move over it."""

    def __init__(
        self, theme: Theme, palette: Palette, *, size: tuple[int, int], horizon: int, chance: random.Random
    ) -> None:
        width, height = size
        self._size, self._horizon, self._theme, self._palette = size, horizon, theme, palette
        # Mountains and towers would hide a low sun.
        self._is_walled = bool(theme.places & {"mountains", "city"}) or theme.places == {"lake"}
        self._side = min(width, height * 1.2)
        self.sun_x = width * chance.choice((chance.uniform(0.22, 0.38), chance.uniform(0.62, 0.78)))
        backdrop = vertical_gradient((width, horizon), palette.sky)
        picture = Image.new("RGB", size, palette.haze)
        picture.paste(add_grain(backdrop, chance), (0, 0))
        if "space" in theme.places:
            _paint_nebula(picture, palette, chance)
        if theme.light == "night" or theme.effects & {"stars"}:
            _paint_stars(picture, horizon, chance, dense="space" in theme.places or "stars" in theme.effects)
        self._backdrop = picture
        self._halo = glow(round(self._side * 1.5), strength=0.34 if theme.light == "night" else 0.8)
        self._corona = glow(round(self._side * 0.42), strength=0.5 if theme.light == "night" else 0.85)
        self._body = _celestial_body(theme, palette, max(4, round(self._side * self._body_share())), chance)
        self._clouds = self._paint_clouds(chance)
        self._aurora = _paint_aurora(size, horizon, chance) if "aurora" in theme.effects else None

    def draw(self, progress: float, time_seconds: float) -> Image.Image:
        """Return a new picture with the sky as it stands at `progress` of the clip."""
        picture = self._backdrop.copy()
        if not self._theme.is_overcast:
            self._draw_body(picture, progress)
        if self._aurora is not None:
            self._draw_aurora(picture, time_seconds)
        if self._clouds is not None:
            mask, travel = self._clouds
            picture.paste(self._palette.cloud, (-round(travel * progress), 0), mask)
        return picture

    def sun_position(self, progress: float) -> tuple[float, float]:
        """Where the sun or moon stands, in pixels."""
        start, move = _SUN_PATHS[self._theme.light]
        if self._is_walled and self._theme.light in ("dawn", "dusk"):
            start -= 0.28
        drift = self._size[0] * 0.03 * (progress - 0.5)
        return self.sun_x + drift, self._horizon * (start + move * progress)

    def _body_share(self) -> float:
        if "space" in self._theme.places:
            return 0.42
        return {"dawn": 0.12, "day": 0.085, "dusk": 0.15, "night": 0.10}[self._theme.light]

    def _draw_body(self, picture: Image.Image, progress: float) -> None:
        x, y = self.sun_position(progress)
        for mask in (self._halo, self._corona):
            picture.paste(self._palette.glow, (round(x - mask.width / 2), round(y - mask.height / 2)), mask)
        colour, mask = self._body
        picture.paste(colour, (round(x - mask.width / 2), round(y - mask.height / 2)), mask)

    def _paint_clouds(self, chance: random.Random) -> tuple[Image.Image, float] | None:
        theme, (width, _) = self._theme, self._size
        if "space" in theme.places or not (
            theme.effects & {"clouds", "rain", "snow"} or theme.light in ("dusk", "dawn")
        ):
            return None
        travel = width * 0.12
        size = (round(width + travel + 1), self._horizon)
        cell = self._side * 0.62
        noise = cloud_noise(size, chance, cell=(cell, cell * (0.42 if theme.light == "day" else 0.16)))
        strong = theme.is_overcast or "clouds" in theme.effects
        puffs = contrast(noise, 118 if strong else 132, 196, strength=0.85 if strong else 0.5)
        fade = vertical_ramp(size, (150, 255, 200, 60) if theme.light == "day" else (60, 200, 255, 90))
        return ImageChops.multiply(puffs, fade), travel

    def _draw_aurora(self, picture: Image.Image, time_seconds: float) -> None:
        if self._aurora is None:
            return
        for index, (colour, mask) in enumerate(self._aurora):
            sway = math.sin(time_seconds * (0.35 + 0.13 * index) + index * 2.1)
            offset = round(self._size[0] * (-0.15 + 0.08 * sway))
            picture.paste(colour, (offset, 0), mask)


def _celestial_body(
    theme: Theme, palette: Palette, diameter: int, chance: random.Random
) -> tuple[Image.Image, Image.Image]:
    mask = disc(diameter)
    if "space" in theme.places:
        return _paint_planet(palette, diameter, chance), mask
    colour = Image.new("RGB", (diameter, diameter), palette.sun)
    if theme.light == "night":
        spots = cloud_noise((diameter, diameter), chance, cell=(diameter * 0.4, diameter * 0.4))
        colour.paste(mix(palette.sun, palette.glow, 0.55), (0, 0), contrast(spots, 120, 190, strength=0.7))
    return colour, mask


def _paint_planet(palette: Palette, diameter: int, chance: random.Random) -> Image.Image:
    size = (diameter, diameter)
    base = chance.choice(((214, 138, 92), (96, 142, 202), (176, 120, 190), (110, 178, 160)))
    planet = vertical_gradient(size, (mix(base, (255, 255, 255), 0.25), base, mix(base, (40, 20, 60), 0.4)))
    bands = cloud_noise(size, chance, cell=(diameter * 1.6, diameter * 0.14))
    planet.paste(mix(base, (255, 246, 230), 0.6), (0, 0), contrast(bands, 110, 200, strength=0.6))
    # The night side is everything outside a soft disc shifted towards the light.
    lit = Image.new("L", size, 0)
    shift = round(diameter * 0.24)
    lit.paste(255, (-shift, -shift), disc(diameter))
    lit = soften(lit, diameter * 0.07)
    return Image.composite(planet, Image.new("RGB", size, mix(palette.sky[0], base, 0.06)), lit)


def _paint_nebula(picture: Image.Image, palette: Palette, chance: random.Random) -> None:
    cell = max(picture.size) * 0.6
    for colour, strength in (((92, 60, 190), 0.6), ((206, 74, 140), 0.45), ((50, 150, 190), 0.35)):
        noise = cloud_noise(picture.size, chance, cell=(cell, cell * 0.7))
        picture.paste(mix(colour, palette.glow, 0.2), (0, 0), contrast(noise, 122, 215, strength=strength))


def _paint_stars(picture: Image.Image, horizon: int, chance: random.Random, *, dense: bool) -> None:
    width, _ = picture.size
    drawing = ImageDraw.Draw(picture, "RGBA")
    unit = max(1.0, min(picture.size) / 720)
    for _ in range(420 if dense else 200):
        x, y = chance.uniform(0, width), horizon * chance.random() ** (1.0 if dense else 1.5)
        radius = unit * chance.choice((0.45, 0.45, 0.6, 0.9, 1.4))
        tone = chance.choice(((255, 255, 255), (206, 220, 255), (255, 236, 214)))
        alpha = chance.randrange(70, 235)
        drawing.ellipse((x - radius, y - radius, x + radius, y + radius), fill=(*tone, alpha))


def _paint_aurora(
    size: tuple[int, int], horizon: int, chance: random.Random
) -> list[tuple[tuple[int, int, int], Image.Image]]:
    width, wide = size[0], round(size[0] * 1.3)
    curtains: list[tuple[tuple[int, int, int], Image.Image]] = []
    for colour, level in (((70, 240, 160), 0.62), ((80, 200, 230), 0.5), ((170, 96, 230), 0.4)):
        mask = Image.new("L", (wide // 2, horizon // 2), 0)
        drawing = ImageDraw.Draw(mask)
        phase, pitch = chance.uniform(0, 6), chance.uniform(3.5, 6.0) / width
        rays = cloud_noise((wide // 2, 2), chance, cell=(width * 0.05, 4)).tobytes()
        for x in range(mask.width):
            foot = mask.height * (
                level + 0.16 * math.sin(2 * x * pitch + phase) + 0.05 * math.sin(5.3 * x * pitch)
            )
            reach = mask.height * (0.22 + 0.26 * rays[x] / 255)
            for step in range(12):
                top = foot - reach * (step + 1) / 12
                drawing.line(
                    (x, top, x, foot - reach * step / 12), fill=round(rays[x] * 0.7 * (1 - step / 12) ** 1.3)
                )
        curtains.append(
            (colour, soften(mask, max(1.0, width / 420)).resize((wide, horizon), Image.Resampling.BICUBIC))
        )
    return curtains
