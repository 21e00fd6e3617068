"""The value types `Ratio` and `Size`: the only code that parses "16:9", "1280x720", "720p" and "4k".

It imports nothing from the package, so that requests can validate with it and `mapping` can export it.
"""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

LARGEST_SIDE = 99_999
"""In pixels. Larger numbers are typing mistakes."""

_NUMBER = r"([0-9]{1,5}(?:\.[0-9]{1,4})?)"
_RATIO = re.compile(f"{_NUMBER}:{_NUMBER}")
_LINES = re.compile(r"([0-9]{2,5})p")
_THOUSANDS = re.compile(r"([0-9]{1,2}(?:\.[0-9])?)k")

Key = TypeVar("Key")


@dataclass(frozen=True, slots=True)
class Ratio:
    """An aspect ratio: width to height.

    Ratios are equal only if both numbers are equal (16:9 is not 32:18); compare shapes with `is_close`.

    Attributes:
        width, height: numbers above 0, up to 100,000, such as 16 and 9, or 2.39 and 1.

    Raises:
        ValueError: a number is out of range.
    """

    width: float
    height: float

    def __post_init__(self) -> None:
        if not (0 < self.width <= 100_000 and 0 < self.height <= 100_000):
            raise ValueError("both sides of a ratio must be above 0 and at most 100,000")

    @classmethod
    def parse(cls, text: str) -> Ratio | None:
        """Parse a ratio such as "16:9" or "2.39:1"; None for anything else, such as "auto" or "16:0"."""
        found = _RATIO.fullmatch(text)
        if found is None:
            return None
        width, height = float(found[1]), float(found[2])
        return cls(width, height) if width and height else None

    @classmethod
    def of(cls, word: str) -> Ratio | None:
        """Return the ratio of "16:9" or of exact pixels such as "1280x720"; None for anything else."""
        size = Size.parse(word)
        return cls.parse(word) if size is None else size.ratio

    @property
    def value(self) -> float:
        """Width ÷ height."""
        return self.width / self.height

    def distance(self, other: Ratio) -> float:
        """Return how far apart two shapes are, by proportion: 0 for the same shape; 1:2 is as far from 1:1 as 2:1 is."""
        return round(abs(math.log(self.value) - math.log(other.value)), 9)

    def is_close(self, other: Ratio, *, tolerance: float = 0.02) -> bool:
        """Return whether two shapes differ only by rounding; 2 % accepts 1366x768 as 16:9."""
        return abs(self.value / other.value - 1) < tolerance

    def nearest(self, shapes: Mapping[Key, Ratio]) -> Key | None:
        """Return the key of the closest shape, the first one on a tie; None if there are no shapes."""
        return min(shapes, key=lambda key: self.distance(shapes[key]), default=None)

    def __str__(self) -> str:
        return f"{plain_number(self.width)}:{plain_number(self.height)}"


WIDE = Ratio(16, 9)


@dataclass(frozen=True, slots=True)
class Size:
    """The exact size of an image or a clip.

    Attributes:
        width, height: pixels, 1 to 99,999.

    Raises:
        ValueError: a side is out of range.
    """

    width: int
    height: int

    def __post_init__(self) -> None:
        if not (0 < self.width <= LARGEST_SIDE and 0 < self.height <= LARGEST_SIDE):
            raise ValueError(f"both sides of a size must be 1 to {LARGEST_SIDE} pixels")

    @classmethod
    def parse(cls, text: str, *, separators: str = "x") -> Size | None:
        """Parse a size such as "1280x720", in any case; None for anything else, such as "4k" or "0x0".

        Args:
            text: text to parse.
            separators: characters that may separate the sides; providers also write "1280:720" and "1280*720".
        """
        found = _size_pattern(separators).fullmatch(text)
        if found is None:
            return None
        width, height = int(found[1]), int(found[2])
        return cls(width, height) if width and height else None

    @staticmethod
    def short_side_of(word: str) -> int | None:
        """Return the short side of a resolution ("720p", "4k" or exact pixels), in pixels.

        None for other words, such as "auto".
        """
        lower = word.lower()
        if lines := _LINES.fullmatch(lower):
            return int(lines[1]) or None
        if thousands := _THOUSANDS.fullmatch(lower):
            return _short_side_of_thousands(float(thousands[1])) or None
        exact = Size.parse(lower)
        return None if exact is None else exact.short_side

    @classmethod
    def of_frame(
        cls,
        resolution: str | None,
        aspect_ratio: str | None,
        *,
        default_ratio: Ratio = WIDE,
        default_short_side: int = 720,
        largest_side: int = 8192,
    ) -> Size:
        """Return the frame size for a resolution and an aspect ratio.

        Both sides are even and at least 16 pixels. Exact pixels ("1280x720") take precedence over the aspect ratio.

        Args:
            resolution: "720p", "4k" or "1280x720"; None and words without a size mean `default_short_side`.
            aspect_ratio: such as "16:9"; None and words such as "auto" mean `default_ratio`.
            default_ratio: ratio if the request names none.
            default_short_side: short side in pixels if the request names no resolution.
            largest_side: largest side in pixels; larger frames are scaled down.
        """
        exact = cls.parse(resolution or "")
        if exact is not None:
            width, height = float(exact.width), float(exact.height)
        else:
            ratio = (Ratio.of(aspect_ratio or "") or default_ratio).value
            short = float(cls.short_side_of(resolution or "") or default_short_side)
            width, height = (short * ratio, short) if ratio >= 1 else (short, short / ratio)
        shrink = max(max(width, height) / largest_side, 1.0)
        return cls(*(max(round(side / shrink / 2) * 2, 16) for side in (width, height)))

    @property
    def ratio(self) -> Ratio:
        """Width to height."""
        return Ratio(self.width, self.height)

    @property
    def short_side(self) -> int:
        """The shorter side in pixels."""
        return min(self.width, self.height)

    @property
    def long_side(self) -> int:
        """The longer side in pixels."""
        return max(self.width, self.height)

    @property
    def pixels(self) -> int:
        """The area: width x height, in pixels."""
        return self.width * self.height

    def written(self, separator: str) -> str:
        """Return the size as text with another separator than "x", such as "1280:720"."""
        return f"{self.width}{separator}{self.height}"

    def __str__(self) -> str:
        return self.written("x")


@functools.cache
def _size_pattern(separators: str) -> re.Pattern[str]:
    return re.compile(f"([0-9]{{1,5}})[{separators}]([0-9]{{1,5}})", re.IGNORECASE)


def _short_side_of_thousands(number: float) -> int:
    """Return the short side in pixels for "0.5k" (512), "1k" (Full HD), "2k" (QHD), "4k" and "8k" (UHD), and steps between."""
    if number < 1:
        return round(1024 * number)
    return round(720 + 360 * number if number <= 4 else 540 * number)


def plain_number(number: float) -> str:
    """Return a number for a message or a name, without the decimals of a whole one."""
    return str(int(number)) if float(number).is_integer() else str(number)
