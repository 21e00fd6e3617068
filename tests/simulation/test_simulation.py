"""The whole engine keeps its promises in thousands of random schedules, in virtual time; `make simulate` runs more."""

from __future__ import annotations

import pytest

from .schedule import run_schedule
from .survey import tally

SCHEDULES = 20_000
PARTS = 16


# a part takes 5 to 10 seconds on an idle machine
@pytest.mark.timeout(600)
@pytest.mark.parametrize("part", range(PARTS))
def test_every_invariant_is_kept(part: int) -> None:
    share = SCHEDULES // PARTS
    found = tally(range(part * share, (part + 1) * share))
    told = [f"make simulate SEED={seed}: {violations[0]}" for seed, violations in found.failing[:5]]
    assert not found.failing, "\n".join([f"{len(found.failing)} schedules failed", *told])


@pytest.mark.parametrize("seed", [6622, 60035, 73546, 300460, 489058, 891697])
def test_a_schedule_that_once_broke_a_promise_keeps_it(seed: int) -> None:
    """Interruptions in the middle of a failure, and in the last write of a journal: one in some hundred thousand schedules."""
    assert not tally(range(seed, seed + 1)).failing


def test_the_schedules_end_in_every_way() -> None:
    ends = {
        "result", "result of a fallback", "job", "timeout", "timeout, detached", "submission_unknown", "fallback_exhausted",
        "interrupted", "died", "thrown away", "journal", "content_moderation", "generation_failed", "connection",
    }  # fmt: skip
    assert ends <= set(tally(range(400)).outcomes)


@pytest.mark.parametrize("seed", range(20))
def test_a_seed_replays_exactly(seed: int) -> None:
    first: list[str] = []
    second: list[str] = []
    assert run_schedule(seed, first.append) == run_schedule(seed, second.append)
    assert first == second
