"""Writes small extracts of what the clients and the price map know, for tests that run without them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date

from tarash.tarash_gateway.mapping.catalogue import Catalogue

from .comparison import our_price, row_for
from .facts import KnownModel, KnownPrice


def required_fields(
    catalogue: Catalogue, models: Mapping[str, KnownModel], *, source: str, read_on: date
) -> str:
    """Return, as JSON, the fields that a client requires of each model that a row of ours serves."""
    required = {
        name: [wire for wire, field in known.fields.items() if field.required]
        for name, known in sorted(models.items())
        if row_for(catalogue, name) is not None
    }
    return _written({"source": source, "read": read_on.isoformat(), "required": required})


def shared_prices(
    catalogues: Mapping[str, Catalogue],
    prices: Mapping[str, Mapping[str, Sequence[KnownPrice]]],
    *,
    source: str,
    read_on: date,
) -> str:
    """Return, as JSON, the prices of a map that rows of ours state too, by provider and model."""
    shared: dict[str, dict[str, list[object]]] = {}
    for provider, catalogue in sorted(catalogues.items()):
        for name, known in sorted(prices[provider].items()):
            row = row_for(catalogue, name)
            entries: list[object] = [
                [price.usd, price.unit, dict(price.when)]
                for price in known
                if row is not None and our_price(row, price) is not None
            ]
            if entries:
                shared.setdefault(provider, {})[name] = entries
    return _written({"source": source, "read": read_on.isoformat(), "prices": shared})


def _written(content: Mapping[str, object]) -> str:
    """Return JSON with a line for each member, however deep, and none for each value of a list."""
    return _lines(content, "") + "\n"


def _lines(value: object, indent: str) -> str:
    if not isinstance(value, Mapping):
        return json.dumps(value, ensure_ascii=False)
    inner = indent + "  "
    members = [f"{inner}{json.dumps(name)}: {_lines(item, inner)}" for name, item in value.items()]
    return "{\n" + ",\n".join(members) + f"\n{indent}}}"
