"""Programs written for tarash-gateway 0.1.0 run unchanged, but for what is better here: each exception is one of these."""

from __future__ import annotations

import pytest

from core.programs_for_0_1 import HEAD, PROGRAMS
from tarash.tarash_gateway import FallbackExhaustedError, ValidationError

ON_PURPOSE: dict[str, type[BaseException]] = {
    # a typing mistake is told instead of being sent
    "unknown-keyword": ValidationError,
    # a key is never shown
    "key-as-text": AssertionError,
    # the failure of a chain carries every failure, not only the last one
    "last-failure-of-a-chain": FallbackExhaustedError,
}

pytestmark = pytest.mark.filterwarnings("ignore::tarash.tarash_gateway.ModelLifecycleWarning")


def run_program(name: str) -> None:
    """Run a program as a script of its own."""
    code = compile(HEAD + PROGRAMS[name], f"<{name}>", "exec")
    exec(code, {"__name__": "program"})  # noqa: S102 - the programs are ours


@pytest.mark.parametrize("name", sorted(PROGRAMS.keys() - ON_PURPOSE.keys()))
def test_a_program_runs_unchanged(name: str) -> None:
    run_program(name)


@pytest.mark.parametrize("name", sorted(ON_PURPOSE))
def test_what_is_better_here_is_not_given_up(name: str) -> None:
    with pytest.raises(ON_PURPOSE[name]):
        run_program(name)


def test_nearly_all_run_unchanged() -> None:
    assert len(PROGRAMS) == 59
    assert len(PROGRAMS) - len(ON_PURPOSE) == 56
