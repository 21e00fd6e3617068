"""The command behind `make catalogue`: compares, writes the page, and says in a line for each provider what it found."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from tarash.tarash_gateway.discovery import Registry

from .clients import CLIENTS, OUR_NAMES, PRICE_PACKAGE, PRICE_SECTIONS, read_client
from .comparison import Comparison, compare
from .extracts import known_prices, required_fields
from .facts import KnownModel, KnownPrice
from .packages import PackageMissingError, open_package
from .price_map import MAP, read_ends, read_prices
from .report import report_page


@dataclass(frozen=True, slots=True, kw_only=True)
class Knowledge:
    """What was read of one provider."""

    sources: tuple[str, ...]
    models: Mapping[str, KnownModel]
    prices: Mapping[str, Sequence[KnownPrice]]
    ends: Mapping[str, AbstractSet[date]]


def main() -> int:
    """Run the command, and return its exit code: 1 if a package is missing."""
    parser = argparse.ArgumentParser(prog="python -m catalogue_check", description=__doc__)
    parser.add_argument("packages", type=Path, help="folder of the downloaded packages")
    parser.add_argument("--page", type=Path, help="write the report to this page; by default, print it")
    parser.add_argument("--extracts", type=Path, help="write the extracts for the tests to this folder")
    parser.add_argument("--date", type=date.fromisoformat, help="day of the packages; by default, today")
    arguments = parser.parse_args()
    day = arguments.date or datetime.now(UTC).date()
    registry = Registry()
    try:
        known = {name: read_provider(arguments.packages, name) for name in registry.ids()}
    except PackageMissingError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    text = report_page(compare_all(registry, known), read_on=day)
    if arguments.page is None:
        sys.stdout.write(text)
    else:
        _write(arguments.page, text)
    if arguments.extracts is not None:
        for name, extract in _extracts(registry, known, day).items():
            _write(arguments.extracts / name, extract)
    return 0


def read_provider(folder: Path, name: str) -> Knowledge:
    """Read what the official clients and the price map know of a provider.

    Raises:
        PackageMissingError: a package was not downloaded.
    """
    models: dict[str, KnownModel] = {}
    sources: list[str] = []
    for client in CLIENTS.get(name, ()):
        source, known = read_client(folder, client)
        sources.append(source)
        models |= known
    prices: dict[str, list[KnownPrice]] = {}
    ends: dict[str, set[date]] = {}
    if name in PRICE_SECTIONS:
        price_map = open_package(folder, PRICE_PACKAGE, lambda path: path == MAP)
        sources.append(str(price_map))
        for section, prefix in PRICE_SECTIONS[name].items():
            for model, found in read_prices(price_map.file(MAP), section, prefix).items():
                listed = prices.setdefault(OUR_NAMES.get(name, {}).get(model, model), [])
                listed += [price for price in found if price not in listed]
            for model, day in read_ends(price_map.file(MAP), section, prefix).items():
                ends.setdefault(model, set()).add(day)
    return Knowledge(sources=tuple(sources), models=models, prices=prices, ends=ends)


def compare_all(registry: Registry, known: Mapping[str, Knowledge]) -> Mapping[str, Comparison]:
    """Compare the rows of each provider with what others know of it."""
    return {
        name: compare(
            registry.get(name).catalogue,
            found.models,
            found.prices,
            provider=name,
            sources=found.sources,
            ends=found.ends,
        )
        for name, found in known.items()
    }


def _extracts(registry: Registry, known: Mapping[str, Knowledge], day: date) -> Mapping[str, str]:
    fal = known["fal"]
    return {
        "fal_required_fields.json": required_fields(
            registry.get("fal").catalogue, fal.models, source=fal.sources[0], read_on=day
        ),
        "prices.json": known_prices(
            {name: known[name].prices for name in PRICE_SECTIONS}, source=fal.sources[-1], read_on=day
        ),
    }


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
    sys.stdout.write(f"written: {path}\n")


if __name__ == "__main__":
    sys.exit(main())
