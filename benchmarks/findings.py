"""Defines what a benchmark finds, and prints it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Finding:
    """One measured number.

    Attributes:
        what: what was measured.
        value: the number.
        unit: its unit; "×" for a ratio.
        at_most, at_least: the target; None if there is none.
        note: the numbers behind it.
    """

    what: str
    value: float
    unit: str
    at_most: float | None = None
    at_least: float | None = None
    note: str = ""

    @property
    def verdict(self) -> str:
        """Whether the target is met; empty if there is none."""
        if self.at_most is not None:
            word = "met" if self.value <= self.at_most else "MISSED"
            return f"≤ {self.at_most:g}{self._short_unit} {word}"
        if self.at_least is not None:
            word = "met" if self.value >= self.at_least else "MISSED"
            return f"≥ {self.at_least:g}{self._short_unit} {word}"
        return ""

    @property
    def _short_unit(self) -> str:
        return "×" if self.unit == "×" else f" {self.unit}"


Benchmark: TypeAlias = Callable[[bool], Iterable[Finding]]
"""Measures; True selects the tiny size, which only checks that it runs."""


def markdown(findings: Iterable[Finding]) -> str:
    """Return the findings as a table of Markdown."""
    lines = ["| measured | result | target | behind it |", "|---|---|---|---|"]
    lines += [
        f"| {found.what} | {found.value:.3g} {found.unit} | {found.verdict or '–'} | {found.note or '–'} |"
        for found in findings
    ]
    return "\n".join(lines)


def table(findings: Iterable[Finding]) -> str:
    """Return the findings as text, one per line."""
    rows = [(found.what, f"{found.value:.4g} {found.unit}", found.verdict, found.note) for found in findings]
    widths = [max((len(row[column]) for row in rows), default=0) for column in range(3)]
    return "\n".join(
        "  "
        + "  ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[3]]).rstrip()
        for row in rows
    )
