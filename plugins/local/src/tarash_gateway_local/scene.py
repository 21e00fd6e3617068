"""Owns the landscape of a theme: which painters it needs, and one picture of it at any instant."""

from __future__ import annotations

import random
from collections.abc import Callable

from PIL import Image

from .figures import Figures
from .layers import Layer, make_layer, supersampling
from .palette import choose_palette, mix
from .sky import Sky
from .skyline import paint_skyline
from .terrain import (
    Ground,
    Painting,
    paint_dunes,
    paint_forest,
    paint_hills,
    paint_islands,
    paint_meadow,
    paint_mountains,
    paint_rocks,
)
from .theme import read_theme
from .water import Water
from .weather import MistBank, Weather

_PAINTERS: dict[str, Callable[[Ground], Painting]] = {
    "mountains": paint_mountains,
    "hills": paint_hills,
    "islands": paint_islands,
    "dunes": paint_dunes,
    "forest": paint_forest,
    "meadow": paint_meadow,
    "rocks": paint_rocks,
}
# Height of each kind as a share of the picture's shorter side (times 1.15 for upright pictures).
_HEIGHTS = {
    "mountains": 0.44, "hills": 0.26, "dunes": 0.34, "forest": 0.34, "meadow": 0.30, "rocks": 0.30,
    "city": 0.46, "islands": 0.15,
}  # fmt: skip


