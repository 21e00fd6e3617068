"""The simulation notices every deliberate bug: a proof that could not fail would prove nothing."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from .mutations import MUTATIONS, Mutation, applied

PAGE = Path(__file__).parents[2] / "docs" / "explanation" / "proof.md"


@pytest.fixture(name="hunt", scope="module")
def _hunt() -> subprocess.CompletedProcess[str]:
    """Hunt every mutation, in a process of its own: they change the engine."""
    return subprocess.run(
        [sys.executable, "-m", "simulation", "--mutations"],
        cwd=Path(__file__).parents[1],
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.timeout(600)  # the first waits for all
@pytest.mark.xdist_group("mutations")  # so that one worker hunts them, once
@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.name.replace(" ", "-"))
def test_it_is_caught(mutation: Mutation, hunt: subprocess.CompletedProcess[str]) -> None:
    told = {name: said for name, _, said in (line.partition(": ") for line in hunt.stdout.splitlines())}
    assert mutation.name in told, hunt.stderr
    assert told[mutation.name].startswith("caught by seed ")
    assert f": {mutation.caught_by}: " in told[mutation.name]


def test_there_are_enough_of_them_and_none_twice() -> None:
    assert len({mutation.name for mutation in MUTATIONS}) == len(MUTATIONS) >= 15


def test_a_mutation_that_no_longer_fits_says_so() -> None:
    outdated = Mutation("outdated", MUTATIONS[0].where, (("no such text", ""),), MUTATIONS[0].caught_by)
    with pytest.raises(AssertionError, match="bring the mutation up to date"), applied(outdated):
        pass


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.name.replace(" ", "-"))
def test_the_documentation_lists_it(mutation: Mutation) -> None:
    assert f"| {mutation.name} | {mutation.caught_by} |" in PAGE.read_text(encoding="utf-8")
