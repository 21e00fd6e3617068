"""Applies a model's row to a request: makes the payload, and lists every adjustment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from ..exceptions import ValidationError
from ..models.metadata import Adjustment
from ..models.request import GenerationRequest
from .choices import fit_choice
from .field_mapper import merge_extra, set_path
from .table import Model, Rule
from .values import OMIT, Adjustments, Values, input_fields, read_values, shown


@dataclass(frozen=True, slots=True)
class Mapped:
    """A request in a provider's terms.

    Attributes:
        payload: the body to submit; it contains media to upload as `Media`.
        values: the unified values after all adjustments.
        adjustments: every change made.
        lost_inputs: names of the inputs of which some images or videos were left out ("adjust" only).
    """

    payload: dict[str, object] = field(repr=False)
    values: Values = field(default_factory=dict, repr=False)
    adjustments: tuple[Adjustment, ...] = ()
    lost_inputs: tuple[str, ...] = ()


def apply_row(
    row: Model, request: GenerationRequest, *, provider: str, model: str, mode: Literal["error", "adjust"]
) -> Mapped:
    """Map a request for one model.

    Args:
        row: the row of the model.
        request: what to generate.
        provider, model: names for messages and adjustments.
        mode: "error" refuses what the model does not take, "adjust" changes it.

    Raises:
        ValidationError: the model cannot generate this, or in "error" mode not without a change; the message lists what is
            allowed.
    """
    adjustments = Adjustments(mode, provider, model)
    values = read_values(request)
    inputs = input_fields(type(request))
    asked = _count_inputs(values, inputs)
    mapped: set[str] = set()
    for mapper in row.fields.values():
        mapper.fit(values, adjustments)
        mapped.update(mapper.fields)
    _fit_fixed(row, mapped, values, adjustments)
    _leave_out_unsupported(mapped.union(row.fixed), inputs, values, adjustments)
    for rule in row.rules:
        _apply_rule(rule, row, values, adjustments)
    left = _count_inputs(values, inputs)
    lost = tuple(sorted(name for name, count in asked.items() if left.get(name, 0) < count))
    missing = _missing(row, values, request.extra_params)
    if missing:
        raise ValidationError(f"{'; '.join(missing)} for this model", provider=provider, model=model)
    payload = merge_extra(_payload(row, values), request.extra_params)
    return Mapped(payload, values, tuple(adjustments.made), lost)


def _missing(row: Model, values: Values, extra: Mapping[str, object]) -> list[str]:
    """Return what the model requires and the request does not have; a parameter of the same name stands in for a field."""
    given = {**values, "extra_params": extra}
    return [
        text
        for path, mapper in row.fields.items()
        if path not in extra and (text := mapper.missing(given)) is not None
    ]


def _payload(row: Model, values: Values) -> dict[str, object]:
    payload: dict[str, object] = {}
    for path, mapper in row.fields.items():
        payload_value = mapper.encode(values)
        if payload_value is not OMIT:
            set_path(payload, path, payload_value)
    for path, constant in row.constants.items():
        set_path(payload, path, constant)
    return payload


def _count_inputs(values: Values, inputs: frozenset[str]) -> dict[str, int]:
    found = {name: value for name, value in values.items() if name in inputs}
    return {name: len(value) if isinstance(value, list | tuple) else 1 for name, value in found.items()}


def _fit_fixed(row: Model, mapped: set[str], values: Values, adjustments: Adjustments) -> None:
    for name, only in row.fixed.items():
        if name in values and name not in mapped and values[name] != only:
            reason = f"cannot be changed; this model always uses {name}={shown(only)}"
            adjustments.change(name, values[name], only, reason)
            values[name] = only


def _leave_out_unsupported(
    taken: set[str], inputs: frozenset[str], values: Values, adjustments: Adjustments
) -> None:
    for name in [name for name in values if name not in taken]:
        value = values[name]
        if name == "generate_audio" and value is False:
            # a model without a sound option generates silence, which is what was requested
            continue
        adjustments.change(name, value, None, _why_unsupported(name, taken, inputs))
        del values[name]


def _why_unsupported(name: str, taken: set[str], inputs: frozenset[str]) -> str:
    if name in inputs:
        offered = sorted(taken & inputs)
        has = f"it takes {', '.join(offered)}" if offered else "it takes no input image or video"
        return f"is not an input of this model; {has}; choose another model, or set unsupported='adjust' to leave it out"
    fields = ", ".join(sorted(taken - inputs - {"extra_params"}))
    return f"is not an option of this model; it takes {fields}; leave it out, or set unsupported='adjust'"


def _apply_rule(rule: Rule, row: Model, values: Values, adjustments: Adjustments) -> None:
    if not _holds(rule, row, values):
        return
    for name, allowed in rule.allow.items():
        if name not in values:
            continue
        if not allowed:
            adjustments.change(name, values[name], None, f"is not offered {rule.reason}; leave it out")
            del values[name]
        elif values[name] not in allowed:
            fit_choice(name, allowed, values, adjustments, why=f" {rule.reason}")
    absent = [name for name in rule.require if name not in values]
    if absent:
        raise ValidationError(
            f"{' and '.join(absent)} is required {rule.reason}",
            provider=adjustments.provider,
            model=adjustments.model,
        )


def _holds(rule: Rule, row: Model, values: Values) -> bool:
    for name, wanted in rule.when.items():
        value = values.get(name, row.fixed.get(name))
        if value is None or (wanted and value not in wanted):
            return False
    return True


def estimate_cost_usd(row: Model, values: Mapping[str, object], *, count_field: str) -> float | None:
    """Return the estimated cost of one call in US dollars; None if no price is known.

    Args:
        row: the row of the model.
        values: the unified values after all adjustments.
        count_field: name of the field that sets the number of outputs, such as "n"; see `GenerationRequest.count_field`.
    """
    known = {**row.defaults, **values, **row.fixed}
    for price in row.prices:
        if any(known.get(name) != value for name, value in price.when.items()):
            continue
        count = _number(known.get(count_field), 1.0)
        if price.unit == "second":
            seconds = known.get("duration_seconds")
            return None if not isinstance(seconds, int | float) else round(price.usd * seconds * count, 6)
        if price.unit == "megapixel":
            return None
        return round(price.usd * count, 6)
    return None


def _number(value: object, otherwise: float) -> float:
    return float(value) if isinstance(value, int | float) else otherwise