class Scene:
    """A landscape for a prompt and a seed, painted once and cheap to draw at any instant."""

    def __init__(self, prompt: str, *, size: tuple[int, int], seed: int, duration_seconds: float) -> None:
        self.theme = read_theme(prompt)
        chance = random.Random(f"{seed}:{prompt}")
        self._size, self._duration_seconds = size, duration_seconds
        self.palette = choose_palette(self.theme, chance)
        # Faster than a fiftieth of the width per second reads as a ride, not as a drifting camera.
        self._travel = size[0] * min(0.34, 0.02 * duration_seconds + 0.02)
        self._horizon = round(size[1] * (0.60 if self.theme.has_water else 0.80))
        self._sky = Sky(self.theme, self.palette, size=size, horizon=self._horizon, chance=chance)
        self._back, self._front = self._paint_layers(chance)
        rough = bool(self.theme.effects & {"rain"}) or "sea" in self.theme.places
        self._water = (
            Water(self.palette, size=size, horizon=self._horizon, rough=rough, chance=chance)
            if self.theme.has_water
            else None
        )
        self._figures = Figures(self.theme, self.palette, size=size, horizon=self._horizon, chance=chance)
        self._mist = self._paint_mist(chance)
        self._weather = Weather(self.theme, self.palette, size=size, chance=chance)

    def draw(self, progress: float) -> Image.Image:
        """Return the landscape at `progress` (0 to 1) of the clip as a new picture."""
        time_seconds = progress * self._duration_seconds
        picture = self._sky.draw(progress, time_seconds)
        self._figures.draw_sky(picture, progress, time_seconds)
        for index, layer in enumerate(self._back):
            layer.draw(picture, progress)
            if index < len(self._mist):
                self._mist[index].draw(picture, progress)
        if self._water is not None:
            sun = None if self.theme.is_overcast else self._sky.sun_position(progress)
            self._figures.draw_afloat(picture, progress, time_seconds)
            self._water.draw(picture, time_seconds, sun)
        for layer in self._front:
            layer.draw(picture, progress)
        self.draw_weather(picture, progress)
        return picture

    def draw_weather(self, picture: Image.Image, progress: float) -> None:
        """Paint only the particles in the air, over any picture of the right size."""
        self._weather.draw(picture, progress * self._duration_seconds)

    def _plan(self) -> tuple[list[str], list[str]]:
        """Name the layers behind the water (or the horizon) and those in front of it, far to near."""
        places = self.theme.places
        if "space" in places:
            return [], ["rocks", "rocks"]
        far: list[str] = ["mountains", "mountains"] if "mountains" in places or places == {"lake"} else []
        if "lake" in places and not far:
            far = ["mountains"]
        if "city" in places:
            far += ["city", "city", "city"][len(far) // 2 :]
        if "sea" in places and not far:
            far = ["islands"]
        if self.theme.has_water:
            if "forest" in places or places == {"lake"}:
                far.append("forest")
            near = ["meadow"] if places & {"lake", "meadow"} else []
            return far, near
        near = ["dunes", "dunes", "dunes"] if "desert" in places else []
        if "meadow" in places:
            far, near = far or ["hills"], [*near, "hills", "meadow"]
        if "forest" in places:
            near += ["forest", "forest", "forest"]
        return far, near or ["hills", "forest"]

    def _paint_layers(self, chance: random.Random) -> tuple[list[Layer], list[Layer]]:
        back, front = self._plan()
        total = len(back) + len(front)
        height, side = self._size[1], min(self._size[1], self._size[0] * 1.15)
        layers: list[Layer] = []
        for index, kind in enumerate(back + front):
            depth = (index + 1) / total
            tall = side * _HEIGHTS[kind] * (1.0 if kind != "city" else 0.7 + 0.3 * depth)
            if index < len(back):
                foot = self._horizon + (0 if self.theme.has_water else round(height * 0.08))
                if index + 1 < len(back) and kind == back[index + 1]:
                    tall *= 1.18
            else:
                step = (index - len(back) + 1) / len(front)
                foot = round(self._horizon + (height * 1.02 - self._horizon) * step)
                tall = max(tall, side * 0.2)
                if self.theme.has_water:
                    foot, tall = height + round(side * 0.06), side * 0.24
            layers.append(self._paint_layer(kind, depth, round(tall), foot, chance))
        return layers[: len(back)], layers[len(back) :]

    def _paint_layer(self, kind: str, depth: float, tall: int, foot: int, chance: random.Random) -> Layer:
        width, height = self._size
        scale, palette = supersampling(self._size), self.palette
        travel = self._travel * (0.12 + 0.88 * depth**1.6)
        # Nearer layers reach the bottom of the picture; those at the water end at its edge.
        bottom = foot if self.theme.has_water and foot <= self._horizon else max(foot, height)
        bottom = min(bottom, max(height, foot))
        body = tall + max(0, min(bottom, height) - foot)
        snowy = "snow" in self.theme.effects
        colour = mix(palette.ground_far, palette.ground_near, depth**1.15)
        if snowy and kind in ("hills", "meadow", "dunes"):
            colour = mix(colour, palette.haze, 0.75 - 0.25 * depth)
        elif snowy and kind == "forest":
            colour = mix(colour, palette.haze, 0.34 * (1 - depth) + 0.08)
        ground = Ground(
            size=(round(width + travel + 2) * scale, max(4, body) * scale),
            colour=colour,
            haze=palette.haze,
            light=palette.glow,
            haziness=0.86 - 0.26 * depth
            if snowy
            else (0.78 - 0.66 * depth) * (1.2 if "mist" in self.theme.effects else 0.9),
            light_from_left=self._sky.sun_x < width / 2,
            snow=snowy,
            chance=chance,
            unit=min(self._size) * scale / 1000,
        )
        surface, mask = self._paint(kind, ground, depth)
        return make_layer(surface, mask, top=foot - tall, travel_pixels=travel, frame_size=self._size)

    def _paint(self, kind: str, ground: Ground, depth: float) -> Painting:
        if kind == "city":
            lit = {"night": 0.5, "dusk": 0.38, "dawn": 0.14, "day": 0.22}[self.theme.light]
            if "rain" in self.theme.effects:
                lit = max(lit, 0.32)
            return paint_skyline(
                ground,
                windows=self.palette.windows,
                lit_share=lit * (0.4 + 0.6 * depth),
                glow=0.4 if self.theme.light == "day" else 1.0,
                tall=depth < 0.7,
            )
        return _PAINTERS[kind](ground)

    def _paint_mist(self, chance: random.Random) -> list[MistBank]:
        thick = "mist" in self.theme.effects
        if "space" in self.theme.places:
            return []
        level = self._horizon / self._size[1]
        return [
            MistBank(
                mix(self.palette.haze, self.palette.cloud, 0.3),
                size=self._size,
                middle=level - offset,
                tall=0.24 if thick else 0.14,
                strength=0.95 if thick else 0.4,
                chance=chance,
            )
            for offset in (0.06, 0.03, 0.0)
        ]
