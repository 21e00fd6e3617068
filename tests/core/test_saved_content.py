"""What is saved is what was paid for: error pages, empty and cut answers never appear under a result's name."""

from __future__ import annotations

import base64
import os
import time
from collections.abc import Callable
from pathlib import Path

import anyio
import pytest

from core.raw_server import Connection, RawServer, Received
from execution import MODES, Mode, Run
from tarash.tarash_gateway import DownloadError, ExecutionMetadata, Gateway, VideoGenerationResponse
from tarash.tarash_gateway.media.completeness import is_cut_short, why_not_media
from tarash.tarash_gateway.media.part_file import PartFile, Target
from tarash.tarash_gateway.media.receiving import Receiver, SaveLimits
from tarash.tarash_gateway.media.saving import save_flow, save_url
from tarash.tarash_gateway.models import ResponseAsset
from tarash.tarash_gateway.steps import Flow, HttpCall, TransportFailure
from tarash.tarash_gateway.testing.simulator import tiny_mp4, tiny_png

LEDGER = ExecutionMetadata(
    total_attempts=1, successful_attempt=1, attempts=(), fallback_triggered=False, configs_in_chain=1,
    total_elapsed_seconds=0.0,
)  # fmt: skip
HTML, XML, JSON = (
    b"<!doctype html><p>log in",
    b"<Error><Code>NoSuchKey</Code></Error>",
    b'{"error": "expired"}',
)
LONG_MP4 = b"\0\0\0\x10ftypisom\0\0\0\0" + b"\0\0\0\x01mdat" + (116).to_bytes(8, "big") + b"x" * 100
"""The length of its second box is in 64 bits, as in files beyond 4 GB."""


def _response(url: str, **asset: object) -> VideoGenerationResponse:
    given = ResponseAsset.model_validate({"kind": "video", "url": url, **asset})
    return VideoGenerationResponse(
        request_id="job-1", provider="fal", model="m", video=url, assets=(given,), execution_metadata=LEDGER
    )


def _answer(
    body: bytes, *, status: str = "200 OK", length: int | None = -1, kind: str = "video/mp4"
) -> bytes:
    """Return an answer; `length` -1 is the true one, None declares none and ends with the connection."""
    declared = len(body) if length == -1 else length
    size = "" if declared is None else f"Content-Length: {declared}\r\n"
    return f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\n{size}Connection: close\r\n\r\n".encode() + body


def _always(answer: bytes) -> Callable[[Connection, Received], None]:
    def answering(connection: Connection, _request: Received) -> None:
        connection.send(answer)
        connection.close()

    return answering


def _once(gateway: Gateway, url: str, path: Path | Target, **limits: object) -> Path:
    allowed = SaveLimits(allow_private_hosts=True, **{"kind": "video", **limits})  # type: ignore[arg-type] # a table's cells
    return gateway.run_blocking(save_flow(HttpCall(method="GET", url=url), path, allowed)).path


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        pytest.param(_answer(b""), r"empty \(0 bytes\)", id="0-bytes"),
        pytest.param(_answer(b"", length=None), r"empty \(0 bytes\)", id="0-bytes-of-no-length"),
        pytest.param(b"HTTP/1.1 204 No Content\r\n\r\n", "HTTP 204", id="204"),
        pytest.param(_answer(tiny_mp4()[:99], status="206 Partial Content"), "HTTP 206", id="206"),
        pytest.param(_answer(HTML), "it is HTML", id="html"),
        pytest.param(_answer(XML), "it is XML", id="xml"),
        pytest.param(_answer(JSON), "it is JSON", id="json"),
        pytest.param(_answer(b"Not Found", kind="text/plain"), "it is text/plain", id="text"),
        pytest.param(_answer(tiny_png()), r"an image \(image/png\), not a video", id="picture"),
        pytest.param(
            _answer(tiny_mp4()[:-50], length=None), "in the middle of the file", id="cut-without-length"
        ),
        pytest.param(_answer(tiny_mp4()[:-50]), "in the middle of the file", id="half-declared-as-whole"),
    ],
)
def test_what_is_not_the_whole_result_is_not_saved(
    gateway: Gateway, tmp_path: Path, answer: bytes, told: str
) -> None:
    with RawServer(_always(answer)) as server, pytest.raises(DownloadError, match=told) as caught:
        _once(gateway, f"{server.url}/a.mp4", tmp_path / "a.mp4")
    assert (caught.value.is_retryable, list(tmp_path.iterdir())) == (True, [])


