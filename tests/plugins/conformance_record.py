"""Owns the record of what the conformance kit found: a run writes it (`make conformance`), and every other run must agree."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from reference_generator.conformance import CANNOT, DOES_NOT_APPLY, NOT_YET, PASSED, SEVERAL, read_record
from tarash.tarash_gateway.testing import ProviderSuite, Unsupported

COMMAND = "make conformance"
VARIABLE = "CONFORMANCE_RECORD"
"""The environment variable that names the file to write; without it, a run is compared with the record."""
Outcome = tuple[str, str, str, str]
"""Provider id, suite, check and outcome of one test."""


def outcome_of(suite: type[ProviderSuite], check: str, *, has_passed: bool) -> str:
    """What the record says of a test that passed or was skipped."""
    if has_passed:
        return PASSED
    exception = suite.exceptions.get(check)
    if exception is None:
        return DOES_NOT_APPLY
    return f"{CANNOT if isinstance(exception, Unsupported) else NOT_YET}{exception.reason}"


def checks_of(suite: type[ProviderSuite]) -> set[str]:
    """The names of a suite's checks."""
    return {name.removeprefix("test_") for name in dir(suite) if name.startswith("test_")}


def contradiction(seen: Outcome, record: Mapping[str, Mapping[str, Mapping[str, str]]]) -> str | None:
    """What is wrong with the record if a test came to another outcome; a check that it does not know is not its business."""
    provider, suite, check, outcome = seen
    recorded = record.get(provider, {}).get(suite, {}).get(check)
    if recorded is None or outcome in recorded.split(SEVERAL):
        return None
    return f"{check} of {provider} is on record as {recorded!r}, but is {outcome!r} now; run: {COMMAND}"


def write(path: Path, seen: list[Outcome]) -> None:
    """Write outcomes to the record; those of other providers stay."""
    record: dict[str, dict[str, dict[str, set[str]]]] = {}
    for provider, suite, check, outcome in seen:
        record.setdefault(provider, {}).setdefault(suite, {}).setdefault(check, set()).add(outcome)
    joined = {
        provider: {
            suite: {check: SEVERAL.join(sorted(found)) for check, found in checks.items()}
            for suite, checks in suites.items()
        }
        for provider, suites in record.items()
    }
    path.write_text(
        json.dumps({**read_record(path), **joined}, indent=1, sort_keys=True) + "\n", encoding="utf-8"
    )
