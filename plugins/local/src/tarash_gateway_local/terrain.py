"""Owns the silhouettes of the ground: mountains, hills, dunes, forests and meadows."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from itertools import pairwise

from PIL import Image, ImageChops, ImageDraw

from .palette import mix
from .textures import vertical_gradient, vertical_ramp
from .theme import Colour

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Ground:
    """What a painter of ground needs: canvas size, colours and the side the light comes from."""

    size: tuple[int, int]
    colour: Colour
    haze: Colour
    light: Colour
    haziness: float
    light_from_left: bool
    snow: bool
    chance: random.Random
    unit: float
    """Supersampled pixels per thousandth of the picture's shorter side."""

    def surface(self) -> Image.Image:
        """The layer's colour, sinking into haze towards its foot."""
        foot = mix(self.colour, self.haze, self.haziness)
        return vertical_gradient(self.size, (self.colour, mix(self.colour, foot, 0.35), foot))


Painting = tuple[Image.Image, Image.Image]


def paint_mountains(ground: Ground) -> Painting:
    """Jagged peaks with a lit and a shaded side, and snow on the highest."""
    width, height = ground.size
    chance = ground.chance
    spacing = height * chance.uniform(0.8, 1.05)
    controls: list[Point] = []
    x, is_peak = -spacing * chance.random(), chance.random() < 0.5
    while x < width + 2 * spacing:
        y = height * (chance.uniform(0.04, 0.42) if is_peak else chance.uniform(0.5, 0.74))
        controls.append((x, y))
        x += spacing * chance.uniform(0.35, 0.8)
        is_peak = not is_peak
    ridge = [point for a, b in pairwise(controls) for point in _fracture(a, b, chance, 5)]
    surface, mask = ground.surface(), _filled(ground.size, ridge)
    shade, snow = Image.new("L", ground.size, 0), Image.new("L", ground.size, 0)
    shading, snowing = ImageDraw.Draw(shade), ImageDraw.Draw(snow)
    for before, peak, after in zip(controls, controls[1:], controls[2:], strict=False):
        if peak[1] > min(before[1], after[1]):
            continue
        dark_end = after if ground.light_from_left else before
        flank = [p for p in ridge if min(peak[0], dark_end[0]) <= p[0] <= max(peak[0], dark_end[0])]
        if not ground.light_from_left:
            flank.reverse()
        back = _zigzag((peak[0] - (dark_end[0] - peak[0]) * 0.2, float(height)), peak, chance, spacing * 0.07)
        shading.polygon([*flank, (dark_end[0], height), *back], fill=255)
        if peak[1] < height * (0.5 if ground.snow else 0.26):
            depth = (height * (0.62 if ground.snow else 0.42) - peak[1]) * chance.uniform(0.6, 0.9)
            cap = [p for p in ridge if p[1] < peak[1] + depth and before[0] < p[0] < after[0]]
            if len(cap) > 2:
                hem = _zigzag(cap[-1], cap[0], chance, depth * 0.34, teeth=9)
                snowing.polygon([*cap, *hem], fill=255)
    snow_colour = mix(mix(ground.light, (255, 255, 255), 0.5), ground.colour, 0.28)
    surface.paste(
        snow_colour, (0, 0), ImageChops.multiply(snow, vertical_ramp(ground.size, (235, 235, 120, 60)))
    )
    shade_colour = mix(ground.colour, (10, 14, 40), 0.55)
    surface.paste(
        shade_colour, (0, 0), ImageChops.multiply(shade, vertical_ramp(ground.size, (135, 105, 26, 0, 0)))
    )
    return surface, mask


def paint_hills(ground: Ground) -> Painting:
    """Soft rolling hills."""
    return _rolling(ground, waves=((0.55, 0.24), (1.3, 0.12), (3.1, 0.03)), top=0.42)


def paint_islands(ground: Ground) -> Painting:
    """Long low islands with open water between them."""
    return _rolling(ground, waves=((0.16, 0.55), (0.43, 0.3), (1.7, 0.08), (5.3, 0.02)), top=0.92)


def paint_dunes(ground: Ground) -> Painting:
    """Sand dunes: long swells with sharp crests and a shaded lee side."""
    width, height = ground.size
    chance = ground.chance
    spacing = height * chance.uniform(1.8, 2.6)
    surface, mask = ground.surface(), Image.new("L", ground.size, 0)
    drawing, shading = ImageDraw.Draw(mask), Image.new("L", ground.size, 0)
    shaded = ImageDraw.Draw(shading)
    drawing.rectangle((0, height * 0.78, width, height), fill=255)
    x = -spacing
    while x < width + spacing:
        reach, peak = spacing * chance.uniform(0.8, 1.2), height * chance.uniform(0.08, 0.45)
        side = 1 if ground.light_from_left else -1
        steps = [step / 24 for step in range(25)]
        windward = [
            (x - side * reach * (1 - s), peak + (height - peak) * (1 - s) ** 1.7 * 0.95) for s in steps
        ]
        lee = [(x + side * reach * 0.9 * s, peak + (height - peak) * (1 - (1 - s) ** 1.9)) for s in steps]
        drawing.polygon([*windward, *lee, (x, height)], fill=255)
        crest = [(x - side * reach * 0.24 * math.sin(s * 3.1) * s, peak + (height - peak) * s) for s in steps]
        shaded.polygon([*windward, *lee, (x, height)], fill=0)
        shaded.polygon([*lee, *reversed(crest)], fill=255)
        x += spacing * chance.uniform(0.6, 1.0)
    fade = vertical_ramp(ground.size, (150, 140, 60, 10))
    surface.paste(mix(ground.colour, (30, 10, 40), 0.5), (0, 0), ImageChops.multiply(shading, fade))
    return surface, mask


