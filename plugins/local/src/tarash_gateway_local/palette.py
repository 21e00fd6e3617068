"""Owns colour: the palette of a theme and the small arithmetic on colours."""

from __future__ import annotations

import colorsys
import random
from dataclasses import dataclass

from .theme import Colour, Light, Theme


@dataclass(frozen=True, slots=True)
class Palette:
    """The colours of one picture; ground colours run from the farthest layer to the nearest."""

    sky: tuple[Colour, ...]
    haze: Colour
    sun: Colour
    glow: Colour
    ground_far: Colour
    ground_near: Colour
    water: Colour
    cloud: Colour
    windows: tuple[Colour, ...]


def mix(first: Colour, second: Colour, share: float) -> Colour:
    """Blend two colours; `share` is how much of the second, 0 to 1."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(first, second, strict=True))
    return red, green, blue


def luminance(colour: Colour) -> float:
    """Return perceived brightness, 0 to 255."""
    return 0.30 * colour[0] + 0.59 * colour[1] + 0.11 * colour[2]


_LIGHTS: dict[Light, Palette] = {
    "dawn": Palette(
        sky=((64, 88, 142), (128, 128, 178), (232, 160, 156), (255, 206, 164), (255, 228, 190)),
        haze=(252, 214, 190), sun=(255, 244, 216), glow=(255, 204, 142),
        ground_far=(178, 150, 178), ground_near=(34, 40, 64), water=(96, 104, 146),
        cloud=(255, 214, 204), windows=((255, 214, 150),),
    ),
    "day": Palette(
        sky=((40, 108, 190), (84, 152, 220), (150, 200, 236), (204, 228, 240), (230, 240, 242)),
        haze=(214, 230, 238), sun=(255, 252, 236), glow=(255, 246, 214),
        ground_far=(140, 176, 202), ground_near=(24, 62, 62), water=(40, 104, 150),
        cloud=(255, 255, 255), windows=((206, 228, 240),),
    ),
    "dusk": Palette(
        sky=((34, 28, 82), (96, 48, 118), (200, 78, 112), (250, 136, 84), (255, 202, 118)),
        haze=(252, 158, 104), sun=(255, 232, 170), glow=(255, 164, 88),
        ground_far=(158, 82, 122), ground_near=(20, 14, 38), water=(84, 42, 92),
        cloud=(255, 146, 120), windows=((255, 208, 120), (255, 190, 110), (255, 232, 196)),
    ),
    "night": Palette(
        sky=((5, 9, 26), (10, 20, 48), (18, 36, 76), (34, 60, 106), (58, 88, 134)),
        haze=(60, 88, 132), sun=(240, 244, 255), glow=(136, 164, 220),
        ground_far=(38, 58, 98), ground_near=(4, 7, 17), water=(8, 18, 42),
        cloud=(72, 94, 138), windows=((255, 206, 116), (255, 196, 104), (255, 226, 170), (206, 224, 255)),
    ),
}  # fmt: skip

_NEON: tuple[Colour, ...] = ((255, 70, 180), (60, 230, 240), (170, 100, 255), (255, 190, 90), (90, 140, 255))


def choose_palette(theme: Theme, chance: random.Random) -> Palette:
    """Colour a theme; the seed behind `chance` turns the hues a little."""
    base = _LIGHTS[theme.light]
    far, near, water = base.ground_far, base.ground_near, base.water
    if "desert" in theme.places:
        night = theme.light == "night"
        far = mix(far, (226, 166, 104), 0.25 if night else 0.7)
        near = mix(near, (112, 56, 34), 0.15 if night else 0.7)
    elif theme.places & {"forest", "meadow"}:
        green = {"day": 0.75, "dawn": 0.45, "dusk": 0.2, "night": 0.15}[theme.light]
        far, near = mix(far, (126, 170, 108), green), mix(near, (24, 74, 40), green)
    if "space" in theme.places:
        far, near = mix(far, (78, 52, 104), 0.5), (10, 8, 20)
    if "sea" in theme.places:
        water = mix(water, (10, 110, 130), 0.35 if theme.light == "day" else 0.12)
    windows = _NEON if "neon" in theme.effects else base.windows
    turn = chance.uniform(-0.018, 0.018)

    def grade(colour: Colour) -> Colour:
        return _grade(colour, theme, turn)

    return Palette(
        sky=tuple(grade(colour) for colour in _space_sky(base.sky, theme)),
        haze=grade(base.haze), sun=grade(base.sun), glow=grade(base.glow), ground_far=grade(far),
        ground_near=grade(near), water=grade(water), cloud=grade(base.cloud),
        windows=tuple(grade(window) for window in windows),
    )  # fmt: skip


def _space_sky(sky: tuple[Colour, ...], theme: Theme) -> tuple[Colour, ...]:
    if "space" not in theme.places:
        return sky
    return (4, 4, 14), (8, 7, 26), (18, 12, 44), (34, 20, 66), (54, 32, 88)


def _grade(colour: Colour, theme: Theme, turn: float) -> Colour:
    hue, lightness, saturation = colorsys.rgb_to_hls(*(channel / 255 for channel in colour))
    red, green, blue = colorsys.hls_to_rgb((hue + turn) % 1.0, lightness, saturation)
    graded: Colour = (round(red * 255), round(green * 255), round(blue * 255))
    bright = round(luminance(graded))
    if theme.is_overcast:
        chill = 0.55 if "rain" in theme.effects else 0.4
        graded = mix(graded, (round(bright * 0.82), round(bright * 0.88), round(bright * 0.96)), chill)
    if theme.tint is not None:
        strength = 0.35 + bright / 255
        tinted = mix((0, 0, 0), theme.tint, min(1.0, strength))
        graded = mix(
            graded, tinted if bright < 170 else mix(tinted, (255, 255, 255), (bright - 170) / 110), 0.42
        )
    if theme.monochrome:
        graded = (bright, bright, bright)
    return graded
