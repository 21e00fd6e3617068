"""Owns one schedule from its seed to its verdict: deterministic, without a socket, a thread or a real pause."""

from __future__ import annotations

import atexit
import logging
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tarash.tarash_gateway import TarashException, VideoGenerationResponse

from . import provider
from .caller import Caller
from .conduct import conduct_violations
from .invariants import Violation
from .ledger_check import ledger_violations
from .money import money_violations
from .scenario import draw_scenario
from .virtual_process import Died, Ended, Raised


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one schedule came to.

    Attributes:
        seed: replays it.
        outcome: how its first call ended, in a word.
        violations: the invariants that it broke.
    """

    seed: int
    outcome: str
    violations: tuple[Violation, ...]


def run_schedule(seed: int, note: Callable[[str], None] | None = None) -> Verdict:
    """Run the schedule of a seed.

    Args:
        seed: any integer from 0 up.
        note: called with every line of the trace; None keeps none.
    """
    provider.open_flows.clear()
    caller = Caller(draw_scenario(seed), _output_dir(), note)
    with _log_kept(caller.records):
        caller.play()
    violations = (*money_violations(caller), *ledger_violations(caller), *conduct_violations(caller))
    return Verdict(seed, _word(caller.runs[0].outcome), violations)


def _word(outcome: Ended) -> str:
    if isinstance(outcome, Died):
        return "thrown away" if outcome.was_collected else "died"
    if isinstance(outcome, Raised):
        error = outcome.error
        if not isinstance(error, TarashException):
            return "interrupted"
        return f"{error.code}, detached" if error.job is not None else error.code
    if isinstance(outcome.value, VideoGenerationResponse):
        metadata = outcome.value.execution_metadata
        return "result of a fallback" if len(metadata.attempts) > 1 else "result"
    return "job"


class _Keeper(logging.Handler):
    """Keeps what the gateway logs, as the handler of an application would get it."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)


_keeper = _Keeper()


@contextmanager
def _log_kept(records: list[logging.LogRecord]) -> Iterator[None]:
    logger = logging.getLogger("tarash")
    before = (logger.level, logger.propagate)
    _keeper.records = records
    logger.addHandler(_keeper)
    logger.setLevel(logging.DEBUG)
    logger.propagate = False
    try:
        yield
    finally:
        logger.removeHandler(_keeper)
        logger.setLevel(before[0])
        logger.propagate = before[1]


@cache
def _output_dir() -> Path:
    """A folder of this process for the few outputs that are downloaded."""
    folder = tempfile.mkdtemp(prefix="simulation-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return Path(folder)
