"""Owns the generated part of docs/explanation/reliability.md: how the outcomes are written, and read back."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from reference_generator.markdown import table

from .cells import Cell, Facts
from .columns import PHASES, Phase
from .faults import ROWS
from .outcomes import BEHAVIOURS, behaviour_of, codes_of

Outcomes: TypeAlias = Mapping[tuple[str, str, str, bool], Facts]
"""Facts by phase, column, row, and whether the fault lasts."""

BEGIN = "<!-- written by `make matrix` from what happened on the wire: change the code, not this part -->"
END = "<!-- end of the part that `make matrix` writes -->"
ABSENT = "–"
_CODE = re.compile(r"^[A-Z]\d*$")


def all_cells() -> Iterator[Cell]:
    """Yield every cell of the matrix."""
    for phase in PHASES:
        for row in ROWS:
            for column in phase.columns:
                for lasts in (False, True):
                    yield Cell(phase, column, row, lasts)


def key_of(cell: Cell) -> tuple[str, str, str, bool]:
    """Return the key of a cell in `Outcomes`."""
    return (cell.phase.name, cell.column.name, cell.row.name, cell.lasts)


def generated_part(outcomes: Outcomes) -> str:
    """Return the generated part, with its markers."""
    codes = codes_of(outcomes.values())
    blocks = [BEGIN, "## What may happen", _behaviours(outcomes), "## The matrix"]
    for phase in PHASES:
        blocks += [f"### {phase.title}", phase.words, _phase_table(phase, outcomes, codes)]
    blocks += ["## The outcomes in detail", _details(codes), END]
    return "\n\n".join(blocks)


def with_generated_part(page: str, part: str) -> str:
    """Return a page with its generated part replaced."""
    before, rest = page.split(BEGIN, 1)
    return f"{before}{part}{rest.split(END, 1)[1]}"


# Writing.


def _behaviours(outcomes: Outcomes) -> str:
    rows = []
    for behaviour in BEHAVIOURS:
        count = sum(behaviour_of(facts) is behaviour for facts in outcomes.values())
        rows.append((f"**{behaviour.code}**", behaviour.name, behaviour.words, f"{count:,}"))
    rows.append(("", "all", "", f"{len(outcomes):,}"))
    return table(("", "outcome", "what happens", "cells"), rows)


def _phase_table(phase: Phase, outcomes: Outcomes, codes: Mapping[Facts, str]) -> str:
    """Return one table; columns that are alike in every row are written as one."""
    columns: dict[tuple[str, ...], list[str]] = {}
    for column in phase.columns:
        entries = tuple(_entry(phase.name, column.name, row.name, outcomes, codes) for row in ROWS)
        columns.setdefault(entries, []).append(column.name)
    headings = ("", *(", ".join(names) for names in columns.values()))
    rows = [(row.name, *(entries[index] for entries in columns)) for index, row in enumerate(ROWS)]
    return table(headings, (row for row in rows if set(row[1:]) != {ABSENT}))


def _entry(phase: str, column: str, row: str, outcomes: Outcomes, codes: Mapping[Facts, str]) -> str:
    facts = [outcomes.get((phase, column, row, lasts)) for lasts in (False, True)]
    once, lasting = (ABSENT if fact is None else codes[fact] for fact in facts)
    return once if once == lasting else f"{once} / {lasting}"


def _details(codes: Mapping[Facts, str]) -> str:
    headings = ("", "result of", "POSTs / jobs", "submitted / billed", "cancelled", "exception", "job kept")
    return table(headings, ((f"**{code}**", *details_of(facts)) for facts, code in codes.items()))


def details_of(facts: Facts) -> tuple[str, ...]:
    """Return the facts of a cell as the page tells them."""
    error = facts.error or ABSENT
    return (
        {"own": "this provider", "next": "the next one", "none": ABSENT}[facts.result],
        f"{facts.posts} / {facts.accepted}",
        f"{facts.submitted} / {facts.billed}",
        _cancelled(facts),
        f"{error}, raised" if facts.is_raised else error,
        {"exception": "on the exception", "unsettled": "`unsettled()`", "": ABSENT}[facts.job],
    )


def _cancelled(facts: Facts) -> str:
    said = facts.cancelled or ABSENT
    return f"{said} (it was)" if facts.was_cancelled and facts.cancelled != "yes" else said


# Reading.


@dataclass(frozen=True)
class WrittenMatrix:
    """The matrix as a page has it.

    Attributes:
        codes: code of each cell, by the key of `Outcomes`.
        details: what `details_of` gives, by code.
    """

    codes: Mapping[tuple[str, str, str, bool], str]
    details: Mapping[str, tuple[str, ...]]


def read_matrix(page: str) -> WrittenMatrix:
    """Read the matrix back from a page."""
    codes: dict[tuple[str, str, str, bool], str] = {}
    details: dict[str, tuple[str, ...]] = {}
    phases = {phase.title: phase.name for phase in PHASES}
    title, headings = "", list[str]()
    for line in page.splitlines():
        if line.startswith("#"):
            title, headings = line.lstrip("# "), []
        if not line.startswith("| "):
            continue
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if not headings:
            headings = cells
        elif title in phases:
            for names, entry in zip(headings[1:], cells[1:], strict=True):
                once, _, lasting = entry.partition(" / ")
                for name in _names(names, title):
                    codes[phases[title], name, cells[0], False] = once
                    codes[phases[title], name, cells[0], True] = lasting or once
        elif _CODE.match(code := cells[0].strip("*")) and len(cells) > 4:
            details[code] = tuple(cells[1:])
    return WrittenMatrix({key: code for key, code in codes.items() if code != ABSENT}, details)


def _names(heading: str, title: str) -> list[str]:
    """Return the columns that share a heading."""
    (phase,) = (phase for phase in PHASES if phase.title == title)
    found, rest = [], heading
    for column in phase.columns:
        if rest == column.name or rest.startswith(f"{column.name}, "):
            found.append(column.name)
            rest = rest.removeprefix(column.name).removeprefix(", ")
    assert not rest, f"{heading!r} names no columns of {title!r}"
    return found
