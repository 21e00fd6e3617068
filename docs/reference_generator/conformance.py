"""Reads the record of what the conformance kit found, and says which tier it gives a provider.

The tests of the plugins write the record (`make conformance`) and compare every later run with it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Literal, TypeAlias, cast

Tier: TypeAlias = Literal["conformant", "partly conformant", "not tested"]
Suites: TypeAlias = Mapping[str, Mapping[str, str]]
"""Outcomes by suite and check."""

RECORD = Path(__file__).with_name("conformance.json")
PASSED, DOES_NOT_APPLY = "passed", "does not apply"
CANNOT, NOT_YET = "cannot: ", "not yet: "
"""Beginnings of an outcome; the reason follows."""
SEVERAL = " | "
"""Separates the outcomes of a check that has several cases."""

TIERS: Mapping[Tier, str] = {
    "conformant": "the plugin passes every check of the conformance kit that applies to its provider",
    "partly conformant": "it passes all but the checks that its tests mark as `NotYet`: the provider can, but the plugin does not",
    "not tested": "no result of the kit is on record, as for a plugin that calls no server",
}


def read_record(path: Path = RECORD) -> dict[str, Suites]:
    """Return the recorded outcomes by provider id."""
    return cast("dict[str, Suites]", json.loads(path.read_text(encoding="utf-8"))) if path.exists() else {}


def outcomes(suites: Suites) -> Iterable[str]:
    """Return every outcome of the suites of a provider."""
    for checks in suites.values():
        for outcome in checks.values():
            yield from outcome.split(SEVERAL)


def tier(suites: Suites) -> Tier:
    """Return the tier of a provider."""
    found = set(outcomes(suites))
    if PASSED not in found:
        return "not tested"
    return "partly conformant" if any(outcome.startswith(NOT_YET) for outcome in found) else "conformant"


def passed(suites: Suites) -> int:
    """Return how many checks passed, counted once for each suite."""
    return sum(PASSED in outcome.split(SEVERAL) for checks in suites.values() for outcome in checks.values())


def reasons(suites: Suites, kind: str) -> tuple[str, ...]:
    """Return the reasons of all outcomes that begin with `kind`, each once."""
    found = (outcome.removeprefix(kind) for outcome in outcomes(suites) if outcome.startswith(kind))
    return tuple(dict.fromkeys(found))
