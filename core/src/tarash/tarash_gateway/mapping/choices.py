"""Mappers for fields with a set of allowed values: durations, resolutions, aspect ratios, words."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from ..models.dimensions import Ratio, Size
from .field_mapper import FieldCapability, FieldMapper
from .nearness import replacement
from .values import OMIT, Adjustments, Values, shown

_SECONDS = re.compile(r"([0-9]+(?:\.[0-9]+)?) ?([a-z]*)")
"""A duration as some providers write it, such as "8s"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoiceMapper(FieldMapper):
    """Maps a field with a closed set of values, each sent in the provider's form.

    Attributes:
        source: unified field name.
        payload_values: payload value by allowed value; empty allows any value.
    """

    source: str
    payload_values: Mapping[object, object] = field(default_factory=dict)

    @property
    def fields(self) -> tuple[str, ...]:
        return (self.source,)

    def fit(self, values: Values, adjustments: Adjustments) -> None:
        if self.source not in values or not self.payload_values:
            return
        fit_choice(self.source, tuple(self.payload_values), values, adjustments)

    def encode(self, values: Values) -> object:
        if self.source not in values:
            return OMIT
        value = values[self.source]
        return self.payload_values.get(value, value)

    def describe(self) -> tuple[FieldCapability, ...]:
        return (
            FieldCapability(field=self.source, allowed=tuple(self.payload_values), required=self.required),
        )


def fit_choice(
    name: str, allowed: tuple[object, ...], values: Values, adjustments: Adjustments, *, why: str = ""
) -> None:
    """Replace a value that is not allowed with the nearest one, or leave the field out if nothing is comparable."""
    value = values[name]
    if value in allowed:
        return
    close, is_near = replacement(name, value, allowed, shape=values.get("aspect_ratio"))
    options = ", ".join(str(shown(item)) for item in allowed) or "nothing"
    hint = "" if close is None else f"; nearest is {shown(close)}"
    adjustments.change(name, value, close, f"is not offered{why}; use {options}{hint}", near=is_near)
    if close is None:
        del values[name]
    else:
        values[name] = close


