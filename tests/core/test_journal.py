"""A job is noted before it can be billed, so a process may die at any moment and another one knows what to do."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import pytest

from core.acme import Acme, AcmeServer, acme, broken, generation, reply, resuming
from core.chains import fal_video
from core.memory_journal import MemoryJournal
from execution import Run
from simulators.fal import FalSimulator
from tarash.tarash_gateway import (
    Gateway,
    GenerationFailedError,
    Job,
    SubmissionUnknownError,
    TimeoutError,  # noqa: A004 - the public name is part of the contract
    ValidationError,
    VideoGenerationConfig,
    VideoGenerationRequest,
)
from tarash.tarash_gateway.discovery import Registry
from tarash.tarash_gateway.engine.chain import Prepared
from tarash.tarash_gateway.engine.submission_rates import WINDOW_SECONDS, SubmissionRates
from tarash.tarash_gateway.exceptions import JournalError, ResumableJob
from tarash.tarash_gateway.job import Journal
from tarash.tarash_gateway.plugin import Call, Flow, HttpCall, HttpReply, Submission, hookimpl, send, wire
from tarash.tarash_gateway.testing import VirtualTime
from tarash.tarash_gateway.testing.simulator import tiny_png


class Killed(BaseException):
    """Stands for a process that dies: nothing of it runs on."""


class Finding(Acme):
    """Finds a job by the idempotency key it was created with: GET /mine/<key> → {"id"} or {}."""

    @hookimpl
    def tarash_find_submission(self, call: Call) -> Flow[Submission | None]:
        found = wire.text(
            (yield from send(call.request("GET", f"/mine/{call.idempotency_key}"))).json(), "id"
        )
        return None if found is None else Submission(job={"id": found}, request_id=found)


class FindingServer(AcmeServer):
    """Acme's server, which remembers who created a job, and knows who asked for one."""

    def __init__(self, *, knows: bool) -> None:
        super().__init__()
        self.knows = knows
        self.keys_asked: list[str] = []

    def __call__(self, call: HttpCall, now: float) -> HttpReply:
        if "/mine/" not in call.url:
            return super().__call__(call, now)
        self.keys_asked.append(call.url.rpartition("/")[2])
        if not self.knows:
            return reply(200, {})
        self.created["job-1"] = now
        return reply(200, {"id": "job-1"})


def _registry(plugin: Acme | None = None) -> Registry:
    made = Registry(lambda _group: ())
    made.register("acme", plugin or Acme())
    made.register("other", Acme("other"))
    return made


def _run(
    server: AcmeServer,
    journal: MemoryJournal,
    *,
    plugin: Acme | None = None,
    config: VideoGenerationConfig | None = None,
    job: Job | None = None,
) -> str | None:
    config, providers = config or acme(), _registry(plugin)
    flow = (
        generation(config, providers=providers, journals=True).generate()
        if job is None
        else resuming(job, config, providers=providers)
    )
    return VirtualTime(server, journal=journal).run(flow).request_id


def test_every_turn_of_a_generation_is_noted() -> None:
    journal = MemoryJournal()
    assert _run(AcmeServer(), journal) == "job-1"
    assert journal.states == [("submitting", 1, False), ("submitted", 1, True), ("ended", 1, True)]
    assert not journal.list()


def test_input_media_are_encoded_once(run: Run, fal: FalSimulator, tmp_path: Path) -> None:
    """A large input takes a second to encode, which must not be paid for every state of the job."""
    seen: list[object] = []

    class Looking(MemoryJournal):
        def write(self, job: ResumableJob) -> None:
            assert isinstance(job, Job)
            seen.append(cast("list[dict[str, object]]", job.request["image_list"])[0]["image"])
            super().write(job)

    request = VideoGenerationRequest.model_validate(
        {"prompt": "she turns", "image_list": [{"image": tiny_png(), "type": "first_frame"}]}
    )
    with Gateway(environ={}, output_dir=tmp_path, journal=Looking()) as gateway:
        run(gateway, "generate_video", fal_video(fal, model="fal-ai/veo3.1/image-to-video"), request)
    assert len(seen) == 3
    assert str(seen[0]).startswith("data:image/png;base64,")
    assert all(image is seen[0] for image in seen)


def test_every_attempt_of_a_chain_is_noted() -> None:
    server, journal = AcmeServer(), MemoryJournal()
    server.answers["status"] = [reply(200, {"state": "failed"})]
    _run(server, journal, config=acme(fallback_configs=[acme("other")]))
    assert [(state, number) for state, number, _ in journal.states] == [
        ("submitting", 1),
        ("submitted", 1),
        ("submitting", 2),
        ("submitted", 2),
        ("ended", 2),
    ]


def test_a_failed_generation_is_noted_as_ended() -> None:
    server, journal = AcmeServer(), MemoryJournal()
    server.answers["status"] = [reply(200, {"state": "failed"})]
    with pytest.raises(GenerationFailedError):
        _run(server, journal)
    assert journal.only.state == "ended"


