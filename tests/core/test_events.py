"""What the events carry for tracing: every request has an end, every start has one, and a job remembers its span."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from core.acme import AcmeServer, acme, broken, generation, registry
from tarash.tarash_gateway import Job, ValidationError
from tarash.tarash_gateway.plugin import Event, HttpCall, HttpReply, hookimpl
from tarash.tarash_gateway.testing import VirtualTime

SPAN = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
HTTP = ("request_sent", "response_received", "request_failed")


def told(server: AcmeServer) -> list[Event]:
    """The events of one generation at Acme."""
    seen: list[Event] = []
    VirtualTime(server).run(generation(acme(), listeners=[seen.append]).generate())
    return seen


def test_every_event_names_the_modality_and_only_the_start_has_the_request() -> None:
    seen = told(AcmeServer())
    assert {event.modality for event in seen} == {"video"}
    assert [event.kind for event in seen if event.request is not None] == ["generation_started"]
    assert getattr(seen[0].request, "prompt", None) == "a paper boat"
    assert "a paper boat" not in repr(seen)


def test_a_broken_request_ends_with_an_event_too() -> None:
    server = AcmeServer()
    server.answers["status"] = [broken("reset")]
    seen = told(server)
    http = [event for event in seen if event.kind in HTTP]
    assert [event.kind for event in http[::2]] == ["request_sent"] * (len(http) // 2)
    failed = [event for event in http[1::2] if event.kind != "response_received"]
    assert [(event.kind, event.facts["error"]) for event in failed] == [("request_failed", "reset")]
    assert failed[0].facts["elapsed_seconds"] == pytest.approx(0.05), "what a call takes in virtual time"


class KilledWhileCancelling(AcmeServer):
    """The program is interrupted during the first poll, and closed while the job is being cancelled."""

    def __call__(self, call: HttpCall, now: float) -> HttpReply:
        if call.method == "GET":
            raise KeyboardInterrupt
        if call.method == "DELETE":
            raise GeneratorExit
        return super().__call__(call, now)


def test_a_killed_generation_has_an_end() -> None:
    seen: list[Event] = []
    with pytest.raises(GeneratorExit):
        VirtualTime(KilledWhileCancelling()).run(generation(acme(), listeners=[seen.append]).generate())
    assert [event.kind for event in seen].count("generation_ended") == 1
    assert (seen[-1].kind, seen[-1].facts["outcome"]) == ("generation_ended", "abandoned")
    assert seen[-1].at >= seen[-2].at


# A job remembers the span of its submission.


def submitted(*answers: object) -> Job:
    """A job whose listeners answered the start of the generation."""

    def answering(answer: object) -> Callable[[Event], object]:
        return lambda event: answer if event.kind == "generation_started" else SPAN

    listeners = [answering(answer) for answer in answers]
    return VirtualTime(AcmeServer()).run(generation(acme(), listeners=listeners).submit())


def test_a_job_keeps_the_first_span_that_a_listener_names() -> None:
    other = SPAN.replace("b7ad", "0000")
    assert submitted(None, SPAN, other).traceparent == SPAN
    assert submitted(None).traceparent is None


@pytest.mark.parametrize(
    "answer", [17, "", "sk-a-secret", SPAN + "\n", SPAN.upper(), "01" + SPAN[2:], [SPAN]]
)
def test_nothing_but_a_traceparent_gets_into_a_job(answer: object) -> None:
    assert submitted(answer).traceparent is None


def test_a_resume_tells_the_span_and_keeps_it() -> None:
    seen: list[Event] = []
    job = submitted(SPAN)
    server = AcmeServer()
    server.created["job-1"] = 0.0
    resumed = generation(acme(), job=Job.from_json(job.to_json()), listeners=[seen.append])
    VirtualTime(server).run(resumed.resume())
    assert (seen[0].kind, seen[0].facts) == ("generation_resumed", {"traceparent": SPAN})
    assert seen[0].request is not None


@pytest.mark.parametrize("text", ["", "x", SPAN + "\n", SPAN + "-secret"])
def test_a_job_with_another_text_in_place_of_the_span_is_refused(text: str) -> None:
    data = json.loads(submitted(SPAN).to_json())
    del data["checksum"]
    with pytest.raises(ValidationError, match="traceparent"):
        Job.from_json(json.dumps({**data, "traceparent": text}))


# An extension that wants no events costs nothing.


class Choosy:
    """Listens while it is told to."""

    def __init__(self, *wants: bool | Exception | None) -> None:
        self.wants = list(wants)
        self.kinds: list[str] = []

    @hookimpl
    def tarash_listens(self) -> bool | None:
        answer = self.wants.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    @hookimpl
    def tarash_event(self, event: Event) -> None:
        self.kinds.append(event.kind)


def test_an_extension_is_asked_before_each_generation_whether_it_listens() -> None:
    choosy = Choosy(False, True, None)
    providers = registry("acme")
    providers.register_extension(choosy)
    assert providers.listeners() == ()
    assert len(providers.listeners()) == len(providers.listeners()) == 1


def test_an_extension_that_cannot_say_whether_it_listens_disturbs_nothing(
    caplog: pytest.LogCaptureFixture,
) -> None:
    providers = registry("acme")
    providers.register_extension(Choosy(RuntimeError("not now")))
    assert providers.listeners() == ()
    assert "event listener failed" in caplog.messages
    assert "not now" in caplog.text, "whoever reads the log sees why"


def test_a_listener_that_fails_is_logged_with_the_reason_and_the_place(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def forgetful(event: Event) -> None:
        if event.kind == "submitted":
            raise LookupError("no such counter")

    response = VirtualTime(AcmeServer()).run(generation(acme(), listeners=[forgetful]).generate())
    assert response.status == "completed"
    (record,) = (record for record in caplog.records if record.message == "event listener failed")
    assert record.levelname == "WARNING"
    assert "no such counter" in caplog.text
    assert "in forgetful" in caplog.text
