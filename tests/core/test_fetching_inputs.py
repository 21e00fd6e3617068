"""An input's URL is fetched for the caller: redirects are followed, each hop is checked, its host's answer is not the provider's."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import pytest

from core.acme import Acme
from core.chains import BOAT
from core.contract_plugins.plain import Plain, PlainSimulator
from execution import Run
from tarash.tarash_gateway import Gateway, ValidationError
from tarash.tarash_gateway.discovery import Registry
from tarash.tarash_gateway.exceptions import HTTPConnectionError, TimeoutError  # noqa: A004 - the public name
from tarash.tarash_gateway.plugin import Call, Flow, HttpReply, Media, Submission, fetch_media, hookimpl, send
from tarash.tarash_gateway.steps import TransportFailure
from tarash.tarash_gateway.testing import Simulator, call_for, drive
from tarash.tarash_gateway.testing.flows import PUBLIC_ADDRESS
from tarash.tarash_gateway.testing.simulator import Answer, Route, tiny_png

URL = "https://pictures.example/old"
PICTURE = HttpReply(200, {"content-type": "image/jpg"}, tiny_png())


def _call(*, allow_private_hosts: bool = False) -> Call:
    return call_for(Acme(), "clip", base_url="http://127.0.0.1:1/v1", allow_private_hosts=allow_private_hosts)


def _redirect(location: str, status: int = 302) -> HttpReply:
    return HttpReply(status, {"location": location})


def _unreached() -> HTTPConnectionError:
    error = HTTPConnectionError("connection failed: refused")
    error.__cause__ = TransportFailure("refused", kind="connect", request_may_have_arrived=False)
    return error


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_followed_without_credentials(status: int) -> None:
    media = Media(url=URL, filename="boat")
    fetched, calls = drive(fetch_media(_call(), media), _redirect("/new.png", status), PICTURE)
    assert (fetched.content, fetched.content_type, fetched.filename) == (tiny_png(), "image/png", "boat.png")
    assert [call.url for call in calls] == [URL, "https://pictures.example/new.png"]
    assert all((dict(call.headers), call.address) == ({}, PUBLIC_ADDRESS) for call in calls)


def test_five_redirects_are_the_most() -> None:
    hops = [_redirect(f"/{number}") for number in range(6)]
    assert drive(fetch_media(_call(), Media(url=URL)), *hops[:5], PICTURE)[0].content == tiny_png()
    with pytest.raises(ValidationError, match=r"pictures\.example redirects more than 5 times"):
        drive(fetch_media(_call(), Media(url=URL)), *hops)


@pytest.mark.parametrize(
    "location",
    [
        "https://169.254.169.254/latest",
        "http://127.0.0.1/a.png",
        "//10.0.0.1/a",
        "file:///etc/passwd",
        "https://[::1",
    ],
)
def test_a_redirect_into_the_private_network_is_not_followed(location: str) -> None:
    with pytest.raises(ValidationError, match="input"):
        drive(fetch_media(_call(), Media(url=URL)), _redirect(location))


@pytest.mark.parametrize("url", ["https://127.0.0.1/a.png", "http://10.0.0.1/a.png", "gs://bucket/a.png"])
def test_a_private_or_unreadable_address_is_not_called(url: str) -> None:
    with pytest.raises(ValidationError, match="the input URL is not fetched"):
        drive(fetch_media(_call(), Media(url=url)))


def test_the_configured_origin_needs_no_permission_and_others_do() -> None:
    own = Media(url="http://127.0.0.1:1/a.png")
    assert drive(fetch_media(_call(), own), PICTURE)[0].content == tiny_png()
    other = Media(url="http://127.0.0.1:2/a.png")
    assert drive(fetch_media(_call(allow_private_hosts=True), other), PICTURE)[0].content_type == "image/png"


@pytest.mark.parametrize("status", [204, 206, 400, 401, 402, 403, 404, 410])
def test_the_hosts_status_is_told_as_the_callers_problem(status: int) -> None:
    with pytest.raises(ValidationError, match=rf"pictures\.example cannot be fetched \(HTTP {status}\)"):
        drive(fetch_media(_call(), Media(url=f"{URL}?signature=secret")), HttpReply(status, {}, tiny_png()))


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_server_in_trouble_is_asked_again(status: int) -> None:
    bad = HttpReply(status)
    assert drive(fetch_media(_call(), Media(url=URL)), bad, bad, PICTURE)[0].content == tiny_png()
    with pytest.raises(ValidationError, match=f"HTTP {status}"):
        drive(fetch_media(_call(), Media(url=URL)), bad, bad, bad)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"<!doctype html><p>log in", "is HTML, not media"),
        (b'{"error": "no"}', "is JSON, not media"),
        (b"", "0 bytes"),
        (b"words", "neither an image nor a video"),
    ],
)
def test_what_is_not_media_is_told(content: bytes, told: str) -> None:
    answer = HttpReply(200, {"content-type": "text/plain"}, content)
    with pytest.raises(ValidationError, match=told):
        drive(fetch_media(_call(), Media(url=URL)), answer)


def test_more_than_the_limit_is_refused() -> None:
    with pytest.raises(ValidationError, match="at most 10"):
        drive(fetch_media(_call(), Media(url=URL), max_bytes=10), PICTURE)


def test_a_host_that_cannot_be_reached_is_the_callers_problem() -> None:
    with pytest.raises(ValidationError, match=r"pictures\.example cannot be fetched: connection failed"):
        drive(fetch_media(_call(), Media(url=URL)), _unreached())


def test_the_deadline_stays_the_deadline() -> None:
    with pytest.raises(TimeoutError):
        drive(fetch_media(_call(), Media(url=URL)), TimeoutError("the deadline passed", timeout_seconds=1.0))


def test_bytes_are_returned_as_they_are() -> None:
    media = Media(content=tiny_png(), content_type="image/png")
    assert drive(fetch_media(_call(), media)) == (media, [])


@pytest.mark.parametrize(
    "source", ["https://pictures.example/a.png", Media(url="https://pictures.example/a.png")]
)
def test_a_url_may_be_a_text_or_an_input(source: str | Media) -> None:
    fetched, (sent,) = drive(fetch_media(_call(), source, max_bytes=5000), PICTURE)
    assert (fetched.content, sent.max_answer_bytes) == (tiny_png(), 5000)


def test_a_text_may_be_a_data_url_but_never_a_file(tmp_path: Path) -> None:
    data = Media(content=tiny_png(), content_type="image/png").as_data_uri()
    fetched, calls = drive(fetch_media(_call(), data))
    assert (fetched.content, calls) == (tiny_png(), [])
    picture = tmp_path / "a.png"
    picture.write_bytes(tiny_png())
    for text in (str(picture), picture.as_uri()):
        with pytest.raises(ValidationError, match="the input URL is not fetched"):
            drive(fetch_media(_call(), text))


class Fetching(Plain):
    """Reads one URL before it submits."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self._url = url

    @hookimpl
    def tarash_submit(self, call: Call, payload: Mapping[str, object]) -> Flow[Submission]:
        media = yield from fetch_media(call, self._url, max_bytes=100_000)
        reply = yield from send(call.request("POST", "/jobs", json={**payload, "image": media.as_base64()}))
        return Submission(job={"id": reply.require_text("id")})


