"""The result of a finished job is paid for: it is fetched through an outage, or handed back as a job, never paid for twice."""

from __future__ import annotations

import pytest

from core.acme import Acme, AcmeServer, acme, broken, generation, reply
from tarash.tarash_gateway import (
    AuthenticationError,
    GenerationFailedError,
    Job,
    TarashException,
    VideoGenerationConfig,
)
from tarash.tarash_gateway.discovery import Registry
from tarash.tarash_gateway.plugin import (
    Asset,
    Call,
    Flow,
    Generated,
    HttpCall,
    HttpReply,
    JobReference,
    hookimpl,
    send,
    wire,
)
from tarash.tarash_gateway.steps import TransportFailure
from tarash.tarash_gateway.testing import VirtualTime


class FetchingAcme(Acme):
    """Acme whose result has an address of its own."""

    @hookimpl
    def tarash_normalize(self, call: Call, job: JobReference) -> Flow[Generated]:  # type: ignore[override]  # hooks name what they need
        return _fetch(call, job)


def _fetch(call: Call, job: JobReference) -> Flow[Generated]:
    reply = yield from send(call.request("GET", f"/results/{job['id']}"))
    body = reply.json_object()
    if message := wire.text(body, "error"):
        raise GenerationFailedError(message)
    return Generated(assets=(Asset(kind="video", url=wire.text(body, "url")),), raw=body)


class FetchingServer(AcmeServer):
    """Acme's server; a result answers `outage` until virtual second `until`, and then regularly."""

    def __init__(self, outage: HttpReply | TransportFailure, until: float) -> None:
        super().__init__(job_seconds=10)
        self.outage, self.until = outage, until
        self.asked: list[float] = []

    def __call__(self, call: HttpCall, now: float) -> HttpReply:
        if "/results/" not in call.url:
            return super().__call__(call, now)
        self.asked.append(now)
        if now < self.until:
            if isinstance(self.outage, TransportFailure):
                raise self.outage
            return self.outage
        return reply(200, {"url": "https://cdn.acme.example/clip.mp4"})


def _providers() -> Registry:
    made = Registry(entry_points=lambda _group: ())
    for provider_id in ("acme", "other"):
        made.register(provider_id, FetchingAcme(provider_id))
    return made


def _config(**changes: object) -> VideoGenerationConfig:
    return acme("acme", fallback_configs=[acme("other")], **changes)


@pytest.mark.parametrize("outage", [reply(503, {}), reply(429, {}), broken("connect"), broken("timeout")])
@pytest.mark.parametrize("timeout", [20, 3600])
def test_a_result_is_fetched_through_an_outage_of_minutes(
    outage: HttpReply | TransportFailure, timeout: int
) -> None:
    server = FetchingServer(outage, until=240)
    driver = VirtualTime(server)
    response = driver.run(generation(_config(timeout=timeout), providers=_providers()).generate())
    assert (response.provider, server.count("submit")) == ("acme", 1)
    assert len(server.asked) < 60, "an outage is not flooded with requests"


@pytest.mark.parametrize("outage", [reply(503, {}), reply(403, {}), broken("reset"), reply(200, [])])
def test_a_result_that_stays_away_is_handed_back_as_a_job(outage: HttpReply | TransportFailure) -> None:
    server = FetchingServer(outage, until=5000)
    driver = VirtualTime(server)
    with pytest.raises(TarashException) as caught:
        driver.run(generation(_config(), providers=_providers()).generate())
    error = caught.value
    assert (server.count("submit"), server.cancelled) == (1, [])
    assert (error.submitted, error.billed) == ("yes", "yes")
    assert error.job is not None
    driver.seconds = 6000.0
    job = Job.from_json(error.job.to_json())
    resumed = driver.run(generation(_config(), job=job, providers=_providers()).resume())
    assert (resumed.request_id, server.count("submit")) == ("job-1", 1)


