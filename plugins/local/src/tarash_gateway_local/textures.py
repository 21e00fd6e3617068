"""Owns the basic surfaces every painter uses: gradients, cloud noise, soft glows."""

from __future__ import annotations

import random
from collections.abc import Sequence

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from .palette import mix
from .theme import Colour


def vertical_gradient(size: tuple[int, int], stops: Sequence[Colour]) -> Image.Image:
    """Fill a picture from the first colour at the top to the last at the bottom."""
    height = size[1]
    column = Image.new("RGB", (1, height))
    for row in range(height):
        position = row / max(1, height - 1) * (len(stops) - 1)
        index = min(int(position), len(stops) - 2)
        column.putpixel((0, row), mix(stops[index], stops[index + 1], position - index))
    return column.resize(size, Image.Resampling.NEAREST)


def vertical_ramp(size: tuple[int, int], stops: Sequence[int]) -> Image.Image:
    """Fill a mask from the first opacity at the top to the last at the bottom."""
    return vertical_gradient(size, [(stop, stop, stop) for stop in stops]).getchannel(0)


def add_grain(picture: Image.Image, chance: random.Random) -> Image.Image:
    """Hide the banding of a smooth gradient below a faint static grain."""
    width, height = picture.size
    noise = Image.frombytes("L", (width, height), chance.randbytes(width * height)).point(
        [v // 64 for v in range(256)]
    )
    return ImageChops.subtract(
        ImageChops.add(picture, Image.merge("RGB", (noise, noise, noise))),
        Image.new("RGB", picture.size, (2, 2, 2)),
    )


def cloud_noise(size: tuple[int, int], chance: random.Random, *, cell: tuple[float, float]) -> Image.Image:
    """Smooth fractal noise; `cell` is the size of its largest puffs in pixels."""
    width, height = size
    result = Image.new("L", size, 128)
    for octave, share in ((1, 1.0), (2, 0.5), (4, 0.34), (8, 0.25)):
        columns = max(2, round(width * octave / cell[0]) + 1)
        rows = max(2, round(height * octave / cell[1]) + 1)
        grid = Image.frombytes("L", (columns, rows), chance.randbytes(columns * rows))
        result = Image.blend(
            result, grid.resize(size, Image.Resampling.BICUBIC), share * (1 if octave == 1 else 0.9)
        )
    return result


def contrast(mask: Image.Image, low: int, high: int, *, strength: float = 1.0) -> Image.Image:
    """Stretch a mask so that `low` becomes clear and `high` becomes `strength`, with soft shoulders."""
    table: list[int] = []
    for value in range(256):
        share = min(1.0, max(0.0, (value - low) / max(1, high - low)))
        table.append(round(255 * strength * share * share * (3 - 2 * share)))
    return mask.point(table)


def glow(diameter: int, *, strength: float, power: float = 2.0) -> Image.Image:
    """A round mask, brightest in its middle."""
    radial = Image.radial_gradient("L")
    table = [round(255 * strength * max(0.0, 1 - value / 181) ** power) for value in range(256)]
    # The gradient reaches 181 in its corners and 128 at its sides, where the glow must have ended.
    table = [max(0, value - round(255 * strength * (1 - 128 / 181) ** power)) for value in table]
    return radial.point(table).resize((max(2, diameter),) * 2, Image.Resampling.BICUBIC)


def disc(diameter: int) -> Image.Image:
    """A round mask with a clean anti-aliased edge."""
    large = Image.new("L", (diameter * 4,) * 2, 0)
    ImageDraw.Draw(large).ellipse((2, 2, diameter * 4 - 3, diameter * 4 - 3), fill=255)
    return large.resize((diameter, diameter), Image.Resampling.LANCZOS)


def soften(picture: Image.Image, radius: float) -> Image.Image:
    """Blur a picture."""
    return picture.filter(ImageFilter.GaussianBlur(radius))
