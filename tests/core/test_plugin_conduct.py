"""What plugins may do in a flow: find a lost job, refuse inside a 2xx answer, and answer at once."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from core.acme import Acme, AcmeServer, acme, broken, generation, reply
from core.memory_journal import MemoryJournal
from tarash.tarash_gateway import (
    ContentModerationError,
    GenerationFailedError,
    HTTPConnectionError,
    Job,
    ProgressUpdate,
    TarashException,
    ValidationError,
    VideoGenerationResponse,
)
from tarash.tarash_gateway.discovery import Registry
from tarash.tarash_gateway.engine.factory import GenerationFactory
from tarash.tarash_gateway.engine.generation import Generation
from tarash.tarash_gateway.plugin import (
    Call,
    Flow,
    HttpCall,
    HttpReply,
    JobReference,
    JobStatus,
    RateLimitError,
    Submission,
    SubmissionUnknownError,
    hookimpl,
    send,
    wire,
)
from tarash.tarash_gateway.steps import TransportFailure
from tarash.tarash_gateway.testing import VirtualTime


class Finding(Acme):
    """Can look for a lost submission: GET /mine → {"id"} or {}."""

    @hookimpl
    def tarash_find_submission(self, call: Call) -> Flow[Submission | None]:
        return _find(call)


def _find(call: Call) -> Flow[Submission | None]:
    found = wire.text((yield from send(call.request("GET", "/mine"))).json_object(), "id")
    return None if found is None else Submission(job={"id": found}, request_id=found)


class Doubting(Acme):
    """Looks for a lost submission, too, and cannot say that there is none."""

    @hookimpl
    def tarash_find_submission(self, call: Call) -> Flow[Submission | None]:
        return _find_or_doubt(call)


def _find_or_doubt(call: Call) -> Flow[Submission | None]:
    found = yield from _find(call)
    if found is None:
        raise SubmissionUnknownError(f"no job with the mark of {call.api_key} is listed")
    return found


class Busy(Acme):
    """Is told "busy" in a 200."""

    @hookimpl
    def tarash_submit(self, call: Call, payload: Mapping[str, object]) -> Flow[Submission]:
        return _submit_unless_busy(call)


def _submit_unless_busy(call: Call) -> Flow[Submission]:
    body = (yield from send(call.request("POST", "/jobs", json={}))).json_object()
    if wire.text(body, "code") == "busy":
        raise RateLimitError("too many jobs at a time")
    job_id = wire.text(body, "id")
    return Submission(job={"id": job_id}, request_id=job_id)


class Immediate(Acme):
    """Answers with the result."""

    @hookimpl
    def tarash_submit(self, call: Call, payload: Mapping[str, object]) -> Flow[Submission]:
        return _submit_for_result(call)


def _submit_for_result(call: Call) -> Flow[Submission]:
    yield from send(call.request("POST", "/jobs", json={}))
    return Submission(result={"url": "https://cdn.acme.example/now.mp4"}, request_id="now-1")


class ListingServer(AcmeServer):
    """Acme's server, which lists the newest job from the given look on."""

    def __init__(self, *, lists_from_look: int) -> None:
        super().__init__()
        self.lists_from_look = lists_from_look
        self.looks = 0

    def __call__(self, call: HttpCall, now: float) -> HttpReply:
        if not call.url.endswith("/mine"):
            return super().__call__(call, now)
        self.looks += 1
        if self.looks < self.lists_from_look:
            return reply(200, {})
        self.created["job-1"] = now
        return reply(200, {"id": "job-1"})


def _generation(plugin: Acme, *, job: Job | None = None, with_fallback: bool = False) -> Generation:
    providers = Registry(lambda _group: ())
    providers.register("acme", plugin)
    providers.register("other", Acme("other"))
    fallbacks = [acme("other")] if with_fallback else []
    return generation(acme(fallback_configs=fallbacks), providers=providers, job=job)


