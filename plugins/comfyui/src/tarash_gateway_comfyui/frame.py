"""Maps the shape and the size of a request to the width and height of a workflow."""

from __future__ import annotations

import math
from dataclasses import dataclass

from tarash.tarash_gateway.mapping import (
    OMIT,
    Adjustments,
    FieldCapability,
    FieldMapper,
    Ratio,
    Size,
    Values,
)

FREE_RATIOS = ("auto", "adaptive")
MULTIPLE_OF = 16
"""Latent images have sides in multiples of 8 or 16 pixels (ComfyUI 0.3.64, `nodes.py`); 16 suits every node."""
SMALLEST_SIDE, LARGEST_SIDE = 16, 16384


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameMapper(FieldMapper):
    """Sends `{"width", "height"}` for `aspect_ratio` together with `size` (images) or `resolution` (videos).

    Attributes:
        word: "size" or "resolution".
        usual: size in the workflow; a request that names only a shape keeps its number of pixels.
    """

    word: str
    usual: Size

    @property
    def fields(self) -> tuple[str, ...]:
        return (self.word, "aspect_ratio")

    def fit(self, values: Values, adjustments: Adjustments) -> None:
        word, shape = values.get(self.word), values.get("aspect_ratio")
        if isinstance(word, str) and Size.short_side_of(word) is None:
            reason = "is not offered; use a size in pixels such as 1280x720, or a step such as 720p or 2k"
            adjustments.change(self.word, word, None, reason)
            del values[self.word]
        exact = Size.parse(word) if isinstance(word, str) else None
        ratio = Ratio.of(shape) if isinstance(shape, str) else None
        if shape in FREE_RATIOS:
            # the workflow decides, as was asked for
            del values["aspect_ratio"]
        elif exact is not None and ratio is not None and not exact.ratio.is_close(ratio):
            reason = f"contradicts {self.word}={word}, which takes precedence; set only one of them"
            adjustments.change("aspect_ratio", shape, None, reason)
            del values["aspect_ratio"]
        if exact is not None and (used := _rounded(exact.width, exact.height)) != exact:
            reason = f"is not offered; use sides in multiples of {MULTIPLE_OF}"
            adjustments.change(self.word, word, str(used), reason, advice=f"the nearest is {used}")
            values[self.word] = str(used)

    def encode(self, values: Values) -> object:
        word, shape = values.get(self.word), values.get("aspect_ratio")
        if word is None and shape is None:
            return OMIT
        size = self._size(str(word or ""), Ratio.of(str(shape)) or self.usual.ratio)
        return {"width": size.width, "height": size.height}

    def _size(self, word: str, ratio: Ratio) -> Size:
        exact, short = Size.parse(word), Size.short_side_of(word)
        if exact is not None:
            return exact
        if short is None:
            height = math.sqrt(self.usual.pixels / ratio.value)
            return _rounded(height * ratio.value, height)
        return _rounded(short * max(ratio.value, 1.0), short / min(ratio.value, 1.0))

    def describe(self) -> tuple[FieldCapability, ...]:
        note = f"WIDTHxHEIGHT in multiples of {MULTIPLE_OF}, or a step such as 720p"
        return (
            FieldCapability(field=self.word, note=note),
            FieldCapability(field="aspect_ratio", note="any"),
        )


def _rounded(width: float, height: float) -> Size:
    sides = (min(max(side, SMALLEST_SIDE), LARGEST_SIDE) for side in (width, height))
    return Size(*(round(side / MULTIPLE_OF) * MULTIPLE_OF for side in sides))
