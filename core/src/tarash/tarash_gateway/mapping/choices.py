"""Mappers for fields with a set of allowed values: resolutions, aspect ratios, words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ..models.dimensions import Ratio, Size
from ..models.wording import any_of
from ..phrases import Phrase, mention
from .argument_checks import CHOICES, FIELD, FLAG, FRAMES, LOWER_WORDS, RATIOS, checked
from .field_mapper import FieldCapability, FieldMapper
from .nearness import replacement
from .values import OMIT, Adjustments, Values, set_or_drop, shown


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
    # a row has its default first
    numbers = sorted(item for item in allowed if isinstance(item, int | float))
    offered = numbers if len(numbers) == len(allowed) else allowed
    options = any_of(shown(item) for item in offered) if allowed else "nothing"
    advice = "" if close is None else f"the nearest is {shown(close)}"
    reason = Phrase("is not offered", why, f"; use {options}")
    adjustments.change(name, value, close, reason, near=is_near, advice=advice)
    set_or_drop(values, name, close)


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
            why = " with " + mention("aspect_ratio", ratio) if ratio else ""
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


@checked(source_field=FIELD, allowed=CHOICES, required=FLAG)
def choice_field_mapper(
    source_field: str, allowed: Sequence[object] | Mapping[object, object], *, required: bool = False
) -> FieldMapper:
    """Map a field with allowed values.

    Args:
        source_field: unified field name.
        allowed: values that are sent unchanged, or payload value by unified value; empty allows any.
        required: whether the model requires the field.

    Raises:
        TypeError: an argument has a wrong type, such as a string in place of a tuple.
        ValueError: `source_field` is empty.
    """
    payload_values = dict(allowed) if isinstance(allowed, Mapping) else {value: value for value in allowed}
    return ChoiceMapper(source=source_field, payload_values=payload_values, required=required)


def word_mapper(
    source_field: str, allowed: Sequence[str] | Mapping[str, object], *, required: bool = False
) -> FieldMapper:
    """Map a field with allowed words; see `choice_field_mapper`."""
    pairs = allowed.items() if isinstance(allowed, Mapping) else ((word, word) for word in allowed)
    return ChoiceMapper(source=source_field, payload_values=dict(pairs), required=required)


@checked(allowed=RATIOS, required=FLAG)
def aspect_ratio_field_mapper(
    allowed: Sequence[str] | Mapping[str, object], *, required: bool = False
) -> FieldMapper:
    """Map `aspect_ratio`; an adjustment takes the closest shape. Empty allows any.

    Raises:
        TypeError: an argument has a wrong type, such as a string in place of a tuple.
        ValueError: `allowed` has what is not a ratio: requests take "16:9", "auto" and "adaptive" only.
    """
    return word_mapper("aspect_ratio", allowed, required=required)


@checked(allowed=LOWER_WORDS, required=FLAG)
def resolution_field_mapper(
    allowed: Sequence[str] | Mapping[str, object], *, required: bool = False
) -> FieldMapper:
    """Map `resolution`; unified words are lower case ("720p", "4k"), payload values are the provider's own ("768P").

    Empty allows any.

    Raises:
        TypeError: an argument has a wrong type, such as a string in place of a tuple.
        ValueError: a word is not in lower case.
    """
    return word_mapper("resolution", allowed, required=required)


@checked(sizes=FRAMES, required=FLAG, always=FLAG)
def frame_size_field_mapper(
    sizes: Mapping[tuple[str, str], object], *, required: bool = False, always: bool = False
) -> FieldMapper:
    """Map `aspect_ratio` and `resolution` together to one payload value.

    Args:
        sizes: payload value by (aspect ratio, resolution), the default first.
        required: whether the model requires the fields.
        always: whether to send the default if the request sets neither.

    Raises:
        TypeError: an argument has a wrong type.
        ValueError: `sizes` is empty, or has a key that no request matches, such as ("wide", "720P").
    """
    return FrameSizeMapper(sizes=dict(sizes), required=required, always=always)
