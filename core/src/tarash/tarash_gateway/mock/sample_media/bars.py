"""The picture in every sample: a few upright bars in shades around one hue, which the seed selects."""

from __future__ import annotations

import colorsys
from typing import NamedTuple

BAR_COUNT = 4

_HUE_STEPS = 1 << 16
_HUE_STRIDE = 40503  # 2^16 divided by the golden ratio: neighbouring seeds land far apart on the colour wheel


class Colour(NamedTuple):
    """An sRGB colour; red, green and blue are 0 to 255."""

    red: int
    green: int
    blue: int


class Bar(NamedTuple):
    """One upright bar: its colour, and its width in the unit of `bars`."""

    colour: Colour
    width: int


def bars(columns: int, colour_seed: int) -> list[Bar]:
    """Divide `columns` (pixels, or blocks of a codec) among the bars, from left to right, without empty bars."""
    hue = colour_seed * _HUE_STRIDE % _HUE_STEPS / _HUE_STEPS
    edges = [columns * index // BAR_COUNT for index in range(BAR_COUNT + 1)]
    return [
        Bar(_shade(hue, index), edges[index + 1] - edges[index])
        for index in range(BAR_COUNT)
        if edges[index + 1] > edges[index]
    ]


def _shade(hue: float, index: int) -> Colour:
    lightness = 0.65 - 0.1 * index
    rgb = colorsys.hls_to_rgb(hue + 0.03 * index, lightness, 0.75)
    return Colour(*(round(255 * channel) for channel in rgb))
