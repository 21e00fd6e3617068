"""The sizes of the GPT Image models that take any pixel size, and the mapper that chooses one.

Source: openai 3.54.0, image_generate_params (`size`): sides divisible by 16, 1:3 to 3:1, at most 3840x2160.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tarash.tarash_gateway.mapping import (
    OMIT,
    Adjustments,
    FieldCapability,
    FieldMapper,
    Ratio,
    Size,
    Values,
    nearest,
)
from tarash.tarash_gateway.plugin import Phrase, mention

SIDE_STEP = 16
LONGEST_SIDE = 3840
SHORTEST_LIMIT = 2160
STEEPEST_RATIO = 3.0
STEPS = ("1k", "1080p", "2k", "4k")

# the nearest size to each shape and step with sides divisible by 16; above 2560x1440 they are experimental
SIZES: Mapping[tuple[str, str], str] = {
    ("1:1", "1k"): "1024x1024",
    ("1:1", "1080p"): "1440x1440",
    ("1:1", "2k"): "2048x2048",
    ("16:9", "1k"): "1536x864",
    ("16:9", "1080p"): "1920x1088",
    ("16:9", "2k"): "2560x1440",
    ("16:9", "4k"): "3840x2160",
    ("9:16", "1k"): "864x1536",
    ("9:16", "1080p"): "1088x1920",
    ("9:16", "2k"): "1440x2560",
    ("9:16", "4k"): "2160x3840",
    ("3:2", "1k"): "1536x1024",
    ("3:2", "1080p"): "1632x1088",
    ("3:2", "2k"): "2304x1536",
    ("2:3", "1k"): "1024x1536",
    ("2:3", "1080p"): "1088x1632",
    ("2:3", "2k"): "1536x2304",
    ("4:3", "1k"): "1152x864",
    ("4:3", "1080p"): "1472x1104",
    ("4:3", "2k"): "2048x1536",
    ("3:4", "1k"): "864x1152",
    ("3:4", "1080p"): "1104x1472",
    ("3:4", "2k"): "1536x2048",
    ("21:9", "1k"): "1344x576",
    ("21:9", "1080p"): "2016x864",
    ("21:9", "2k"): "2688x1152",
}
RATIOS = tuple(dict.fromkeys(ratio for ratio, _ in SIZES))


@dataclass(frozen=True, slots=True, kw_only=True)
class FreeSizeMapper(FieldMapper):
    """`size` and `aspect_ratio` to "WIDTHxHEIGHT": pixels as given, or what `SIZES` has."""

    @property
    def fields(self) -> tuple[str, ...]:
        return ("size", "aspect_ratio")

    def fit(self, values: Values, adjustments: Adjustments) -> None:
        if values.get("aspect_ratio") in ("auto", "adaptive"):
            values["aspect_ratio"] = "auto"
        size, ratio = values.get("size"), values.get("aspect_ratio")
        pixels = _pixels(values)
        if pixels is not None:
            self._fit_pixels(pixels, values, adjustments)
        elif isinstance(size, str) and size not in (*STEPS, "auto"):
            options = f"use WIDTHxHEIGHT in multiples of {SIDE_STEP}, {', '.join(STEPS)} or auto"
            adjustments.change("size", size, None, f"is not offered; {options}")
            del values["size"]
        if isinstance(ratio, str) and ratio not in (*RATIOS, "auto") and pixels is None:
            close = nearest(ratio, RATIOS)
            adjustments.change(
                "aspect_ratio",
                ratio,
                close,
                f"is not offered; use {', '.join(RATIOS[:-1])} or {RATIOS[-1]}",
                advice=f"the nearest is {close}",
            )
            values["aspect_ratio"] = close
        self._fit_step(values, adjustments)

    def _fit_pixels(self, size: Size, values: Values, adjustments: Adjustments) -> None:
        free = nearest_free_size(size)
        used = str(free)
        if free != size:
            rule = f"sides must be multiples of {SIDE_STEP}, at most 3840x2160, and no steeper than 3:1"
            adjustments.change("size", str(size), used, f"is not offered; {rule}; the nearest is {used}")
            values["size"] = used
        wanted = Ratio.parse(str(values.get("aspect_ratio", "")))
        if wanted is not None and not wanted.is_close(free.ratio):
            reason = Phrase(
                "contradicts ", mention("size", used), ", which decides the shape; give one of them"
            )
            adjustments.change("aspect_ratio", values["aspect_ratio"], None, reason)
            del values["aspect_ratio"]

    def _fit_step(self, values: Values, adjustments: Adjustments) -> None:
        step = values.get("size")
        ratio = values.get("aspect_ratio", _usual_shape(step))
        if step not in STEPS or ratio == "auto" or (ratio, step) in SIZES:
            return
        offered = tuple(word for shape, word in SIZES if shape == ratio)
        close = offered[-1]
        adjustments.change(
            "size",
            step,
            close,
            f"is not offered with {ratio}; use {', '.join(offered)}; the nearest is {close}",
        )
        values["size"] = close

    def encode(self, values: Values) -> object:
        size, ratio = values.get("size"), values.get("aspect_ratio")
        if size is None and ratio is None:
            return OMIT
        if _pixels(values) is not None:
            return size
        if ratio == "auto" or (size == "auto" and ratio is None):
            return "auto"
        step = size if size in STEPS else "1k"
        shape = ratio if ratio in RATIOS else _usual_shape(step)
        return next(pixels for named, pixels in SIZES.items() if named == (shape, step))

    def describe(self) -> tuple[FieldCapability, ...]:
        return (
            FieldCapability(
                field="size",
                allowed=(*STEPS, "auto"),
                required=self.required,
                note=f"or WIDTHxHEIGHT in multiples of {SIDE_STEP}, at most 3840x2160, 1:3 to 3:1",
            ),
            FieldCapability(field="aspect_ratio", allowed=(*RATIOS, "auto")),
        )


def _usual_shape(step: object) -> str:
    """Return the shape of a step that is asked for without one: square, but there is no square 4k."""
    return "16:9" if step == "4k" else "1:1"


def _pixels(values: Values) -> Size | None:
    return Size.parse(str(values.get("size", "")))


def nearest_free_size(size: Size) -> Size:
    """Return the valid size closest to `size`, or `size` itself when it is valid."""
    width, height = float(size.width), float(size.height)
    width, height = min(width, height * STEEPEST_RATIO), min(height, width * STEEPEST_RATIO)
    shrink = min(1.0, LONGEST_SIDE / max(width, height), SHORTEST_LIMIT / min(width, height))
    sides = [max(SIDE_STEP, round(side * shrink / SIDE_STEP) * SIDE_STEP) for side in (width, height)]
    if max(sides) > STEEPEST_RATIO * min(sides):
        # rounding made it steeper than is allowed
        sides[sides.index(max(sides))] -= SIDE_STEP
    return Size(*sides)


def free_size_field_mapper() -> FieldMapper:
    """Map `size` and `aspect_ratio` of the models with free pixel sizes."""
    return FreeSizeMapper()