@pytest.mark.parametrize("look", [1, 2, 3])
def test_a_lost_job_may_be_listed_a_little_later(look: int) -> None:
    server = ListingServer(lists_from_look=look)
    server.answers["submit"] = [broken("timeout")]
    response = VirtualTime(server).run(_generation(Finding()).generate())
    assert (response.request_id, server.count("submit"), server.looks) == ("job-1", 1, look)
    assert response.execution_metadata.attempts[0].submitted == "yes"


@pytest.mark.parametrize("look", [1, 2, 3])
def test_a_look_up_in_doubt_is_asked_again(look: int) -> None:
    server = ListingServer(lists_from_look=look)
    server.answers["submit"] = [broken("timeout")]
    response = VirtualTime(server).run(_generation(Doubting()).generate())
    assert (response.request_id, server.count("submit"), server.looks) == ("job-1", 1, look)


def test_why_a_look_up_stays_in_doubt_is_told_without_the_key() -> None:
    server = ListingServer(lists_from_look=99)
    server.answers["submit"] = [broken("timeout")]
    with pytest.raises(SubmissionUnknownError) as caught:
        VirtualTime(server).run(_generation(Doubting()).generate())
    assert (caught.value.submitted, server.count("submit"), server.looks) == ("unknown", 1, 3)
    assert "did not settle it: no job with the mark of" in str(caught.value)
    assert "acme-key-123456" not in f"{caught.value} {caught.value.args}"
    assert isinstance(caught.value.__cause__, TransportFailure)


def test_a_job_that_certainly_does_not_exist_costs_nothing_elsewhere() -> None:
    server = ListingServer(lists_from_look=99)
    server.answers["submit"] = [broken("reset")]
    response = VirtualTime(server).run(_generation(Finding(), with_fallback=True).generate())
    failed, succeeded = response.execution_metadata.attempts
    assert (failed.error_type, failed.submitted, failed.billed) == ("HTTPConnectionError", "no", "no")
    assert succeeded.provider == "other"


def test_without_a_substitute_that_is_a_broken_connection() -> None:
    server = ListingServer(lists_from_look=99)
    server.answers["submit"] = [broken("reset")]
    with pytest.raises(HTTPConnectionError, match="the provider has no such job"):
        VirtualTime(server).run(_generation(Finding()).generate())


def test_a_refusal_inside_a_2xx_answer_is_waited_out() -> None:
    server = AcmeServer()
    server.answers["submit"] = [reply(200, {"code": "busy"})] * 2
    response = VirtualTime(server).run(_generation(Busy()).generate())
    assert (server.count("submit"), len(server.created)) == (3, 1)
    assert response.execution_metadata.total_attempts == 1


def test_a_refusal_inside_a_2xx_answer_that_stays_falls_back() -> None:
    server = AcmeServer()
    server.answers["submit"] = [reply(200, {"code": "busy"})] * 5
    response = VirtualTime(server).run(_generation(Busy(), with_fallback=True).generate())
    assert [entry.provider for entry in response.execution_metadata.attempts] == ["acme", "other"]


def test_an_answer_at_once_needs_no_polling_and_is_billed() -> None:
    server = AcmeServer()
    response = VirtualTime(server).run(_generation(Immediate()).generate())
    assert (response.request_id, server.count("status")) == ("now-1", 0)
    assert response.execution_metadata.attempts[0].billed == "yes"


def test_a_job_that_was_answered_at_once_carries_its_result() -> None:
    job = VirtualTime(AcmeServer()).run(_generation(Immediate()).submit())
    restored = Job.from_json(job.to_json()).restored_response()
    assert isinstance(restored, VideoGenerationResponse)
    assert restored.video == "https://cdn.acme.example/now.mp4"


def test_a_saved_job_without_what_the_plugin_finds_it_by_is_not_the_plugin_s_fault() -> None:
    driver = VirtualTime(AcmeServer())
    job = driver.run(_generation(Acme()).submit())
    edited = job.model_copy(update={"reference": {"identity": "job-1"}})
    with pytest.raises(ValidationError, match="reference has no 'id'"):
        driver.run(_generation(Acme(), job=edited).resume())


