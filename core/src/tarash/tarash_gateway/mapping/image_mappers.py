"""Mappers of the fields that only images have: size, quality, style, count."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from ..models.dimensions import Ratio, Size
from .choices import fit_choice, word_mapper
from .field_mapper import FieldCapability, FieldMapper, passthrough_field_mapper
from .values import OMIT, Adjustments, Values

PRESET_RATIOS: Mapping[str, Ratio] = {
    "square_hd": Ratio(1, 1),
    "square": Ratio(1, 1),
    "portrait_4_3": Ratio(3, 4),
    "portrait_16_9": Ratio(9, 16),
    "landscape_4_3": Ratio(4, 3),
    "landscape_16_9": Ratio(16, 9),
}
"""Size words that name a shape."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SizeMapper(FieldMapper):
    """`size` (exact pixels or a word) in the provider's form; where only words or fixed sizes exist, the nearest shape.

    Attributes:
        allowed: size or word → payload value; empty takes any pixels.
        form: how free pixels are sent: as text, or as an object with width and height.
        multiple_of, minimum, maximum: what each side of free pixels must satisfy.
        takes_ratio: whether `aspect_ratio` chooses from `allowed` when no size is given.
    """

    allowed: Mapping[str, object] = field(default_factory=dict)
    form: Literal["string", "object"] = "string"
    multiple_of: int = 1
    minimum: int = 1
    maximum: int = 8192
    takes_ratio: bool = False

    @property
    def fields(self) -> tuple[str, ...]:
        return ("size",)

    def fit(self, values: Values, adjustments: Adjustments) -> None:
        if self.takes_ratio and "aspect_ratio" in values:
            self._fit_ratio(values, adjustments)
        word = values.get("size")
        if not isinstance(word, str) or word in self.allowed:
            return
        size = Size.parse(word)
        if size is not None and self._takes(size):
            return
        used = None if size is None else size.ratio.nearest(self._shapes())
        hint = f"; nearest is {used}" if used else ""
        adjustments.change("size", word, used, f"is not offered; use {self._options()}{hint}")
        _replace(values, "size", used)

    def _fit_ratio(self, values: Values, adjustments: Adjustments) -> None:
        """Choose the size of the asked shape; a size given beside it decides alone."""
        wanted = str(values.pop("aspect_ratio"))
        size = values.get("size")
        if isinstance(size, str):
            if not _may_be_alike(size, wanted):
                reason = f"contradicts size={size}, which decides the shape; give one of them"
                adjustments.change("aspect_ratio", wanted, None, reason)
            return
        if wanted in self.allowed:
            values["size"] = wanted
            return
        ratio, shapes = Ratio.of(wanted), self._shapes()
        used = None if ratio is None else ratio.nearest(shapes)
        if ratio is None or used is None:
            reason = f"is not offered; use size: {', '.join(self.allowed)}"
            adjustments.change("aspect_ratio", wanted, None, reason)
            return
        if ratio.is_close(shapes[used]):
            adjustments.note("aspect_ratio", wanted, used, f"sent as size={used}")
        else:
            adjustments.change("aspect_ratio", wanted, used, f"has no exact size; nearest is size={used}")
        values["size"] = used

    @property
    def _takes_pixels(self) -> bool:
        return self.form == "object" or not self.allowed or self.multiple_of > 1

    def _takes(self, size: Size) -> bool:
        sides = (size.width, size.height)
        return self._takes_pixels and all(
            self.minimum <= side <= self.maximum and side % self.multiple_of == 0 for side in sides
        )

    def _options(self) -> str:
        if not self.allowed:
            return "any WIDTHxHEIGHT"
        free = f", or WIDTHxHEIGHT in multiples of {self.multiple_of}" if self._takes_pixels else ""
        return ", ".join(self.allowed) + free

    def _shapes(self) -> dict[str, Ratio]:
        """Return the shape of each allowed word that has one, be it told by the word or by its payload value."""
        found: dict[str, Ratio] = {}
        for word, payload_value in self.allowed.items():
            for text in (word, str(payload_value)):
                size = Size.parse(text, separators="x*")
                ratio = (Ratio.parse(text) or PRESET_RATIOS.get(text)) if size is None else size.ratio
                if ratio is not None:
                    found.setdefault(word, ratio)
        return found

    def encode(self, values: Values) -> object:
        word = values.get("size")
        if not isinstance(word, str):
            return OMIT
        if word in self.allowed:
            return self.allowed[word]
        size = Size.parse(word)
        if size is not None and self.form == "object":
            return {"width": size.width, "height": size.height}
        return word

    def describe(self) -> tuple[FieldCapability, ...]:
        note = f"or WIDTHxHEIGHT, multiples of {self.multiple_of}" if self._takes_pixels else ""
        size = FieldCapability(field="size", allowed=tuple(self.allowed), required=self.required, note=note)
        if not self.takes_ratio:
            return (size,)
        return (size, FieldCapability(field="aspect_ratio", note="chooses the nearest size"))


