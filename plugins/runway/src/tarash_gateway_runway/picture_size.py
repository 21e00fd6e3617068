"""Maps a picture's `size` and `aspect_ratio`, which together name one pair of pixels."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from tarash.tarash_gateway.mapping import (
    OMIT,
    FieldCapability,
    FieldMapper,
    Settlement,
    Values,
    nearest,
    pixel_size,
    ratio_value,
)

from .ratios import Sizes

SAME_SHAPE = 0.03
"""How far a pair may differ from its nominal shape: 2848:1600 counts as 16:9."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureSizeMapper(FieldMapper):
    """Sends the pair for a size word and a shape, or for exact pixels.

    Attributes:
        sizes: the model's set.
        default: (shape, size word) meant where the request leaves one or both open.
        always: whether the model refuses to run without a ratio.
        free_area: least and most pixels in all of sizes outside the set; None where only the set is taken.
    """

    sizes: Sizes = field(default_factory=dict)
    default: tuple[str, str] = ("1:1", "1k")
    always: bool = True
    free_area: tuple[int, int] | None = None

    @property
    def fields(self) -> tuple[str, ...]:
        return ("size", "aspect_ratio")

    def settle(self, values: Values, settlement: Settlement) -> None:
        """Make both legal; exact pixels decide the shape."""
        if values.get("size") == "auto":
            del values["size"]
            values.setdefault("aspect_ratio", "auto")
        shape, size = values.get("aspect_ratio"), values.get("size")
        if isinstance(size, str) and pixel_size(size):
            self._settle_pixels(size, values, settlement)
            return
        if shape is not None and shape not in self._shapes():
            self._settle("aspect_ratio", self._shapes(), "is not offered", values, settlement)
        shape = values.get("aspect_ratio")
        words = tuple(dict.fromkeys(word for one, word in self.sizes if shape in (None, one)))
        if size is not None and size not in words:
            why = "is not offered" + (f" with aspect_ratio={shape}" if shape else "")
            self._settle("size", words, why, values, settlement)

    def _settle_pixels(self, size: str, values: Values, settlement: Settlement) -> None:
        width, height = pixel_size(size) or (0, 0)
        shape = values.pop("aspect_ratio", None)
        if isinstance(shape, str) and not _same_shape(size, shape):
            settlement.change("aspect_ratio", shape, None, f"contradicts size={size}; give one of them")
        if size in self._pixels():
            return
        if self.free_area and self.free_area[0] <= width * height <= self.free_area[1]:
            return
        free = ""
        if self.free_area:
            free = f", or any with {self.free_area[0]} to {self.free_area[1]} pixels in all"
        self._settle("size", self._pixels(), "is not offered", values, settlement, free=free)

    def _settle(
        self,
        name: str,
        allowed: tuple[str, ...],
        why: str,
        values: Values,
        settlement: Settlement,
        *,
        free: str = "",
    ) -> None:
        wanted = values[name]
        pixels = pixel_size(str(wanted))
        close = _nearest_pixels(pixels, allowed) if pixels else nearest(wanted, allowed)
        hint = "" if close is None else f"; nearest is {close}"
        settlement.change(name, wanted, close, f"{why}; use {', '.join(allowed)}{free}{hint}")
        if close is None:
            del values[name]
        else:
            values[name] = close

    def encode(self, values: Values) -> object:
        """Return the pair."""
        shape, size = values.get("aspect_ratio"), values.get("size")
        if isinstance(size, str) and pixel_size(size):
            return size.replace("x", ":")
        if shape is None and size is None:
            return self.sizes[self.default] if self.always else OMIT
        usual_shape, usual_word = self.default
        wishes = ((shape or usual_shape, size or usual_word), (shape or usual_shape, size), (shape, size))
        for wanted_shape, wanted_word in wishes:
            for (one, word), wire in self.sizes.items():
                if wanted_shape in (None, one) and wanted_word in (None, word):
                    return wire
        return OMIT

    def describe(self) -> tuple[FieldCapability, ...]:
        """Describe both fields, with the values of the set."""
        words = tuple(dict.fromkeys(word for _, word in self.sizes))
        note = ""
        if self.free_area:
            note = f"or pixels with {self.free_area[0]} to {self.free_area[1]} in all"
        sizes = tuple(dict.fromkeys((*words, *self._pixels())))
        return (
            FieldCapability(field="size", allowed=sizes, note=note),
            FieldCapability(field="aspect_ratio", allowed=self._shapes()),
        )

    def _shapes(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(shape for shape, _ in self.sizes))

    def _pixels(self) -> tuple[str, ...]:
        return tuple(wire.replace(":", "x") for wire in self.sizes.values() if ":" in wire)


def _same_shape(one: str, other: str) -> bool:
    first, second = ratio_value(one), ratio_value(other)
    return first is None or second is None or abs(first / second - 1) < SAME_SHAPE


def _nearest_pixels(pixels: tuple[int, int], allowed: tuple[str, ...]) -> str | None:
    """Return the pair closest in shape; among similar shapes, the one closest in area."""

    def distance(text: str) -> tuple[float, float]:
        width, height = pixel_size(text) or (1, 1)
        shape = abs(math.log(width / height) - math.log(pixels[0] / pixels[1]))
        area = abs(math.log(width * height) - math.log(pixels[0] * pixels[1]))
        return (0.0 if shape < SAME_SHAPE else shape, area)

    sized = [text for text in allowed if pixel_size(text)]
    return min(sized, key=distance) if sized else None


def picture_size(
    sizes: Sizes,
    default: tuple[str, str],
    *,
    always: bool = True,
    free_area: tuple[int, int] | None = None,
) -> FieldMapper:
    """Map `size` and `aspect_ratio`; see `PictureSizeMapper`."""
    return PictureSizeMapper(sizes=sizes, default=default, always=always, free_area=free_area)
