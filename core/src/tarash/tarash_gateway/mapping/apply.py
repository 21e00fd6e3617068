"""Applies a model's row to a request: the payload, and every change that was needed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, cast

from ..exceptions import ValidationError
from ..models.metadata import Adjustment
from ..models.request import GenerationRequest
from .choices import settle_choice
from .field_mapper import FieldMapper, merge_extra, set_path
from .table import Model, Rule
from .values import INPUT_FIELDS, OMIT, Settlement, Values, read_values, shown


@dataclass(frozen=True, slots=True)
class Mapped:
    """A request in a provider's terms.

    Attributes:
        payload: the body to submit; media to be uploaded stand in it as `Media`.
        values: the unified values as settled, after adjustments.
        adjustments: every change made.
        lost_inputs: names of input images or videos of which some were left out ("adjust" only).
    """

    payload: dict[str, object] = field(repr=False)
    values: Values = field(default_factory=dict, repr=False)
    adjustments: tuple[Adjustment, ...] = ()
    lost_inputs: tuple[str, ...] = ()


def apply_row(
    row: Model, request: GenerationRequest, *, provider: str, model: str, mode: Literal["error", "adjust"]
) -> Mapped:
    """Map `request` for one model.

    Args:
        row: the model's row.
        request: what is asked.
        provider, model: names for messages and adjustments.
        mode: "error" refuses what the model does not take, "adjust" changes it.

    Raises:
        ValidationError: the model cannot render it (or not without a change, in "error" mode); lists what is allowed.
    """
    settlement = Settlement(mode, provider, model)
    values = read_values(request)
    asked = _count_inputs(values)
    mappers = tuple(row.fields.values())
    for mapper in mappers:
        mapper.settle(values, settlement)
    _settle_fixed(row, mappers, values, settlement)
    _settle_unsupported(row, mappers, values, settlement)
    for rule in row.rules:
        _apply_rule(rule, row, values, settlement)
    left = _count_inputs(values)
    lost = tuple(sorted(name for name, count in asked.items() if left.get(name, 0) < count))
    missing = [text for mapper in mappers if (text := mapper.missing(values))]
    if missing:
        raise ValidationError(f"{'; '.join(missing)} for this model", provider=provider, model=model)
    payload: dict[str, object] = {}
    for path, mapper in row.fields.items():
        wire = mapper.encode(values)
        if wire is not OMIT:
            set_path(payload, path, wire)
    for path, constant in row.constants.items():
        set_path(payload, path, constant)
    return Mapped(merge_extra(payload, request.extra_params), values, tuple(settlement.adjustments), lost)


def _count_inputs(values: Values) -> dict[str, int]:
    found = {name: values[name] for name in INPUT_FIELDS if name in values}
    return {name: len(value) if isinstance(value, list) else 1 for name, value in found.items()}


def _settle_fixed(
    row: Model, mappers: tuple[FieldMapper, ...], values: Values, settlement: Settlement
) -> None:
    mapped = {name for mapper in mappers for name in mapper.fields}
    for name, only in row.fixed.items():
        if name in values and name not in mapped and values[name] != only:
            reason = f"cannot be chosen; this model always renders {name}={shown(only)}"
            settlement.change(name, values[name], only, reason)
            values[name] = only


def _settle_unsupported(
    row: Model, mappers: tuple[FieldMapper, ...], values: Values, settlement: Settlement
) -> None:
    taken = {name for mapper in mappers for name in mapper.fields} | set(row.fixed)
    for name in [name for name in values if name not in taken]:
        value = values[name]
        if name == "generate_audio" and value is False:
            # a model without any sound option renders silence, which is what was asked
            continue
        settlement.change(name, value, None, _why_unsupported(name, taken))
        del values[name]


def _why_unsupported(name: str, taken: set[str]) -> str:
    if name in INPUT_FIELDS:
        inputs = sorted(taken & INPUT_FIELDS)
        has = f"it takes {', '.join(inputs)}" if inputs else "it takes no input image or video"
        return (
            f"is no input of this model; {has}; choose another model, or unsupported='adjust' to leave it out"
        )
    fields = sorted(taken - INPUT_FIELDS - {"extra_params"})
    return (
        f"is no option of this model; it takes {', '.join(fields)}; leave it out, or use unsupported='adjust'"
    )


def _apply_rule(rule: Rule, row: Model, values: Values, settlement: Settlement) -> None:
    def known(name: str) -> object:
        return values.get(name, row.fixed.get(name))

    for name, wanted in rule.when.items():
        value = known(name)
        if value is None or (wanted and value not in wanted):
            return
    for name, allowed in rule.allow.items():
        if name not in values:
            continue
        if not allowed:
            settlement.change(name, values[name], None, f"is not offered {rule.reason}; leave it out")
            del values[name]
        elif values[name] not in allowed:
            settle_choice(name, allowed, values, settlement, why=f" {rule.reason}")
    absent = [name for name in rule.require if name not in values]
    if absent:
        raise ValidationError(
            f"{' and '.join(absent)} is required {rule.reason}",
            provider=settlement.provider,
            model=settlement.model,
        )


def estimate_cost_usd(row: Model, values: Mapping[str, object], *, count_field: str) -> float | None:
    """Return the estimated cost in US dollars of one call with these settled values; None when no price is known."""
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
    return float(cast("float", value)) if isinstance(value, int | float) else otherwise