def test_a_body_of_no_declared_length_is_saved_when_it_is_whole(gateway: Gateway, tmp_path: Path) -> None:
    with RawServer(_always(_answer(tiny_mp4(), length=None))) as server:
        assert _once(gateway, server.url, tmp_path / "a.mp4").read_bytes() == tiny_mp4()
        with pytest.raises(DownloadError, match="of 9999 bytes"):
            _once(gateway, server.url, tmp_path / "b.mp4", size_bytes=9999)


def test_a_compressed_file_is_refused_and_never_inflated(gateway: Gateway, tmp_path: Path) -> None:
    answer = _answer(b"\x1f\x8b" + bytes(50)).replace(b"\r\n\r\n", b"\r\nContent-Encoding: gzip\r\n\r\n", 1)
    with RawServer(_always(answer)) as server, pytest.raises(DownloadError, match=r"compressed \(gzip\)"):
        _once(gateway, server.url, tmp_path / "a.mp4")
    assert server.requests[0].headers["accept-encoding"] == "identity"


def test_a_later_good_answer_is_saved_and_a_bad_one_never(run: Run, tmp_path: Path) -> None:
    def answering(connection: Connection, _request: Received) -> None:
        connection.send(_answer(HTML if connection.number == 1 else tiny_mp4()))
        connection.close()

    with RawServer(answering) as server:
        saved = run(_response(server.url), "save", tmp_path, allow_private_hosts=True)
    assert (saved.name, saved.read_bytes()) == ("job-1.mp4", tiny_mp4())


@pytest.mark.parametrize("began", [b"", tiny_mp4()[:40]], ids=["no-head", "a-few-bytes"])
@pytest.mark.parametrize("mode", MODES)
def test_a_server_that_falls_silent_costs_one_try(mode: Mode, tmp_path: Path, began: bytes) -> None:
    def answering(connection: Connection, _request: Received) -> None:
        if connection.number == 1:
            connection.send(_answer(began, length=len(tiny_mp4())) if began else b"")
            connection.stopping.wait(30)
        connection.send(_answer(tiny_mp4()))

    limits = SaveLimits(allow_private_hosts=True, kind="video", silence_seconds=0.2)
    with RawServer(answering) as server, Gateway() as gateway:
        flow = save_url(server.url, tmp_path / "a.mp4", limits, timeout_seconds=20)
        saved = (
            gateway.run_blocking(flow) if mode == "sync" else anyio.run(gateway.run_async, flow, backend=mode)
        )
        assert server.accepted == 2
    assert saved.path.read_bytes() == tiny_mp4()
    assert [found.name for found in tmp_path.iterdir()] == ["a.mp4"]


def test_a_server_that_sends_byte_by_byte_does_not_outlive_the_time_given(run: Run, tmp_path: Path) -> None:
    def dripping(connection: Connection, _request: Received) -> None:
        connection.send(_answer(b"", length=10_000))
        connection.drip(tiny_mp4() * 20)

    with RawServer(dripping) as server:
        began = time.monotonic()
        with pytest.raises(DownloadError, match=r"no complete answer|timed out"):
            run(
                _response(server.url),
                "save",
                tmp_path / "a.mp4",
                allow_private_hosts=True,
                timeout_seconds=0.4,
            )
        assert time.monotonic() - began < 3
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("head", "kind", "declared", "expected"),
    [
        (b"unknown format", "video", "video/mp4", None),
        (b"unknown format", "video", None, None),
        (b"GIF89a", "video", None, None),
        (HTML, "other", "text/html", None),
        (JSON, "other", "application/json", None),
        (tiny_mp4(), "image", None, None),
        (b"ID3\x03", "image", None, "it is sound (audio/mpeg), not an image"),
        (b"ID3\x03", "thumbnail", None, "it is sound (audio/mpeg), not an image"),
        (b"", "other", None, "it is empty (0 bytes)"),
    ],
)
def test_only_what_is_certainly_wrong_is_refused(
    head: bytes, kind: str, declared: str | None, expected: str | None
) -> None:
    assert why_not_media(head, kind, declared) == expected


@pytest.mark.parametrize(
    "whole",
    [
        pytest.param(tiny_png(), id="png"),
        pytest.param(tiny_mp4(), id="mp4"),
        pytest.param(LONG_MP4, id="long-mp4"),
        pytest.param(b"\xff\xd8\xff\xe0" + b"x" * 5000 + b"\xff\xd9", id="jpeg"),
        pytest.param(b"RIFF\x0c\x00\x00\x00WEBPVP8 data", id="webp"),
    ],
)
def test_the_format_shows_a_missing_end(whole: bytes) -> None:
    assert not is_cut_short(whole[:1024], whole[-4096:], len(whole))
    cut = whole[:-3]
    assert is_cut_short(cut[:1024], cut[-4096:], len(cut))


