"""Mappers for the fields that only images have: size, quality, style and count."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from ..models.dimensions import Ratio, Size
from ..models.wording import any_of
from ..phrases import Phrase, mention
from .argument_checks import FLAG, LOWER_WORDS, SOME_RATIOS, WORDS, checked, one_of, whole
from .choices import fit_choice, word_mapper
from .field_mapper import FieldCapability, FieldMapper, passthrough_field_mapper
from .nearness import nearest_size, replacement
from .row_checks import check_bounds
from .values import OMIT, Adjustments, Values, set_or_drop

PRESET_RATIOS: Mapping[str, Ratio] = {
    "square_hd": Ratio(1, 1),
    "square": Ratio(1, 1),
    "portrait_4_3": Ratio(3, 4),
    "portrait_16_9": Ratio(9, 16),
    "landscape_4_3": Ratio(4, 3),
    "landscape_16_9": Ratio(16, 9),
}
"""Size words that name a shape, and the aspect ratio of each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SizeMapper(FieldMapper):
    """Maps `size`, exact pixels or a word; an adjustment takes the allowed size with the nearest shape.

    Attributes:
        allowed: payload value by size or word; empty allows any pixels.
        form: how other pixel sizes are sent: as text, or as an object with width and height.
        multiple_of, minimum, maximum: constraints on each side of other pixel sizes, in pixels.
        takes_ratio: whether `aspect_ratio` chooses from `allowed` if the request sets no size.
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
        used, is_near = self._nearest(word, size)
        advice = f"the nearest is {used}" if used else ""
        reason = f"is not offered; use {self._options()}"
        adjustments.change("size", word, used, reason, near=is_near, advice=advice)
        set_or_drop(values, "size", used)

    def _nearest(self, word: str, size: Size | None) -> tuple[str | None, bool]:
        """Return the allowed size that replaces a step, or pixels, and whether it is near."""
        if size is None:
            step, is_near = replacement(
                "size", word, [name for name in self.allowed if Size.parse(name) is None]
            )
            return (step, is_near) if isinstance(step, str) else (None, False)
        sizes = {name: found for name in self.allowed if (found := Size.parse(name))}
        shapes = self._shapes()
        used = nearest_size(size, sizes) or size.ratio.nearest(shapes)
        return used, used is not None and size.ratio.is_close(shapes[used])

    def _fit_ratio(self, values: Values, adjustments: Adjustments) -> None:
        """Choose the size with the requested shape; a given size takes precedence."""
        wanted = str(values.pop("aspect_ratio"))
        size = values.get("size")
        if isinstance(size, str):
            if not _may_be_alike(size, wanted):
                reason = Phrase(
                    "contradicts ", mention("size", size), ", which takes precedence; set only one of them"
                )
                adjustments.change("aspect_ratio", wanted, None, reason)
            return
        if wanted in self.allowed:
            values["size"] = wanted
            return
        ratio, shapes = Ratio.of(wanted), self._shapes()
        used = None if ratio is None else ratio.nearest(shapes)
        if ratio is None or used is None:
            reason = Phrase("is not offered; use ", mention("size"), f": {any_of(self.allowed)}")
            adjustments.change("aspect_ratio", wanted, None, reason)
            return
        if ratio.is_close(shapes[used]):
            adjustments.note("aspect_ratio", wanted, used, "is sent as " + mention("size", used))
        else:
            reason = "has no exact size; the nearest is " + mention("size", used)
            adjustments.change("aspect_ratio", wanted, used, reason)
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
        free = [f"WIDTHxHEIGHT in multiples of {self.multiple_of}"] if self._takes_pixels else []
        return any_of([*self.allowed, *free])

    def _shapes(self) -> dict[str, Ratio]:
        """Return the shape of each allowed word that has one, read from the word or from its payload value."""
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
    """Return whether two words may mean the same shape; a word without a shape, such as "auto", fits any."""
    first, second = Ratio.of(one), Ratio.of(other)
    return first is None or second is None or first.is_close(second)


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageRatioMapper(FieldMapper):
    """Maps `aspect_ratio` for models without pixel sizes; a `size` in pixels chooses the nearest ratio.

    Attributes:
        payload_values: payload value by ratio.
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
        """Use the shape of the pixels, unless the request also sets a ratio."""
        asked = values.pop("size")
        shapes = {word: ratio for word in self.payload_values if (ratio := Ratio.parse(word))}
        close = values.get("aspect_ratio", size.ratio.nearest(shapes))
        if close is not None and _may_be_alike(str(size), str(close)):
            reason = "is not a field of this model; it is sent as " + mention("aspect_ratio", close)
            adjustments.note("size", asked, close, reason)
        else:
            advice = "" if close is None else f"the nearest is {close}"
            reason = Phrase(
                "is not offered; use ", mention("aspect_ratio"), f": {any_of(self.payload_values)}"
            )
            adjustments.change("size", asked, close, reason, advice=advice)
        if close is not None:
            values["aspect_ratio"] = close

    def encode(self, values: Values) -> object:
        ratio = values.get("aspect_ratio")
        return OMIT if ratio is None else self.payload_values.get(str(ratio), ratio)

    def describe(self) -> tuple[FieldCapability, ...]:
        allowed = tuple(self.payload_values)
        return (FieldCapability(field="aspect_ratio", allowed=allowed, required=self.required),)


