"""What goes over the wire is what the call says, and a call that cannot be sent is refused before a connection is opened."""

from __future__ import annotations

import base64
import json
import math
import re
import ssl

import pytest
import trustme

from core.raw_server import RawServer, Received, answer, failure_of, perform, reply_of
from core.transports import WAYS, Way
from tarash.tarash_gateway import ValidationError, __version__
from tarash.tarash_gateway.plugin import HttpCall, Part

PRODUCT = f"tarash-gateway/{__version__}"


def _sent(way: Way, call: HttpCall, path: str = "/") -> Received:
    with RawServer(answer()) as server:
        url = call.url.replace("http://server", server.url) + path
        sent = HttpCall(
            method=call.method,
            url=url,
            headers=call.headers,
            json=call.json,
            content=call.content,
            form=call.form,
            multipart=call.multipart,
        )
        reply_of(perform(way.mode, way.transports(), sent)[0])
    return server.requests[0]


def _post(**given: object) -> HttpCall:
    return HttpCall(method="POST", url="http://server", **given)  # type: ignore[arg-type] # a table's cells


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    ("call", "content_type", "body"),
    [
        pytest.param(
            _post(json={"prompt": "ein Boot, 船 🛶", "n": None}),
            "application/json",
            '{"prompt":"ein Boot, 船 🛶","n":null}'.encode(),
            id="json-is-utf-8",
        ),
        pytest.param(
            _post(json=[], headers={"content-type": "application/vnd.acme+json"}),
            "application/vnd.acme+json",
            b"[]",
            id="json-of-another-type",
        ),
        pytest.param(_post(form={}), None, b"", id="empty-form"),
        pytest.param(_post(), None, b"", id="no-body"),
        pytest.param(
            _post(form={"prompt": "a & b", "n": "2"}),
            "application/x-www-form-urlencoded",
            b"prompt=a+%26+b&n=2",
            id="form",
        ),
        pytest.param(
            _post(content=b"\x00\xff", headers={"Content-Type": "image/png"}),
            "image/png",
            b"\x00\xff",
            id="raw",
        ),
        pytest.param(_post(), None, b"", id="nothing"),
    ],
)
def test_bodies_are_sent_as_given(way: Way, call: HttpCall, content_type: str | None, body: bytes) -> None:
    received = _sent(way, call)
    assert (received.headers.get("content-type"), received.body) == (content_type, body)
    assert received.headers["content-length"] == str(len(body))


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    ("call", "length"),
    [
        (HttpCall(method="GET", url="http://server"), None),
        (HttpCall(method="DELETE", url="http://server"), None),
        (_post(), "0"),
        (HttpCall(method="PUT", url="http://server"), "0"),
        (_post(json={"n": 1}), "7"),
    ],
)
def test_a_request_names_its_host_first_and_the_length_of_its_body(
    way: Way, call: HttpCall, length: str | None
) -> None:
    received = _sent(way, call)

    assert next(iter(received.headers)) == "host"
    assert received.headers.get("content-length") == length


@pytest.mark.parametrize("way", WAYS)
def test_multipart_keeps_the_order_of_fields_and_files(way: Way) -> None:
    parts = (
        Part("image", b"\x89PNG", filename="a.png", content_type="image/png"),
        Part("prompt", "ein Boot, 船"),
        Part("image", b"\xff\xd8", filename="b.jpg", content_type="image/jpeg"),
        Part("n", "2"),
    )
    received = _sent(way, _post(multipart=parts))
    kind, _, boundary = received.headers["content-type"].partition("; boundary=")
    assert kind == "multipart/form-data"
    sent = received.body.split(f"--{boundary}".encode())[1:-1]
    assert [part.strip(b"\r\n").partition(b"\r\n\r\n") for part in sent] == [
        (
            b'Content-Disposition: form-data; name="image"; filename="a.png"\r\nContent-Type: image/png',
            b"\r\n\r\n",
            b"\x89PNG",
        ),
        (b'Content-Disposition: form-data; name="prompt"', b"\r\n\r\n", "ein Boot, 船".encode()),
        (
            b'Content-Disposition: form-data; name="image"; filename="b.jpg"\r\nContent-Type: image/jpeg',
            b"\r\n\r\n",
            b"\xff\xd8",
        ),
        (b'Content-Disposition: form-data; name="n"', b"\r\n\r\n", b"2"),
    ]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        pytest.param({}, PRODUCT, id="ours"),
        pytest.param({"user-agent": "acme/2"}, "acme/2", id="the-plugin's"),
    ],
)
def test_every_request_names_the_product_unless_the_plugin_does(
    way: Way, headers: dict[str, str], expected: str
) -> None:
    assert _sent(way, _post(headers=headers)).headers["user-agent"] == expected


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        pytest.param({}, "Basic " + base64.b64encode(b"ann:p@ss").decode(), id="from-the-url"),
        pytest.param({"authorization": "Key k"}, "Key k", id="the-plugin's-first"),
    ],
)
def test_a_login_in_the_url_is_sent_as_a_header_and_not_in_the_target(
    way: Way, headers: dict[str, str], expected: str
) -> None:
    with RawServer(answer()) as server:
        url = f"http://ann:p%40ss@127.0.0.1:{server.port}/v1"
        reply_of(perform(way.mode, way.transports(), HttpCall(method="GET", url=url, headers=headers))[0])
    received = server.requests[0]
    assert received.headers["authorization"] == expected
    assert received.target == "GET /v1 HTTP/1.1"
    assert received.headers["host"] == f"127.0.0.1:{server.port}"


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_answered_and_not_followed(way: Way, status: int) -> None:
    away = f"HTTP/1.1 {status} Away\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n".encode()
    with RawServer(answer(away)) as server:
        reply = reply_of(perform(way.mode, way.transports(), HttpCall(method="GET", url=server.url))[0])
    assert (reply.status, reply.header("Location")) == (status, "/elsewhere")
    assert len(server.requests) == 1


