"""Mappers of the fields that only images have: size, quality, style, count."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from .choices import choice_field_mapper, nearest, ratio_value
from .field_mapper import FieldCapability, FieldMapper, passthrough_field_mapper
from .values import OMIT, Settlement, Values


@dataclass(frozen=True, slots=True, kw_only=True)
class SizeMapper(FieldMapper):
    """`size` (exact pixels or a word) to the provider's form; where only words or fixed sizes exist, the nearest shape."""

    allowed: Mapping[str, object] = field(default_factory=dict)
    form: Literal["string", "object"] = "string"
    multiple_of: int = 1
    minimum: int = 1
    maximum: int = 8192
    takes_ratio: bool = False

    @property
    def fields(self) -> tuple[str, ...]:
        return ("size",)

    def settle(self, values: Values, settlement: Settlement) -> None:
        if self.takes_ratio and "aspect_ratio" in values:
            self._settle_ratio(values, settlement)
        size = values.get("size")
        if not isinstance(size, str) or size in self.allowed:
            return
        pixels = pixel_size(size)
        if self._fits(pixels):
            return
        shape = ratio_value(size) if pixels else None
        close = nearest(f"{shape}:1", tuple(self._shapes().values())) if shape else None
        used = next((word for word, ratio in self._shapes().items() if ratio == close), None)
        options = ", ".join(self.allowed) or "any WIDTHxHEIGHT"
        free = (
            f", or WIDTHxHEIGHT in multiples of {self.multiple_of}"
            if self._takes_pixels and self.allowed
            else ""
        )
        settlement.change(
            "size",
            size,
            used,
            f"is not offered; use {options}{free}" + (f"; nearest is {used}" if used else ""),
        )
        if used is None:
            del values["size"]
        else:
            values["size"] = used

    def _settle_ratio(self, values: Values, settlement: Settlement) -> None:
        wanted = values.pop("aspect_ratio")
        size = values.get("size")
        if isinstance(size, str):
            if not _same_shape(size, wanted):
                settlement.change(
                    "aspect_ratio",
                    wanted,
                    None,
                    f"contradicts size={size}, which decides the shape; give one of them",
                )
            return
        if wanted in self.allowed:
            values["size"] = wanted
            return
        shapes = self._shapes()
        close = nearest(wanted, tuple(shapes.values()))
        used = next((word for word, ratio in shapes.items() if ratio == close), None)
        if used is None:
            settlement.change(
                "aspect_ratio", wanted, None, f"is not offered; use size: {', '.join(self.allowed)}"
            )
        else:
            exact = _same_shape(str(close), wanted)
            report = settlement.note if exact else settlement.change
            report(
                "aspect_ratio",
                wanted,
                used,
                f"has no exact size; nearest is size={used}" if not exact else f"sent as size={used}",
            )
            values["size"] = used

    @property
    def _takes_pixels(self) -> bool:
        return self.form == "object" or not self.allowed or self.multiple_of > 1

    def _fits(self, pixels: tuple[int, int] | None) -> bool:
        if pixels is None or not self._takes_pixels:
            return False
        return all(self.minimum <= side <= self.maximum and side % self.multiple_of == 0 for side in pixels)

    def _shapes(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for word, wire in self.allowed.items():
            for text in (word, str(wire)):
                ratio = (
                    ratio_value(text)
                    if pixel_size(text.replace("*", "x")) or ":" in text
                    else PRESET_RATIOS.get(text)
                )
                if ratio:
                    found.setdefault(word, f"{ratio}:1")
        return found

    def encode(self, values: Values) -> object:
        size = values.get("size")
        if not isinstance(size, str):
            return OMIT
        if size in self.allowed:
            return self.allowed[size]
        pixels = pixel_size(size)
        if pixels and self.form == "object":
            return {"width": pixels[0], "height": pixels[1]}
        return size

    def describe(self) -> tuple[FieldCapability, ...]:
        note = f"or WIDTHxHEIGHT, multiples of {self.multiple_of}" if self._takes_pixels else ""
        size = FieldCapability(field="size", allowed=tuple(self.allowed), required=self.required, note=note)
        return (
            (size, FieldCapability(field="aspect_ratio", note="chooses the nearest size"))
            if self.takes_ratio
            else (size,)
        )


def _same_shape(one: object, other: object) -> bool:
    first, second = ratio_value(str(one)), ratio_value(str(other))
    # words such as "auto" contradict nothing; 2 % covers 1366x768 for 16:9
    return first is None or second is None or abs(first / second - 1) < 0.02


PRESET_RATIOS: Mapping[str, float] = {
    "square_hd": 1.0, "square": 1.0, "portrait_4_3": 3 / 4, "portrait_16_9": 9 / 16, "landscape_4_3": 4 / 3, "landscape_16_9": 16 / 9,
}  # fmt: skip


def pixel_size(text: str) -> tuple[int, int] | None:
    """Return (width, height) of "1024x768", or None for anything else."""
    width, cross, height = text.lower().partition("x")
    return (int(width), int(height)) if cross and width.isdigit() and height.isdigit() else None


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageRatioMapper(FieldMapper):
    """`aspect_ratio` for models without pixel sizes; a `size` in pixels chooses its shape."""

    wire: Mapping[object, object]

    @property
    def fields(self) -> tuple[str, ...]:
        return ("aspect_ratio",)

    def settle(self, values: Values, settlement: Settlement) -> None:
        size = values.get("size")
        if isinstance(size, str) and pixel_size(size):
            shape = ratio_value(size)
            close = (
                nearest(f"{shape}:1", tuple(self.wire))
                if "aspect_ratio" not in values
                else values["aspect_ratio"]
            )
            exact = _same_shape(size, close)
            report = settlement.note if exact else settlement.change
            report("size", size, close, f"has no pixel sizes here; sent as aspect_ratio={close}" if exact else
                   f"is not offered; use aspect_ratio: {', '.join(map(str, self.wire))}; nearest is {close}")  # fmt: skip
            del values["size"]
            if close is not None:
                values["aspect_ratio"] = close
        ratio = values.get("aspect_ratio")
        if ratio is not None and ratio not in self.wire:
            close = nearest(ratio, tuple(self.wire))
            options = ", ".join(map(str, self.wire))
            settlement.change(
                "aspect_ratio", ratio, close, f"is not offered; use {options}; nearest is {close}"
            )
            if close is None:
                del values["aspect_ratio"]
            else:
                values["aspect_ratio"] = close

    def encode(self, values: Values) -> object:
        ratio = values.get("aspect_ratio")
        return OMIT if ratio is None else self.wire.get(ratio, ratio)

    def describe(self) -> tuple[FieldCapability, ...]:
        return (FieldCapability(field="aspect_ratio", allowed=tuple(self.wire), required=self.required),)


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
        allowed: sizes or words offered (a mapping gives wire words); empty means any WIDTHxHEIGHT.
        form: free pixel sizes as "WIDTHxHEIGHT" text or as an object with width and height.
        multiple_of, minimum, maximum: what a side in pixels must satisfy where free sizes are taken; free sizes beside a list of
            strings are taken when `multiple_of` is over 1.
        takes_ratio: whether `aspect_ratio` chooses the nearest of `allowed` when no size is given.
    """
    wire = dict(allowed) if isinstance(allowed, Mapping) else {word: word for word in allowed}
    return SizeMapper(
        allowed=wire,
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
    wire: dict[object, object] = (
        dict(allowed.items()) if isinstance(allowed, Mapping) else {word: word for word in allowed}
    )
    return ImageRatioMapper(wire=wire, required=required)


def quality_field_mapper(allowed: Sequence[str] | Mapping[str, object]) -> FieldMapper:
    """Map `quality` words."""
    return choice_field_mapper("quality", _objects(allowed))


def style_field_mapper(allowed: Sequence[str] | Mapping[str, object] = ()) -> FieldMapper:
    """Map `style` words; empty means any."""
    return choice_field_mapper("style", _objects(allowed))


def n_images_field_mapper(*, maximum: int, minimum: int = 1) -> FieldMapper:
    """Map `n`, the number of images per call."""
    return passthrough_field_mapper("n", minimum=minimum, maximum=maximum)


def _objects(allowed: Sequence[str] | Mapping[str, object]) -> Sequence[object] | Mapping[object, object]:
    return dict(allowed.items()) if isinstance(allowed, Mapping) else allowed
