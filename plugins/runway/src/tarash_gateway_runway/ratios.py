"""Writes down sets of `ratio` values, and makes field mappers of video models from them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from tarash.tarash_gateway.mapping import (
    Adjustments,
    FieldCapability,
    FieldMapper,
    Ratio,
    Size,
    Values,
    frame_size_field_mapper,
)
from tarash.tarash_gateway.plugin import Media, picture_dimensions

LARGEST_SIDE = 65_535
"""Pixels; no encoder writes larger pictures."""

Sizes: TypeAlias = dict[tuple[str, str], str]
"""(Shape, resolution or size word) → the value of `ratio`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShapeOfFrameMapper(FieldMapper):
    """Keeps the shape of the first frame where the request names none: the default would cut a portrait into a landscape.

    Attributes:
        inner: the mapper of shape and resolution.
        shapes: the shapes that the model offers.
        usual: the shape sent when none is asked for; "" where nothing is sent then.
    """

    inner: FieldMapper
    shapes: Mapping[str, Ratio] = field(default_factory=dict)
    usual: str = ""

    @property
    def fields(self) -> tuple[str, ...]:
        return self.inner.fields

    def fit(self, values: Values, adjustments: Adjustments) -> None:
        """Fill in the nearest shape, unless the request decides on it."""
        decided = "aspect_ratio" in values or Size.parse(str(values.get("resolution", ""))) is not None
        size = None if decided else _size_of_frame(values)
        close = None if size is None else Ratio(*size).nearest(self.shapes)
        if size is not None and close is not None and close != self.usual:
            values["aspect_ratio"] = close
            reason = f"is nearest to the first frame, which is {size[0]}x{size[1]}; give aspect_ratio to choose another"
            adjustments.note("aspect_ratio", None, close, reason)
        self.inner.fit(values, adjustments)

    def encode(self, values: Values) -> object:
        """Return the inner mapper's value."""
        return self.inner.encode(values)

    def describe(self) -> tuple[FieldCapability, ...]:
        """Describe what the inner mapper describes."""
        return self.inner.describe()


def _size_of_frame(values: Values) -> tuple[int, int] | None:
    """Return the pixels of the first frame; None for a URL, whose image is not known."""
    found = values.get("first_frame")
    frame = found[0] if isinstance(found, list) and found else found
    if not isinstance(frame, Media) or frame.content is None:
        return None
    size = picture_dimensions(frame.content)
    # a shape that no picture has, from a damaged header
    return size if size is not None and max(size) <= LARGEST_SIDE else None


def ratio_set(tiers: str, shapes: Mapping[str, str]) -> Sizes:
    """Return the sizes of a model.

    Args:
        tiers: resolution words, separated by spaces, in the order of the values of each shape.
        shapes: shape → its wire values, separated by spaces; "-" where a tier has none. A value beyond the
            tiers is named by its pixels, "1280x896"; the lone word "auto" by itself.
    """
    words = tiers.split()
    sizes: Sizes = {}
    for shape, values in shapes.items():
        for place, value in enumerate(values.split()):
            if value == "-":
                continue
            pixels = Size.parse(value, separators=":")
            beyond = value if pixels is None else str(pixels)
            sizes[shape, words[place] if value != "auto" and place < len(words) else beyond] = value
    return sizes


def frame_ratio(sizes: Sizes, *, always: bool = False) -> FieldMapper:
    """Map aspect ratio and resolution to a pair.

    Args:
        sizes: the model's set.
        always: whether the model refuses to run without a ratio; the first shape is sent when none is asked.
    """
    # if only a shape is asked for, 720p is meant, where the shape has it
    ordered = sorted(sizes.items(), key=lambda item: item[0][1] != "720p")
    inner = frame_size_field_mapper(dict(ordered), always=always)
    shapes = {shape: ratio for shape, _ in dict(ordered) if (ratio := Ratio.parse(shape))}
    # a model that offers to follow the input does so by itself
    follows = len(shapes) < len({shape for shape, _ in sizes})
    usual = ordered[0][0][0] if always else ""
    return inner if follows else ShapeOfFrameMapper(inner=inner, shapes=shapes, usual=usual)
