"""Applies a model's row to a request: makes the payload, and lists every adjustment."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from ..exceptions import ValidationError
from ..models.config import Unsupported
from ..models.dimensions import Size
from ..models.metadata import Adjustment
from ..models.request import GenerationRequest
from ..phrases import Phrase, mention, wrong_field
from .choices import fit_choice
from .field_mapper import get_path, merge_extra, set_path
from .image_places import place_images
from .input_shape import shaping_input
from .table import Model, Price, Rule
from .values import IMAGE_ROLES, OMIT, Adjustments, Values, input_fields, read_values, shown

MEGAPIXEL = 1024 * 1024
"""Pixels of the unit that some prices count in."""


@dataclass(frozen=True, slots=True)
class Mapped:
    """A request in a provider's terms.

    Attributes:
        payload: the body to submit; it contains media to upload as `Media`.
        values: the unified values after all adjustments.
        adjustments: every change made.
        takes_webhook_url: False if the provider calls no URL for this request, such as one whose answer has the result at once. The
            core then refuses `webhook_url`, or lists it as left out; see `ProviderInfo.takes_webhook_url`.
        webhook_members: payload members that tell the provider `Call.webhook_url`, such as `{"callback_url": call.webhook_url}`. The core
            adds them if there is a URL, and refuses a request whose `extra_params` have another one in the same place. Empty if the
            plugin sends it elsewhere, such as in the query.
        generic: whether the row for any other name was applied, so that nothing is known about the model and little was checked.
    """

    payload: dict[str, object] = field(repr=False)
    values: Values = field(default_factory=dict, repr=False)
    adjustments: tuple[Adjustment, ...] = ()
    takes_webhook_url: bool = True
    webhook_members: Mapping[str, object] = field(default_factory=dict, repr=False)
    generic: bool = False


def apply_row(
    row: Model,
    request: GenerationRequest,
    *,
    provider: str,
    model: str,
    mode: Unsupported,
    is_fallback: bool = False,
) -> Mapped:
    """Map a request for one model.

    Args:
        row: the row of the model.
        request: what to generate.
        provider, model: names for messages and adjustments.
        mode: what to do with what the model does not take: `unsupported` of the configuration.
        is_fallback: whether the model stands in for another one.

    Raises:
        ValidationError: the model cannot generate this, or not without a change that `mode` does not allow; the message lists what
            is allowed. `allows_fallback` is True if a fallback would lose the sound or an input, so that it is skipped.
    """
    adjustments = Adjustments(mode, provider, model, is_fallback=is_fallback)
    values = read_values(request)
    inputs = input_fields(type(request))
    place_images(row, values, adjustments)
    given = {name: value for name, value in values.items() if name in inputs}
    counts = {name: _count(value) for name, value in given.items()}
    for name, value in given.items():
        if name not in row.taken:
            raise adjustments.lose(name, value, _why_no_input(row, inputs))
    try:
        _fit(row, inputs, values, adjustments)
    except ValidationError as error:
        # an input that is missing decides which other values are offered, so it is reported first
        lacking = _missing(row, given, request.extra_params, only=inputs)
        error.message = Phrase(lacking, "; ", error.message) if lacking else error.message
        raise
    for name, count in counts.items():
        left = _count(values.get(name))
        if left < count:
            # a mapper left some out
            raise adjustments.lose(name, given[name], f"is more than the model takes ({left})")
    missing = _missing(row, values, request.extra_params)
    if missing:
        raise ValidationError(missing, provider=provider, model=model)
    payload = _payload(row, values)
    for path, parameter in row.replaced_by.items():
        if parameter in request.extra_params and path in payload:
            adjustments.note(path, payload.pop(path), None, f"is replaced by {parameter}")
    _note_replaced(row, values, request.extra_params, adjustments)
    payload = merge_extra(payload, request.extra_params)
    return Mapped(payload, values, tuple(adjustments.made), generic=row.generic)


def _fit(row: Model, inputs: frozenset[str], values: Values, adjustments: Adjustments) -> None:
    for mapper in row.fields.values():
        mapper.fit(values, adjustments)
    _fit_fixed(row, values, adjustments)
    _leave_out_unsupported(row, inputs, values, adjustments)
    for rule in row.rules:
        _apply_rule(rule, row, inputs, values, adjustments)


def _missing(
    row: Model, values: Values, extra: Mapping[str, object], *, only: frozenset[str] | None = None
) -> str:
    """Return a message that names every required field that is missing, or ""; an extra parameter of the same name stands in for one.

    Args:
        row: the row of the model.
        values: the values of the request.
        extra: its `extra_params`.
        only: the fields to check; None checks all.
    """
    given = {**values, "extra_params": extra}
    missing = [
        text
        for path, mapper in row.needing.items()
        if path not in extra
        and row.replaced_by.get(path) not in extra
        and (only is None or only.intersection(mapper.fields))
        and (text := mapper.missing(given)) is not None
    ]
    if not missing:
        return ""
    limit = "; it only animates an image" if row.tasks() == ("image-to-video",) else ""
    return Phrase("; ").join(missing) + f" for this model{limit}"


def _payload(row: Model, values: Values) -> dict[str, object]:
    payload: dict[str, object] = {}
    for path, mapper in row.fields.items():
        payload_value = mapper.encode(values)
        if payload_value is not OMIT:
            set_path(payload, path, payload_value)
    for path, constant in row.constants.items():
        set_path(payload, path, constant)
    return payload


def _note_replaced(row: Model, values: Values, extra: Mapping[str, object], adjustments: Adjustments) -> None:
    """List the fields that the user's own parameters replace: those take precedence, but not without a word."""
    for path, mapper in row.fields.items() if extra else ():
        sent = mapper.encode(values)
        given = get_path(extra, path)
        if sent is OMIT or given is OMIT or not _is_replaced(sent, given):
            continue
        for name in mapper.fields:
            if name in values:
                reason = f"is replaced by {path!r} in extra_params, which take precedence"
                adjustments.note(name, values[name], None, reason)