@checked(
    allowed=LOWER_WORDS,
    form=one_of("string", "object"),
    multiple_of=whole(),
    minimum=whole(),
    maximum=whole(),
    takes_ratio=FLAG,
    required=FLAG,
)
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
        allowed: allowed sizes or words, or payload value by size or word; empty allows any WIDTHxHEIGHT.
        form: whether to send other pixel sizes as "WIDTHxHEIGHT" text, or as an object with width and height.
        multiple_of, minimum, maximum: constraints on each side of other pixel sizes, in pixels. If `allowed` is not empty and
            `form` is "string", other sizes are allowed only if `multiple_of` is above 1.
        takes_ratio: whether `aspect_ratio` chooses the nearest of `allowed` if the request sets no size.
        required: whether the model requires the field.

    Raises:
        TypeError: an argument has a wrong type, such as a string in place of a tuple.
        ValueError: a word of `allowed` is not in lower case, there is no such form, or a number is out of range.
    """
    check_bounds("size_field_mapper", minimum, maximum)
    return SizeMapper(
        allowed=_with_payload_values(allowed),
        form=form,
        multiple_of=multiple_of,
        minimum=minimum,
        maximum=maximum,
        takes_ratio=takes_ratio,
        required=required,
    )


@checked(allowed=SOME_RATIOS, required=FLAG)
def image_ratio_field_mapper(
    allowed: Sequence[str] | Mapping[str, object], *, required: bool = False
) -> FieldMapper:
    """Map `aspect_ratio` for an image model without pixel sizes; a `size` in pixels chooses the nearest ratio.

    Raises:
        TypeError: an argument has a wrong type, such as a string in place of a tuple.
        ValueError: `allowed` is empty, or has what is not a ratio.
    """
    return ImageRatioMapper(payload_values=_with_payload_values(allowed), required=required)


@checked(allowed=WORDS)
def quality_field_mapper(allowed: Sequence[str] | Mapping[str, object]) -> FieldMapper:
    """Map `quality` words; empty allows any.

    Raises:
        TypeError: `allowed` has a wrong type, such as a string in place of a tuple.
        ValueError: a word is empty.
    """
    return word_mapper("quality", allowed)


@checked(allowed=WORDS)
def style_field_mapper(allowed: Sequence[str] | Mapping[str, object] = ()) -> FieldMapper:
    """Map `style` words; empty allows any.

    Raises:
        TypeError: `allowed` has a wrong type, such as a string in place of a tuple.
        ValueError: a word is empty.
    """
    return word_mapper("style", allowed)


@checked(maximum=whole(), minimum=whole())
def n_images_field_mapper(*, maximum: int, minimum: int = 1) -> FieldMapper:
    """Map `n`, the number of images per call.

    Raises:
        TypeError: a bound is not a whole number.
        ValueError: a bound is below 1, or `minimum` is above `maximum`.
    """
    check_bounds("n_images_field_mapper", minimum, maximum)
    return passthrough_field_mapper("n", minimum=minimum, maximum=maximum)


def _with_payload_values(allowed: Sequence[str] | Mapping[str, object]) -> dict[str, object]:
    return dict(allowed) if isinstance(allowed, Mapping) else {word: word for word in allowed}
