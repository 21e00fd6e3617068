"""Prints the table of seeded mistakes: what was seeded, which check caught it, and what that check says."""

from __future__ import annotations

import pytest

Mistake = tuple[str, str, str]
_FOUND = pytest.StashKey[list[Mistake]]()


def seeded_mistakes(config: pytest.Config) -> list[Mistake]:
    """Return the mistakes that were caught so far: what was seeded, by which check, with which message."""
    return config.stash.setdefault(_FOUND, [])


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Print them."""
    found = sorted(seeded_mistakes(config), key=lambda item: (item[1], item[0]))
    if not found:
        return
    terminalreporter.section(f"{len(found)} seeded mistakes, each caught by name")
    for seeded, check, message in found:
        terminalreporter.line(f"{' '.join(seeded.split())} | {check} | {message[:160]}")