def _is_replaced(sent: object, given: object) -> bool:
    if isinstance(sent, Mapping) and isinstance(given, Mapping):
        return any(name in given and _is_replaced(value, given[name]) for name, value in sent.items())
    return given != sent


def _count(value: object) -> int:
    """Return how many inputs a value holds."""
    return len(value) if isinstance(value, list | tuple) else int(value is not None)


def _fit_fixed(row: Model, values: Values, adjustments: Adjustments) -> None:
    for name, only in row.fixed.items():
        is_mapped = any(name in mapper.fields for mapper in row.fields.values())
        if name in values and not is_mapped and values[name] != only:
            reason = "cannot be changed; this model always uses " + mention(name, shown(only))
            adjustments.change(name, values[name], only, reason)
            values[name] = only


def _leave_out_unsupported(
    row: Model, inputs: frozenset[str], values: Values, adjustments: Adjustments
) -> None:
    for name in [name for name in values if name not in row.taken]:
        value = values[name]
        if name == "generate_audio" and value is False:
            # a model without a sound option generates silence, which is what was requested
            continue
        advice = "leave it out, or set " + mention("unsupported", "adjust")
        _leave_out(name, _why_no_option(row, inputs), advice, values, adjustments)


def _leave_out(name: str, reason: str, advice: str, values: Values, adjustments: Adjustments) -> None:
    """Leave out a value that the model does not take. A first frame or a video decides the shape, so an aspect ratio is not missed."""
    shaping = shaping_input(values) if name == "aspect_ratio" and adjustments.mode != "error" else None
    if shaping is None:
        adjustments.change(name, values[name], None, reason, advice=advice)
    else:
        adjustments.note(name, values[name], None, f"is left to the {shaping}, whose shape the output has")
    del values[name]


def _why_no_input(row: Model, inputs: frozenset[str]) -> str:
    offered = sorted(row.taken & inputs)
    has = Phrase(", ").join(map(mention, offered)) if offered else "no input image or video"
    return Phrase("is not an input of this model; it takes ", has, "; choose another model")


def _why_no_option(row: Model, inputs: frozenset[str]) -> str:
    taken = row.taken - inputs - {"extra_params"}
    # nearly every model takes a prompt
    names = Phrase(", ").join(map(mention, sorted(taken - {"prompt"} or taken)))
    return Phrase("is not an option of this model", "; it takes " + names if names else "")


def _apply_rule(
    rule: Rule, row: Model, inputs: frozenset[str], values: Values, adjustments: Adjustments
) -> None:
    if not _holds(rule, row, values):
        return
    for name, allowed in rule.allow.items():
        if name not in values:
            continue
        if not allowed:
            reason, advice = Phrase("is not offered ", rule.reason), "leave it out"
            if name in inputs:
                raise adjustments.lose(name, values[name], Phrase(reason, "; ", advice))
            _leave_out(name, reason, advice, values, adjustments)
        elif values[name] not in allowed:
            fit_choice(name, allowed, values, adjustments, why=Phrase(" ", rule.reason))
    absent = [name for name in rule.require if name not in values]
    if absent:
        raise ValidationError(
            Phrase(Phrase(" and ").join(map(wrong_field, absent)), " is required ", rule.reason),
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
    price = price_for(row, known)
    units = None if price is None else _units(price, known)
    if price is None or units is None:
        return None
    count = _number(known.get(count_field), 1.0)
    return round(_usd_of_output(price, units) * count + _usd_of_inputs(price, known), 6)


def price_for(row: Model, known: Mapping[str, object]) -> Price | None:
    """Return the price that applies to these values, the row's defaults and fixed values included; None if none does."""
    return next(
        (
            price
            for price in row.prices
            if all(known.get(name) == value for name, value in price.when.items())
        ),
        None,
    )


def priced_by(row: Model) -> tuple[str, ...]:
    """Return the names of the fields that decide whether a request has a price; empty if none ever has one."""
    usable = [
        price for price in row.prices if price.unit != "megapixel" or price.usual_megapixels is not None
    ]
    seconds = {"duration_seconds" for price in usable if price.unit == "second"}
    return tuple(sorted(seconds.union(*(price.when for price in usable))))


def _units(price: Price, known: Mapping[str, object]) -> float | None:
    """Return how many units of a price one output has; None if that is unknown."""
    if price.unit == "second":
        seconds = known.get("duration_seconds")
        return float(seconds) if isinstance(seconds, int | float) else None
    if price.unit != "megapixel":
        return 1.0
    size = Size.parse(str(known.get("size")))
    if price.usual_megapixels is None or size is None:
        return price.usual_megapixels
    return math.ceil(size.pixels / MEGAPIXEL)


def _usd_of_output(price: Price, units: float) -> float:
    first = price.usd if price.usd_first is None else price.usd_first
    return first * min(units, 1.0) + price.usd * max(units - 1.0, 0.0)


def _usd_of_inputs(price: Price, known: Mapping[str, object]) -> float:
    if not price.usd_per_input_image:
        return 0.0
    images = sum(_count(known.get(role)) for role in IMAGE_ROLES)
    return price.usd_per_input_image * max(images - price.free_input_images, 0)


def _number(value: object, otherwise: float) -> float:
    return float(value) if isinstance(value, int | float) else otherwise