@pytest.mark.parametrize(
    ("told", "shown"),
    [
        (-5, 0.0),
        (140.0, 100.0),
        (float("inf"), 100.0),
        (float("nan"), None),
        (0, 0),
        (42.5, 42.5),
        (None, None),
    ],
)
def test_a_percentage_that_cannot_be_is_never_shown(told: float | None, shown: float | None) -> None:
    assert JobStatus(state="processing", progress_percent=told).progress_percent == shown


def test_a_provider_that_counts_past_the_end_is_shown_at_the_end() -> None:
    server = AcmeServer(job_seconds=60)
    server.answers["status"] = [reply(200, {"state": "running", "percent": percent}) for percent in (-1, 250)]
    seen: list[float | None] = []
    driver = VirtualTime(server, on_progress=lambda update: seen.append(update.progress_percent))
    driver.run(generation(acme(), reports=True).generate())
    assert set(seen) == {None, 0.0, 100.0}


class Moving(Acme):
    """Finds its job under another name from the first poll on."""

    @hookimpl
    def tarash_poll(self, call: Call, job: JobReference) -> Flow[JobStatus]:
        return _poll_and_move(call, job)


def _poll_and_move(call: Call, job: JobReference) -> Flow[JobStatus]:
    yield from send(call.request("GET", f"/jobs/{job['id']}"))
    return JobStatus(state="processing", job={**job, "cursor": "2"})


def _looked_at(plugin: Acme, journal: MemoryJournal, server: AcmeServer, **changes: object) -> ProgressUpdate:
    """Ask for the status of a saved job, as another process does it."""
    providers = Registry(lambda _group: ())
    providers.register("acme", plugin)
    VirtualTime(server, journal=journal).run(generation(acme(), providers=providers, journals=True).submit())
    job = journal.only.model_copy(update=changes)
    journal.write(job)
    factory = GenerationFactory(providers, Path("unused"), environ={}, journals=True)
    return VirtualTime(server, journal=journal).run(factory.status(job, acme(), {}))


def test_a_look_at_an_interrupted_submission_keeps_the_job_that_it_finds() -> None:
    journal, server = MemoryJournal(), ListingServer(lists_from_look=1)
    update = _looked_at(Finding(), journal, server, state="submitting", reference=None, request_id=None)
    assert (update.status, update.request_id) == ("processing", "job-1")
    assert (journal.only.state, journal.only.reference) == ("submitted", {"id": "job-1"})
    assert server.count("submit") == 1


def test_a_look_at_a_job_keeps_a_reference_that_has_changed() -> None:
    journal = MemoryJournal()
    _looked_at(Moving(), journal, AcmeServer())
    assert journal.only.reference == {"id": "job-1", "cursor": "2"}


class Failing(Acme):
    """Says in a poll, or by an error status of one, that the job has failed."""

    @hookimpl
    def tarash_poll(self, call: Call, job: JobReference) -> Flow[JobStatus]:
        return _poll_for_failure(call, job)

    @hookimpl
    def tarash_error(self, response: HttpReply) -> TarashException | None:
        return ContentModerationError("nothing of the kind") if response.status == 422 else None


def _poll_for_failure(call: Call, job: JobReference) -> Flow[JobStatus]:
    yield from send(call.request("GET", f"/jobs/{job['id']}"))
    raise GenerationFailedError("the scene fell over", allows_fallback=False)


@pytest.mark.parametrize(
    ("status", "kind"), [(200, GenerationFailedError), (422, ContentModerationError)], ids=["raised", "422"]
)
def test_a_failure_of_the_job_is_no_refusal_of_the_poll(status: int, kind: type[TarashException]) -> None:
    server = AcmeServer()
    server.always["status"] = reply(status, {})
    with pytest.raises(kind):
        VirtualTime(server).run(_generation(Failing()).generate())
    # a refusal would be ignored for a while: the provider may lag behind
    assert server.count("status") == 1
