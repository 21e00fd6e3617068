"""Writes down sets of `ratio` values, and makes field mappers of video models from them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from tarash.tarash_gateway.mapping import FieldMapper, Size, frame_size_field_mapper

Sizes: TypeAlias = dict[tuple[str, str], str]
"""(Shape, resolution or size word) → the value of `ratio`."""


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


def frame_ratio(sizes: Sizes, *, default: str = "720p", always: bool = False) -> FieldMapper:
    """Map aspect ratio and resolution to a pair.

    Args:
        sizes: the model's set.
        default: resolution meant when only a shape is asked for, where the shape has it.
        always: whether the model refuses to run without a ratio; the first shape is sent when none is asked.
    """
    ordered = sorted(sizes.items(), key=lambda item: item[0][1] != default)
    return frame_size_field_mapper(dict(ordered), always=always)