def test_a_job_that_goes_on_after_its_deadline_is_noted_until_its_end_is_known() -> None:
    server, journal, config = AcmeServer(), MemoryJournal(), acme(timeout=20)
    server.always["cancel"] = reply(401, {})
    with pytest.raises(TimeoutError):
        _run(server, journal, config=config)
    assert (journal.only.state, journal.only.outcome, journal.only.may_go_on) == ("ended", "timeout", True)
    del server.always["cancel"]
    server.answers["status"] = [reply(200, {"state": "failed"})]
    with pytest.raises(GenerationFailedError):
        _run(server, journal, config=config, job=journal.only)
    assert (journal.only.outcome, journal.only.may_go_on) == ("timeout", False)


def test_nothing_is_sent_when_the_first_note_fails() -> None:
    server = AcmeServer()
    with pytest.raises(JournalError, match="No space left") as caught:
        _run(server, MemoryJournal(1), config=acme(fallback_configs=[acme("other")]))
    assert server.seen == []
    assert (caught.value.submitted, caught.value.billed, caught.value.job) == ("no", "no", None)


def test_a_later_note_that_fails_detaches_the_job() -> None:
    server = AcmeServer()
    with pytest.raises(JournalError) as caught:
        _run(server, MemoryJournal(2))
    job = cast("Job", caught.value.job)
    assert (job.request_id, job.state, caught.value.submitted) == ("job-1", "submitted", "yes")
    assert server.cancelled == [], "the job is paid for, and goes on"
    assert _run(server, MemoryJournal(), job=job) == "job-1"
    assert server.count("submit") == 1


def test_a_last_note_that_fails_costs_no_result() -> None:
    journal = MemoryJournal(3)
    assert _run(AcmeServer(), journal) == "job-1"
    assert journal.list(), "the entry stays, which is harmless"


def _abandon(flow: Flow[object], journal: MemoryJournal) -> None:
    """End a flow as the death of its process does: it performs no more steps, and its claim ends."""
    journal.released.clear()
    flow.close()
    assert journal.released.wait(10)


def _die_while_submitting(
    server: AcmeServer, plugin: Acme, config: VideoGenerationConfig | None = None
) -> MemoryJournal:
    """Note a job, send it, and die before the answer."""
    journal = MemoryJournal()

    def dying(call: HttpCall, now: float) -> HttpReply:
        if call.method == "POST":
            raise Killed
        return server(call, now)

    flow = generation(config or acme(), providers=_registry(plugin), journals=True).generate()
    driver = VirtualTime(dying, journal=journal)
    step = next(flow)
    while not (isinstance(step, HttpCall) and step.method == "POST"):
        step = flow.send(driver._perform(step))
    _abandon(flow, journal)
    return journal


def test_a_job_found_after_the_crash_goes_on() -> None:
    server = FindingServer(knows=True)
    journal = _die_while_submitting(server, Finding())
    noted = journal.only
    assert (noted.state, noted.reference) == ("submitting", None)
    assert _run(server, journal, plugin=Finding(), job=noted) == "job-1"
    assert server.count("submit") == 0
    assert server.keys_asked == [noted.idempotency_key]


def test_a_job_that_certainly_does_not_exist_is_submitted_after_the_crash() -> None:
    server = FindingServer(knows=False)
    journal = _die_while_submitting(server, Finding())
    assert _run(server, journal, plugin=Finding(), job=journal.only) == "job-1"
    assert server.count("submit") == 1


def test_a_job_that_is_submitted_again_waits_for_its_turn_and_keeps_its_time() -> None:
    server, rates = FindingServer(knows=False), SubmissionRates(1)
    server.job_seconds = 5
    config = acme(timeout=30)
    journal = _die_while_submitting(server, Finding(), config)
    driver = VirtualTime(server, journal=journal)
    link = generation(config)._records.chain.links[0]
    assert isinstance(link, Prepared)
    assert rates.wait_seconds(link.server, 0.0) == 0.0, "somebody else's turn"
    flow = resuming(journal.only, config, providers=_registry(Finding()), rates=rates)
    assert driver.run(flow).request_id == "job-1"
    (submitted_at,) = (seconds for seconds, call in driver.calls if call.method == "POST")
    assert submitted_at >= WINDOW_SECONDS


@pytest.mark.parametrize("policy", ["raise", "fallback"])
def test_what_nobody_can_know_after_the_crash_is_for_the_policy(policy: str) -> None:
    server = AcmeServer()
    config = acme(fallback_configs=[acme("other")], on_unknown_submission=policy)
    journal = _die_while_submitting(server, Acme(), config)
    driver, flow = VirtualTime(server, journal=journal), resuming(journal.only, config, providers=_registry())
    if policy == "raise":
        with pytest.raises(SubmissionUnknownError) as caught:
            driver.run(flow)
        assert (caught.value.submitted, server.count("submit")) == ("unknown", 0)
        assert journal.only.state == "submitting", "it stays listed: nobody knows what became of it"
    else:
        response = driver.run(flow)
        assert [entry.submitted for entry in response.execution_metadata.attempts] == ["unknown", "yes"]


