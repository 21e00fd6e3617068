"""The mapper of durations, from a set of values or a range, in the form of the provider."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

from .argument_checks import FLAG, One, Problem, checked, many, number, one_of, text, whole
from .choices import fit_choice
from .field_mapper import FieldCapability, FieldMapper
from .row_checks import check_bounds
from .values import OMIT, Adjustments, Values, shown

DurationForm: TypeAlias = Literal["int", "str", "float", "frames"]
"""Form of a duration in the payload: JSON integer, digits as text, float, or a number of frames."""

_SECONDS = re.compile(r"([0-9]+(?:\.[0-9]+)?) ?([a-z]*)")
"""A duration as some providers write it, such as "8s"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DurationMapper(FieldMapper):
    """Maps `duration_seconds`, from a set of values or a range, in the provider's form; see `duration_field_mapper`."""

    allowed: tuple[float, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    form: DurationForm = "int"
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
            used = max(float(math.floor(used + 0.5)), math.ceil(low))
            used = used if used <= high else math.floor(high)
        if used != value:
            span = (
                f"{shown(low)} to {shown(high)} seconds" if self.maximum else f"at least {shown(low)} seconds"
            )
            whole = " in whole seconds" if self.form in ("int", "str") else ""
            adjustments.change(
                "duration_seconds",
                value,
                used,
                f"is not offered; use {span}{whole}",
                advice=f"the nearest is {shown(used)}",
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


def _problem_of_seconds(value: object) -> Problem:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return TypeError
    if isinstance(value, str) and _SECONDS.fullmatch(value) is None:
        return ValueError
    return None if 0 < _seconds(value) < math.inf else ValueError


_LENGTH = One("finite numbers of seconds above 0, such as 8, or strings such as '8s'", _problem_of_seconds)


@checked(
    field_type=one_of(*get_args(DurationForm)),
    allowed_values=many(_LENGTH),
    minimum=number(0, or_none=True),
    maximum=number(0, or_none=True),
    suffix=text("text such as 's'", lambda _: True),
    frames_per_second=whole(0),
    extra_frames=whole(0),
    required=FLAG,
)
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
        TypeError: an argument has a wrong type, such as a number in place of a tuple.
        ValueError: there is no such form, an allowed value is not a number of seconds above 0, or not whole for "int", the strings
            have different endings, `minimum` is above `maximum`, or "frames" has no rate.
    """
    allowed = tuple(_seconds(value) for value in allowed_values)
    ending = _ending(allowed_values, suffix)
    _check_duration(field_type, allowed, minimum, maximum, frames_per_second)
    return DurationMapper(
        allowed=allowed,
        minimum=minimum,
        maximum=maximum,
        form=field_type,
        suffix=ending,
        frames_per_second=frames_per_second,
        extra_frames=extra_frames,
        required=required,
    )


def _seconds(value: float | str) -> float:
    if not isinstance(value, str):
        return value
    number = float(_SECONDS.sub(r"\1", value))
    return int(number) if number.is_integer() else number


def _ending(values: Sequence[float | str], suffix: str) -> str:
    """Return the text after the digits, which strings such as "8s" tell as well as `suffix` does."""
    endings = {_SECONDS.sub(r"\2", value) for value in values if isinstance(value, str)} - {suffix}
    if len(endings) > 1 or (endings and suffix):
        raise ValueError(
            f"duration_field_mapper has allowed_values={shown(values)} with different endings; use one, such as '8s'"
        )
    return suffix or next(iter(endings), "")


def _check_duration(
    form: DurationForm, allowed: Sequence[float], minimum: float | None, maximum: float | None, rate: int
) -> None:
    """Check arguments that depend on each other."""
    owner = "duration_field_mapper"
    check_bounds(owner, minimum, maximum)
    if maximum == 0:
        raise ValueError(f"{owner} has maximum=0, which allows nothing; use None if there is no bound")
    if form == "frames" and not rate:
        raise ValueError(
            f"{owner} has field_type='frames' and frames_per_second={rate}; use the frame rate, such as 24"
        )
    parts = [value for value in allowed if not float(value).is_integer()] if form == "int" else []
    if parts:
        raise ValueError(
            f"{owner} has {parts[0]} in allowed_values; use whole seconds, or field_type='float' or 'str'"
        )
