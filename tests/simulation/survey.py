"""Owns the counting of many schedules, in one process or several."""

from __future__ import annotations

import multiprocessing
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from .invariants import Violation
from .schedule import run_schedule

PIECE = 500
"""Schedules that a process runs between two reports."""


@dataclass(slots=True)
class Tally:
    """What a range of seeds came to.

    Attributes:
        schedules: how many have run.
        outcomes: how often each outcome occurred.
        failing: the seeds that broke an invariant, each with what it broke.
    """

    schedules: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    failing: list[tuple[int, tuple[Violation, ...]]] = field(default_factory=list)

    def add(self, other: Tally) -> None:
        """Add another range."""
        self.schedules += other.schedules
        self.outcomes += other.outcomes
        self.failing += other.failing


def tally(seeds: range) -> Tally:
    """Run a range of seeds in this process."""
    found = Tally()
    for seed in seeds:
        verdict = run_schedule(seed)
        found.schedules += 1
        found.outcomes[verdict.outcome] += 1
        if verdict.violations:
            found.failing.append((seed, verdict.violations))
    return found


def tally_in_processes(seeds: range, processes: int) -> Iterator[Tally]:
    """Run a range of seeds in several processes, piece by piece; each piece is told as soon as it is done."""
    pieces = [range(start, min(start + PIECE, seeds.stop)) for start in range(seeds.start, seeds.stop, PIECE)]
    with multiprocessing.get_context("spawn").Pool(processes) as pool:
        yield from pool.imap_unordered(tally, pieces)
