"""Writes small extracts of what the clients and the price map know, for tests that run without them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date

from tarash.tarash_gateway.mapping.catalogue import Catalogue

from .comparison import row_for
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


def known_prices(
    prices: Mapping[str, Mapping[str, Sequence[KnownPrice]]], *, source: str, read_on: date
) -> str:
    """Return, as JSON, every price of a map, by provider and model."""
    listed = {
        provider: {
            name: [[price.usd, price.unit, dict(price.when)] for price in known]
            for name, known in sorted(models.items())
            if known
        }
        for provider, models in sorted(prices.items())
    }
    return _written({"source": source, "read": read_on.isoformat(), "prices": listed})


def _written(content: Mapping[str, object]) -> str:
    """Return JSON with a line for each member, however deep, and none for each value of a list."""
    return _lines(content, "") + "\n"


def _lines(value: object, indent: str) -> str:
    if not isinstance(value, Mapping):
        return json.dumps(value, ensure_ascii=False)
    inner = indent + "  "
    members = [f"{inner}{json.dumps(name)}: {_lines(item, inner)}" for name, item in value.items()]
    return "{\n" + ",\n".join(members) + f"\n{indent}}}"
