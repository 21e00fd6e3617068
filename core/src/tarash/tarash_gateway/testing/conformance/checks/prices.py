"""Conformance checks for prices: an estimate counts what the provider counts, and comes to what the price list says."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from functools import partial

import pytest

from ....exceptions import ValidationError
from ....mapping.apply import estimate_cost_usd
from ....mapping.table import Model
from ....models.modality import modality_named
from ....models.request import GenerationRequest
from ..cases import Example
from ..context import CheckContext
from ..explaining import explain_failures
from ..requests import declared_values, minimal_request
from .mapping import each_row, map_row
from .values import SECONDS, examples_of

NEAR_ENOUGH = 0.02
"""How far an estimate may be from the price list, for rounded prices."""


@explain_failures
class PriceChecks:
    """What users suffer if an estimate is wrong."""

    def test_an_estimate_counts_what_is_asked_for(self, context: CheckContext) -> None:
        """If four images, or twice the seconds, are estimated as one, a budget lets through what it should stop.

        To fix: return in `Mapped.values` what `default_map` gives, with what you change; the estimate comes from them.
        """
        each_row(context, partial(_wrong_estimate, context))

    def test_an_example_costs_what_the_price_list_says(self, context: CheckContext) -> None:
        """A price per second that counts as one per video is a tenth of the bill, and the budget is gone before anybody notices.

        To fix: compare `usd` and `unit` of the prices with the price list. State in `examples` of the cases what a request costs,
        for each modality and unit: `Example({"duration_seconds": 8}, usd=0.40)`.
        """
        rows = [row for row in context.provider.catalogue.rows if row.prices]
        if not rows:
            pytest.skip("no row has a price, so nothing is estimated and no budget can stop a request")
        priced = [(example, row) for example, row in examples_of(context) if example.usd is not None]
        complaints = [said for pair in priced if (said := _wrong_cost(context, *pair)) is not None]
        complaints += _units_without_example(context, rows, [row for _, row in priced])
        assert not complaints, "; ".join(complaints)


def _estimate(context: CheckContext, row: Model, request: GenerationRequest) -> float | None:
    mapped = map_row(context, row, request)
    return estimate_cost_usd(row, mapped.values, count_field=modality_named(row.modality).count_field)


def _wrong_estimate(context: CheckContext, row: Model) -> str | None:
    """Return a field that the price depends on, and the estimate does not."""
    if not row.prices:
        return None
    count = modality_named(row.modality).count_field
    fields = [count] if all(count not in price.when for price in row.prices) else []
    if all(price.unit == "second" for price in row.prices):
        fields.append(SECONDS)
    declared = list(declared_values(row))
    for name in fields:
        values = sorted({float(str(value)) for field, value in declared if field == name and value})
        if name == count and row.accepts(count):
            values = values or [1, 2]
        if len(values) > 1 and (said := _wrong_growth(context, row, name, (values[0], values[-1]))):
            return said
    return None


def _wrong_growth(context: CheckContext, row: Model, name: str, values: tuple[float, float]) -> str | None:
    """Return what is wrong with the estimates for a smaller and a greater value of a field; None if the greater one costs more."""
    numbers = [int(value) if value.is_integer() else value for value in map(float, values)]
    try:
        costs = [_estimate(context, row, minimal_request(row, **{name: number})) for number in numbers]
    except ValidationError:
        # a rule between fields, or a limit that another check reports
        return None
    low, high = costs
    if low is None or high is None or high > low or not low:
        return None
    return f"{name}={numbers[1]} is estimated at ${high:g}, as {name}={numbers[0]} is at ${low:g}"


def _wrong_cost(context: CheckContext, example: Example, row: Model) -> str | None:
    """Return what is wrong with the estimate for an example; None if it is what the price list says."""
    usd = example.usd or 0.0
    try:
        estimate = _estimate(context, row, minimal_request(row, **example.request))
    except ValidationError as error:
        return f"{row.id}: the example {dict(example.request)} is refused: {error.message}"
    if estimate is not None and math.isclose(estimate, usd, rel_tol=NEAR_ENOUGH):
        return None
    told = "nothing" if estimate is None else f"${estimate:g}"
    return f"{row.id}: {dict(example.request)} costs ${usd:g}, but {told} is estimated"


def _units_without_example(
    context: CheckContext, rows: Sequence[Model], stated: Sequence[Model]
) -> Iterator[str]:
    """Yield what to write for each unit of a modality for which no example says what it costs."""
    usual = [row for row in rows if row.example_name == context.model(row.modality)]
    priced = (
        (row, price.unit)
        for row in (*usual, *rows)
        for price in row.prices
        # a price per megapixel of unknown pixels estimates nothing
        if context.model(row.modality) and (price.unit != "megapixel" or price.usual_megapixels is not None)
    )
    known = {(row.modality, price.unit) for row in stated for price in row.prices}
    for row, unit in priced:
        if (row.modality, unit) in known:
            continue
        known.add((row.modality, unit))
        seconds = f'{{"{SECONDS}": 8}}' if row.accepts(SECONDS) else "{}"
        own = "" if row in usual else f", model={row.example_name!r}"
        other = "" if row.modality == context.modality else f", modality={row.modality!r}"
        yield (
            f"no example says what {row.example_name} costs, which is paid per {unit}; add what the price list says to the cases: "
            f"examples=(Example({seconds}, usd=…{own}{other}),)"
        )
