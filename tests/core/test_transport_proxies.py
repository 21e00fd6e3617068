"""The proxies of the environment are used as curl would: by scheme, with their login, and not for what NO_PROXY names."""

from __future__ import annotations

import base64
import ssl

import pytest
import trustme

from core.connect_proxy import ConnectProxy
from core.raw_server import RawServer, answer, failure_of, perform, reply_of
from core.transports import WAYS, Way
from tarash.tarash_gateway import ValidationError
from tarash.tarash_gateway.messages import ONLY_BY_PROXY
from tarash.tarash_gateway.plugin import HttpCall

HOST = "api.acme.test"
"""Resolved by nobody: only a proxy gets there."""
ADDRESS = "2001:db8::1"
VARIABLES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "REQUEST_METHOD")


@pytest.fixture(autouse=True)
def _no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.fixture(scope="module")
def contexts() -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """The server's and the client's."""
    authority = trustme.CA()
    server, client = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH), ssl.create_default_context()
    authority.issue_cert(HOST, ADDRESS).configure_cert(server)
    authority.configure_trust(client)
    return server, client


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("variable", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"])
@pytest.mark.parametrize("login", ["", "ann:p%40ss@"], ids=["open", "with-a-login"])
def test_an_https_server_is_reached_through_a_tunnel(
    way: Way,
    variable: str,
    login: str,
    contexts: tuple[ssl.SSLContext, ssl.SSLContext],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    wanted = "Basic " + base64.b64encode(b"ann:p@ss").decode() if login else None
    with RawServer(answer(), tls=contexts[0]) as server:
        proxy = ConnectProxy(server.port, authorization=wanted)
        with RawServer(answer(), taking=proxy) as running:
            monkeypatch.setenv(variable, f"http://{login}127.0.0.1:{running.port}")
            call = HttpCall(method="POST", url=f"https://{HOST}/v1", json={})
            replies = perform(way.mode, way.transports(tls=contexts[1]), call, call)
    assert [reply_of(reply).status for reply in replies] == [200, 200]
    assert proxy.asked == [f"CONNECT {HOST}:443 HTTP/1.1"]
    assert [request.target for request in server.requests] == ["POST /v1 HTTP/1.1"] * 2
    assert "proxy-authorization" not in server.requests[0].headers


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    "scheme", ["http://", "http://ann:p%40ss@", ""], ids=["url", "login", "host-and-port"]
)
def test_an_http_server_is_reached_by_forwarding(
    way: Way, scheme: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = "Basic " + base64.b64encode(b"ann:p@ss").decode() if "@" in scheme else None
    with RawServer(answer()) as server:
        proxy = ConnectProxy(server.port, authorization=wanted)
        with RawServer(answer(), taking=proxy) as running:
            monkeypatch.setenv("http_proxy", f"{scheme}127.0.0.1:{running.port}")
            call = HttpCall(method="GET", url=f"http://{HOST}/v1")
            reply = perform(way.mode, way.transports(), call)[0]
    assert reply_of(reply).status == 200
    assert proxy.asked == [f"GET http://{HOST}/v1 HTTP/1.1"]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_proxy_is_told_an_ipv6_address_in_brackets(
    way: Way, scheme: str, contexts: tuple[ssl.SSLContext, ssl.SSLContext], monkeypatch: pytest.MonkeyPatch
) -> None:
    is_encrypted = scheme == "https"
    with RawServer(answer(), tls=contexts[0] if is_encrypted else None) as server:
        proxy = ConnectProxy(server.port)
        with RawServer(answer(), taking=proxy) as running:
            monkeypatch.setenv("ALL_PROXY", f"http://127.0.0.1:{running.port}")
            call = HttpCall(method="POST", url=f"{scheme}://[{ADDRESS}]/v1", json={})
            replies = perform(way.mode, way.transports(tls=contexts[1]), call, call)
    assert [reply_of(reply).status for reply in replies] == [200, 200]
    asked = f"CONNECT [{ADDRESS}]:443 HTTP/1.1" if is_encrypted else f"POST http://[{ADDRESS}]/v1 HTTP/1.1"
    assert proxy.asked == [asked]
    assert server.requests[0].headers["host"] == f"[{ADDRESS}]"


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("no_proxy", ["127.0.0.1", "*", "other.test, 127.0.0.1"])
def test_what_no_proxy_names_is_reached_directly(
    way: Way, no_proxy: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with RawServer(answer()) as server:
        proxy = ConnectProxy(server.port)
        with RawServer(answer(), taking=proxy) as running:
            monkeypatch.setenv("ALL_PROXY", f"http://127.0.0.1:{running.port}")
            monkeypatch.setenv("NO_PROXY", no_proxy)
            reply = perform(way.mode, way.transports(), HttpCall(method="GET", url=server.url))[0]
    assert reply_of(reply).status == 200
    assert proxy.asked == []


@pytest.mark.parametrize("way", WAYS)
def test_a_checked_address_is_kept_if_a_proxy_is_set_later(way: Way, monkeypatch: pytest.MonkeyPatch) -> None:
    """A transport keeps to the way that it has taken to a server."""
    with RawServer(answer()) as server:
        call = HttpCall(method="GET", url=f"http://{HOST}:{server.port}/", address="127.0.0.1")
        replies = perform(
            way.mode,
            way.transports(),
            call,
            call,
            between=lambda: monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1"),
        )
    assert [reply_of(reply).status for reply in replies] == [200, 200]


@pytest.mark.parametrize("way", WAYS)
def test_a_proxy_that_refuses_the_login_has_passed_nothing_on(
    way: Way, contexts: tuple[ssl.SSLContext, ssl.SSLContext], monkeypatch: pytest.MonkeyPatch
) -> None:
    with RawServer(answer(), tls=contexts[0]) as server:
        proxy = ConnectProxy(server.port, authorization="Basic other")
        with RawServer(answer(), taking=proxy) as running:
            monkeypatch.setenv("HTTPS_PROXY", f"http://ann:s3cret@127.0.0.1:{running.port}")
            call = HttpCall(method="POST", url=f"https://{HOST}/v1", json={})
            failure = failure_of(perform(way.mode, way.transports(tls=contexts[1]), call)[0])
    assert (failure.kind, failure.request_may_have_arrived) == ("connect", False)
    assert "407" in str(failure)
    assert "s3cret" not in str(failure)
    assert server.accepted == 0


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    ("proxy", "told"),
    [
        pytest.param("ftp://ann:s3cret@proxy.test:1", "HTTPS_PROXY", id="scheme"),
        pytest.param("http://ann:s3cret@proxy.test:port", "HTTPS_PROXY", id="port"),
    ],
)
def test_a_proxy_that_cannot_be_used_is_told_without_its_password(
    way: Way, proxy: str, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", proxy)
    with pytest.raises(ValidationError, match=told) as caught:
        perform(way.mode, way.transports(), HttpCall(method="GET", url=f"https://{HOST}/"))
    assert "s3cret" not in f"{caught.value!r} {caught.value.__cause__!r}"


@pytest.mark.parametrize("way", WAYS)
def test_a_host_that_only_a_proxy_may_look_up_is_not_reached_directly(
    way: Way, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The transport remembers its way to a server, and the check of the host reads the environment anew."""
    with RawServer(answer()) as server:
        url = f"http://localhost:{server.port}/"
        calls = HttpCall(method="GET", url=url), HttpCall(method="POST", url=url, address=ONLY_BY_PROXY)
        allowed, refused = perform(
            way.mode,
            way.transports(),
            *calls,
            between=lambda: monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1"),
        )
    assert reply_of(allowed).status == 200
    failure = failure_of(refused)
    assert (failure.kind, failure.request_may_have_arrived) == ("connect", False)
    assert len(server.requests) == 1


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    "head",
    [
        pytest.param(b"407 Who?\r\nProxy-Authenticate: Basic", id="login"),
        pytest.param(b"403 No\r\nX-Squid-Error: ERR_ACCESS_DENIED 0", id="squid"),
        pytest.param(b"403 No\r\nProxy-Status: corp; error=http_request_denied", id="proxy-status"),
    ],
)
def test_a_refusal_that_a_forwarding_proxy_signs_is_not_taken_for_the_servers(
    way: Way, head: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    with RawServer(answer(b"HTTP/1.1 " + head + b"\r\nContent-Length: 0\r\n\r\n")) as proxy:
        monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{proxy.port}")
        call = HttpCall(method="POST", url=f"http://{HOST}/v1", json={})
        failure = failure_of(perform(way.mode, way.transports(), call)[0])
    assert (failure.kind, failure.request_may_have_arrived) == ("connect", False)
    assert "the proxy refused the request (HTTP 40" in str(failure)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("is_forwarded", [True, False])
def test_a_refusal_that_nobody_signs_or_of_a_direct_connection_is_the_servers(
    way: Way, is_forwarded: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    signed = b"" if is_forwarded else b"\r\nX-Squid-Error: ERR_ACCESS_DENIED 0"
    with RawServer(answer(b"HTTP/1.1 403 No" + signed + b"\r\nContent-Length: 0\r\n\r\n")) as server:
        host = HOST if is_forwarded else f"127.0.0.1:{server.port}"
        if is_forwarded:
            monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{server.port}")
        call = HttpCall(method="GET", url=f"http://{host}/v1")
        assert reply_of(perform(way.mode, way.transports(), call)[0]).status == 403
