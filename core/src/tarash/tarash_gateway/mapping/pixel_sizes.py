"""The mapper of image sizes for models that take any pixels within limits, and shapes and steps by which to choose them."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from ..models.dimensions import LARGEST_SIDE, Ratio, Size
from ..models.wording import any_of
from ..phrases import Phrase, mention
from .argument_checks import FLAG, checked, mapped, number, one_of, text, whole
from .field_mapper import FieldCapability, FieldMapper
from .nearness import FREE_RATIOS, replacement
from .row_checks import check_bounds
from .values import OMIT, Adjustments, Values, set_or_drop

THOUSAND = 1024
"""Side of the square that a step such as "2k" counts in, in pixels."""
EXACT_SHARE = 0.85
"""A size with exactly the shape may have fewer pixels than asked for, but not less than this share."""
HAIR = 1e-6
_STEP = re.compile(r"[0-9]{1,2}(\.[0-9]+)?k")


@dataclass(frozen=True, slots=True, kw_only=True)
class PixelSizeMapper(FieldMapper):
    """Maps `size` and `aspect_ratio` to one size in pixels; see `pixel_size_field_mapper`."""

    steps: Mapping[str, object] = field(default_factory=dict)
    usual_pixels: int
    min_pixels: int = 1
    max_pixels: int = LARGEST_SIDE**2
    min_side: int = 1
    max_side: int = LARGEST_SIDE
    multiple_of: int = 1
    steepest: float = math.inf
    form: Literal["string", "object"] = "string"

    @property
    def fields(self) -> tuple[str, ...]:
        return ("size", "aspect_ratio")

    def fit(self, values: Values, adjustments: Adjustments) -> None:
        word = values.get("size")
        exact = Size.parse(word) if isinstance(word, str) else None
        if exact is not None:
            self._fit_pixels(exact, values, adjustments)
        elif isinstance(word, str) and word not in self.steps:
            step, is_near = replacement("size", word, tuple(self.steps))
            advice = f"the nearest is {step}" if step else ""
            reason = f"is not offered; use {self.limits()}"
            adjustments.change("size", word, step, reason, near=is_near, advice=advice)
            set_or_drop(values, "size", step)
        if "aspect_ratio" in values:
            self._fit_ratio(str(values["aspect_ratio"]), values, adjustments)

    def _fit_pixels(self, exact: Size, values: Values, adjustments: Adjustments) -> None:
        used = self.nearest(exact)
        if used != exact:
            reason = f"is not offered; use {self.limits()}"
            adjustments.change("size", values["size"], str(used), reason, advice=f"the nearest is {used}")
            values["size"] = str(used)

    def _fit_ratio(self, word: str, values: Values, adjustments: Adjustments) -> None:
        size, ratio = values.get("size"), Ratio.of(word)
        exact = Size.parse(size) if isinstance(size, str) else None
        if word in FREE_RATIOS:
            # nothing is sent, so that the model decides, as was asked for
            set_or_drop(values, "aspect_ratio", None)
        elif ratio is None:
            adjustments.change("aspect_ratio", word, None, "is not a shape; use one such as 16:9")
            set_or_drop(values, "aspect_ratio", None)
        elif exact is not None and not exact.ratio.is_close(ratio):
            reason = Phrase(
                "contradicts ", mention("size", size), ", which takes precedence; set only one of them"
            )
            adjustments.change("aspect_ratio", word, None, reason)
            set_or_drop(values, "aspect_ratio", None)
        elif (within := self._within(ratio)) != ratio:
            adjustments.change("aspect_ratio", word, str(within), f"is not offered; the nearest is {within}")
            values["aspect_ratio"] = str(within)

    def encode(self, values: Values) -> object:
        word, ratio = values.get("size"), Ratio.of(str(values.get("aspect_ratio")))
        exact = Size.parse(word) if isinstance(word, str) else None
        if exact is None and ratio is not None:
            exact = self.of_shape(ratio, _pixels_of(word) if isinstance(word, str) else self.usual_pixels)
        if exact is None:
            return OMIT if word is None else self.steps.get(str(word), word)
        return {"width": exact.width, "height": exact.height} if self.form == "object" else str(exact)

    def describe(self) -> tuple[FieldCapability, ...]:
        return (
            FieldCapability(
                field="size", allowed=tuple(self.steps), required=self.required, note=self._pixel_limits()
            ),
            FieldCapability(field="aspect_ratio", note="chooses the pixels"),
        )

    def limits(self) -> str:
        """Return what is allowed, for messages."""
        return any_of((*self.steps, self._pixel_limits()))

    def _pixel_limits(self) -> str:
        told = ["WIDTHxHEIGHT"]
        if self.multiple_of > 1:
            told.append(f"in multiples of {self.multiple_of}")
        if self.min_side > 1 or self.max_side < LARGEST_SIDE:
            longest = f" to {self.max_side}" if self.max_side < LARGEST_SIDE else " or more"
            told.append(f"with sides of {self.min_side}{longest}")
        if self.min_pixels > 1:
            told.append(f"with {self.min_pixels} to {self.max_pixels} pixels")
        elif self.max_pixels < LARGEST_SIDE**2:
            told.append(f"with at most {self.max_pixels} pixels")
        return " ".join(told)

    def nearest(self, size: Size) -> Size:
        """Return the valid size closest to `size`, of the same shape if possible; `size` itself if it is valid."""
        if self._takes(size):
            return size
        return self.of_shape(self._within(size.ratio), size.pixels)

    def of_shape(self, ratio: Ratio, pixels: int) -> Size:
        """Return the valid size of a shape with about so many pixels: exactly the shape if there is such a size."""
        pixels = min(max(pixels, self.min_pixels), self.max_pixels)
        width, height = math.sqrt(pixels * ratio.value), math.sqrt(pixels / ratio.value)
        fits = min(1.0, self.max_side / max(width, height))
        scale = fits if fits < 1 else max(1.0, self.min_side / min(width, height))
        width, height = width * scale, height * scale
        exact = self._exact(ratio, width)
        if exact is not None and exact.pixels >= EXACT_SHARE * width * height and self._takes(exact):
            return exact
        rounded = self._rounded(width, height)
        return rounded if self._takes(rounded) else self._rounded(width, height, up=True)

    def _exact(self, ratio: Ratio, longest_width: float) -> Size | None:
        """Return the largest size with exactly this shape, whole and even sides, and at most this width."""
        if not (float(ratio.width).is_integer() and float(ratio.height).is_integer()):
            return None
        unit = math.lcm(self.multiple_of, 2)
        common = math.gcd(int(ratio.width), int(ratio.height))
        across, down = int(ratio.width) // common, int(ratio.height) // common
        step = math.lcm(unit // math.gcd(unit, across), unit // math.gcd(unit, down))
        times = math.floor((longest_width + HAIR) / across / step) * step
        return Size(across * times, down * times) if times else None

    def _rounded(self, width: float, height: float, *, up: bool = False) -> Size:
        step = self.multiple_of
        # the square root of a square may come out a hair too small or too large
        rounded = [
            math.ceil((side - HAIR) / step) if up else math.floor((side + HAIR) / step)
            for side in (width, height)
        ]
        return Size(*(max(number, 1) * step for number in rounded))

    def _within(self, ratio: Ratio) -> Ratio:
        steepest = min(self.steepest, self.max_side / self.min_side)
        # a ratio as text has four decimals at most
        longest = math.floor(steepest * 10_000 + HAIR) / 10_000
        if ratio.value > steepest:
            return Ratio(longest, 1)
        return Ratio(1, longest) if 1 / ratio.value > steepest else ratio

    def _takes(self, size: Size) -> bool:
        sides = (size.width, size.height)
        return (
            all(self.min_side <= side <= self.max_side and side % self.multiple_of == 0 for side in sides)
            and self.min_pixels <= size.pixels <= self.max_pixels
            and self._within(size.ratio) == size.ratio
        )


def _pixels_of(step: str) -> int:
    return round(float(step.removesuffix("k")) * THOUSAND) ** 2


@checked(
    steps=mapped(
        text("steps such as '2k'", _STEP.fullmatch),
        "a mapping of steps to payload values, such as {'2k': '2K'}",
        or_none=True,
    ),
    usual_pixels=whole(),
    min_pixels=whole(),
    max_pixels=whole(),
    min_side=whole(),
    max_side=whole(),
    multiple_of=whole(),
    steepest=number(1, most=math.inf),
    form=one_of("string", "object"),
    required=FLAG,
)
def pixel_size_field_mapper(
    steps: Mapping[str, object] | None = None,
    *,
    usual_pixels: int,
    min_pixels: int = 1,
    max_pixels: int = LARGEST_SIDE**2,
    min_side: int = 1,
    max_side: int = LARGEST_SIDE,
    multiple_of: int = 1,
    steepest: float = math.inf,
    form: Literal["string", "object"] = "string",
    required: bool = False,
) -> FieldMapper:
    """Map `size` and `aspect_ratio` of a model that takes any pixel size within limits; a shape chooses the pixels.

    Args:
        steps: payload value by step, such as `{"2k": "2K"}`; it is sent if the request names no shape.
        usual_pixels: number of pixels if the request names a shape only.
        min_pixels, max_pixels: bounds of width x height.
        min_side, max_side, multiple_of: constraints on each side, in pixels.
        steepest: longest shape that is allowed, as a number: 16 for 16:1 and 1:16.
        form: whether to send "WIDTHxHEIGHT" text, or an object with width and height.
        required: whether the model requires the field.

    Raises:
        TypeError: an argument has a wrong type.
        ValueError: a step is not written as "2k", there is no such form, a number is out of range, or a lower bound is above its
            upper one.
    """
    owner = "pixel_size_field_mapper"
    check_bounds(owner, min_pixels, max_pixels, names=("min_pixels", "max_pixels"))
    check_bounds(owner, min_side, max_side, names=("min_side", "max_side"))
    return PixelSizeMapper(
        steps=dict(steps or {}),
        usual_pixels=usual_pixels,
        min_pixels=min_pixels,
        max_pixels=max_pixels,
        min_side=min_side,
        max_side=max_side,
        multiple_of=multiple_of,
        steepest=steepest,
        form=form,
        required=required,
    )
