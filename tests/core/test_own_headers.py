"""The `headers` of a configuration reach the server that the user has chosen, and nobody else; they are neither shown nor saved."""

from __future__ import annotations

import traceback
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from core.acme import Acme, AcmeServer, acme, generation, resuming
from core.chains import BOAT, fal_video
from execution import Run
from simulators.fal import FalSimulator
from tarash.tarash_gateway import (
    AuthenticationError,
    Gateway,
    Job,
    ValidationError,
    VideoGenerationConfig,
    generate_video,
)
from tarash.tarash_gateway.discovery import Registry
from tarash.tarash_gateway.plugin import (
    AuthScheme,
    Call,
    Flow,
    HttpCall,
    HttpReply,
    ProviderInfo,
    Submission,
    hookimpl,
    send,
)
from tarash.tarash_gateway.testing import VirtualTime
from tarash.tarash_gateway.testing.simulator import Status

TOKEN = "proxy-token-0f3a6b1c2d"
HEADERS = {"X-Proxy-Token": TOKEN, "X-Team": "video"}


def _named(request: Any) -> dict[str, str]:
    return {name.lower(): value for name, value in request.headers.items()}


def test_every_request_to_the_server_has_them(run: Run, gateway: Gateway, fal: FalSimulator) -> None:
    run(gateway, "generate_video", fal_video(fal, headers=HEADERS), BOAT)
    assert len(fal.requests) >= 3
    for request in fal.requests:
        sent = _named(request)
        assert (sent["x-proxy-token"], sent["x-team"]) == (TOKEN, "video")
        assert sent["authorization"] == f"Key {fal.api_key}"


def test_saving_a_result_sends_none(run: Run, fal: FalSimulator, tmp_path: Path) -> None:
    with Gateway(environ={}, allow_private_hosts=True) as gateway:
        response = run(gateway, "generate_video", fal_video(fal, headers=HEADERS), BOAT)
        run(response, "save", tmp_path / "a.mp4")
    saved = fal.requests[-1]
    assert saved.route == "file"
    assert "x-proxy-token" not in _named(saved)


class _Uploading(Acme):
    """Sends something to another of the provider's own servers before each submission."""

    def __init__(self, provider_id: str = "acme", **changes: Any) -> None:
        super().__init__(provider_id)
        self._changes = {"origins": ("https://files.acme.example",), **changes}

    @hookimpl
    def tarash_provider(self) -> ProviderInfo:
        return replace(super().tarash_provider(), **self._changes)

    @hookimpl
    def tarash_submit(self, call: Call, payload: Mapping[str, object]) -> Flow[Submission]:
        for url in ("https://files.acme.example/a", "https://storage.example/a"):
            yield from send(HttpCall(method="GET", url=url, accept_statuses=frozenset({404})))
        mine = call.request("POST", "/jobs", json={**payload}, headers={"X-Version": "of the plugin"})
        reply = yield from send(mine)
        return Submission(job={"id": reply.json_object()["id"]})


class _Noting:
    """The server of Acme; keeps the headers of all calls to each host."""

    def __init__(self) -> None:
        self.server = AcmeServer()
        self.headers: dict[str, dict[str, str]] = {}

    def __call__(self, call: HttpCall, now: float) -> HttpReply:
        host = call.url.split("/")[2]
        self.headers.setdefault(host, {}).update(call.headers)
        if host.startswith(("files", "storage")):
            return HttpReply(404, {}, b"")
        return self.server(call, now)


def _providers(**changes: Any) -> Registry:
    made = Registry(entry_points=lambda _group: ())
    made.register("acme", _Uploading(**changes))
    return made


@pytest.mark.parametrize(
    ("base_url", "hosts"),
    [
        pytest.param(None, {"acme.example", "files.acme.example"}, id="the-provider"),
        pytest.param("https://proxy.example/acme", {"proxy.example"}, id="a-server-of-the-user"),
    ],
)
def test_only_the_chosen_server_receives_them(base_url: str | None, hosts: set[str]) -> None:
    noting = _Noting()
    config = acme(base_url=base_url, headers=HEADERS)
    VirtualTime(noting).run(generation(config, providers=_providers()).generate())
    assert {host for host, sent in noting.headers.items() if sent.get("X-Proxy-Token") == TOKEN} == hosts
    assert "storage.example" in noting.headers


def test_a_header_of_the_plugin_stays_as_it_is() -> None:
    noting = _Noting()
    config = acme(headers={"x-version": "mine", "X-Other": "mine"})
    VirtualTime(noting).run(generation(config, providers=_providers()).generate())
    sent = noting.headers["acme.example"]
    assert (sent["X-Version"], sent["X-Other"]) == ("of the plugin", "mine")


