"""A saved job sends a key to no address that only the job names; an address that the gateway's own configurations named is known."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.acme import CLIP, Acme, AcmeServer, acme, registry, reply
from core.chains import BOAT, fal_video, ledger
from core.memory_journal import MemoryJournal
from execution import Run
from simulators.fal import FalSimulator
from simulators.replicate import ReplicateSimulator
from tarash.tarash_gateway import (
    AuthenticationError,
    Gateway,
    Job,
    TimeoutError,  # noqa: A004 - the public name
    ValidationError,
    VideoGenerationConfig,
)
from tarash.tarash_gateway.engine.factory import GenerationFactory
from tarash.tarash_gateway.engine.known_addresses import KnownAddresses
from tarash.tarash_gateway.plugin import Event, HttpCall, HttpReply
from tarash.tarash_gateway.testing import VirtualTime, call_for
from tarash.tarash_gateway.testing.flows import TEST_KEY

EVIL = "https://evil.example"
MINE = "https://proxy.example/acme"


def at_my_proxy(**changes: object) -> VideoGenerationConfig:
    return acme("acme", **{"base_url": MINE, "api_key": None, **changes})


def factory(tmp_path: Path, **keys: str) -> GenerationFactory:
    return GenerationFactory(
        registry("acme", "other"), tmp_path, environ=keys or {"ACME_KEY": "acme-key-123456"}
    )


def submitted(made: GenerationFactory, config: VideoGenerationConfig, server: AcmeServer) -> Job:
    driver = VirtualTime(server)
    return driver.run(driver.run(made.preparing(config, CLIP, reports=False)).submit())


def test_the_gateway_that_made_a_job_resumes_it_at_its_address(
    run: Run, tmp_path: Path, fal: FalSimulator
) -> None:
    with Gateway(environ={"FAL_KEY": fal.api_key}, output_dir=tmp_path) as gateway:
        job = run(gateway, "submit_video", fal_video(fal, api_key=None), BOAT)
        with (
            Gateway(environ={"FAL_KEY": fal.api_key}, output_dir=tmp_path) as other,
            pytest.raises(ValidationError, match="no key is sent to it"),
        ):
            run(other, "resume", job)
        response = run(gateway, "resume", Job.from_json(job.to_json()))
    assert (response.request_id, fal.count("submit")) == (job.request_id, 1)


def test_a_detached_job_is_resumed_from_its_exception(tmp_path: Path) -> None:
    made, server = factory(tmp_path), AcmeServer(job_seconds=100)
    config = at_my_proxy(timeout=30.0, on_timeout="detach")
    driver = VirtualTime(server)
    with pytest.raises(TimeoutError) as caught:
        driver.run(driver.run(made.preparing(config, CLIP, reports=False)).generate())
    assert caught.value.job is not None
    driver = VirtualTime(server)
    driver.seconds = 90.0
    job = Job.of(caught.value.job)
    assert driver.run(made.resume(job, None, {}, reports=False)).request_id == "job-1"


@pytest.mark.parametrize(
    "config",
    [
        pytest.param(at_my_proxy(api_key="key-of-a-customer-1"), id="another-key"),
        pytest.param(at_my_proxy(account="studio"), id="another-account"),
        pytest.param(at_my_proxy(base_url="https://me:pw@proxy.example/acme"), id="with-a-password"),
        pytest.param(at_my_proxy(base_url="https://proxy.example/acme/v2"), id="another-path"),
    ],
)
def test_only_the_key_that_went_there_goes_there_again(config: VideoGenerationConfig, tmp_path: Path) -> None:
    """A customer of a service may bring an address and a key, and craft a job for that address."""
    made, server = factory(tmp_path), AcmeServer()
    job = submitted(made, config, server)
    crafted = submitted(factory(tmp_path), at_my_proxy(), server)
    assert (crafted.base_url, crafted.account) == (MINE, None)
    for outside in (crafted, job) if config.api_key else (crafted,):
        with pytest.raises(ValidationError, match="no key is sent to it"):
            VirtualTime(server).run(made.resume(outside, None, {}, reports=False))
    assert server.count("status") == 0


def test_few_addresses_are_remembered() -> None:
    known = KnownAddresses(most=2)
    plugin = Acme()
    for number in range(3):
        url = f"https://proxy-{number}.example"
        known.add(acme(base_url=url), call_for(plugin, "plain", base_url=url))
    credentials = call_for(plugin, "plain", api_key=TEST_KEY).credentials
    found = [known.know("acme", f"https://proxy-{number}.example", None, credentials) for number in range(3)]
    assert found == [False, True, True]


def test_a_fallback_at_a_foreign_address_is_passed_over(tmp_path: Path) -> None:
    """The running job is paid for; that somebody edited its fallback is no reason to lose it."""
    urls: list[str] = []
    server = AcmeServer()

    def listen(call: HttpCall, now: float) -> HttpReply:
        urls.append(call.url)
        return server(call, now)

    keys = {"ACME_KEY": "acme-key-123456", "OTHER_KEY": "other-key-123456"}
    config = acme(fallback_configs=[acme("other"), acme("other", model="paced")], api_key=None)
    job = submitted(factory(tmp_path), config, server)
    first, fallback, last = job.configs
    for change in ({"base_url": EVIL}, {"provider_config": {"upload_url": EVIL}}):
        crafted = job.model_copy(update={"configs": (first, {**fallback, **change}, last)})
        server.answers["status"] = [reply(200, {"state": "failed"})]
        made = factory(tmp_path, **keys)
        response = VirtualTime(listen).run(made.resume(crafted, None, {}, reports=False))
        entries = ledger(response)  # type: ignore[arg-type]  # acme makes videos
        assert [entry.status for entry in entries] == ["failed", "skipped", "success"]
        assert EVIL in str(entries[1].error_message)
    assert not any(url.startswith(EVIL) for url in urls)


def test_a_resume_that_is_refused_is_told(
    run: Run, tmp_path: Path, fal: FalSimulator, replicate: ReplicateSimulator
) -> None:
    events: list[Event] = []
    journal = MemoryJournal()
    with Gateway(environ={}, output_dir=tmp_path, journal=journal, on_event=events.append) as gateway:
        job = run(gateway, "submit_video", fal_video(fal), BOAT)
        events.clear()
        with pytest.raises(AuthenticationError):
            run(gateway, "resume", job, config=fal_video(fal, api_key=None))
        assert journal.claim(job.generation_id)
        with pytest.raises(ValidationError, match="another call"):
            run(gateway, "resume", job, config=fal_video(fal))
    assert [event.kind for event in events] == ["generation_refused", "generation_refused"]
    assert {event.generation_id for event in events} == {job.generation_id}
    assert [event.facts["error"] for event in events] == ["authentication", "validation"]
    assert events[0].provider == "fal"