def _may_be_alike(one: str, other: str) -> bool:
    """Return whether two words may mean the same shape; one without a shape, such as "auto", contradicts nothing."""
    first, second = Ratio.of(one), Ratio.of(other)
    return first is None or second is None or first.is_close(second)


def _replace(values: Values, name: str, used: object) -> None:
    if used is None:
        del values[name]
    else:
        values[name] = used


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageRatioMapper(FieldMapper):
    """`aspect_ratio` for models without pixel sizes; a `size` in pixels chooses its shape.

    Attributes:
        payload_values: ratio → payload value.
    """

    payload_values: Mapping[str, object]

    @property
    def fields(self) -> tuple[str, ...]:
        return ("aspect_ratio",)

    def fit(self, values: Values, adjustments: Adjustments) -> None:
        word = values.get("size")
        size = Size.parse(word) if isinstance(word, str) else None
        if size is not None:
            self._fit_pixels(size, values, adjustments)
        if "aspect_ratio" in values:
            fit_choice("aspect_ratio", tuple(self.payload_values), values, adjustments)

    def _fit_pixels(self, size: Size, values: Values, adjustments: Adjustments) -> None:
        """Take the shape of the pixels, unless a ratio is given beside them."""
        asked = values.pop("size")
        shapes = {word: ratio for word in self.payload_values if (ratio := Ratio.parse(word))}
        close = values.get("aspect_ratio", size.ratio.nearest(shapes))
        if close is not None and _may_be_alike(str(size), str(close)):
            reason = f"has no pixel sizes here; sent as aspect_ratio={close}"
            adjustments.note("size", asked, close, reason)
        else:
            hint = "" if close is None else f"; nearest is {close}"
            reason = f"is not offered; use aspect_ratio: {', '.join(self.payload_values)}{hint}"
            adjustments.change("size", asked, close, reason)
        if close is not None:
            values["aspect_ratio"] = close

    def encode(self, values: Values) -> object:
        ratio = values.get("aspect_ratio")
        return OMIT if ratio is None else self.payload_values.get(str(ratio), ratio)

    def describe(self) -> tuple[FieldCapability, ...]:
        allowed = tuple(self.payload_values)
        return (FieldCapability(field="aspect_ratio", allowed=allowed, required=self.required),)


def size_field_mapper(
    allowed: Sequence[str] | Mapping[str, object] = (),
    *,
    form: Literal["string", "object"] = "string",
    multiple_of: int = 1,
    minimum: int = 1,
    maximum: int = 8192,
    takes_ratio: bool = False,
    required: bool = False,
) -> FieldMapper:
    """Map `size`.

    Args:
        allowed: sizes or words that are offered, or each with its payload value; empty means any WIDTHxHEIGHT.
        form: send free pixel sizes as "WIDTHxHEIGHT" text, or as an object with width and height.
        multiple_of, minimum, maximum: what each side in pixels must satisfy where free sizes are taken; beside a list of
            strings they are taken when `multiple_of` is over 1.
        takes_ratio: whether `aspect_ratio` chooses the nearest of `allowed` when no size is given.
        required: whether the model refuses to run without it.
    """
    return SizeMapper(
        allowed=_with_payload_values(allowed),
        form=form,
        multiple_of=multiple_of,
        minimum=minimum,
        maximum=maximum,
        takes_ratio=takes_ratio,
        required=required,
    )


def image_ratio_field_mapper(
    allowed: Sequence[str] | Mapping[str, object], *, required: bool = False
) -> FieldMapper:
    """Map `aspect_ratio` of an image model that has no pixel sizes; a `size` in pixels chooses its shape."""
    return ImageRatioMapper(payload_values=_with_payload_values(allowed), required=required)


def quality_field_mapper(allowed: Sequence[str] | Mapping[str, object]) -> FieldMapper:
    """Map `quality` words."""
    return word_mapper("quality", allowed)


def style_field_mapper(allowed: Sequence[str] | Mapping[str, object] = ()) -> FieldMapper:
    """Map `style` words; empty means any."""
    return word_mapper("style", allowed)


def n_images_field_mapper(*, maximum: int, minimum: int = 1) -> FieldMapper:
    """Map `n`, the number of images per call."""
    return passthrough_field_mapper("n", minimum=minimum, maximum=maximum)


def _with_payload_values(allowed: Sequence[str] | Mapping[str, object]) -> dict[str, object]:
    return dict(allowed) if isinstance(allowed, Mapping) else {word: word for word in allowed}
