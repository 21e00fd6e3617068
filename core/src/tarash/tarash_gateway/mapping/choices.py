"""Mappers of fields with a set of allowed values: durations, resolutions, ratios, words."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from .field_mapper import FieldCapability, FieldMapper
from .values import OMIT, Settlement, Values, shown

_K_HEIGHTS = {"0.5k": 512.0, "1k": 1080.0, "2k": 1440.0, "3k": 1800.0, "4k": 2160.0, "8k": 4320.0}


def resolution_height(word: str) -> float | None:
    """Return the pixel height ("short side") that a resolution word means, or None for a word such as "auto"."""
    lower = word.lower()
    if lower in _K_HEIGHTS:
        return _K_HEIGHTS[lower]
    if lower.endswith("p") and lower[:-1].isdigit():
        return float(lower[:-1])
    width, cross, height = lower.partition("x")
    if cross and width.isdigit() and height.isdigit():
        return float(min(int(width), int(height)))
    return None


def ratio_value(word: str) -> float | None:
    """Return width ÷ height of "16:9" or "1280x720"; None for words such as "auto"."""
    for separator in (":", "x"):
        width, found, height = word.lower().partition(separator)
        if found:
            try:
                return float(width) / float(height)
            except (ValueError, ZeroDivisionError):
                return None
    return None


def frame_size(
    resolution: str | None,
    aspect_ratio: str | None,
    *,
    default_ratio: float = 16 / 9,
    default_short_side: int = 720,
    largest_side: int = 8192,
) -> tuple[int, int]:
    """Return the width and height in pixels that a resolution and an aspect ratio mean.

    Both are even and at least 16; a size in pixels ("1280x720") decides alone.

    Args:
        resolution: "720p", "4k", "1280x720", or None (or a word without a size) for `default_short_side`.
        aspect_ratio: "16:9", or None (or a word such as "auto") for `default_ratio`.
        default_ratio: width ÷ height.
        default_short_side: pixels.
        largest_side: pixels; larger frames are shrunk, keeping their shape.
    """
    width, cross, height = (resolution or "").lower().partition("x")
    if cross and width.isdigit() and height.isdigit():
        exact = (float(width), float(height))
    else:
        ratio = ratio_value(aspect_ratio or "") or default_ratio
        short = resolution_height(resolution or "") or float(default_short_side)
        exact = (short * ratio, short) if ratio >= 1 else (short, short / ratio)
    shrink = max(max(exact) / largest_side, 1.0)
    return (max(round(exact[0] / shrink / 2) * 2, 16), max(round(exact[1] / shrink / 2) * 2, 16))


def nearest(requested: object, allowed: Sequence[object]) -> object | None:
    """Return the allowed value closest to the requested one: numbers by difference, ratios and resolutions by proportion.

    A tie goes to the earlier value. None when nothing compares (words).
    """
    measure = _measure(requested)
    if measure is None:
        return None
    scale, wanted = measure
    best: tuple[float, object] | None = None
    for candidate in allowed:
        other = _measure(candidate)
        if other is None or other[0] != scale:
            continue
        distance = abs(other[1] - wanted)
        if best is None or distance < best[0] - 1e-9:
            best = (distance, candidate)
    return None if best is None else best[1]


def _measure(value: object) -> tuple[str, float] | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return ("number", float(value))
    if isinstance(value, str):
        if ":" in value:
            ratio = ratio_value(value)
            return None if not ratio else ("ratio", math.log(ratio))
        height = resolution_height(value)
        return None if not height else ("height", math.log(height))
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoiceMapper(FieldMapper):
    """A field with a closed set of values, each written in the provider's own word."""

    source: str
    wire: Mapping[object, object] = field(default_factory=dict)

    @property
    def fields(self) -> tuple[str, ...]:
        return (self.source,)

    def settle(self, values: Values, settlement: Settlement) -> None:
        if self.source not in values or not self.wire:
            return
        settle_choice(self.source, tuple(self.wire), values, settlement)

    def encode(self, values: Values) -> object:
        if self.source not in values:
            return OMIT
        value = values[self.source]
        return self.wire.get(value, value)

    def describe(self) -> tuple[FieldCapability, ...]:
        return (FieldCapability(field=self.source, allowed=tuple(self.wire), required=self.required),)


