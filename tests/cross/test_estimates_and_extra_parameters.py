"""No estimate of any row holds once an extra parameter sets what its price depends on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pytest

from simulators.every_provider import SIMULATORS
from tarash.tarash_gateway import ImageGenerationRequest, VideoGenerationRequest
from tarash.tarash_gateway.discovery import process_registry
from tarash.tarash_gateway.mapping import Catalogue, Model, Price
from tarash.tarash_gateway.mapping.estimates import Estimate, estimate
from tarash.tarash_gateway.mapping.values import IMAGE_ROLES

PROVIDERS = (*SIMULATORS, "local")
COUNTS = {
    "image": ImageGenerationRequest.count_field,
    "video": VideoGenerationRequest.count_field,
}
OF_UNIT = {"second": {"duration_seconds"}, "megapixel": {"size", "resolution", "aspect_ratio"}}
ANOTHER = "another value"


def _catalogue(provider: str) -> Catalogue:
    return process_registry().get(provider).catalogue


def _estimate(
    provider: str, row: Model, values: Mapping[str, object], extra: Mapping[str, object]
) -> Estimate:
    catalogue = _catalogue(provider)
    return estimate(row, values, extra, catalogue=catalogue, count_field=COUNTS[row.modality])  # fmt: skip


def _priced(provider: str) -> Iterator[tuple[Model, Price, dict[str, object]]]:
    """Yield each row and price with values for which the row has an estimate by it."""
    for row in _catalogue(provider).rows:
        for price in row.prices:
            values = {"duration_seconds": 5, "size": "1024x1024", **price.when}
            if _estimate(provider, row, values, {}).usd is not None:
                yield row, price, values


def _fields_of(price: Price, row: Model) -> set[str]:
    inputs = set(IMAGE_ROLES) if price.usd_per_input_image else set()
    return {COUNTS[row.modality], *price.when, *inputs} | OF_UNIT.get(price.unit, set())


def _ways_to_set(path: str) -> Iterator[dict[str, object]]:
    """Yield parameters that set a path: as the row has it, by its last name alone, and in place of what is above it."""
    first, *further = path.split(".")
    value: object = ANOTHER
    for name in reversed(further):
        value = {name: value}
    yield {first: value}
    yield {path.rpartition(".")[2]: ANOTHER}
    yield {first: ANOTHER}


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_parameter_at_the_path_of_a_priced_field_makes_the_cost_unknown(provider: str) -> None:
    too_sure = [
        f"{row.id}: {extra}"
        for row, price, values in _priced(provider)
        for path, mapper in row.fields.items()
        if _fields_of(price, row).intersection(mapper.fields)
        for extra in _ways_to_set(path)
        if _estimate(provider, row, values, extra).usd is not None
    ]
    assert not too_sure


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_parameter_that_replaces_a_priced_member_makes_the_cost_unknown(provider: str) -> None:
    too_sure = [
        f"{row.id}: {parameter}"
        for row, price, values in _priced(provider)
        for path, parameter in row.replaced_by.items()
        if _fields_of(price, row).intersection(row.fields[path].fields)
        if _estimate(provider, row, values, {parameter: ANOTHER}).usd is not None
    ]
    assert not too_sure


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_count_word_of_any_row_makes_the_cost_of_a_row_without_it_unknown(provider: str) -> None:
    words = {
        (row.modality, path)
        for row in _catalogue(provider).rows
        for path, mapper in row.fields.items()
        if COUNTS[row.modality] in mapper.fields
    }
    too_sure = [
        f"{row.id}: {path}"
        for row, _, values in _priced(provider)
        for modality, path in words
        if modality == row.modality
        for extra in _ways_to_set(path)
        if _estimate(provider, row, values, extra).usd is not None
    ]
    assert not too_sure


@pytest.mark.parametrize("provider", PROVIDERS)
def test_the_value_that_would_be_sent_anyway_keeps_the_estimate(provider: str) -> None:
    """Of the paths that the provider has as they are; the value is read from what the row sends for the values of its price."""
    lost = []
    for row, _, values in _priced(provider):
        known = {**row.defaults, **values, **row.fixed}
        known = {name: value for name, value in known.items() if value is not None}
        sent = {path: mapper.encode(dict(known)) for path, mapper in row.fields.items() if "." not in path}
        given = {path: value for path, value in sent.items() if isinstance(value, str | int | float | bool)}
        expected = _estimate(provider, row, values, {})
        if _estimate(provider, row, values, given) != expected:
            lost.append(f"{row.id}: {given}")
    assert not lost


@pytest.mark.parametrize("provider", PROVIDERS)
def test_the_parameters_that_a_model_requires_have_no_price_of_their_own(provider: str) -> None:
    lost = [
        f"{row.id}: {row.example_params}"
        for row, _, values in _priced(provider)
        if _estimate(provider, row, values, row.example_params).usd is None
    ]
    assert not lost


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_declared_parameter_makes_the_cost_unknown_except_with_the_usual_value(provider: str) -> None:
    for row, _, values in _priced(provider):
        for name, usual in row.priced_params.items():
            assert _estimate(provider, row, values, {name: ANOTHER}).usd is None, (row.id, name)
            if usual is not None:
                assert _estimate(provider, row, values, {name: usual}).usd is not None, (row.id, name)