def test_a_job_is_resumed_by_one_at_a_time() -> None:
    server, journal = AcmeServer(), MemoryJournal()
    job = VirtualTime(server, journal=journal).run(generation(acme(), journals=True).submit())
    assert journal.claim(job.generation_id)
    with pytest.raises(ValidationError, match="another call is already working on the job"):
        _run(server, journal, job=job)
    journal.release(job.generation_id)
    assert _run(server, journal, job=job) == "job-1"
    assert journal.claim(job.generation_id), "a resume that ended lets go"


def test_a_resume_that_fails_lets_go_too() -> None:
    server, journal = AcmeServer(), MemoryJournal()
    job = VirtualTime(server, journal=journal).run(generation(acme(), journals=True).submit())
    server.always["status"] = reply(200, {"state": "failed"})
    with pytest.raises(GenerationFailedError):
        _run(server, journal, job=job)
    assert journal.claim(job.generation_id)


def test_a_lost_submission_stays_listed() -> None:
    server, journal = AcmeServer(), MemoryJournal()
    server.answers["submit"] = [broken("reset")]
    with pytest.raises(SubmissionUnknownError):
        _run(server, journal, config=acme(on_unknown_submission="raise"))
    assert [job.state for job in journal.list()] == ["submitting"]


def test_a_gateway_writes_into_its_journal() -> None:
    journal = MemoryJournal()
    checked: Journal = journal
    config = VideoGenerationConfig.model_validate(
        {"provider": "acme", "model": "plain", "mock": {"enabled": True}}
    )
    from core.acme import CLIP

    with Gateway(environ={}, registry=_registry(), journal=checked) as gateway:
        gateway.generate_video(config, CLIP)
    # a mock sends nothing, so there is nothing to note before it: only what was accepted, and the end
    assert [state for state, _, _ in journal.states] == ["submitted", "ended"]


class TestAnOutdatedJob:
    """A job that is older than the journal is resumed from the journal's state, so nothing is paid twice."""

    def chain(self) -> VideoGenerationConfig:
        return acme(fallback_configs=[acme("other")])

    def submitted(self, server: AcmeServer, journal: MemoryJournal) -> Job:
        flow = generation(self.chain(), journals=True).submit()
        return VirtualTime(server, journal=journal).run(flow)

    def test_a_fallback_that_an_earlier_resume_paid_is_waited_for(self) -> None:
        server, journal = AcmeServer(), MemoryJournal()
        outdated = self.submitted(server, journal)
        server.answers["status"] = [reply(200, {"state": "failed"})]
        flow = resuming(outdated, self.chain())
        driver = VirtualTime(server, journal=journal)
        step = next(flow)
        while not (server.count("submit") == 2 and isinstance(step, HttpCall) and step.method == "GET"):
            step = flow.send(driver._perform(step))
        # the process of this resume dies while it waits for the fallback
        _abandon(flow, journal)
        response = VirtualTime(server, seed=1, journal=journal).run(resuming(outdated, self.chain()))
        assert (response.request_id, response.provider) == ("job-2", "other")
        assert server.count("submit") == 2
        ledger = response.execution_metadata.attempts
        assert [(entry.provider, entry.status) for entry in ledger] == [
            ("acme", "failed"),
            ("other", "success"),
        ]

    def test_an_exception_may_carry_a_newer_state_than_the_journal(self) -> None:
        server, journal = AcmeServer(), MemoryJournal(4, 5)
        outdated = self.submitted(server, journal)
        server.answers["status"] = [reply(200, {"state": "failed"})]
        with pytest.raises(JournalError) as caught:
            VirtualTime(server, journal=journal).run(resuming(outdated, self.chain()))
        job = Job.of(cast("Job", caught.value.job))
        assert (job.attempt_number, job.state) == (2, "submitted")
        assert (journal.only.attempt_number, journal.only.state) == (2, "submitting")
        flow = resuming(job, self.chain())
        assert VirtualTime(server, journal=journal).run(flow).request_id == "job-2"
        assert server.count("submit") == 2

    def test_an_edited_job_is_not_resumed_from_a_journal_either(self) -> None:
        server, journal = AcmeServer(), MemoryJournal()
        job = self.submitted(server, journal)
        journal.write(job.model_copy(update={"base_url": "https://evil.example"}))
        with pytest.raises(ValidationError, match="no key is sent to it"):
            VirtualTime(server, journal=journal).run(resuming(job, self.chain()))
        assert server.count("status") == 0

    def test_a_journal_that_cannot_be_read_stops_the_resume(self) -> None:
        class Unreadable(MemoryJournal):
            def read(self, job_id: str) -> Job | None:
                raise OSError(5, job_id)

        server, journal = AcmeServer(), Unreadable()
        job = self.submitted(server, journal)
        with pytest.raises(JournalError, match=job.generation_id):
            VirtualTime(server, journal=journal).run(resuming(job, self.chain()))
        assert journal.claim(job.generation_id)
        assert server.count("status") == 0

    def test_a_release_that_fails_costs_no_result(self) -> None:
        class Unreleasing(MemoryJournal):
            def release(self, job_id: str) -> None:
                raise OSError(5, job_id)

        assert _run(AcmeServer(), Unreleasing()) == "job-1"