def paint_forest(ground: Ground) -> Painting:
    """A slope covered with conifers."""
    width, height = ground.size
    chance = ground.chance
    ridge = _waves(ground, ((1.2, 0.10), (3.1, 0.05)), top=0.5)
    surface, mask = ground.surface(), _filled(ground.size, ridge)
    drawing = ImageDraw.Draw(mask)
    x = 0.0
    while x < width:
        foot = ridge[min(len(ridge) - 1, int(x / width * (len(ridge) - 1)))][1] + height * 0.06
        tall = height * chance.uniform(0.2, 0.46)
        _draw_conifer(drawing, (x, foot), tall, chance)
        x += tall * chance.uniform(0.1, 0.34)
    return surface, mask


def paint_meadow(ground: Ground) -> Painting:
    """A grassy bank: blades and a few stalks with seed heads."""
    width, height = ground.size
    chance = ground.chance
    ridge = _waves(ground, ((0.9, 0.12), (2.3, 0.05)), top=0.52)
    surface, mask = ground.surface(), _filled(ground.size, ridge)
    drawing = ImageDraw.Draw(mask)
    for _ in range(round(width / max(1.0, 5 * ground.unit))):
        x = chance.uniform(0, width)
        foot = ridge[min(len(ridge) - 1, int(x / width * (len(ridge) - 1)))][1]
        tall, lean = height * chance.uniform(0.05, 0.3) ** 1.2, chance.uniform(-0.35, 0.5)
        tip = (x + tall * lean, foot - tall)
        thick = max(1.0, 2.2 * ground.unit)
        drawing.polygon([(x - thick, foot + thick), tip, (x + thick, foot + thick)], fill=255)
        if tall > height * 0.21:
            head = max(1.0, 4 * ground.unit)
            drawing.ellipse(
                (tip[0] - head / 2, tip[1] - head, tip[0] + head / 2, tip[1] + head * 1.4), fill=255
            )
    return surface, mask


def paint_rocks(ground: Ground) -> Painting:
    """The rim of a cratered, airless ground."""
    return _rolling(ground, waves=((1.1, 0.12), (4.3, 0.07), (13.0, 0.03), (31.0, 0.012)), top=0.4)


def _rolling(ground: Ground, *, waves: tuple[tuple[float, float], ...], top: float) -> Painting:
    return ground.surface(), _filled(ground.size, _waves(ground, waves, top=top))


def _waves(ground: Ground, waves: tuple[tuple[float, float], ...], *, top: float) -> list[Point]:
    width, height = ground.size
    turns = [
        (math.tau * count / (height * 5), depth, ground.chance.uniform(0, math.tau)) for count, depth in waves
    ]
    step = max(1.0, 3 * ground.unit)
    points = int(width / step) + 2
    return [
        (i * step, height * (top + sum(d * math.sin(i * step * f * 2 + phase) for f, d, phase in turns)))
        for i in range(points)
    ]


def _filled(size: tuple[int, int], ridge: list[Point]) -> Image.Image:
    mask = Image.new("L", size, 0)
    ImageDraw.Draw(mask).polygon([*ridge, (ridge[-1][0], size[1]), (ridge[0][0], size[1])], fill=255)
    return mask


def _fracture(start: Point, end: Point, chance: random.Random, depth: int) -> list[Point]:
    if depth == 0:
        return [start]
    reach = math.dist(start, end)
    middle = (
        (start[0] + end[0]) / 2 + chance.uniform(-0.05, 0.05) * reach,
        (start[1] + end[1]) / 2 + chance.uniform(-0.085, 0.085) * reach,
    )
    return _fracture(start, middle, chance, depth - 1) + _fracture(middle, end, chance, depth - 1)


def _zigzag(start: Point, end: Point, chance: random.Random, reach: float, teeth: int = 7) -> list[Point]:
    points: list[Point] = []
    for tooth in range(1, teeth):
        share = tooth / teeth
        sway = reach * chance.uniform(0.3, 1.0) * (1 if tooth % 2 else -0.6)
        x = start[0] + (end[0] - start[0]) * share
        y = start[1] + (end[1] - start[1]) * share
        vertical = abs(end[1] - start[1]) > abs(end[0] - start[0])
        points.append((x + sway, y) if vertical else (x, y + sway))
    return points


def _draw_conifer(drawing: ImageDraw.ImageDraw, foot: Point, tall: float, chance: random.Random) -> None:
    x, y = foot
    half = tall * chance.uniform(0.15, 0.22)
    drawing.rectangle((x - tall * 0.018, y - tall * 0.3, x + tall * 0.018, y), fill=255)
    tiers = 5
    outline: list[Point] = [(x, y - tall)]
    right: list[Point] = []
    for tier in range(1, tiers + 1):
        share = tier / tiers
        level = y - tall * (1 - share * 0.9)
        outline.append((x - half * share, level + tall * chance.uniform(0, 0.02)))
        outline.append((x - half * share * 0.45, level - tall * 0.025))
        right.append((x + half * share, level + tall * chance.uniform(0, 0.02)))
        right.append((x + half * share * 0.45, level - tall * 0.025))
    drawing.polygon([*outline, *reversed(right)], fill=255)
