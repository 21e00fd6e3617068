"""Certificates that cannot be read are reported by name, and nobody believes that a request was sent."""

from __future__ import annotations

import os
import ssl
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
import trustme

from core.connect_proxy import ConnectProxy
from core.raw_server import RawServer, answer, failure_of, perform
from core.transports import WAYS, Way
from tarash.tarash_gateway.plugin import HttpCall

PROGRAM = """
import asyncio, sys
from tarash.tarash_gateway import Gateway, ValidationError, VideoGenerationConfig, VideoGenerationRequest

config = VideoGenerationConfig(provider="fal", model="fal-ai/veo3.1", api_key="a-key-123456", base_url="https://127.0.0.1:9")
request = VideoGenerationRequest(prompt="a kite")

async def generate(gateway):
    return await gateway.generate_video_async(config, request)

gateway = Gateway(environ={}, output_dir=sys.argv[1])
for run in (lambda: gateway.generate_video(config, request), lambda: asyncio.run(generate(gateway))):
    try:
        run()
    except ValidationError as error:
        assert [entry.submitted for entry in error.attempts] == ["no"], error.attempts
        assert gateway.unsettled() == ()
        print(error.message)
"""
"""In a process of its own: a process reads its certificates once."""


@pytest.mark.parametrize("content", [None, "no certificate"], ids=["missing", "not-pem"])
def test_certificates_that_cannot_be_read_are_named(content: str | None, tmp_path: Path) -> None:
    file = tmp_path / "authority.pem"
    if content is not None:
        file.write_text(content)
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(tmp_path / "out")],
        env={**os.environ, "SSL_CERT_FILE": str(file)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert len(lines) == 2
    for line in lines:
        assert line.startswith(f"cannot read the certificates of SSL_CERT_FILE={str(file)!r}: ")


HOST = "api.acme.test"
THROUGH_THE_PROXY = """
import sys
from core.raw_server import perform, reply_of
from core.transports import WAYS
from tarash.tarash_gateway.plugin import HttpCall

for parameter in WAYS:
    (way,) = parameter.values
    if way.library == "httpx" or not parameter.marks[0].args[0]:
        (outcome,) = perform(way.mode, way.transports(), HttpCall(method="POST", url=sys.argv[1], json={}, timeout_seconds=10))
        assert reply_of(outcome).status == 200, way
"""


@pytest.fixture
def authority() -> trustme.CA:
    """The authority of a company whose proxy decrypts what it forwards, and signs it anew."""
    return trustme.CA()


def _signing_server(authority: trustme.CA, not_after: datetime | None = None) -> RawServer:
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert(HOST, not_after=not_after).configure_cert(tls)
    return RawServer(answer(), tls=tls)


def test_the_authority_of_a_proxy_that_signs_certificates_is_trusted_if_it_is_named(
    authority: trustme.CA, tmp_path: Path
) -> None:
    authority.cert_pem.write_to_path(str(tmp_path / "authority.pem"))
    with _signing_server(authority) as server, RawServer(answer(), taking=ConnectProxy(server.port)) as proxy:
        done = subprocess.run(
            [sys.executable, "-c", THROUGH_THE_PROXY, f"https://{HOST}/v1"],
            env={
                **os.environ,
                "PYTHONPATH": os.pathsep.join(sys.path),
                "HTTPS_PROXY": f"http://127.0.0.1:{proxy.port}",
                "SSL_CERT_FILE": str(tmp_path / "authority.pem"),
            },
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
    assert done.returncode == 0, done.stderr
    assert len(server.requests) >= 3


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("unread", [None, "REQUESTS_CA_BUNDLE"])
def test_an_authority_that_is_not_trusted_is_told_with_what_to_do(
    way: Way, unread: str | None, authority: trustme.CA, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
    if unread is not None:
        monkeypatch.setenv(unread, "/etc/authority.pem")
    with _signing_server(authority) as server, RawServer(answer(), taking=ConnectProxy(server.port)) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{proxy.port}")
        call = HttpCall(method="POST", url=f"https://{HOST}/v1", json={}, timeout_seconds=10)
        (outcome,) = perform(way.mode, way.transports(), call)
    failure = failure_of(outcome)
    assert not failure.request_may_have_arrived
    assert "certificate verify failed" in str(failure)
    assert "set SSL_CERT_FILE to a file with the certificates of all authorities to trust" in str(failure)
    assert str(failure).endswith("; REQUESTS_CA_BUNDLE is not read") == (unread is not None)


@pytest.mark.parametrize("way", WAYS)
def test_a_certificate_outside_its_time_may_mean_a_wrong_clock(
    way: Way, authority: trustme.CA, monkeypatch: pytest.MonkeyPatch
) -> None:
    tls = ssl.create_default_context()
    authority.configure_trust(tls)
    over = datetime(2020, 1, 1, tzinfo=UTC)
    with (
        _signing_server(authority, not_after=over) as server,
        RawServer(answer(), taking=ConnectProxy(server.port)) as proxy,
    ):
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{proxy.port}")
        call = HttpCall(method="POST", url=f"https://{HOST}/v1", json={}, timeout_seconds=10)
        (outcome,) = perform(way.mode, way.transports(tls=tls), call)
    assert str(failure_of(outcome)).endswith("; check this machine's clock")