class Pictures(Simulator):
    """A host of pictures, which may send more than it says. Route names: small, moved, endless."""

    def routes(self) -> list[Route]:
        return [
            Route("small", "GET", "/small", lambda _: Answer(200, tiny_png(), content_type="image/png")),
            Route("moved", "GET", "/moved", lambda _: Answer(302, headers={"Location": "/small"})),
            Route(
                "endless",
                "GET",
                "/endless",
                lambda _: Answer(content_type="image/png", chunks=self._endless()),
            ),
        ]

    async def _endless(self) -> AsyncIterator[bytes]:
        yield tiny_png()
        while True:
            yield bytes(64 * 1024)


@pytest.mark.parametrize("path", ["/small", "/moved"])
def test_a_plugin_reads_a_url_however_it_is_run(run: Run, tmp_path: Path, path: str) -> None:
    with Pictures() as pictures, PlainSimulator() as server:
        with _gateway(tmp_path, Fetching(pictures.url + path), allow_private_hosts=True) as gateway:
            run(gateway, "generate_video", server.config(), BOAT)
        assert server.requests_to("submit")[0].json_object()["image"]
        for request in pictures.requests:
            assert "authorization" not in {name.lower() for name in request.headers}


def test_a_file_that_never_ends_is_given_up_once(run: Run, tmp_path: Path) -> None:
    with Pictures() as pictures, PlainSimulator() as server:
        with (
            _gateway(tmp_path, Fetching(f"{pictures.url}/endless"), allow_private_hosts=True) as gateway,
            pytest.raises(ValidationError, match="is too large; at most 100000 bytes"),
        ):
            run(gateway, "generate_video", server.config(), BOAT)
        assert pictures.count("endless") == 1
        assert server.requests == []


def test_no_plugin_reads_from_this_machine_unasked(run: Run, tmp_path: Path) -> None:
    with Pictures() as pictures, PlainSimulator() as server:
        with (
            _gateway(tmp_path, Fetching(f"{pictures.url}/small")) as gateway,
            pytest.raises(ValidationError, match="on a private network"),
        ):
            run(gateway, "generate_video", server.config(), BOAT)
        assert pictures.requests == []


def _gateway(folder: Path, plugin: Plain, *, allow_private_hosts: bool = False) -> Gateway:
    registry = Registry(entry_points=lambda _group: ())
    registry.register("plain", plugin)
    return Gateway(registry=registry, environ={}, output_dir=folder, allow_private_hosts=allow_private_hosts)
