"""Prints the table of seeded mistakes: what was seeded, which check caught it, and what that check says."""

from __future__ import annotations

import pytest

SEEDED = "seeded mistake"
"""Name of the property with which a test reports a row of the table; properties also reach the process that prints."""


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
