"""The last entry of a job says how it ended and what came of it, in one write; a job that goes on keeps its newest state."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.acme import Acme, AcmeServer, acme, broken, generation, registry, reply, resuming
from core.memory_journal import MemoryJournal
from tarash.tarash_gateway import (
    GenerationFailedError,
    Job,
    JournalFolder,
    SubmissionUnknownError,
    TarashException,
    TimeoutError,  # noqa: A004 - the public name
    ValidationError,
    VideoGenerationResponse,
)
from tarash.tarash_gateway.engine.memory import Memory
from tarash.tarash_gateway.exceptions import ResumableJob
from tarash.tarash_gateway.plugin import Asset, Flow, Generated, HttpReply, hookimpl
from tarash.tarash_gateway.steps import TransportFailure
from tarash.tarash_gateway.testing import VirtualTime


def test_the_end_and_the_result_are_one_write() -> None:
    journal = MemoryJournal()
    response = VirtualTime(AcmeServer(), journal=journal).run(generation(acme(), journals=True).generate())
    assert journal.states == [("submitting", 1, False), ("submitted", 1, True), ("ended", 1, True)]
    assert journal.only.outcome == "completed"
    restored = journal.only.restored_response()
    assert restored is not None
    assert restored.model_dump(mode="json") == response.model_dump(mode="json")


class Interrupted(MemoryJournal):
    """Ctrl-C while the end of a job is written, so often."""

    def __init__(self, times: int) -> None:
        super().__init__()
        self.left = times

    def write(self, job: ResumableJob) -> None:
        if job.state == "ended" and self.left:
            self.left -= 1
            raise KeyboardInterrupt
        super().write(job)


def _interrupted(journal: MemoryJournal) -> Job:
    """Return the job that the gateway keeps of a generation that is interrupted once it has its result."""
    memory = Memory(Path("unused"))
    made = generation(acme(), memory, journals=True)
    with pytest.raises(KeyboardInterrupt):
        VirtualTime(AcmeServer(), journal=journal).run(made.generate())
    (job,) = memory.unsettled.jobs()
    return job


def test_an_interruption_of_the_last_write_loses_no_result() -> None:
    """Another process would take the job for one that is running, and perhaps pay a fallback."""
    journal = Interrupted(1)
    assert _interrupted(journal).response is not None
    assert (journal.only.state, journal.only.outcome) == ("ended", "completed")


def test_a_result_that_the_journal_has_missed_is_written_when_it_is_fetched() -> None:
    journal = Interrupted(2)
    job = _interrupted(journal)
    assert journal.only.state == "submitted"
    assert VirtualTime(AcmeServer(), journal=journal).run(resuming(job)) is not None
    assert (journal.only.state, journal.only.outcome) == ("ended", "completed")


def test_a_journal_that_fails_costs_no_result_that_is_at_hand() -> None:
    done = MemoryJournal()
    VirtualTime(AcmeServer(), journal=done).run(generation(acme(), journals=True).generate())
    behind = MemoryJournal(2)
    behind.write(done.only.model_copy(update={"state": "submitted", "response": None, "outcome": None}))
    server = AcmeServer()
    response = VirtualTime(server, journal=behind).run(resuming(done.only))
    assert (response.request_id, server.seen, behind.only.state) == ("job-1", [], "submitted")


def test_a_result_at_hand_counts_though_the_journal_has_only_the_end_of_the_job() -> None:
    journal = MemoryJournal()
    VirtualTime(AcmeServer(), journal=journal).run(generation(acme(), journals=True).generate())
    done = journal.only
    journal.write(done.model_copy(update={"response": None}))
    server = AcmeServer()
    response = VirtualTime(server, journal=journal).run(resuming(done))
    assert (response.request_id, server.seen) == ("job-1", [])


def test_of_two_states_that_are_as_far_the_journal_s_is_newer() -> None:
    journal, server = MemoryJournal(), AcmeServer()
    job = VirtualTime(server, journal=journal).run(generation(acme(), journals=True).submit())
    # an earlier call has replaced the reference
    server.created["job-2"] = 0.0
    journal.write(job.model_copy(update={"reference": {"id": "job-2"}}))
    response = VirtualTime(server, journal=journal).run(resuming(job))
    assert [asset.url for asset in response.assets] == ["https://cdn.acme.example/job-2.mp4"]


def test_a_job_that_was_forgotten_is_not_written_again() -> None:
    job = _interrupted(Interrupted(2))
    empty = MemoryJournal()
    assert VirtualTime(AcmeServer(), journal=empty).run(resuming(job)) is not None
    assert empty.states == []


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        pytest.param({"status": reply(200, {"state": "failed"})}, "generation_failed", id="failed"),
        pytest.param({"submit": reply(402, {})}, "quota_exceeded", id="refused"),
        pytest.param({"status": reply(200, {"state": "running"})}, "timeout", id="late"),
    ],
)
def test_an_ended_job_says_why(status: dict[str, HttpReply | TransportFailure], outcome: str) -> None:
    server, journal = AcmeServer(), MemoryJournal()
    server.always.update(status)
    with pytest.raises(TarashException):
        VirtualTime(server, journal=journal).run(generation(acme(), journals=True).generate())
    assert (journal.only.state, journal.only.outcome, journal.only.response) == ("ended", outcome, None)


def test_an_interrupted_job_says_so() -> None:
    def interrupt(_update: object) -> None:
        raise KeyboardInterrupt

    journal = MemoryJournal()
    flow = generation(acme(), journals=True, reports=True).generate()
    with pytest.raises(KeyboardInterrupt):
        VirtualTime(AcmeServer(), journal=journal, on_progress=interrupt).run(flow)
    assert (journal.only.state, journal.only.outcome) == ("ended", "abandoned")


def test_what_nobody_knows_has_not_ended() -> None:
    server, journal = AcmeServer(), MemoryJournal()
    server.answers["submit"] = [broken("reset")]
    config = acme(on_unknown_submission="raise")
    with pytest.raises(SubmissionUnknownError):
        VirtualTime(server, journal=journal).run(generation(config, journals=True).generate())
    assert (journal.only.state, journal.only.outcome) == ("submitting", None)


class Wordy(Acme):
    """Returns an output as a long `data:` URL, and an answer that JSON cannot hold."""

    def __init__(self, raw: object | None, url: str) -> None:
        super().__init__()
        self._raw, self._url = raw, url

    @hookimpl
    def tarash_normalize(self, raw: object) -> Flow[Generated]:
        yield from ()
        answer = raw if self._raw is None else self._raw
        return Generated(assets=(Asset(kind="video", url=self._url),), raw=answer)


def _generate(plugin: Acme, journal: JournalFolder | MemoryJournal) -> VideoGenerationResponse:
    providers = registry("other")
    providers.register("acme", plugin)
    flow = generation(acme(), providers=providers, journals=True).generate()
    response = VirtualTime(AcmeServer(), journal=journal).run(flow)
    assert isinstance(response, VideoGenerationResponse)
    return response


def test_an_answer_that_is_not_json_costs_no_result() -> None:
    journal = MemoryJournal()
    response = _generate(Wordy({"at": Path("a.mp4")}, "https://cdn.acme.example/a.mp4"), journal)
    assert response.raw_response == {"at": "a.mp4"}
    restored = journal.only.restored_response()
    assert isinstance(restored, VideoGenerationResponse)
    assert (restored.video, restored.raw_response) == (
        "https://cdn.acme.example/a.mp4",
        {"at": "a.mp4"},
    )


def test_a_folder_keeps_the_result_but_not_the_output(tmp_path: Path) -> None:
    journal = JournalFolder(tmp_path / "jobs")
    _generate(Wordy(None, "https://cdn.acme.example/a.mp4"), journal)
    (job,) = journal.overview(ended=True).jobs
    assert [path.name for path in (journal.path / "ended").iterdir()] == [f"{job.generation_id}.json"]
    stored = journal.read(job.generation_id)
    assert stored is not None
    assert stored.restored_response() is not None
    journal.forget(job.generation_id)
    _generate(Wordy(None, "data:video/mp4;base64," + "AAAA" * 5000), journal)
    (job,) = journal.overview(ended=True).jobs
    assert (job.outcome, job.response) == ("completed", None)
    assert not list(journal.path.glob("media/*"))


def test_a_folder_that_keeps_results_keeps_all_of_them(tmp_path: Path) -> None:
    journal = JournalFolder(tmp_path / "jobs", keep_results=True)
    response = _generate(Wordy(None, "data:video/mp4;base64," + "AAAA" * 5000), journal)
    (job,) = journal.overview().jobs
    stored = journal.read(job.generation_id)
    assert stored is not None
    restored = stored.restored_response()
    assert isinstance(restored, VideoGenerationResponse)
    assert restored.video == response.video


def test_a_detached_job_is_noted_with_its_newest_deadline() -> None:
    server, journal = AcmeServer(job_seconds=10_000), MemoryJournal()
    config = acme(timeout=30.0, on_timeout="detach")
    with pytest.raises(TimeoutError) as caught:
        VirtualTime(server, journal=journal).run(generation(config, journals=True).generate())
    assert caught.value.job is not None
    first = Job.of(caught.value.job)
    assert journal.only == first
    later = VirtualTime(server, journal=journal)
    later.seconds = 1_000.0
    with pytest.raises(TimeoutError) as caught:
        later.run(resuming(first, config))
    assert caught.value.job is not None
    second = Job.of(caught.value.job)
    assert second.deadline_at > first.deadline_at
    assert journal.only == second


def test_a_journal_that_fails_at_the_end_of_a_wait_costs_no_job() -> None:
    server = AcmeServer(job_seconds=10_000)
    config = acme(timeout=30.0, on_timeout="detach")
    with pytest.raises(TimeoutError) as caught:
        VirtualTime(server, journal=MemoryJournal(3)).run(generation(config, journals=True).generate())
    assert caught.value.job is not None
    assert caught.value.execution_metadata is not None
    assert any("No space left" in warning for warning in caught.value.execution_metadata.warnings)


def test_a_failed_look_at_an_ended_job_leaves_its_outcome() -> None:
    server, journal = AcmeServer(), MemoryJournal()
    job = VirtualTime(server, journal=journal).run(generation(acme(), journals=True).submit())
    journal.write(job.model_copy(update={"state": "ended", "outcome": "timeout"}))
    server.always["status"] = reply(200, {"state": "failed"})
    with pytest.raises(
        GenerationFailedError, match=r"already ended \(it failed with timeout at acme/plain in"
    ):
        VirtualTime(server, journal=journal).run(resuming(job))
    assert journal.only.outcome == "timeout"
    server.always["status"] = reply(200, {"state": "done", "url": "https://cdn.acme.example/a.mp4"})
    response = VirtualTime(server, journal=journal).run(resuming(job))
    assert journal.only.outcome == "completed", "a result that comes late is stored"
    assert journal.only.restored_response() is not None
    assert response.request_id == "job-1"


def test_a_job_that_was_never_submitted_cannot_be_fetched() -> None:
    server, journal = AcmeServer(), MemoryJournal()
    job = VirtualTime(server, journal=journal).run(generation(acme(), journals=True).submit())
    gone = {"state": "ended", "outcome": "quota_exceeded", "reference": None, "request_id": None}
    journal.write(job.model_copy(update=gone))
    with pytest.raises(ValidationError, match=r"already ended \(it failed with quota_exceeded at acme/plain"):
        VirtualTime(server, journal=journal).run(resuming(job))
    assert server.count("status") == 0
