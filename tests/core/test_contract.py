"""What foreign code returns, yields or raises is checked before it is believed, and a breach names plugin and hook."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Coroutine, Generator, Mapping
from typing import Any, cast

import pytest

from core.acme import Acme, AcmeServer, UncancellableAcme, acme, generation, reply
from tarash.tarash_gateway import Job, PluginError, ProviderNotInstalledError
from tarash.tarash_gateway.discovery import Registry
from tarash.tarash_gateway.engine.outcome_checks import wrong_outcome
from tarash.tarash_gateway.plugin import (
    Asset,
    Call,
    Cancellation,
    Flow,
    Generated,
    HttpCall,
    JobReference,
    JobStatus,
    Submission,
    hookimpl,
    send,
    sleep,
)
from tarash.tarash_gateway.testing import VirtualTime


def _run(plugin: Acme, server: AcmeServer | None = None) -> PluginError:
    providers = Registry(lambda _group: ())
    providers.register("acme", plugin)
    providers.register("other", Acme("other"))
    made = generation(acme(fallback_configs=[acme("other")]), providers=providers)
    with pytest.raises(PluginError) as caught:
        VirtualTime(server or AcmeServer()).run(made.generate())
    return caught.value


def _flow(result: object) -> Flow[Any]:
    yield from ()
    return result


class Submits(Acme):
    """Gives whatever it is told to from `tarash_submit`, before anything is sent."""

    def __init__(self, result: object) -> None:
        super().__init__()
        self.result = result

    @hookimpl
    def tarash_submit(self, call: Call, payload: Mapping[str, object]) -> Flow[Submission]:
        return cast("Flow[Submission]", self.result)


class Polls(Acme):
    """Gives whatever it is told to from `tarash_poll`."""

    def __init__(self, result: object) -> None:
        super().__init__()
        self.result = result

    @hookimpl
    def tarash_poll(self, call: Call, job: JobReference) -> Flow[JobStatus]:
        return _flow(self.result)


class Normalizes(Acme):
    """Gives whatever it is told to from `tarash_normalize`."""

    def __init__(self, result: object) -> None:
        super().__init__()
        self.result = result

    @hookimpl
    def tarash_normalize(self, raw: object) -> Flow[Generated]:
        return _flow(self.result)


async def _coroutine() -> Submission:
    return Submission(job={"id": "x"}, request_id="x")


async def _async_generator(call: Call) -> AsyncGenerator[HttpCall, None]:
    yield call.request("POST", "/jobs")


class Asynchronous(Acme):
    """Has a hook that passes on to an async function; one that is async itself is refused when the plugin loads."""

    @hookimpl
    def tarash_submit(self, call: Call) -> Coroutine[Any, Any, Submission]:  # type: ignore[override]  # the mistake
        return _coroutine()


class AsynchronousGenerator(Acme):
    """Has a hook that passes on to an async generator."""

    @hookimpl
    def tarash_submit(self, call: Call) -> AsyncGenerator[HttpCall, None]:  # type: ignore[override]  # the mistake
        return _async_generator(call)


def _yielding(step: object) -> Generator[Any, Any, Submission]:
    yield step
    return Submission(job={"id": "x"})


@pytest.mark.parametrize(
    ("plugin", "message"),
    [
        pytest.param(Submits(None), "tarash_submit returned None", id="nothing"),
        pytest.param(Submits({"id": "x"}), "tarash_submit returned dict, not a generator", id="no-generator"),
        pytest.param(Submits(_flow({"id": "x"})), "returned dict, not Submission", id="wrong-class"),
        pytest.param(Submits(_flow(Submission())), "neither job nor result", id="empty"),
        pytest.param(
            Submits(_flow(Submission(job=cast("Any", ["x"])))),
            "returned list as the job's reference",
            id="list",
        ),
        pytest.param(
            Submits(_flow(Submission(job={}, state=cast("Any", "done")))), "unknown state 'done'", id="state"
        ),
        pytest.param(Submits(_yielding("POST /jobs")), "yielded str, which is not a step", id="yields-text"),
        pytest.param(Submits(_yielding(None)), "yielded NoneType", id="bare-yield"),
        pytest.param(Asynchronous(), "tarash_submit is an async function", id="coroutine"),
        pytest.param(AsynchronousGenerator(), "tarash_submit is an async function", id="async-generator"),
    ],
)
def test_a_breach_before_anything_was_sent_surfaces_from_the_primary(plugin: Acme, message: str) -> None:
    server = AcmeServer()
    error = _run(plugin, server)
    assert message in error.message
    assert "the acme plugin has a bug" in error.message
    assert (error.submitted, error.billed, error.job, server.seen) == ("no", "no", None, [])
    assert [entry.status for entry in error.attempts] == ["failed"]


@pytest.mark.parametrize(
    ("plugin", "message"),
    [
        pytest.param(Polls({"state": "done"}), "tarash_poll returned dict, not JobStatus", id="poll-class"),
        pytest.param(Polls(None), "tarash_poll returned NoneType, not JobStatus", id="poll-nothing"),
        pytest.param(
            Polls(JobStatus(state=cast("Any", "succeeded"))), "unknown state 'succeeded'", id="poll-state"
        ),
        pytest.param(
            Polls(JobStatus(state="failed", error=cast("Any", ValueError("x")))),
            "returned ValueError as JobStatus.error",
            id="poll-error",
        ),
        pytest.param(
            Polls(JobStatus(state="queued", job=cast("Any", "job-2"))),
            "returned str as the job's",
            id="poll-job",
        ),
    ],
)
def test_a_breach_after_the_submission_pays_nobody_else_and_hands_back_the_job(
    plugin: Acme, message: str
) -> None:
    server = AcmeServer()
    error = _run(plugin, server)
    assert message in error.message
    assert (error.submitted, error.billed) == ("yes", "unknown")
    assert (server.count("submit"), server.cancelled) == (1, [])
    job = cast("Job", error.job)
    response = VirtualTime(server).run(generation(acme(), job=job).resume())
    assert response.request_id == "job-1", "the job goes on once the plugin is mended"


@pytest.mark.parametrize(
    ("result", "message"),
    [
        ({"assets": []}, "returned dict, not Generated"),
        (Generated(assets=cast("Any", ("https://x.example/a.mp4",))), "returned str among the assets"),
        (
            Generated(assets=(Asset(kind="video", url="https://x.example/a.mp4", content=b"x"),)),
            "without exactly one of url, content, download and path",
        ),
    ],
)
def test_a_breach_in_the_result_is_told_at_once(result: object, message: str) -> None:
    server = AcmeServer(job_seconds=0)
    error = _run(Normalizes(result), server)
    assert message in error.message
    assert server.count("status") == 1, "a flow that asked for nothing gives the same again"


def test_a_bug_while_submitting_leaves_open_what_was_billed() -> None:
    class Forgetful(Acme):
        @hookimpl
        def tarash_submit(self, call: Call, payload: Mapping[str, object]) -> Flow[Submission]:
            body = (yield from send(call.request("POST", "/jobs", json={}))).json_object()
            return Submission(job={"id": body["job_id"]})

    server = AcmeServer()
    error = _run(Forgetful(), server)
    assert "tarash_submit raised KeyError: 'job_id'" in error.message
    assert (error.submitted, error.billed, server.count("submit")) == ("unknown", "unknown", 1)
    assert cast("Job", error.job).state == "submitting"


def test_a_plugin_without_a_poll_is_told_so_and_its_job_is_kept() -> None:
    """A plugin whose models answer at once needs none, so it cannot be refused before."""

    class Hasty:
        tarash_provider = UncancellableAcme.tarash_provider
        tarash_models = UncancellableAcme.tarash_models
        tarash_submit = UncancellableAcme.tarash_submit
        tarash_normalize = UncancellableAcme.tarash_normalize
        _info = Acme()._info

    server = AcmeServer()
    error = _run(cast("Acme", Hasty()), server)
    assert "tarash_poll is missing, and the job needs it" in error.message
    assert (error.submitted, server.count("submit"), error.job is not None) == ("yes", 1, True)


def _yields_text() -> Flow[Cancellation]:
    yield cast("Any", "DELETE /jobs/1")
    return Cancellation(outcome="accepted")


def _raises() -> Flow[Cancellation]:
    raise KeyError("job_id")


_CANCEL_BUGS = [
    pytest.param(lambda: _flow(Cancellation(outcome=cast("Any", "maybe"))), "maybe", id="unknown-word"),
    pytest.param(lambda: _flow(cast("Any", "accepted")), "tarash_cancel returned str", id="wrong-type"),
    pytest.param(lambda: "accepted", "tarash_cancel returned str", id="no-flow"),
    pytest.param(_yields_text, "tarash_cancel yielded str", id="no-step"),
    pytest.param(_raises, "tarash_cancel raised KeyError", id="raises"),
]


@pytest.mark.parametrize(("cancel", "bug"), _CANCEL_BUGS)
@pytest.mark.parametrize("how", ["deadline", "interruption"])
def test_a_bug_in_a_cancel_is_told_beside_why_the_job_was_given_up(
    cancel: Callable[[], Any], bug: str, how: str
) -> None:
    """Only "unconfirmed" would leave the author of the plugin, and who pays for the job, without a reason."""

    class Vague(Acme):
        @hookimpl
        def tarash_cancel(self, call: Call, job: JobReference) -> Flow[Cancellation]:
            return cast("Flow[Cancellation]", cancel())

    def interrupt(_update: object) -> None:
        if how == "interruption":
            raise KeyboardInterrupt

    providers = Registry(lambda _group: ())
    providers.register("acme", Vague())
    made = generation(acme(timeout=5), providers=providers, reports=True)
    with pytest.raises(TimeoutError if how == "deadline" else KeyboardInterrupt) as caught:
        VirtualTime(AcmeServer(), on_progress=interrupt).run(made.generate())
    told = (
        cast("Any", caught.value).execution_metadata.warnings if how == "deadline" else caught.value.__notes__
    )
    (line,) = [line for line in told if "the acme plugin has a bug" in line]
    assert bug in line
    attempt = cast("Any", caught.value).attempts[0].cancelled if how == "deadline" else told[0]
    assert attempt.endswith("unconfirmed")


_VIDEO = "https://cdn.acme.example/1.mp4"
_WRONG_VALUES = [
    pytest.param(
        "tarash_submit", Submission(job={"x": {1}}), "JSON cannot hold: a value of type set", id="set"
    ),
    pytest.param("tarash_submit", Submission(job={"x": [b"a"]}), "a value of type bytes", id="bytes"),
    pytest.param("tarash_submit", Submission(job={"x": float("nan")}), "JSON cannot hold: nan", id="nan"),
    pytest.param("tarash_submit", Submission(job={"x": {1: 2}}), "JSON cannot hold: the name 1", id="name"),
    pytest.param(
        "tarash_submit",
        Submission(job={"id": "1"}, request_id=cast("Any", 5)),
        "int as Submission.request_id; use text or None",
        id="request-id",
    ),
    pytest.param("tarash_submit", Submission(job={}), "job holds no id to poll with", id="no-id"),
    pytest.param("tarash_submit", Submission(job={"id": None}), "holds no id", id="id-of-none"),
    pytest.param(
        "tarash_submit", Submission(job={"ids": [" "]}, request_id="r"), "holds no id", id="blank-id"
    ),
    pytest.param(
        "tarash_submit",
        Submission(job={"id": "", "region": "eu"}, request_id=""),
        "holds no id",
        id="id-of-nothing",
    ),
    pytest.param(
        "tarash_poll",
        JobStatus(state="processing", suggested_delay_seconds=cast("Any", "3")),
        "str as JobStatus.suggested_delay_seconds; use a number or None",
        id="delay",
    ),
    pytest.param(
        "tarash_poll",
        JobStatus(state="queued", logs=cast("Any", "abc")),
        "logs that are not a tuple",
        id="logs",
    ),
    pytest.param(
        "tarash_normalize",
        Generated(assets=(Asset(kind="video", url=cast("Any", 5)),)),
        "int as Asset.url; use text or None",
        id="url",
    ),
    pytest.param(
        "tarash_normalize",
        Generated(assets=(Asset(kind="movie", url=_VIDEO), Asset(kind="thumbnail", url=_VIDEO))),
        "asset of the unknown kind 'movie'; use audio, image, other, thumbnail, video",
        id="kind",
    ),
    pytest.param(
        "tarash_normalize",
        Generated(assets=(Asset(kind=cast("Any", ["video"]), url=_VIDEO),)),
        "returned list as Asset.kind; use text",
        id="kind-of-a-list",
    ),
    pytest.param(
        "tarash_normalize",
        Generated(assets=(Asset(kind="video", url=_VIDEO),), cost_usd=cast("Any", "1")),
        "str as Generated.cost_usd; use a number or None",
        id="cost",
    ),
]


@pytest.mark.parametrize(("hook", "returned", "wrong"), _WRONG_VALUES)
def test_a_field_of_the_wrong_type_is_the_plugins_bug_and_loses_no_job(
    hook: str, returned: object, wrong: str
) -> None:
    """Found later, it is a TypeError without the job, after the generation is paid for."""

    def answer(self: object, call: Call) -> Flow[object]:
        if hook == "tarash_submit":
            yield from send(call.request("POST", "/jobs", json={}))
        return returned

    server = AcmeServer()
    error = _run(type("Wrong", (Acme,), {hook: hookimpl(answer)})(), server)
    assert f"{hook} returned" in error.message
    assert wrong in error.message
    assert error.job is not None
    assert server.count("submit") == 1


@pytest.mark.parametrize("job", [{"id": 0}, {"id": "7", "region": None}, {"path": ["", "7"]}])
def test_a_reference_with_any_value_is_taken_as_it_is(job: dict[str, object]) -> None:
    assert wrong_outcome(Submission(job=job), Submission) is None
    assert wrong_outcome(Submission(job={"id": "7"}, request_id=""), Submission) is None


def test_an_output_of_a_kind_of_its_own_is_kept_beside_the_video() -> None:
    assets = (Asset(kind="video", url=_VIDEO), Asset(kind="subtitles", url=_VIDEO))
    providers = Registry(lambda _group: ())
    providers.register("acme", Normalizes(Generated(assets=assets)))
    response = VirtualTime(AcmeServer()).run(generation(acme(), providers=providers).generate())
    assert [asset.kind for asset in response.assets] == ["video", "subtitles"]


@pytest.mark.parametrize("usd", [float("inf"), float("nan"), -1.0])
def test_a_cost_that_cannot_be_one_is_unknown(usd: float) -> None:
    """It comes from the provider, and a plugin that passes it on loses no result."""

    class Costly(Acme):
        @hookimpl
        def tarash_normalize(  # type: ignore[override]  # pluggy passes what is named
            self, call: Call, raw: object
        ) -> Flow[Generated]:
            return _flow(Generated(assets=(Asset(kind="video", url=_VIDEO),), cost_usd=usd))

    providers = Registry(lambda _group: ())
    providers.register("acme", Costly())
    response = VirtualTime(AcmeServer()).run(generation(acme(), providers=providers).generate())
    assert response.execution_metadata.cost_usd is None
    assert response.execution_metadata.attempts[0].billed == "yes"


@pytest.mark.parametrize("seconds", [-1.0, float("inf"), float("nan")])
def test_a_pause_that_never_ends_or_began_yesterday_is_a_bug(seconds: float) -> None:
    class Sleepy(Acme):
        @hookimpl
        def tarash_poll(self, call: Call, job: JobReference) -> Flow[JobStatus]:
            yield from sleep(seconds)
            return JobStatus(state="processing")

    error = _run(Sleepy(), AcmeServer())
    assert "tarash_poll sleeps for" in error.message
    assert error.job is not None


def test_a_bug_in_a_fallbacks_mapping_passes_it_over() -> None:
    class Unmappable(Acme):
        @hookimpl
        def tarash_map(self, call: Call) -> None:
            raise KeyError(call.model)

    providers = Registry(lambda _group: ())
    providers.register("acme", Acme())
    providers.register("other", Unmappable("other"))
    server = AcmeServer()
    server.answers["status"] = [reply(200, {"state": "failed"})]
    made = generation(acme(fallback_configs=[acme("other")]), providers=providers)
    with pytest.raises(Exception, match="tarash_map raised KeyError") as caught:
        VirtualTime(server).run(made.generate())
    assert [entry.status for entry in cast("Any", caught.value).attempts] == ["failed", "skipped"]


def test_a_bug_in_the_primarys_mapping_surfaces() -> None:
    class Unmappable(Acme):
        @hookimpl
        def tarash_map(self, call: Call) -> object:
            return {"prompt": "x"}

    providers = Registry(lambda _group: ())
    providers.register("acme", Unmappable())
    with pytest.raises(PluginError, match="tarash_map returned dict, not Mapped"):
        generation(acme(), providers=providers)


def test_a_provider_that_is_not_there_is_no_plugins_bug() -> None:
    with pytest.raises(ProviderNotInstalledError):
        generation(acme("nobody"), providers=Registry(lambda _group: ()))


def test_a_poll_may_replace_the_reference() -> None:
    seen: list[object] = []

    class Moving(Acme):
        @hookimpl
        def tarash_poll(self, call: Call, job: JobReference) -> Flow[JobStatus]:
            seen.append(job["id"])
            yield from ()
            if len(seen) < 3:
                return JobStatus(state="processing", job={"id": f"job-1.{len(seen)}"})
            return JobStatus(state="completed", raw={"url": "https://cdn.acme.example/1.mp4"})

        @hookimpl
        def tarash_normalize(  # type: ignore[override]  # pluggy passes what is named
            self, job: JobReference, raw: object
        ) -> Flow[Generated]:
            seen.append(job["id"])
            yield from ()
            return Generated(assets=(Asset(kind="video", url="https://cdn.acme.example/1.mp4"),))

    providers = Registry(lambda _group: ())
    providers.register("acme", Moving())
    VirtualTime(AcmeServer()).run(generation(acme(), providers=providers).generate())
    assert seen == ["job-1", "job-1.1", "job-1.2", "job-1.2"]


def test_reads_are_repeatable_whatever_their_method() -> None:
    class AskingByPost(Acme):
        @hookimpl
        def tarash_cancel(self, call: Call, job: JobReference) -> Flow[Cancellation]:
            yield from send(call.request("DELETE", f"/jobs/{job['id']}", repeatable=None))
            return Cancellation(outcome="accepted")

        @hookimpl
        def tarash_normalize(  # type: ignore[override]  # pluggy passes what is named
            self, call: Call, raw: object
        ) -> Flow[Generated]:
            yield from send(call.request("POST", "/results", json={}))
            return Generated(assets=(Asset(kind="video", url="https://cdn.acme.example/1.mp4"),))

    class Server(AcmeServer):
        posts = 0

        def __call__(self, call: HttpCall, now: float) -> Any:
            if not call.url.endswith("/results"):
                return super().__call__(call, now)
            self.posts += 1
            return reply(503 if self.posts < 3 else 200, {})

    providers = Registry(lambda _group: ())
    providers.register("acme", AskingByPost())
    server = Server(job_seconds=0)
    VirtualTime(server).run(generation(acme(), providers=providers).generate())
    assert server.posts == 3