@pytest.mark.parametrize("way", WAYS)
def test_cookies_of_one_answer_do_not_travel_with_the_next_request(way: Way) -> None:
    cookie = b"HTTP/1.1 200 OK\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\nContent-Length: 0\r\n\r\n"
    with RawServer(answer(cookie)) as server:
        call = HttpCall(method="GET", url=server.url)
        replies = perform(way.mode, way.transports(), call, call)
    assert reply_of(replies[0]).header("set-cookie") == "a=1, b=2"
    assert ["cookie" in request.headers for request in server.requests] == [False, False]


SECRET = "k3y"


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    ("given", "told"),
    [
        pytest.param({"headers": {"Authorization": f"Key {SECRET}\n"}}, "header Authorization", id="line"),
        pytest.param({"headers": {"Authorization": f"{SECRET}\r\nX: y"}}, "header Authorization", id="split"),
        pytest.param({"headers": {"X-Key": f"{SECRET}é"}}, "header X-Key", id="latin-1"),
        pytest.param({"headers": {"X-Key": f" {SECRET}"}}, "header X-Key", id="space-before"),
        pytest.param({"headers": {"X-Key": f"{SECRET}\x00"}}, "header X-Key", id="nul"),
        pytest.param({"headers": {"X Key": SECRET}}, "'X Key' is not a valid header name", id="name"),
        pytest.param({"json": {"seed": math.nan}}, "JSON", id="nan"),
        pytest.param({"json": {"seed": math.inf}}, "JSON", id="infinity"),
        pytest.param({"json": {"image": b"\x00"}}, "bytes is not JSON serializable", id="bytes"),
        pytest.param({"url": "http://[::1"}, "base_url", id="url"),
        pytest.param({"url": "ftp://127.0.0.1/"}, "http:// or https://", id="scheme"),
        pytest.param({"url": "http:///path"}, "names no host", id="no-host"),
        pytest.param({"url": "http://127.0.0.1:0/"}, "no port 0", id="port-zero"),
        pytest.param({"url": "http://127.0.0.1:65536/"}, "no port 65536", id="large-port"),
        pytest.param({"url": "http://a..invalid/"}, "host name", id="empty-label"),
        pytest.param({"url": f"http://{'a' * 64}.invalid/"}, "host name", id="long-label"),
        pytest.param(
            {"headers": {"content-length": "262144"}, "content": bytes(300_000)},
            "content-length does not fit the body",
            id="part-of-the-body",
        ),
        pytest.param(
            {"headers": {"Content-Length": "3"}, "content": b"{}"},
            "Content-Length does not fit the body",
            id="more-than-the-body",
        ),
        pytest.param(
            {"headers": {"Transfer-Encoding": "chunked"}, "content": b"{}"},
            "Transfer-Encoding does not fit the body",
            id="transfer-encoding",
        ),
    ],
)
def test_what_cannot_be_sent_is_refused_before_and_never_shown(
    way: Way, given: dict[str, object], told: str
) -> None:
    with RawServer(answer()) as server:
        call = HttpCall(**{"method": "POST", "url": server.url, **given})  # type: ignore[arg-type] # a table's cells
        with pytest.raises(ValidationError, match=re.escape(told)) as caught:
            perform(way.mode, way.transports(), call)
    assert server.accepted == 0
    chain: BaseException | None = caught.value
    while chain is not None:
        assert SECRET not in f"{chain!r} {vars(chain)} {getattr(chain, 'object', '')}"
        chain = chain.__cause__ or chain.__context__


HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
BODY = json.dumps({"text": "x" * 989}).encode()


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    ("limit", "wire", "is_read"),
    [
        pytest.param(1001, HEAD + b"Content-Length: 1001\r\n\r\n" + BODY, True, id="just-enough"),
        pytest.param(1000, HEAD + b"Content-Length: 1001\r\n\r\n", False, id="declared"),
        pytest.param(
            1000,
            HEAD + b"Transfer-Encoding: chunked\r\n\r\n3e9\r\n" + BODY + b"\r\n",
            False,
            id="chunked-and-unending",
        ),
        pytest.param(1000, HEAD + b"\r\n" + BODY, False, id="until-closed-and-unending"),
    ],
)
def test_an_answer_too_large_for_memory_is_not_read_on(
    way: Way, limit: int, wire: bytes, is_read: bool
) -> None:
    assert len(BODY) == 1001
    with RawServer(answer(wire)) as server:
        call = HttpCall(method="POST", url=server.url, json={})
        outcome = perform(way.mode, way.transports(max_answer_bytes=limit), call)[0]
        if is_read:
            assert reply_of(outcome).content == BODY
        else:
            failure = failure_of(outcome)
            assert (failure.kind, failure.request_may_have_arrived) == ("protocol", True)
            assert "larger than 1000 bytes" in str(failure)
            assert server.closed.acquire(timeout=10)


@pytest.mark.parametrize("way", WAYS)
def test_the_size_of_what_only_a_head_speaks_of_is_no_size(way: Way) -> None:
    with RawServer(answer(HEAD + b"Content-Length: 1001\r\n\r\n")) as server:
        call = HttpCall(method="HEAD", url=server.url)
        reply = reply_of(perform(way.mode, way.transports(max_answer_bytes=1000), call)[0])
    assert reply.header("content-length") == "1001"


@pytest.mark.parametrize("way", WAYS)
def test_a_call_goes_to_the_given_address_under_its_own_name(way: Way) -> None:
    # the name is nobody's: a look-up would fail
    with RawServer(answer()) as server:
        call = HttpCall(method="GET", url=f"http://cdn.invalid:{server.port}/a?b=1", address="127.0.0.1")
        replies = perform(way.mode, way.transports(), call, call)
    assert [reply_of(reply).status for reply in replies] == [200, 200]
    assert [request.headers["host"] for request in server.requests] == [f"cdn.invalid:{server.port}"] * 2
    assert [request.target.split()[1] for request in server.requests] == ["/a?b=1"] * 2
    assert len({request.connection for request in server.requests}) == 2, "its connection is used once"


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("certified", ["cdn.invalid", "other.invalid", "127.0.0.1"])
def test_the_certificate_must_be_that_of_the_name(way: Way, certified: str) -> None:
    authority = trustme.CA()
    theirs, ours = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH), ssl.create_default_context()
    authority.issue_cert(certified).configure_cert(theirs)
    authority.configure_trust(ours)
    with RawServer(answer(), tls=theirs) as server:
        call = HttpCall(method="GET", url=f"https://cdn.invalid:{server.port}/", address="127.0.0.1")
        (outcome,) = perform(way.mode, way.transports(tls=ours), call)
    if certified == "cdn.invalid":
        assert reply_of(outcome).status == 200
    else:
        assert failure_of(outcome).kind == "connect"
        assert server.requests == []


@pytest.mark.parametrize("way", WAYS)
def test_a_connection_to_an_address_serves_no_other_name_at_it(way: Way) -> None:
    authority = trustme.CA()
    theirs, ours = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH), ssl.create_default_context()
    authority.issue_cert("127.0.0.1").configure_cert(theirs)
    authority.configure_trust(ours)
    with RawServer(answer(), tls=theirs) as server:
        by_address = HttpCall(method="GET", url=f"https://127.0.0.1:{server.port}/")
        by_name = HttpCall(method="GET", url=f"https://cdn.invalid:{server.port}/", address="127.0.0.1")
        first, second = perform(way.mode, way.transports(tls=ours), by_address, by_name)
    assert reply_of(first).status == 200
    assert failure_of(second).kind == "connect"
    assert len(server.requests) == 1
