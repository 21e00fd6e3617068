"""With every logger at DEBUG, no record of a request contains a signed URL, a cookie or a key."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import anyio
import httpx
import pytest

from core.chains import BOAT, fal_video
from core.connect_proxy import ConnectProxy
from core.raw_server import RawServer, answer, perform
from core.transports import WAYS, Way
from execution import Run
from simulators.fal import FalSimulator
from tarash.tarash_gateway import Gateway, TarashException
from tarash.tarash_gateway.plugin import HttpCall
from tarash.tarash_gateway.steps import TransportFailure
from tarash.tarash_gateway.transport import AsyncEventSource, HttpxTransports

KEY, SIGNATURE, COOKIE, UPLOAD, BODY = (
    "key-1f0e9d",
    "sig-2a7b6c",
    "cookie-3d4e5f",
    "upload-8c7d6e",
    "body-4b3a2c",
)
SECRETS = (KEY, SIGNATURE, COOKIE, UPLOAD, BODY)
HEAD = (
    f"Set-Cookie: session={COOKIE}; HttpOnly\r\n"
    f"Location: https://cdn.example/clip.mp4?X-Amz-Signature={SIGNATURE}\r\n"
    f"x-goog-upload-url: https://storage.example/{UPLOAD}\r\n"
    f"WWW-Authenticate: Bearer {KEY}\r\n"
)
JSON = f'{{"url":"https://cdn.example/a?sig={SIGNATURE}"}}'
WHOLE = f"HTTP/1.1 200 OK\r\n{HEAD}Content-Length: {len(JSON)}\r\n\r\n{JSON}".encode()
REDIRECT = f"HTTP/1.1 302 Found\r\n{HEAD}Content-Length: 0\r\n\r\n".encode()
EVENTS = (
    f"HTTP/1.1 200 OK\r\n{HEAD}Content-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n".encode()
)
BROKEN_HEAD = f"HTTP/1.1 200 OK\r\nSet-Cookie : session={COOKIE}\r\n\r\n".encode()
BROKEN_BODY = f"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{BODY}\r\n".encode()


PROXIED = pytest.mark.parametrize("is_proxied", [False, True], ids=["direct", "proxied"])
"""Through a proxy, httpcore sends the request, and logs it."""


@contextmanager
def _serving(data: bytes, monkeypatch: pytest.MonkeyPatch, *, is_proxied: bool) -> Iterator[str]:
    """Serve an answer; yield the URL of the server."""
    with RawServer(answer(data)) as server:
        if not is_proxied:
            yield server.url
            return
        with RawServer(answer(), taking=ConnectProxy(server.port)) as proxy:
            monkeypatch.setenv("http_proxy", proxy.url)
            monkeypatch.delenv("no_proxy", raising=False)
            monkeypatch.delenv("NO_PROXY", raising=False)
            yield "http://api.acme.test"


def _call(url: str, **changes: object) -> HttpCall:
    given = {
        "method": "POST",
        "url": f"{url}/v1/jobs?X-Amz-Signature={SIGNATURE}&key={KEY}",
        "headers": {"Authorization": f"Bearer {KEY}", "Cookie": f"session={COOKIE}"},
        "json": {"image_url": f"https://cdn.example/a?sig={SIGNATURE}"},
        "timeout_seconds": 5.0,
        **changes,
    }
    return HttpCall(**given)  # type: ignore[arg-type] # a table's cells


def _shown(caplog: pytest.LogCaptureFixture) -> str:
    """Return everything that a handler could write."""
    return "\n".join(f"{record.getMessage()} {vars(record)!r}" for record in caplog.records)


def _check(way: Way, caplog: pytest.LogCaptureFixture, *, is_proxied: bool) -> None:
    events = {record.getMessage() for record in caplog.records if record.name.startswith("httpcore.")}
    logs_all = any(event.startswith("receive_response_headers.") for event in events)
    assert logs_all == (way.library == "httpx" and is_proxied), "the request did not go this way"
    for secret in SECRETS:
        assert secret not in _shown(caplog)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    "data",
    [
        pytest.param(WHOLE, id="answer"),
        pytest.param(REDIRECT, id="redirect"),
        pytest.param(BROKEN_HEAD, id="broken-head"),
        pytest.param(BROKEN_BODY, id="broken-body"),
    ],
)
@PROXIED
def test_an_exchange_logs_no_secret(
    way: Way, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch, data: bytes, is_proxied: bool
) -> None:
    caplog.set_level(logging.DEBUG)
    with _serving(data, monkeypatch, is_proxied=is_proxied) as url:
        perform(way.mode, way.transports(), _call(url), _call(url))
    _check(way, caplog, is_proxied=is_proxied)
    if way.library == "httpx" and is_proxied:
        assert "host='127.0.0.1' port=" in _shown(caplog), "connections are still logged"


def _blocking_stream(way: Way, call: HttpCall, *, is_download: bool) -> None:
    transport = way.transports().blocking()
    try:
        if is_download:
            download = transport.open_download(call, 60.0)
            while download.read() is not None:
                pass
            download.close()
        else:
            events = transport.open_stream(call)
            with pytest.raises(TransportFailure):
                events.next_event(5.0)
            events.close()
    finally:
        transport.close()


async def _first_event(events: AsyncEventSource) -> None:
    try:
        await events.next_event(5.0)
    finally:
        await events.close()


async def _async_stream(way: Way, call: HttpCall, *, is_download: bool) -> None:
    transport = way.transports().asynchronous()
    try:
        if is_download:
            download = await transport.open_download(call, 60.0)
            while await download.read() is not None:
                pass
            await download.close()
        else:
            with pytest.raises(TransportFailure):
                # aiohttp finds the broken part together with the head
                await _first_event(await transport.open_stream(call))
    finally:
        await transport.aclose()


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("is_download", [True, False], ids=["download", "stream"])
@PROXIED
def test_downloads_and_streams_log_no_secret(
    way: Way,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    is_download: bool,
    is_proxied: bool,
) -> None:
    caplog.set_level(logging.DEBUG)
    data = WHOLE if is_download else EVENTS + f"{BODY}\r\n".encode()
    with _serving(data, monkeypatch, is_proxied=is_proxied) as url:
        call = _call(url, method="GET", json=None)
        if way.mode == "sync":
            _blocking_stream(way, call, is_download=is_download)
        else:
            anyio.run(partial(_async_stream, way, call, is_download=is_download), backend=way.mode)
    _check(way, caplog, is_proxied=is_proxied)


def test_other_users_of_httpx_keep_their_logs(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with RawServer(answer(WHOLE)) as server:
        perform("sync", HttpxTransports(), _call(server.url))
        caplog.clear()
        with httpx.Client(trust_env=False) as client:
            client.get(server.url)
    assert f"session={COOKIE}" in _shown(caplog)
    assert "HTTP Request: GET" in _shown(caplog)


def test_a_whole_generation_logs_no_key(
    run: Run, caplog: pytest.LogCaptureFixture, gateway: Gateway, fal: FalSimulator
) -> None:
    caplog.set_level(logging.DEBUG)
    config = fal_video(fal, webhook_url=f"https://hooks.example/{UPLOAD}?token={SIGNATURE}")
    run(gateway, "generate_video", config, BOAT)
    with pytest.raises(TarashException):
        run(gateway, "generate_video", fal_video(fal, api_key=KEY), BOAT)
    shown = _shown(caplog)
    assert any(record.name.startswith("tarash.") for record in caplog.records)
    for secret in (fal.api_key, KEY, SIGNATURE):
        assert secret not in shown