def settle_choice(
    name: str, allowed: tuple[object, ...], values: Values, settlement: Settlement, *, why: str = ""
) -> None:
    """Replace a value outside `allowed` by the nearest one, or leave the field out when nothing compares."""
    value = values[name]
    if value in allowed:
        return
    close = nearest(value, allowed)
    options = ", ".join(str(shown(item)) for item in allowed) or "nothing"
    hint = "" if close is None else f"; nearest is {shown(close)}"
    settlement.change(name, value, close, f"is not offered{why}; use {options}{hint}")
    if close is None:
        del values[name]
    else:
        values[name] = close


@dataclass(frozen=True, slots=True, kw_only=True)
class DurationMapper(FieldMapper):
    """`duration_seconds` from a set or a whole range, written as an integer, digits, or digits with a suffix."""

    allowed: tuple[float, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    form: Literal["int", "str", "float", "frames"] = "int"
    suffix: str = ""
    frames_per_second: int = 0
    extra_frames: int = 0

    @property
    def fields(self) -> tuple[str, ...]:
        return ("duration_seconds",)

    def settle(self, values: Values, settlement: Settlement) -> None:
        value = values.get("duration_seconds")
        if not isinstance(value, int | float):
            return
        if self.allowed:
            settle_choice("duration_seconds", self.allowed, values, settlement)
            return
        low, high = self.minimum or 0.0, self.maximum or math.inf
        used = min(max(float(value), low), high)
        if self.form in ("int", "str"):
            used = min(max(float(math.floor(used + 0.5)), math.ceil(low)), high)
        if used != value:
            span = (
                f"{shown(low)} to {shown(high)} seconds" if self.maximum else f"at least {shown(low)} seconds"
            )
            whole = " in whole seconds" if self.form in ("int", "str") else ""
            settlement.change(
                "duration_seconds",
                value,
                used,
                f"is not offered; use {span}{whole}; nearest is {shown(used)}",
            )
            values["duration_seconds"] = used

    def encode(self, values: Values) -> object:
        value = values.get("duration_seconds")
        if not isinstance(value, int | float):
            return OMIT
        if self.form == "frames":
            return round(value * self.frames_per_second) + self.extra_frames
        if self.form == "float":
            return float(value)
        number = int(value) if float(value).is_integer() else value
        return f"{number}{self.suffix}" if self.form == "str" else number

    def describe(self) -> tuple[FieldCapability, ...]:
        return (
            FieldCapability(
                field="duration_seconds",
                allowed=self.allowed,
                required=self.required,
                minimum=self.minimum,
                maximum=self.maximum,
            ),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameSizeMapper(FieldMapper):
    """Aspect ratio and resolution together name one wire word, such as "1280:720"."""

    sizes: Mapping[tuple[str, str], object]
    always: bool = False

    @property
    def fields(self) -> tuple[str, ...]:
        return ("aspect_ratio", "resolution")

    def settle(self, values: Values, settlement: Settlement) -> None:
        exact = values.get("resolution")
        if isinstance(exact, str) and "x" in exact:
            self._settle_exact(exact, values)
        ratios = tuple(dict.fromkeys(ratio for ratio, _ in self.sizes))
        if "aspect_ratio" in values:
            settle_choice("aspect_ratio", ratios, values, settlement)
        ratio = values.get("aspect_ratio")
        resolutions = tuple(dict.fromkeys(step for shape, step in self.sizes if ratio in (None, shape)))
        if "resolution" in values:
            why = f" with aspect_ratio={ratio}" if ratio else ""
            settle_choice("resolution", resolutions, values, settlement, why=why)

    def _settle_exact(self, exact: str, values: Values) -> None:
        for (shape, step), wire in self.sizes.items():
            if str(wire).replace(":", "x").replace("*", "x") == exact:
                values["aspect_ratio"], values["resolution"] = shape, step
                return
        ratio = ratio_value(exact)
        if ratio and "aspect_ratio" not in values:
            shapes = tuple(shape for shape, _ in self.sizes)
            values["aspect_ratio"] = nearest(f"{ratio}:1", shapes) or shapes[0]

    def encode(self, values: Values) -> object:
        ratio, step = values.get("aspect_ratio"), values.get("resolution")
        if ratio is None and step is None and not self.always:
            return OMIT
        for (shape, name), wire in self.sizes.items():
            if ratio in (None, shape) and step in (None, name):
                return wire
        return OMIT

    def describe(self) -> tuple[FieldCapability, ...]:
        return (
            FieldCapability(
                field="aspect_ratio",
                allowed=tuple(dict.fromkeys(ratio for ratio, _ in self.sizes)),
                required=self.required,
            ),
            FieldCapability(field="resolution", allowed=tuple(dict.fromkeys(step for _, step in self.sizes))),
        )


def choice_field_mapper(
    source_field: str, allowed: Sequence[object] | Mapping[object, object], *, required: bool = False
) -> FieldMapper:
    """Map a field with allowed values; a mapping gives each unified value its wire word.

    Args:
        source_field: unified field name.
        allowed: values sent as they are, or unified value → wire value.
        required: whether the model refuses to run without it.
    """
    wire = dict(allowed) if isinstance(allowed, Mapping) else {value: value for value in allowed}
    return ChoiceMapper(source=source_field, wire=wire, required=required)


def aspect_ratio_field_mapper(
    allowed: Sequence[str] | Mapping[str, object], *, required: bool = False
) -> FieldMapper:
    """Map `aspect_ratio`; "adjust" takes the closest shape."""
    return choice_field_mapper("aspect_ratio", _as_objects(allowed), required=required)


def resolution_field_mapper(
    allowed: Sequence[str] | Mapping[str, object], *, required: bool = False
) -> FieldMapper:
    """Map `resolution`; unified words are lower case ("720p", "4k"), wire words whatever the provider wants ("768P")."""
    return choice_field_mapper("resolution", _as_objects(allowed), required=required)


def _as_objects(allowed: Sequence[str] | Mapping[str, object]) -> Sequence[object] | Mapping[object, object]:
    if isinstance(allowed, Mapping):
        return dict(allowed.items())
    return allowed


def duration_field_mapper(
    field_type: Literal["int", "str", "float", "frames"] = "int",
    *,
    allowed_values: Sequence[float] = (),
    minimum: float | None = None,
    maximum: float | None = None,
    suffix: str = "",
    frames_per_second: int = 0,
    extra_frames: int = 0,
    required: bool = False,
) -> FieldMapper:
    """Map `duration_seconds`.

    Args:
        field_type: wire form: JSON integer, digits as text, float, or a number of frames.
        allowed_values: the lengths offered, in seconds; or else give
        minimum, maximum: bounds in seconds (whole seconds for "int" and "str").
        suffix: text after the digits, such as "s" for "8s".
        frames_per_second, extra_frames: for "frames": frames = round(seconds x rate) + extra.
        required: whether the model refuses to run without it.
    """
    return DurationMapper(
        allowed=tuple(allowed_values),
        minimum=minimum,
        maximum=maximum,
        form=field_type,
        suffix=suffix,
        frames_per_second=frames_per_second,
        extra_frames=extra_frames,
        required=required,
    )


def frame_size_field_mapper(
    sizes: Mapping[tuple[str, str], object], *, required: bool = False, always: bool = False
) -> FieldMapper:
    """Map `aspect_ratio` and `resolution` to one wire word.

    Args:
        sizes: (aspect ratio, resolution) → wire value, the default first.
        always: whether to send the default when neither was asked for.
    """
    return FrameSizeMapper(sizes=dict(sizes), required=required, always=always)
