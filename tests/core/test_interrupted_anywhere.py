"""Ctrl-C may come between any two instructions: it loses neither an accepted job nor a finished result."""

from __future__ import annotations

import dis
import sys
from contextlib import suppress
from pathlib import Path
from types import FrameType

import pytest

from core.acme import AcmeServer, acme, generation
from core.interruption import Interruption
from tarash.tarash_gateway import engine
from tarash.tarash_gateway.engine.memory import Memory
from tarash.tarash_gateway.steps import Flow, Sleep, run_flow, sleep
from tarash.tarash_gateway.testing import VirtualTime

ENGINE = str(Path(str(engine.__file__)).parent)
JUMPS = frozenset(code for name, code in dis.opmap.items() if name.startswith("JUMP_BACKWARD"))


def _interrupted(after: int) -> tuple[Interruption, set[str]]:
    """Generate, and interrupt it at a line of the engine; return the jobs that nobody can find afterwards."""
    server, memory = AcmeServer(job_seconds=0.0), Memory(Path("unused"))
    interruption = Interruption(lambda code: code.co_filename.startswith(ENGINE), after)
    flow = generation(acme(), memory).generate()
    with suppress(KeyboardInterrupt), interruption.armed():
        VirtualTime(server).run(flow)
    kept = {job.request_id for job in memory.unsettled.jobs()}
    # a submission that was under way is listed without the id that nobody has read
    return interruption, set() if None in kept else server.created.keys() - set(server.cancelled) - kept


def test_an_interruption_at_any_line_of_the_engine_loses_no_job_and_no_result() -> None:
    _interrupted(sys.maxsize)  # what is kept for later calls takes lines of its own
    lines = _interrupted(sys.maxsize)[0].passed
    assert lines > 500
    # the last three hand over the result, which is then the caller's to keep
    lost = {after: _interrupted(after)[1] for after in range(lines - 3)}
    assert {after: jobs for after, jobs in lost.items() if jobs} == {}


@pytest.mark.skipif(
    sys.version_info >= (3, 12), reason="later versions tell a tracer too late of instructions"
)
def test_an_interruption_where_the_driver_loops_reaches_the_flow() -> None:
    # CPython raises what a signal handler raises where a loop jumps back
    def jumps(frame: FrameType) -> bool:
        return frame.f_code.co_code[frame.f_lasti] in JUMPS

    told: list[str] = []

    def flow() -> Flow[None]:
        try:
            while True:
                yield from sleep(1.0)
        except KeyboardInterrupt:
            told.append("interrupted")
            yield Sleep(2.0)
            told.append("settled")
            raise

    for after in range(3):
        interruption = Interruption(lambda code: code is run_flow.__code__, after, jumps)
        with pytest.raises(KeyboardInterrupt), interruption.armed():
            run_flow(flow(), lambda _step: None)
        assert told == ["interrupted", "settled"]
        told.clear()