def test_the_header_that_carries_the_key_is_refused_before_anything_is_sent() -> None:
    providers = _providers(auth=AuthScheme(header="X-Acme-Key", prefix=""))
    with pytest.raises(ValidationError, match="x-acme-key carries the key of acme"):
        generation(acme(headers={"x-acme-key": TOKEN}), providers=providers)


@pytest.mark.parametrize(
    ("headers", "says"),
    [
        pytest.param({"Authorization": "Bearer x"}, "Authorization is set by the gateway", id="key"),
        pytest.param({"host": "other.example"}, "host is set by the gateway", id="host"),
        pytest.param({"Content-Length": "3"}, "Content-Length is set by", id="body"),
        pytest.param({"Proxy-Authorization": "x"}, "a proxy's login into its URL", id="proxy"),
        pytest.param({"X-Idempotency-Key": "1"}, "is set by the gateway", id="one-key-for-all-jobs"),
        pytest.param({"X-A": "1", "x-a": "2"}, "x-a is given twice", id="twice"),
        pytest.param({"X A": "1"}, "not a valid header name", id="name"),
        pytest.param({"X-A": f"{TOKEN}\r\nX-B: 1"}, "the value of X-A cannot be sent", id="injected"),
        pytest.param({"X-A": f" {TOKEN}"}, "the value of X-A cannot be sent", id="space"),
        pytest.param({"X-A": f"{TOKEN}é"}, "the value of X-A cannot be sent", id="not-ascii"),
        pytest.param({"X-A": ""}, "the value of X-A cannot be sent", id="empty"),
        pytest.param({"X-A": "**********"}, "is the mask", id="mask"),
        pytest.param({"X-A": [TOKEN]}, r"headers\['X-A'\] must be text", id="not-a-text"),
        pytest.param(f"X-A: {TOKEN}", "headers must be a dictionary", id="not-a-mapping"),
    ],
)
def test_headers_that_cannot_be_sent_are_refused_without_their_values(headers: object, says: str) -> None:
    with pytest.raises(ValidationError, match=says) as caught:
        acme(headers=headers)
    assert TOKEN not in "".join(traceback.format_exception(caught.value))


def test_a_misplaced_or_misspelt_keyword_does_not_show_the_values() -> None:
    for name in ("extra_headers", "header"):
        wrong: dict[str, Any] = {name: HEADERS}
        with pytest.raises(ValidationError, match="headers") as caught:
            generate_video("fal/fal-ai/veo3.1", prompt="a boat", **wrong)
        assert TOKEN not in str(caught.value)


def test_they_are_neither_shown_nor_saved_and_come_back_with_the_configuration() -> None:
    noting = _Noting()
    config = acme(headers=HEADERS, fallback_configs=[acme(headers=HEADERS)])
    driver = VirtualTime(noting)
    job = driver.run(generation(config, providers=_providers()).submit())
    for text in (repr(config), str(config), config.model_dump_json(), job.to_json(), repr(job)):
        assert TOKEN not in text
    assert "X-Proxy-Token" in repr(config), "the names are shown"
    read = Job.from_json(job.to_json())
    noting.headers.clear()
    VirtualTime(noting).run(resuming(read, acme(), providers=_providers()))
    assert "X-Proxy-Token" not in noting.headers["acme.example"]
    noting.headers.clear()
    VirtualTime(noting).run(resuming(read, config, providers=_providers()))
    assert noting.headers["acme.example"]["X-Proxy-Token"] == TOKEN


def test_a_server_that_echoes_them_does_not_make_them_known(
    run: Run, gateway: Gateway, fal: FalSimulator
) -> None:
    fal.inject("submit", Status(401, json={"detail": f"X-Proxy-Token {TOKEN} of team video"}))
    with pytest.raises(AuthenticationError) as caught:
        run(gateway, "generate_video", fal_video(fal, headers=HEADERS), BOAT)
    assert TOKEN not in "".join(traceback.format_exception(caught.value)) + repr(caught.value.raw_response)
    # a value that is an ordinary word is left in the text
    assert "of team video" in repr(caught.value.raw_response) + str(caught.value)


def test_a_fallback_by_name_does_not_inherit_them() -> None:
    config = VideoGenerationConfig(
        provider="fal", model="fal-ai/veo3.1", headers=HEADERS, fallbacks=["replicate/google/veo-3.1-fast"]
    )
    assert config.fallback_configs[0].headers == {}
    assert {name: secret.get_secret_value() for name, secret in config.headers.items()} == HEADERS
