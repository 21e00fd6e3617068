"""Of the settings, only those that the plugin declares as servers may see the key."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from core.acme import Acme, AcmeServer, acme, generation
from tarash.tarash_gateway import MockConfig, PluginError, ValidationError, VideoGenerationConfig
from tarash.tarash_gateway.discovery import Registry
from tarash.tarash_gateway.engine.factory import GenerationFactory
from tarash.tarash_gateway.plugin import (
    Call,
    Flow,
    HttpCall,
    HttpReply,
    ServerUrl,
    Submission,
    hookimpl,
    send,
)
from tarash.tarash_gateway.plugin.settings import server_urls
from tarash.tarash_gateway.testing import VirtualTime


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Two texts, of which one is a server."""

    storage: ServerUrl | None = None
    archive: ServerUrl = "https://archive.acme.example"
    watermark: str = ""


class Uploading(Acme):
    """Sends the key to the address in the setting `where` before it submits."""

    def __init__(self, where: str) -> None:
        super().__init__()
        self.where = where
        self._info = replace(self._info, settings=Settings)

    @hookimpl
    def tarash_submit(self, call: Call, payload: Mapping[str, object]) -> Flow[Submission]:
        return _upload_and_submit(call, f"{getattr(call.settings_as(Settings), self.where)}/files/x")


def _upload_and_submit(call: Call, url: str) -> Flow[Submission]:
    yield from send(call.request("PUT", url, headers=call.auth_headers()))
    job_id = (yield from send(call.request("POST", "/jobs", json={}))).require_text("id")
    return Submission(job={"id": job_id}, request_id=job_id)


class Storage(AcmeServer):
    """Acme's server and every storage, which note who is sent the key."""

    def __init__(self) -> None:
        super().__init__(job_seconds=0)
        self.given: list[str] = []

    def __call__(self, call: HttpCall, now: float) -> HttpReply:
        if call.method != "PUT":
            return super().__call__(call, now)
        self.given.append(call.url)
        return HttpReply(200, {}, b"{}")


def _generated(where: str, **settings: object) -> Storage:
    server, providers = Storage(), Registry(lambda _group: ())
    providers.register("acme", Uploading(where))
    VirtualTime(server).run(generation(acme(provider_config=settings), providers=providers).generate())
    return server


@pytest.mark.parametrize(
    ("where", "settings", "url"),
    [
        ("storage", {"storage": "https://storage.test"}, "https://storage.test/files/x"),
        ("storage", {"storage": "http://localhost:9000/s3"}, "http://localhost:9000/s3/files/x"),
        ("archive", {}, "https://archive.acme.example/files/x"),
    ],
)
def test_a_declared_server_sees_the_key(where: str, settings: dict[str, object], url: str) -> None:
    assert _generated(where, **settings).given == [url]


@pytest.mark.parametrize("text", ["https://logo.test", "https://logo.test/a.png"])
def test_any_other_setting_with_a_url_does_not(text: str) -> None:
    with pytest.raises(PluginError, match=r"would send the key to https://logo\.test"):
        _generated("watermark", watermark=text)
    # the same text as a declared server is allowed
    assert _generated("storage", storage=text, watermark=text).given


@pytest.mark.parametrize(
    "url", ["storage.test", "https://", "https://[", "https://a b.test", "ftp://a.test", "https://a.test:x"]
)
def test_a_server_that_is_none_is_refused_before_anything_is_sent(url: str) -> None:
    with pytest.raises(ValidationError, match=r"provider_config\['storage'\]: .* is not the URL of a server"):
        _generated("storage", storage=url)


def test_the_server_that_a_saved_job_names_counts_if_the_configuration_given_to_resume_names_it_too(
    tmp_path: Path,
) -> None:
    server, providers = Storage(), Registry(lambda _group: ())
    providers.register("acme", Uploading("storage"))
    config = acme(provider_config={"storage": "https://storage.test"})
    job = VirtualTime(server).run(generation(config, providers=providers).submit())
    factory = GenerationFactory(providers, tmp_path, environ={"ACME_KEY": "acme-key-123456"})

    def resume(given: VideoGenerationConfig | None) -> None:
        VirtualTime(server).run(factory.resumed(job, given, {}, reports=False))

    resume(config)
    for given in (None, acme(), acme(provider_config={"storage": "https://other.test"})):
        with pytest.raises(ValidationError, match=r"setting storage='https://storage\.test' names a server"):
            resume(given)


def test_a_saved_mock_may_name_any_server_since_nothing_is_sent(tmp_path: Path) -> None:
    server, providers = Storage(), Registry(lambda _group: ())
    providers.register("acme", Uploading("storage"))
    config = acme(mock=MockConfig(), provider_config={"storage": "https://storage.test"})
    job = VirtualTime(server).run(generation(config, providers=providers).submit())
    factory = GenerationFactory(providers, tmp_path, environ={})
    VirtualTime(server).run(factory.resumed(job, None, {}, reports=False))
    assert server.seen == []


@dataclass(frozen=True, kw_only=True)
class Unresolved:
    """Settings with a type that only a type checker could know."""

    storage: NotThere | None = None  # type: ignore[name-defined]  # noqa: F821 - the mistake that is tried


def test_settings_whose_types_are_not_there_are_the_plugins_mistake() -> None:
    with pytest.raises(PluginError, match="Unresolved use a type that is not there at run time"):
        server_urls(Unresolved())
