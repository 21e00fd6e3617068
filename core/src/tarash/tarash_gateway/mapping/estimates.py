"""Estimates what a request costs, and says why that is unknown where it could have been known."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from ..models.money import dollars
from ..phrases import Phrase, mention
from .apply import estimate_cost_usd, price_for, priced_by
from .catalogue import Catalogue
from .table import Model
from .values import IMAGE_ROLES

MOST_LEVELS = 8
"""How deep extra parameters are searched; no provider nests its parameters as deep."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """The estimated cost of one call.

    Attributes:
        usd: US dollars; None if unknown.
        notice: why it is unknown although the model has prices, and what to do, or None.
    """

    usd: float | None = None
    notice: str | None = None


def estimate(
    row: Model,
    values: Mapping[str, object],
    extra: Mapping[str, object],
    *,
    catalogue: Catalogue,
    count_field: str,
) -> Estimate:
    """Estimate the cost of one call.

    An extra parameter takes precedence over the fields, so an estimate by the fields could be too low where it has the name under
    which a model of this provider is sent something that the price depends on. Then the cost is unknown, unless the parameter only
    repeats the value that the estimate counts on.

    Args:
        row: the row of the model.
        values: the unified values after all adjustments.
        extra: `extra_params` of the request.
        catalogue: the rows of the provider.
        count_field: name of the field that sets the number of outputs, such as "n".
    """
    usd = estimate_cost_usd(row, values, count_field=count_field)
    if usd is None:
        return Estimate(None, _why_unknown(row, values))
    if not extra:
        return Estimate(usd)
    known = {count_field: 1, **row.defaults, **values, **row.fixed}
    known = {name: value for name, value in known.items() if value is not None}
    priced = _priced_fields(row, count_field)
    objects = tuple(_objects(extra, MOST_LEVELS))
    own = ((path, mapper.fields) for path, mapper in row.fields.items())
    for path, fields in (*own, *catalogue.members(row.modality)):
        found = priced.intersection(fields)
        if not found:
            continue
        expected = _expected(row, path, known, is_count=count_field in found)
        name = _replacing(row, path, extra) or _changed(path, objects, expected)
        if name is not None:
            return Estimate(None, _notice(name, sorted(found & row.taken)))
    for name, usual in row.priced_params.items():
        if _changed(name, objects, [usual] if usual is not None else []) is not None:
            return Estimate(None, _notice(name, ()))
    return Estimate(usd)


def _why_unknown(row: Model, values: Mapping[str, object]) -> str | None:
    """Return why the prices of a row are no help for a request, and what to do; None if the row has none that could be."""
    price = price_for(row, {**row.defaults, **values, **row.fixed})
    if price is None:
        names = priced_by(row)
        depends = f"they depend on {', '.join(names)}; ask for what has a price"
        return f"the model has prices, but not for this request: {depends}" if names else None
    if price.unit != "second":
        return None
    costs = f"the model costs {dollars(price.usd)} per second of output"
    if row.accepts("duration_seconds"):
        advice = "set " + mention("duration_seconds")
        return Phrase(f"{costs}, and the request does not say how long that is; ", advice)
    return Phrase(
        f"{costs}, and no field of the request sets how long that is: it follows from the input, which is not measured, or from ",
        mention("extra_params"),
        "; work out the cost yourself, or choose a model that takes ",
        mention("duration_seconds"),
    )


def _priced_fields(row: Model, count_field: str) -> set[str]:
    """Return the fields that the price of a request depends on."""
    names = {count_field}
    for price in row.prices:
        names.update(price.when)
        if price.unit == "second":
            names.add("duration_seconds")
        if price.unit == "megapixel":
            names.update(("size", "resolution", "aspect_ratio"))
        if price.usd_per_input_image:
            names.update(IMAGE_ROLES)
    return names


def _objects(value: object, levels: int) -> Iterator[Mapping[object, object]]:
    """Yield every object in a JSON value: providers also take the parameters of a row as parts of a body, or in lists."""
    if levels and isinstance(value, Mapping):
        yield value
        for inner in value.values():
            yield from _objects(inner, levels - 1)
    elif levels and isinstance(value, list | tuple):
        for inner in value:
            yield from _objects(inner, levels - 1)


def _expected(row: Model, path: str, known: dict[str, object], *, is_count: bool) -> list[object]:
    """Return the values under the last name of a path that agree with the estimate: what the row itself sends under that name."""
    last = _last(path)
    sent = [mapper.encode(dict(known)) for own, mapper in row.fields.items() if _last(own) == last]
    sent += [constant for own, constant in row.constants.items() if _last(own) == last]
    return sent or ([1] if is_count else [])


def _replacing(row: Model, path: str, extra: Mapping[str, object]) -> str | None:
    parameter = row.replaced_by.get(path)
    return parameter if parameter in extra else None


def _changed(path: str, objects: Iterable[Mapping[object, object]], expected: list[object]) -> str | None:
    """Return the name that sets a path to anything unexpected, or replaces an object that the path leads through."""
    *parents, last = path.split(".")
    for each in objects:
        if last in each and each[last] not in expected:
            return last
        for name in parents:
            if name in each and not isinstance(each[name], Mapping):
                return name
    return None


def _last(path: str) -> str:
    return path.rpartition(".")[2]


def _notice(name: str, fields: Iterable[str]) -> str:
    instead = (
        Phrase("use ", Phrase(" and ").join(map(mention, fields)), " instead") if fields else "leave it out"
    )
    return Phrase(mention("extra_params"), f" set {name!r}, which may change the price; ", instead)
