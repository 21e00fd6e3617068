"""Owns what a benchmark finds, and how it is printed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Finding:
    """One number.

    Attributes:
        what: what was measured.
        value: how much.
        unit: of what; "×" for a ratio.
        at_most, at_least: the target; None where there is none.
        note: what the number is made of.
    """

    what: str
    value: float
    unit: str
    at_most: float | None = None
    at_least: float | None = None
    note: str = ""

    @property
    def verdict(self) -> str:
        """Whether the target is met; empty without one."""
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
"""Measures; True is the tiny size, which only shows that it runs."""


def table(findings: Iterable[Finding]) -> str:
    """Lay the findings out, one a line."""
    rows = [(found.what, f"{found.value:.4g} {found.unit}", found.verdict, found.note) for found in findings]
    widths = [max((len(row[column]) for row in rows), default=0) for column in range(3)]
    return "\n".join(
        "  "
        + "  ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[3]]).rstrip()
        for row in rows
    )
