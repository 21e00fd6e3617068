"""The contract of field mappers, and the simplest ones."""

from __future__ import annotations

import abc
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import cast

from ..models.dimensions import plain_number
from ..phrases import Phrase, wrong_field
from .argument_checks import FIELD, FLAG, NAMES, checked, mapped, number, text, whole
from .row_checks import check_bounds, check_items
from .values import OMIT, Adjustments, Values


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldCapability:
    """What a model takes for one unified field; shown by the documentation, `find_models()` and the command line.

    Attributes:
        field: unified field name; images are named by role ("first_frame").
        allowed: allowed values; empty allows any.
        required: whether the model requires the field.
        minimum, maximum: bounds of a number, or of the number of images.
        note: anything else worth knowing.
    """

    field: str
    allowed: tuple[object, ...] = ()
    required: bool = False
    minimum: float | None = None
    maximum: float | None = None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldMapper(abc.ABC):
    """Translates unified fields into one member of a provider's payload, and describes what it allows.

    Mapping takes two steps, so that the rules between fields can apply in between: `fit` adjusts the unified values, and
    `encode` returns them in the provider's form.
    """

    required: bool = False

    @property
    @abc.abstractmethod
    def fields(self) -> tuple[str, ...]:
        """Names of the unified fields that this mapper translates."""

    def fit(self, values: Values, adjustments: Adjustments) -> None:  # noqa: B027 - most mappers take any value
        """Replace values that are not allowed, in place, and record each change with `adjustments`, which may raise."""

    @abc.abstractmethod
    def encode(self, values: Values) -> object:
        """Return the payload value, or `OMIT` if there is nothing to send."""

    @abc.abstractmethod
    def describe(self) -> tuple[FieldCapability, ...]:
        """Return what the model takes for each of `fields`."""

    @property
    def may_be_missing(self) -> bool:
        """Whether `missing` may ever return a message: not for an optional field, unless the mapper has a `missing` of its own."""
        return self.required or type(self).missing is not FieldMapper.missing

    def missing(self, values: Values) -> str | None:
        """Return a message if a required field is missing, else None."""
        if self.required and not any(name in values for name in self.fields):
            return Phrase(" or ").join(map(wrong_field, self.fields)) + " is required"
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class PassthroughMapper(FieldMapper):
    """Sends a value unchanged, within optional bounds (numbers) or a longest length (texts, in characters)."""

    source: str
    minimum: float | None = None
    maximum: float | None = None
    max_length: int | None = None

    @property
    def fields(self) -> tuple[str, ...]:
        return (self.source,)

    def fit(self, values: Values, adjustments: Adjustments) -> None:
        value = values.get(self.source)
        if isinstance(value, int | float) and not isinstance(value, bool):
            self._fit_number(value, values, adjustments)
        if isinstance(value, str) and self.max_length is not None and len(value) > self.max_length:
            # cutting a prompt would change its meaning, so no policy allows it
            raise adjustments.refusal(
                self.source,
                f"{value[:20]}…",
                f"has {len(value)} characters; at most {self.max_length} are allowed",
            )

    def _fit_number(self, value: float, values: Values, adjustments: Adjustments) -> None:
        low = value if self.minimum is None else max(value, self.minimum)
        used = low if self.maximum is None else min(low, self.maximum)
        if used != value:
            advice = f"the nearest is {plain_number(used)}"
            adjustments.change(
                self.source, value, used, f"is out of range; use {self._span()}", advice=advice
            )
            values[self.source] = type(value)(used)

    def _span(self) -> str:
        if self.minimum is None:
            return f"at most {plain_number(self.maximum or 0)}"
        return (
            f"at least {plain_number(self.minimum)}"
            if self.maximum is None
            else f"{plain_number(self.minimum)} to {plain_number(self.maximum)}"
        )

    def encode(self, values: Values) -> object:
        return values.get(self.source, OMIT)

    def describe(self) -> tuple[FieldCapability, ...]:
        note = f"at most {self.max_length} characters" if self.max_length else ""
        return (
            FieldCapability(
                field=self.source,
                required=self.required,
                minimum=self.minimum,
                maximum=self.maximum,
                note=note,
            ),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SwitchMapper(FieldMapper):
    """Sends one of two payload values for a yes/no field, such as "native" and "off"."""

    source: str
    when_true: object = True
    when_false: object = False

    @property
    def fields(self) -> tuple[str, ...]:
        return (self.source,)

    def encode(self, values: Values) -> object:
        value = values.get(self.source)
        if value is None:
            return OMIT
        return self.when_true if value else self.when_false

    def describe(self) -> tuple[FieldCapability, ...]:
        return (FieldCapability(field=self.source, allowed=(True, False), required=self.required),)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtraParamsMapper(FieldMapper):
    """Documents the provider-specific parameters of a model; others are sent too, since models change weekly.

    Attributes:
        known: names of the parameters that the documentation lists.
        needed: what to set, by the name of a parameter that the model requires.
        media: names of parameters, listed or not, that are media, or lists of media.
    """

    known: tuple[str, ...] = ()
    needed: Mapping[str, str] = field(default_factory=dict)
    media: tuple[str, ...] = ()

    @property
    def fields(self) -> tuple[str, ...]:
        return ("extra_params",)

    def encode(self, values: Values) -> object:  # noqa: ARG002 - merged by `apply_row`, after everything else
        return OMIT

    def describe(self) -> tuple[FieldCapability, ...]:
        required = (f"{name} (required: {told})" for name, told in self.needed.items())
        return (FieldCapability(field="extra_params", note=", ".join((*required, *self.known))),)

    def missing(self, values: Values) -> str | None:
        given = values.get("extra_params")
        absent = [
            wrong_field("extra_params", key=name) + f" ({told})"
            for name, told in self.needed.items()
            if not isinstance(given, Mapping) or name not in given
        ]
        return (
            Phrase(" and ").join(absent) + f" {'is' if len(absent) == 1 else 'are'} required"
            if absent
            else None
        )


@checked(
    source_field=FIELD,
    required=FLAG,
    minimum=number(or_none=True),
    maximum=number(or_none=True),
    max_length=whole(or_none=True),
)
def passthrough_field_mapper(
    source_field: str,
    *,
    required: bool = False,
    minimum: float | None = None,
    maximum: float | None = None,
    max_length: int | None = None,
) -> FieldMapper:
    """Send a field unchanged, within optional bounds.

    Args:
        source_field: unified field name.
        required: whether the model requires the field.
        minimum, maximum: bounds of a number.
        max_length: longest text, in characters.

    Raises:
        TypeError: an argument has a wrong type.
        ValueError: a number is out of range, or `minimum` is above `maximum`.
    """
    check_bounds("passthrough_field_mapper", minimum, maximum)
    return PassthroughMapper(
        source=source_field, required=required, minimum=minimum, maximum=maximum, max_length=max_length
    )


@checked(source_field=FIELD, required=FLAG)
def switch_field_mapper(
    source_field: str, *, when_true: object, when_false: object, required: bool = False
) -> FieldMapper:
    """Send `when_true` or `when_false` for a yes/no field.

    Raises:
        TypeError: `source_field` is not text, or `required` is not a bool.
    """
    return SwitchMapper(source=source_field, when_true=when_true, when_false=when_false, required=required)


_NEEDED = mapped(text("names of parameters"), "a mapping of names of parameters to what to set", or_none=True)


def extra_params_field_mapper(
    *known: str, needed: Mapping[str, str] | None = None, media: tuple[str, ...] = ()
) -> FieldMapper:
    """Document the provider-specific parameters of a model; others are sent too.

    Args:
        known: names of optional parameters.
        needed: what to set, by the name of a parameter that the model requires, such as `{"strength": "0 to 1"}`. A request
            without it is a ValidationError.
        media: names of parameters, listed or not, that are images, videos or sounds, or lists of them. Users give them in any
            form, like input images; the core reads the files, as `Gateway(local_files=…)` allows, and the payload has `Media`.

    Raises:
        TypeError: an argument has a wrong type, such as a tuple of names in place of each name.
        ValueError: a name is empty.
    """
    owner = "extra_params_field_mapper"
    NAMES(owner, "known", known)
    _NEEDED(owner, "needed", needed)
    check_items(owner, "needed", (needed or {}).values(), str, "strings that say what to set")
    NAMES(owner, "media", media)
    return ExtraParamsMapper(known=known, needed=dict(needed or {}), media=media)


def set_path(payload: dict[str, object], path: str, value: object) -> None:
    """Set a dotted path such as "settings.duration", and create the objects on the way."""
    if "." not in path:
        payload[path] = value
        return
    *parents, last = path.split(".")
    target = payload
    for name in parents:
        target = cast("dict[str, object]", target.setdefault(name, {}))
    target[last] = value


def get_path(payload: Mapping[str, object], path: str) -> object:
    """Return what a payload has at a dotted path, or what stands in place of an object on the way; `OMIT` if it has nothing there."""
    found: object = payload
    for name in path.split("."):
        if not isinstance(found, Mapping):
            return found
        found = cast("Mapping[str, object]", found).get(name, OMIT)
        if found is OMIT:
            return OMIT
    return found


def merge_extra(payload: dict[str, object], extra: Mapping[str, object]) -> dict[str, object]:
    """Return `payload` with `extra` merged over it, nested objects member by member."""
    merged = dict(payload)
    for name, value in extra.items():
        present = merged.get(name)
        if isinstance(present, dict) and isinstance(value, Mapping):
            merged[name] = merge_extra(
                cast("dict[str, object]", present), cast("Mapping[str, object]", value)
            )
        else:
            merged[name] = value
    return merged
