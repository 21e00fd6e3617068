"""Owns the command: `make simulate N=20000` runs so many schedules, `make simulate SEED=7` replays one step by step."""

from __future__ import annotations

import argparse
import sys
import time

from .mutations import MOST_SCHEDULES, MUTATIONS, hunt
from .scenario import draw_scenario
from .schedule import run_schedule
from .survey import Tally, tally_in_processes


def replay(seed: int) -> int:
    """Print the schedule of a seed, step by step, and what it breaks."""
    print(*draw_scenario(seed).described(), sep="\n")
    verdict = run_schedule(seed, print)
    if not verdict.violations:
        print(f"seed {seed} keeps every invariant ({verdict.outcome})")
    for violation in verdict.violations:
        print(f"VIOLATED {violation}")
    return 1 if verdict.violations else 0


def survey(first: int, count: int, processes: int) -> int:
    """Run `count` schedules, and print how fast they ran, how they ended and the first seed that failed."""
    began, total, shown = time.monotonic(), Tally(), time.monotonic()
    for piece in tally_in_processes(range(first, first + count), processes):
        total.add(piece)
        for seed, violations in piece.failing:
            print(f"seed {seed}: {violations[0]}", flush=True)
        if time.monotonic() - shown > 10:
            shown = time.monotonic()
            rate = total.schedules / (shown - began)
            print(
                f"{total.schedules} of {count}, {rate:.0f} a second, {len(total.failing)} failing", flush=True
            )
    elapsed = time.monotonic() - began
    print(f"{total.schedules} schedules in {elapsed:.1f} s: {total.schedules / elapsed:.0f} a second")
    for outcome, number in total.outcomes.most_common():
        print(f"  {number:>8}  {outcome}")
    if not total.failing:
        print("every invariant was kept")
        return 0
    seed, violations = min(total.failing)
    print(f"{len(total.failing)} schedules failed; the first is seed {seed}:", *violations, sep="\n  ")
    print(f"replay it: make simulate SEED={seed}")
    return 1


def hunt_mutations() -> int:
    """Seed one bug after the other into the engine of this process, and print which schedule notices each."""
    caught_all = True
    for mutation in MUTATIONS:
        caught = hunt(mutation)
        if caught is None:
            caught_all = False
            told = f"not caught by {mutation.caught_by!r} in {MOST_SCHEDULES} schedules"
        else:
            told = f"caught by seed {caught.seed}: {mutation.caught_by}: {caught.detail}"
        print(f"{mutation.name}: {told}", flush=True)
    return 0 if caught_all else 1


def main() -> int:
    """Read the arguments and run."""
    parser = argparse.ArgumentParser(prog="simulation", description=__doc__)
    parser.add_argument("--seed", type=int, help="replay this schedule step by step")
    parser.add_argument("--schedules", type=int, default=20_000, help="how many to run; default 20000")
    parser.add_argument("--first", type=int, default=0, help="the first seed; default 0")
    parser.add_argument("--processes", type=int, default=2, help="default 2")
    parser.add_argument(
        "--mutations",
        action="store_true",
        help="hunt the deliberate bugs instead; succeeds if each is caught",
    )
    given = parser.parse_args()
    if given.mutations:
        return hunt_mutations()
    if given.seed is not None:
        return replay(given.seed)
    return survey(given.first, given.schedules, given.processes)


if __name__ == "__main__":
    sys.exit(main())
