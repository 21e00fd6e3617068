"""A job that may exist is never paid for a second time: not by a repeat, not by a resume, not by a hasty "no such job"."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from core.acme import Acme, AcmeServer, acme, broken, generation, reply, resuming
from core.memory_journal import MemoryJournal
from tarash.tarash_gateway import (
    AuthenticationError,
    ContentModerationError,
    FallbackExhaustedError,
    GenerationFailedError,
    Job,
    ModelNotFoundError,
    RateLimitError,
    SubmissionUnknownError,
    TarashException,
    ValidationError,
    VideoGenerationConfig,
)
from tarash.tarash_gateway.discovery import Registry
from tarash.tarash_gateway.engine.factory import GenerationFactory
from tarash.tarash_gateway.engine.memory import Memory
from tarash.tarash_gateway.plugin import (
    Call,
    Flow,
    HttpCall,
    HttpReply,
    ProviderInfo,
    Submission,
    accepted_id,
    hookimpl,
    send,
    wire,
)
from tarash.tarash_gateway.testing import VirtualTime


class Killed(GeneratorExit):
    """Stands for a process that dies: nothing of it runs on."""


class Keyed(Acme):
    """Sends an idempotency key that the provider honours, and reads an error out of a 2xx answer."""

    @hookimpl
    def tarash_provider(self) -> ProviderInfo:
        return replace(super().tarash_provider(), idempotent_submit=True)

    @hookimpl
    def tarash_submit(self, call: Call, payload: Mapping[str, object]) -> Flow[Submission]:
        def flow() -> Flow[Submission]:
            sent = call.request("POST", "/jobs", json={"key": call.idempotency_key}, idempotent=True)
            job_id = accepted_id((yield from send(sent)), "id")
            return Submission(job={"id": job_id}, request_id=job_id)

        return flow()


class Vague(Acme):
    """Reads "too many" out of a 2xx answer that leaves open whether a job exists."""

    @hookimpl
    def tarash_submit(self, call: Call, payload: Mapping[str, object]) -> Flow[Submission]:
        def flow() -> Flow[Submission]:
            yield from send(call.request("POST", "/jobs", json={}))
            raise RateLimitError("too many jobs", submitted="unknown")

        return flow()


class Checking(Acme):
    """Asks for something before it submits."""

    @hookimpl
    def tarash_submit(self, call: Call, payload: Mapping[str, object]) -> Flow[Submission]:
        def flow() -> Flow[Submission]:
            yield from send(call.request("GET", "/jobs/quota"))
            job_id = accepted_id((yield from send(call.request("POST", "/jobs", json=dict(payload)))), "id")
            return Submission(job={"id": job_id}, request_id=job_id)

        return flow()


class Listing(Acme):
    """Can be asked for the job of a lost submission: GET /mine → {"id"} or {}."""

    @hookimpl
    def tarash_find_submission(self, call: Call) -> Flow[Submission | None]:
        found = wire.text((yield from send(call.request("GET", "/mine"))).json(), "id")
        return None if found is None else Submission(job={"id": found}, request_id=found)


class ListingServer(AcmeServer):
    """Lists a job only some time after it was accepted; its first submission is accepted, but the answer is lost."""

    def __init__(self, lost: BaseException, *, listed_after: float = 3.0) -> None:
        super().__init__(job_seconds=0.0)
        self.lost: BaseException | None = lost
        self.listed_after = listed_after
        self.finds = True

    def __call__(self, call: HttpCall, now: float) -> HttpReply:
        if call.url.endswith("/mine"):
            if not self.finds:
                return reply(503, {})
            listed = [job for job, at in self.created.items() if now >= at + self.listed_after]
            return reply(200, {"id": listed[0]} if listed else {})
        answer = super().__call__(call, now)
        lost, self.lost = self.lost, None
        if lost is not None and call.method == "POST":
            raise lost
        return answer


def _providers(first: Acme) -> Registry:
    made = Registry(lambda _group: ())
    made.register("acme", first)
    made.register("other", Acme("other"))
    return made


def _failure(
    server: AcmeServer, config: VideoGenerationConfig, providers: Registry, memory: Memory | None = None
) -> BaseException:
    flow = generation(config, memory, providers=providers).generate()
    with pytest.raises((TarashException, KeyboardInterrupt)) as caught:
        VirtualTime(server).run(flow)
    return caught.value


@pytest.mark.parametrize(
    "refusal",
    [
        pytest.param(reply(401, {}), id="status"),
        pytest.param(reply(200, {"error": {"code": 401, "message": "invalid api key"}}), id="in-a-200"),
    ],
)
def test_a_refusal_says_nothing_about_an_earlier_try_that_is_lost(refusal: HttpReply) -> None:
    server = AcmeServer()
    server.answers["submit"] = [broken("reset"), refusal]
    error = _failure(server, acme(), _providers(Keyed()), memory := _memory())
    assert isinstance(error, AuthenticationError)
    assert (error.submitted, error.billed, server.count("submit")) == ("unknown", "unknown", 2)
    assert [job.attempt_number for job in memory.unsettled.jobs()] == [1]


def test_too_many_jobs_is_repeated_only_if_it_is_certain_that_none_was_created() -> None:
    server = AcmeServer()
    error = _failure(server, acme(), _providers(Vague()))
    assert isinstance(error, RateLimitError)
    assert (server.count("submit"), error.submitted) == (1, "unknown")


def test_a_repeat_that_fails_before_it_submits_leaves_nothing_open() -> None:
    server = AcmeServer()
    server.answers["submit"] = [reply(200, {"error": {"code": 429, "message": "too many jobs"}})]
    server.answers["status"] = [reply(200, {}), reply(404, {})]
    error = _failure(server, acme(), _providers(Checking()), memory := _memory())
    assert isinstance(error, ModelNotFoundError)
    assert (error.submitted, error.billed, memory.unsettled.jobs()) == ("no", "no", ())


def test_an_interrupted_submission_is_looked_for_until_it_is_listed() -> None:
    server = ListingServer(KeyboardInterrupt())
    error = _failure(server, acme(), _providers(Listing()), memory := _memory())
    assert isinstance(error, KeyboardInterrupt)
    assert any("submitted: yes" in note for note in error.__notes__)
    assert [job.request_id for job in memory.unsettled.jobs()] == ["job-1"]


def test_a_resume_looks_until_the_job_is_listed_before_it_submits_again() -> None:
    server, journal, providers = ListingServer(Killed()), MemoryJournal(), _providers(Listing())
    with pytest.raises(Killed):
        VirtualTime(server, journal=journal).run(
            generation(acme(), providers=providers, journals=True).generate()
        )
    resumed = generation(acme(), providers=providers, job=journal.only)
    assert VirtualTime(server).run(resumed.resume()).request_id == "job-1"
    assert len(server.created) == 1


def test_a_resume_of_an_attempt_that_was_given_up_pays_for_nothing() -> None:
    server, memory, providers = AcmeServer(job_seconds=0.0), _memory(), _providers(Acme())
    server.answers["submit"] = [broken("timeout")]
    config = acme(fallback_configs=[acme("other")])
    assert (
        VirtualTime(server).run(generation(config, memory, providers=providers).generate()).provider
        == "other"
    )
    (job,) = memory.unsettled.jobs()
    assert (job.is_given_up, len(job.configs)) == (True, 1)
    with pytest.raises(SubmissionUnknownError):
        VirtualTime(server).run(generation(acme(), providers=providers, job=job).resume())
    assert server.count("submit") == 2


def test_not_even_if_the_provider_would_recognise_the_key() -> None:
    server, memory, providers = AcmeServer(job_seconds=0.0), _memory(), _providers(Keyed())
    server.answers["submit"] = [broken("timeout")] * 5
    config = acme(fallback_configs=[acme("other")])
    VirtualTime(server).run(generation(config, memory, providers=providers).generate())
    (job,) = memory.unsettled.jobs()
    sent = server.count("submit")
    with pytest.raises(SubmissionUnknownError):
        VirtualTime(server).run(generation(acme(), providers=providers, job=job).resume())
    assert server.count("submit") == sent


def test_not_even_if_it_is_resumed_once_more() -> None:
    server, memory, providers = AcmeServer(job_seconds=0.0), _memory(), _providers(Keyed())
    server.answers["submit"] = [broken("timeout")] * 5
    config = acme(fallback_configs=[acme("other")])
    VirtualTime(server).run(generation(config, memory, providers=providers).generate())
    sent = server.count("submit")
    for _ in range(2):
        (job,) = memory.unsettled.jobs()
        with pytest.raises(SubmissionUnknownError):
            VirtualTime(server).run(generation(acme(), memory, providers=providers, job=job).resume())
    assert server.count("submit") == sent


def test_not_even_if_there_is_certainly_no_job() -> None:
    server, memory, providers = (
        ListingServer(broken("reset"), listed_after=1e9),
        _memory(),
        _providers(Listing()),
    )
    config = acme(timeout=4.0, fallback_configs=[acme("other")])
    server.finds = False
    VirtualTime(server).run(generation(config, memory, providers=providers).generate())
    (job,) = memory.unsettled.jobs()
    server.finds = True
    sent = server.count("submit")
    with pytest.raises(GenerationFailedError, match="no such job"):
        VirtualTime(server).run(generation(acme(), providers=providers, job=job).resume())
    assert server.count("submit") == sent


def test_a_job_says_that_it_was_given_up_in_its_json_too() -> None:
    server, memory, providers = AcmeServer(), _memory(), _providers(Acme())
    server.answers["submit"] = [broken("timeout")]
    VirtualTime(server).run(
        generation(acme(fallback_configs=[acme("other")]), memory, providers=providers).generate()
    )
    (job,) = memory.unsettled.jobs()
    assert json.loads(job.to_json())["is_given_up"] is True
    assert Job.from_json(job.to_json()).is_given_up


def test_the_exception_of_a_whole_chain_says_what_may_exist() -> None:
    server, providers = AcmeServer(), _providers(Acme())
    server.answers["submit"] = [broken("timeout"), reply(401, {})]
    error = _failure(server, acme(fallback_configs=[acme("other")]), providers)
    assert isinstance(error, TarashException)
    assert not isinstance(error, AuthenticationError)
    assert (error.submitted, error.billed) == ("unknown", "unknown")


def _memory() -> Memory:
    return Memory(Path("unused"))


def test_a_job_that_is_found_only_after_an_interruption_can_be_resumed_without_looking_for_it_again() -> None:
    server, journal = ListingServer(KeyboardInterrupt(), listed_after=0.0), MemoryJournal()
    config = acme(fallback_configs=[acme("other")])
    with pytest.raises(KeyboardInterrupt):
        VirtualTime(server, journal=journal).run(
            generation(config, providers=_providers(Listing()), journals=True).generate()
        )
    server.finds = False
    resumed = resuming(journal.only, config, providers=_providers(Listing()))
    response = VirtualTime(server, journal=journal).run(resumed)
    assert (response.request_id, server.count("submit")) == ("job-1", 1)


class Unsendable(Acme):
    """Its submission ends with an exception after it was noted and before it is sent."""

    def __init__(self, provider_id: str, ending: BaseException) -> None:
        super().__init__(provider_id)
        self.ending = ending

    @hookimpl
    def tarash_sign(self, http: HttpCall) -> HttpCall:
        raise self.ending


@pytest.mark.parametrize(
    "ending", [KeyboardInterrupt(), AuthenticationError("the key has expired")], ids=repr
)
def test_a_lost_submission_can_be_resumed_although_a_later_attempt_has_ended(ending: BaseException) -> None:
    server, memory, journal = ListingServer(broken("reset"), listed_after=1e9), _memory(), MemoryJournal()
    providers = _providers(Listing())
    providers.register("late", Unsendable("late", ending))
    config = acme(timeout=4.0, fallback_configs=[acme("late")])
    server.finds = False
    with pytest.raises((KeyboardInterrupt, FallbackExhaustedError)):
        VirtualTime(server, journal=journal).run(
            generation(config, memory, providers=providers, journals=True).generate()
        )
    assert (journal.only.state, journal.only.attempt_number) == ("ended", 2)
    (lost,) = memory.unsettled.jobs()
    assert (lost.provider, lost.is_given_up) == ("acme", True)
    server.finds, server.listed_after = True, 0.0
    response = VirtualTime(server, journal=journal).run(resuming(lost, config, providers=providers))
    assert (response.request_id, server.count("submit")) == ("job-1", 1)
    assert (journal.only.outcome, journal.only.attempt_number) == ("completed", 1)


class Withholding(Acme):
    """Reads from the answer to the submission that the output was made and withheld."""

    @hookimpl
    def tarash_submit(self, call: Call, payload: Mapping[str, object]) -> Flow[Submission]:
        def flow() -> Flow[Submission]:
            yield from send(call.request("POST", "/jobs", json={}))
            raise ContentModerationError("withheld", stage="output", submitted="unknown")

        return flow()


def test_an_output_that_was_withheld_is_no_lost_submission() -> None:
    server, memory, journal = AcmeServer(job_seconds=0.0), _memory(), MemoryJournal()
    config = acme(
        on_unknown_submission="raise", fallback_on={"content_moderation"}, fallback_configs=[acme("other")]
    )
    response = VirtualTime(server, journal=journal).run(
        generation(config, memory, providers=_providers(Withholding()), journals=True).generate()
    )
    metadata = response.execution_metadata
    assert (response.provider, memory.unsettled.jobs(), metadata.cost_usd) == ("other", (), None)
    assert (metadata.attempts[0].submitted, metadata.attempts[0].billed) == ("yes", "unknown")


def test_a_generation_whose_output_was_withheld_has_ended() -> None:
    server, journal = AcmeServer(), MemoryJournal()
    with pytest.raises(ContentModerationError):
        VirtualTime(server, journal=journal).run(
            generation(acme(), providers=_providers(Withholding()), journals=True).generate()
        )
    assert (journal.only.state, journal.only.outcome) == ("ended", "content_moderation")


def test_two_resumes_of_a_lost_submission_at_once_submit_it_once() -> None:
    server = ListingServer(broken("reset"), listed_after=1e9)
    memory, providers = _memory(), _providers(Listing())
    server.finds = False
    _failure(server, acme(timeout=4.0), providers, memory)
    (job,) = memory.unsettled.jobs()
    server.finds = True
    sent = server.count("submit")
    with TemporaryDirectory() as folder:
        factory = GenerationFactory(providers, Path(folder), environ={}, journals=False)
        first = factory.resume(job, acme(), {}, reports=False)
        assert next(first) is not None
        with pytest.raises(ValidationError, match="another call is already working on the job"):
            VirtualTime(server).run(factory.resume(job, acme(), {}, reports=False))
        assert server.count("submit") == sent
        first.close()
        response = VirtualTime(server).run(factory.resume(job, acme(), {}, reports=False))
    assert (response.status, server.count("submit")) == ("completed", sent + 1)
