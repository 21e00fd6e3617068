"""The simulation notices every deliberate bug: a proof that could not fail would prove nothing."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from .mutations import MUTATIONS, Mutation, applied

PAGE = Path(__file__).parents[2] / "docs" / "explanation" / "proof.md"


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.name.replace(" ", "-"))
def test_it_is_caught(mutation: Mutation) -> None:
    # in a process of its own: it changes the engine
    told = subprocess.run(
        [sys.executable, "-m", "simulation", "--mutation", mutation.name],
        cwd=Path(__file__).parents[1],
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 0, told.stdout + told.stderr
    assert mutation.caught_by in told.stdout


def test_there_are_enough_of_them_and_none_twice() -> None:
    assert len({mutation.name for mutation in MUTATIONS}) == len(MUTATIONS) >= 15


def test_a_mutation_that_no_longer_fits_says_so() -> None:
    outdated = Mutation("outdated", MUTATIONS[0].where, (("no such text", ""),), MUTATIONS[0].caught_by)
    with pytest.raises(AssertionError, match="bring the mutation up to date"), applied(outdated):
        pass


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.name.replace(" ", "-"))
def test_the_documentation_lists_it(mutation: Mutation) -> None:
    assert f"| {mutation.name} | {mutation.caught_by} |" in PAGE.read_text(encoding="utf-8")
