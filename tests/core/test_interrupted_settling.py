"""Whoever interrupts a call twice, and whatever a broken connection says, is told what may still run, and no secret."""

from __future__ import annotations

import traceback
from pathlib import Path

import pytest

from core.acme import AcmeServer, acme, generation
from tarash.tarash_gateway import HTTPConnectionError, Job
from tarash.tarash_gateway.engine.generation import Memory
from tarash.tarash_gateway.plugin import HttpCall, HttpReply
from tarash.tarash_gateway.steps import TransportFailure
from tarash.tarash_gateway.testing import VirtualTime


class InterruptedTwice(AcmeServer):
    """Ctrl-C during the first status request, and again while the job is being cancelled."""

    def __call__(self, call: HttpCall, now: float) -> HttpReply:
        if call.method != "POST":
            raise KeyboardInterrupt
        return super().__call__(call, now)


def test_a_second_interruption_leaves_the_job_listed() -> None:
    memory = Memory(Path("unused"))
    with pytest.raises(KeyboardInterrupt) as caught:
        VirtualTime(InterruptedTwice()).run(generation(acme(), memory).generate())
    (job,) = memory.unsettled.jobs()
    assert isinstance(job, Job)
    assert job.request_id == "job-1"
    assert any("gateway.unsettled()" in note for note in caught.value.__notes__)


def test_the_cause_of_an_exception_shows_no_key() -> None:
    server = AcmeServer()
    server.answers["submit"] = [
        TransportFailure(
            "no route with Bearer acme-key-123456", kind="connect", request_may_have_arrived=False
        )
    ] * 5
    with pytest.raises(HTTPConnectionError) as caught:
        VirtualTime(server).run(generation(acme()).generate())
    shown = "".join(traceback.format_exception(caught.value))
    assert "no route with" in shown
    assert "acme-key-123456" not in shown
