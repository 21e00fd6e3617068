"""The tables of all plugins: how many rows there are, and that each says where its values come from."""

from __future__ import annotations

import re
import sys

import pytest

from simulators.every_provider import SIMULATORS
from tarash.tarash_gateway.discovery import process_registry
from tarash.tarash_gateway.mapping import Model

PROVIDERS = (*SIMULATORS, "local")
VALUES = ("duration_seconds", "aspect_ratio", "resolution")
DATED = re.compile(r"\d{4}|\d+\.\d+")


def rows(provider: str) -> tuple[Model, ...]:
    return process_registry().get(provider).catalogue.rows


def constrained(row: Model) -> set[str]:
    """The fields of `VALUES` for which the row names values or bounds."""
    return {
        item.field
        for item in row.capabilities()
        if item.field in VALUES and (item.allowed or item.minimum is not None or item.maximum is not None)
    }


@pytest.mark.parametrize("provider", PROVIDERS)
def test_every_row_with_values_says_where_they_were_read_and_when(provider: str) -> None:
    for row in rows(provider):
        assert row.source.strip(), row.id
        if provider != "local" and constrained(row) and not row.source.startswith("unverified:"):
            # a date, or the version of a client
            assert DATED.search(row.source), f"{row.id}: {row.source!r} has no date and no version"
        for price in row.prices:
            assert price.source.strip(), f"{row.id}: a price without a source"


@pytest.mark.parametrize("provider", PROVIDERS)
def test_no_two_rows_serve_the_same_name(provider: str) -> None:
    names = [(row.modality, row.id) for row in rows(provider)]
    assert len(names) == len(set(names))


def test_every_provider_has_rows_of_what_it_renders(capsys: pytest.CaptureFixture[str]) -> None:
    counts = {name: len(rows(name)) for name in PROVIDERS}
    with_values = {
        field: sum(field in constrained(row) for name in PROVIDERS for row in rows(name)) for field in VALUES
    }
    with capsys.disabled():
        sys.stdout.write(f"\n{sum(counts.values())} rows: {counts}; with values: {with_values}\n")
    assert min(counts.values()) > 0
    assert min(with_values.values()) > 0
    for name in PROVIDERS:
        rendered = {row.modality for row in rows(name)}
        assert rendered == set(process_registry().get(name).info.modalities), name
