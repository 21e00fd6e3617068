"""Whoever interrupts a call twice, and whatever a broken connection says, is told what may still run, and no secret."""

from __future__ import annotations

import json
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from core.acme import Acme, AcmeServer, acme, broken, generation, registry
from core.memory_journal import MemoryJournal
from tarash.tarash_gateway import FallbackExhaustedError, HTTPConnectionError, Job
from tarash.tarash_gateway.engine.foreign_errors import hide_in_causes
from tarash.tarash_gateway.engine.memory import Memory
from tarash.tarash_gateway.plugin import Call, Event, Flow, HttpCall, HttpReply, Submission, hookimpl
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


def test_an_interruption_before_the_caller_has_the_job_settles_it() -> None:
    server, memory = AcmeServer(), Memory(Path("unused"))

    def interrupt(event: Event) -> None:
        if event.kind == "generation_ended" and event.facts["outcome"] == "completed":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        VirtualTime(server).run(generation(acme(), memory, listeners=[interrupt]).submit())
    assert server.cancelled == ["job-1"]


@pytest.mark.parametrize("journals", [False, True])
def test_a_result_that_an_interruption_keeps_from_the_caller_is_not_lost(*, journals: bool) -> None:
    server, memory, journal = AcmeServer(), Memory(Path("unused")), MemoryJournal()

    def interrupt(event: Event) -> None:
        if event.kind == "generation_ended" and event.facts["outcome"] == "completed":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt) as caught:
        VirtualTime(server, journal=journal).run(
            generation(acme(), memory, listeners=[interrupt], journals=journals).generate()
        )
    (job,) = memory.unsettled.jobs()
    assert (job.state, job.outcome, server.cancelled) == ("ended", "completed", [])
    response = job.restored_response(output_dir=Path("unused"))
    assert response is not None
    assert response.request_id == "job-1"
    assert any("resume its job in gateway.unsettled()" in note for note in caught.value.__notes__)


def test_a_journal_keeps_a_lost_submission_although_a_later_attempt_sent_nothing() -> None:
    server, journal = AcmeServer(), MemoryJournal()
    server.answers["submit"] = [broken("timeout")]
    providers = registry("acme")
    providers.register("other", Uploading("other", HTTPConnectionError("the upload broke", submitted="no")))
    config = acme(fallback_configs=[acme("other")])
    with pytest.raises(FallbackExhaustedError):
        VirtualTime(server, journal=journal).run(
            generation(config, providers=providers, journals=True).generate()
        )
    assert (journal.only.state, journal.only.attempt_number) == ("submitting", 1)


class Uploading(Acme):
    """Uploads an input first, which ends with an exception."""

    def __init__(self, provider_id: str, ending: BaseException) -> None:
        super().__init__(provider_id)
        self.ending = ending

    @hookimpl
    def tarash_submit(self, call: Call, payload: Mapping[str, object]) -> Flow[Submission]:
        def flow() -> Flow[Submission]:
            yield from ()
            raise self.ending

        return flow()


def test_a_journal_keeps_a_lost_submission_although_a_later_attempt_is_interrupted() -> None:
    server, memory, journal = AcmeServer(), Memory(Path("unused")), MemoryJournal()
    server.answers["submit"] = [broken("timeout")]
    providers = registry("acme")
    providers.register("other", Uploading("other", KeyboardInterrupt()))
    config = acme(fallback_configs=[acme("other")])
    with pytest.raises(KeyboardInterrupt):
        VirtualTime(server, journal=journal).run(
            generation(config, memory, providers=providers, journals=True).generate()
        )
    assert (journal.only.state, journal.only.attempt_number) == ("submitting", 1)
    assert [(job.state, job.attempt_number) for job in memory.unsettled.jobs()] == [("submitting", 1)]


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


ANSWER = '{"you_sent": "Bearer acme-key-123456", "state": '


def _unreadable_json() -> None:
    json.loads(ANSWER)


def _unreadable_text() -> None:
    f"{ANSWER}\xff".encode("latin-1").decode()


def _of_another_library() -> None:
    error = RuntimeError("the answer is odd")
    error.answer = {"headers": ["Bearer acme-key-123456"], "size": 7}  # type: ignore[attr-defined]
    raise error


@pytest.mark.parametrize("fail", [_unreadable_json, _unreadable_text, _of_another_library])
def test_what_an_interruption_came_in_the_middle_of_keeps_no_key(fail: Callable[[], None]) -> None:
    """`JSONDecodeError` and `UnicodeDecodeError` keep the whole answer, and crash reports show it."""
    with pytest.raises(Exception) as failed:  # noqa: PT011 - each of the three has a class of its own
        fail()
    cause = failed.value
    interruption = KeyboardInterrupt()
    interruption.__context__ = cause
    hide_in_causes(interruption, ["acme-key-123456"])
    assert interruption.__context__ is cause
    kept = [*vars(cause).values(), getattr(cause, "object", b""), cause.args, str(cause)]
    assert "acme-key-123456" not in repr(kept)
    assert str(cause)