@dataclass(frozen=True, slots=True, kw_only=True)
class DurationMapper(FieldMapper):
    """Maps `duration_seconds`, from a set of values or a range, in the provider's form; see `duration_field_mapper`."""

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

    def fit(self, values: Values, adjustments: Adjustments) -> None:
        value = values.get("duration_seconds")
        if not isinstance(value, int | float):
            return
        if self.allowed:
            fit_choice("duration_seconds", self.allowed, values, adjustments)
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
            adjustments.change(
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
    """Maps aspect ratio and resolution together to one payload value, such as "1280:720".

    Attributes:
        sizes: payload value by (aspect ratio, resolution), the default first.
        always: whether to send the default if the request sets neither.
    """

    sizes: Mapping[tuple[str, str], object]
    always: bool = False

    @property
    def fields(self) -> tuple[str, ...]:
        return ("aspect_ratio", "resolution")

    def fit(self, values: Values, adjustments: Adjustments) -> None:
        exact = Size.parse(str(values.get("resolution", "")))
        if exact is not None:
            self._fit_exact(exact, values)
        ratios = tuple(dict.fromkeys(ratio for ratio, _ in self.sizes))
        if "aspect_ratio" in values:
            fit_choice("aspect_ratio", ratios, values, adjustments)
        ratio = values.get("aspect_ratio")
        resolutions = tuple(dict.fromkeys(step for shape, step in self.sizes if ratio in (None, shape)))
        if "resolution" in values:
            why = f" with aspect_ratio={ratio}" if ratio else ""
            fit_choice("resolution", resolutions, values, adjustments, why=why)

    def _fit_exact(self, exact: Size, values: Values) -> None:
        """Choose the entry with exactly these pixels, or else the closest shape."""
        for (shape, step), payload_value in self.sizes.items():
            if Size.parse(str(payload_value), separators="x:*") == exact:
                values["aspect_ratio"], values["resolution"] = shape, step
                return
        if "aspect_ratio" not in values:
            shapes = {shape: ratio for shape, _ in self.sizes if (ratio := Ratio.parse(shape))}
            close = exact.ratio.nearest(shapes)
            values["aspect_ratio"] = close or next(iter(self.sizes))[0]

    def encode(self, values: Values) -> object:
        ratio, step = values.get("aspect_ratio"), values.get("resolution")
        if ratio is None and step is None and not self.always:
            return OMIT
        for (shape, name), payload_value in self.sizes.items():
            if ratio in (None, shape) and step in (None, name):
                return payload_value
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
    """Map a field with allowed values.

    Args:
        source_field: unified field name.
        allowed: values that are sent unchanged, or payload value by unified value.
        required: whether the model requires the field.
    """
    payload_values = dict(allowed) if isinstance(allowed, Mapping) else {value: value for value in allowed}
    return ChoiceMapper(source=source_field, payload_values=payload_values, required=required)


def word_mapper(
    source_field: str, allowed: Sequence[str] | Mapping[str, object], *, required: bool = False
) -> FieldMapper:
    """Map a field with allowed words; see `choice_field_mapper`."""
    pairs = allowed.items() if isinstance(allowed, Mapping) else ((word, word) for word in allowed)
    return ChoiceMapper(source=source_field, payload_values=dict(pairs), required=required)


def aspect_ratio_field_mapper(
    allowed: Sequence[str] | Mapping[str, object], *, required: bool = False
) -> FieldMapper:
    """Map `aspect_ratio`; an adjustment takes the closest shape."""
    return word_mapper("aspect_ratio", allowed, required=required)


def resolution_field_mapper(
    allowed: Sequence[str] | Mapping[str, object], *, required: bool = False
) -> FieldMapper:
    """Map `resolution`; unified words are lower case ("720p", "4k"), payload values are the provider's own ("768P")."""
    return word_mapper("resolution", allowed, required=required)


def duration_field_mapper(
    field_type: Literal["int", "str", "float", "frames"] = "int",
    allowed_values: Sequence[float | str] = (),
    *,
    minimum: float | None = None,
    maximum: float | None = None,
    suffix: str = "",
    frames_per_second: int = 0,
    extra_frames: int = 0,
    required: bool = False,
) -> FieldMapper:
    """Map `duration_seconds`.

    Args:
        field_type: form in the payload: JSON integer, digits as text, float, or a number of frames.
        allowed_values: allowed lengths in seconds, as numbers or in the form of "str" ("8s"); leave empty for a range.
        minimum, maximum: bounds of the range in seconds; "int" and "str" allow whole seconds only.
        suffix: text after the digits, such as "s" for "8s".
        frames_per_second, extra_frames: for "frames": frames = round(seconds x rate) + extra.
        required: whether the model requires the field.

    Raises:
        ValueError: an allowed value is not a number of seconds above 0, the texts have different endings, or `minimum` is above
            `maximum`.
    """
    texts = [_SECONDS.fullmatch(value) for value in allowed_values if isinstance(value, str)]
    endings = {found[2] for found in texts if found is not None} - {suffix}
    if None in texts or len(endings) > 1 or (endings and suffix):
        raise ValueError(
            f"allowed_values={list(allowed_values)} are not seconds; use numbers such as 8, or texts such as '8s'"
        )
    allowed = tuple(_seconds(value) for value in allowed_values)
    impossible = [value for value in allowed if not 0 < value < math.inf]
    if impossible:
        raise ValueError(f"allowed_values has {impossible[0]!r}; use finite numbers of seconds above 0")
    if minimum is not None and maximum is not None and minimum > maximum:
        raise ValueError(f"minimum={minimum} is above maximum={maximum}, which allows no duration; swap them")
    return DurationMapper(
        allowed=allowed,
        minimum=minimum,
        maximum=maximum,
        form=field_type,
        suffix=suffix or next(iter(endings), ""),
        frames_per_second=frames_per_second,
        extra_frames=extra_frames,
        required=required,
    )


def _seconds(value: float | str) -> float:
    if not isinstance(value, str):
        return value
    number = float(_SECONDS.sub(r"\1", value))
    return int(number) if number.is_integer() else number


def frame_size_field_mapper(
    sizes: Mapping[tuple[str, str], object], *, required: bool = False, always: bool = False
) -> FieldMapper:
    """Map `aspect_ratio` and `resolution` together to one payload value.

    Args:
        sizes: payload value by (aspect ratio, resolution), the default first.
        required: whether the model requires the fields.
        always: whether to send the default if the request sets neither.
    """
    return FrameSizeMapper(sizes=dict(sizes), required=required, always=always)
