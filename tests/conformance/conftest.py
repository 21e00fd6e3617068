"""Prints the table of seeded mistakes: what was seeded, which check caught it, and what that check says; and cleans up after them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from conformance.acme_plugin import AcmePlugin
from tarash.tarash_gateway import register_provider

SEEDED = "seeded mistake"
"""Name of the property with which a test reports a row of the table; properties also reach the process that prints."""


@pytest.fixture(autouse=True)
def _without_mistakes_afterwards() -> Iterator[None]:
    """Leave the plugin without mistakes in the process, whose other tests look through every model."""
    yield
    register_provider("acme", AcmePlugin())


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the mistakes that were caught."""
    rows = [
        value
        for report in terminalreporter.stats.get("passed", [])
        for name, value in report.user_properties
        if name == SEEDED
    ]
    if not rows:
        return
    terminalreporter.section(f"{len(rows)} seeded mistakes, each caught by name")
    for seeded, check, message in sorted(rows, key=lambda row: (row[1], row[0])):
        terminalreporter.line(f"{seeded} | {check} | {message}")
