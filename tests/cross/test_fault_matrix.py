"""The fault matrix in the documentation is what happens on the wire: a part of it runs again, and nothing in it breaks a promise.

`make matrix` runs all of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from fault_matrix.cells import Cell, Facts
from fault_matrix.columns import PHASES, Column, Phase
from fault_matrix.faults import ROWS
from fault_matrix.outcomes import BEHAVIOURS, behaviour_of, violations
from fault_matrix.page import all_cells, details_of, generated_part, key_of, read_matrix

PAGE = Path(__file__).parents[2] / "docs" / "explanation" / "reliability.md"
WRITTEN = read_matrix(PAGE.read_text(encoding="utf-8"))
COMMAND = "make matrix"
WHOLE = ("fal", "replicate")
"""Providers of which every cell runs; together they have every phase but the download."""
ELSEWHERE = ("connection refused", "closed after the request is read", "401", "503")
"""Faults that run at every provider."""

pytestmark = pytest.mark.filterwarnings("ignore::tarash.tarash_gateway.ModelLifecycleWarning")


GROUPS = [
    pytest.param(phase, column, id=f"{phase.name}-{column.name}")
    for phase in PHASES
    for column in phase.columns
]


def _chosen(phase: Phase, column: Column) -> Iterator[Cell]:
    for row in ROWS:
        for lasts in (False, True):
            cell = Cell(phase, column, row, lasts)
            if cell.applies and (column.provider in WHOLE or row.name in ELSEWHERE):
                yield cell


@pytest.mark.parametrize(("phase", "column"), GROUPS)
def test_the_page_says_what_happens(phase: Phase, column: Column) -> None:
    for cell in _chosen(phase, column):
        facts = cell.run()
        assert not violations(facts), f"{cell.name}: {facts}"
        code = WRITTEN.codes.get(key_of(cell))
        assert code is not None, f"{cell.name} is not on the page; run: {COMMAND}"
        assert details_of(facts) == WRITTEN.details[code], f"{cell.name} changed; run: {COMMAND}"


def test_the_page_has_every_cell_and_no_other() -> None:
    assert set(WRITTEN.codes) == {key_of(cell) for cell in all_cells() if cell.applies}, f"run: {COMMAND}"


def test_every_code_is_a_documented_behaviour() -> None:
    letters = {behaviour.code for behaviour in BEHAVIOURS}
    assert {code[0] for code in WRITTEN.codes.values()} <= letters
    assert set(WRITTEN.codes.values()) == set(WRITTEN.details)


GOOD = Facts("own", 1, 1, False, "yes", "yes", "", "", False, "")
LOST = replace(GOOD, result="next", submitted="unknown", billed="unknown", error="HTTPError", job="unsettled")
CANCELLED = replace(LOST, submitted="yes", cancelled="yes", error="TimeoutError", was_cancelled=True, job="")


@pytest.mark.parametrize(
    ("facts", "problem"),
    [
        pytest.param(replace(GOOD, accepted=2), "more than one job", id="sent twice"),
        pytest.param(replace(LOST, submitted="no"), "nothing was submitted", id="denied"),
        pytest.param(replace(GOOD, accepted=0), "there is none", id="invented"),
        pytest.param(replace(CANCELLED, was_cancelled=False), "but it runs", id="still running"),
        pytest.param(replace(CANCELLED, cancelled="no"), "but it was", id="cancelled all the same"),
        pytest.param(replace(LOST, billed="no"), "nothing was billed", id="free"),
        pytest.param(replace(LOST, job=""), "nobody can find it", id="forgotten"),
        pytest.param(replace(LOST, result="none", submitted="yes"), "no documented behaviour", id="odd"),
    ],
)
def test_what_breaks_a_promise_is_told(facts: Facts, problem: str) -> None:
    assert any(problem in told for told in violations(facts))


@pytest.mark.parametrize("facts", [GOOD, LOST, CANCELLED])
def test_what_keeps_every_promise_is_one_behaviour(facts: Facts) -> None:
    assert violations(facts) == []
    assert [behaviour for behaviour in BEHAVIOURS if behaviour.holds(facts)] == [behaviour_of(facts)]


def test_a_written_matrix_reads_back_as_it_was() -> None:
    outcomes = {key_of(cell): LOST if cell.lasts else GOOD for cell in all_cells() if cell.applies}
    read = read_matrix(generated_part(outcomes))
    assert {key: read.details[code] for key, code in read.codes.items()} == {
        key: details_of(facts) for key, facts in outcomes.items()
    }
