"""Compares every result of the conformance kit with the record, or writes the record."""

from __future__ import annotations

import os
from collections.abc import Generator
from pathlib import Path
from typing import cast

import pytest

from plugins.conformance_record import VARIABLE, Outcome, contradiction, outcome_of, write
from reference_generator.conformance import read_record
from tarash.tarash_gateway.testing import ProviderSuite

_PROPERTY = "conformance"
_seen: list[Outcome] = []
_record = read_record()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    suite: object = getattr(item, "cls", None)
    is_result = report.skipped or (report.when == "call" and report.passed)
    if not is_result or not isinstance(suite, type) or not issubclass(suite, ProviderSuite):
        return report
    check = cast("pytest.Function", item).originalname.removeprefix("test_")
    found = (suite.plugin, suite.__name__, check, outcome_of(suite, check, has_passed=report.passed))
    report.user_properties.append((_PROPERTY, found))
    said = None if VARIABLE in os.environ else contradiction(found, _record)
    if said is not None:
        report.outcome, report.longrepr = "failed", said
    return report


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Collect the results, also those of other processes."""
    _seen.extend(cast("Outcome", tuple(found)) for name, found in report.user_properties if name == _PROPERTY)  # type: ignore[arg-type]


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Write the record, if asked to and if nothing failed."""
    path = os.environ.get(VARIABLE)
    if path and exitstatus == 0 and not hasattr(session.config, "workerinput"):
        write(Path(path), _seen)