@pytest.mark.parametrize(
    ("content", "declared", "name"),
    [
        (tiny_png(), "video/mp4", "job-1.png"),
        (b"\x00\x00\x00\x14ftypqt  \x00\x00\x00\x00qt  ", "", "job-1.mov"),
        (b"something new", "image/avif", "job-1.avif"),
        (b"something new", "", "job-1.mp4"),
    ],
)
def test_into_a_folder_the_suffix_is_that_of_the_bytes(
    run: Run, tmp_path: Path, content: bytes, declared: str, name: str
) -> None:
    source = tmp_path / "source"
    source.write_bytes(content)
    (tmp_path / "out").mkdir()
    kind = "image" if content == tiny_png() else "video"
    saved = run(_response(source.as_uri(), kind=kind, content_type=declared), "save", tmp_path / "out")
    assert saved == tmp_path / "out" / name


def test_the_home_folder_is_expanded(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    url = f"data:video/mp4;base64,{base64.b64encode(tiny_mp4()).decode()}"
    assert run(_response(url), "save", "~/clips/a.mp4") == tmp_path / "clips" / "a.mp4"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_pipes_devices_and_folders_are_not_read(run: Run, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", Path("/dev/zero"), tmp_path):
        with pytest.raises(DownloadError, match="it is not a regular file"):
            run(_response(path.as_uri()), "save", tmp_path / "copy.mp4")


def test_a_file_larger_than_the_limit_is_not_begun(run: Run, tmp_path: Path) -> None:
    source = tmp_path / "sparse.mp4"
    with source.open("wb") as file:
        file.truncate(1 << 33)
    with pytest.raises(DownloadError, match="the limit is 4294967296"):
        run(_response(source.as_uri()), "save", tmp_path / "copy.mp4")
    assert list(tmp_path.iterdir()) == [source]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no full disk to write to")
@pytest.mark.parametrize("size", [10, 1 << 20], ids=["at the last flush", "while writing"])
def test_a_full_disk_is_told_and_leaves_nothing(tmp_path: Path, size: int) -> None:
    part = PartFile(Target.of(tmp_path / "a.mp4"))
    part.open()
    (temporary,) = tmp_path.iterdir()
    os.dup2(os.open("/dev/full", os.O_WRONLY), _descriptor_of(temporary))

    def write_all() -> None:
        part.write(bytes(size))
        part.finish(tmp_path / "a.mp4")

    with pytest.raises(DownloadError, match="the disk is full"):
        write_all()
    assert list(tmp_path.iterdir()) == []


def _descriptor_of(path: Path) -> int:
    """Return the descriptor by which this process has a file open."""
    return next(
        int(entry.name)
        for entry in Path("/proc/self/fd").iterdir()
        if entry.is_symlink() and entry.readlink() == path
    )


def test_a_target_that_cannot_be_replaced_is_told_and_leaves_nothing(run: Run, tmp_path: Path) -> None:
    # a folder of that name appears while the file is written
    blocked = tmp_path / "a.mp4"

    def appear(_progress: object) -> None:
        blocked.mkdir(exist_ok=True)

    source = tmp_path / "source.mp4"
    source.write_bytes(tiny_mp4())
    with pytest.raises(DownloadError, match="cannot write"):
        run(_response(source.as_uri()), "save", blocked, overwrite=True, on_progress=appear)
    assert sorted(tmp_path.iterdir()) == [blocked, source]


def test_a_file_given_up_while_it_is_opened_leaves_nothing(tmp_path: Path) -> None:
    # the order of a cancellation: the worker thread opens the file after the caller has gone
    part = PartFile(Target.of(tmp_path / "a.mp4"))
    part.discard()
    part.open()
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(DownloadError):
        part.write(b"x")


def test_a_receiver_removes_its_file_when_the_source_breaks(gateway: Gateway, tmp_path: Path) -> None:
    def broken() -> Flow[bytes | None]:
        yield from ()
        raise TransportFailure("reset", kind="reset", request_may_have_arrived=True)

    receiver = Receiver(Target.of(tmp_path / "a.mp4"), SaveLimits(), None, None, None)
    with pytest.raises(TransportFailure):
        gateway.run_blocking(receiver.keep(broken))
    assert list(tmp_path.iterdir()) == []