def test_the_second_bill_for_a_result_that_stays_away_is_the_users_choice() -> None:
    server = FetchingServer(reply(503, {}), until=315)
    config = _config(timeout=20, fallback_on=["result_unavailable", "timeout"])
    response = VirtualTime(server).run(generation(config, providers=_providers()).generate())
    first, second = response.execution_metadata.attempts
    assert (first.billed, first.cancelled, second.provider) == ("yes", None, "other")
    assert server.cancelled == []


def test_a_failure_that_the_plugin_reads_from_the_result_is_a_failure() -> None:
    server = FetchingServer(reply(200, {"error": "the scene fell over"}), until=15)
    response = VirtualTime(server).run(generation(_config(), providers=_providers()).generate())
    assert response.provider == "other"


class RefusedAcme(FetchingAcme):
    """Acme, whose plugin reads a refusal of the request, not a failure of the job, from an answer with 200."""

    @hookimpl
    def tarash_normalize(self, call: Call, job: JobReference) -> Flow[Generated]:  # type: ignore[override]  # hooks name what they need
        return _refused(call, job)


def _refused(call: Call, job: JobReference) -> Flow[Generated]:
    answer = yield from send(call.request("GET", f"/results/{job['id']}"))
    raise AuthenticationError("the key was revoked", status_code=answer.status)


def test_a_refusal_that_comes_with_200_throws_no_result_away() -> None:
    providers = _providers()
    providers.register("refused", RefusedAcme("refused"))
    server = FetchingServer(reply(200, {}), until=5000)
    config = acme("refused", fallback_configs=[acme("other")])
    with pytest.raises(AuthenticationError) as caught:
        VirtualTime(server).run(generation(config, providers=providers).generate())
    assert (server.count("submit"), server.cancelled) == (1, [])
    assert (caught.value.billed, caught.value.job is None) == ("yes", False)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("location", ["/results/elsewhere", "https://acme.example/results/elsewhere"])
def test_redirects_of_reads_are_followed_within_the_origin(status: int, location: str) -> None:
    server = FetchingServer(reply(status, {}, location=location), until=0)
    moved: list[str] = []

    def answer(call: HttpCall, now: float) -> HttpReply:
        if call.url.endswith("/results/job-1"):
            return server.outage if isinstance(server.outage, HttpReply) else reply(500, {})
        if "/results/" in call.url:
            moved.append(call.headers["Authorization"])
        return server(call, now)

    response = VirtualTime(answer).run(generation(_config(), providers=_providers()).generate())
    assert (response.provider, len(moved)) == ("acme", 1)


@pytest.mark.parametrize(
    "location",
    ["https://evil.example/results/x", "http://acme.example/results/x", "//evil.example/x", "https://["],
)
def test_no_redirect_takes_the_key_elsewhere(location: str) -> None:
    server = FetchingServer(reply(302, {}, location=location), until=5000)
    seen: list[str] = []

    def answer(call: HttpCall, now: float) -> HttpReply:
        seen.append(call.url)
        return server(call, now)

    with pytest.raises(TarashException):
        VirtualTime(answer).run(generation(_config(), providers=_providers()).generate())
    assert all(url.startswith("https://acme.example/") for url in seen)


def test_redirects_that_go_round_end() -> None:
    server = FetchingServer(reply(302, {}, location="/results/job-1"), until=5000)
    with pytest.raises(TarashException, match="HTTP 302"):
        VirtualTime(server).run(generation(_config(), providers=_providers()).generate())
    assert len(server.asked) == 6


def test_redirects_keep_the_deadline() -> None:
    """Every hop may take what is left, not what was left before the first one."""
    server = AcmeServer(job_seconds=1000)
    server.always["status"] = reply(302, {}, location="/jobs/job-1")

    def answer(call: HttpCall, now: float) -> HttpReply:
        if call.method == "GET":
            # the answer before may have come a little late, but not by a hop
            assert now + (call.timeout_seconds or 0) <= 31
            driver.seconds += 4
        return server(call, now)

    driver = VirtualTime(answer)
    with pytest.raises(TimeoutError):
        driver.run(generation(acme(timeout=25)).generate())
    assert server.count("status") > 3
