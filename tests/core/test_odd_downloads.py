"""Whatever a server answers to a download, nothing but an exception of the gateway comes out, and no part of a file stays."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odd_answers import ASKED_FOR
from tarash.tarash_gateway.exceptions import DownloadError
from tarash.tarash_gateway.media.receiving import SavedFile, SaveLimits
from tarash.tarash_gateway.media.saving import save_url
from tarash.tarash_gateway.steps import (
    BlockingCall,
    DownloadHandle,
    Instant,
    OpenDownload,
    ReadChunk,
    ReadClock,
    Sleep,
    Step,
    TransportFailure,
    run_flow,
)
from tarash.tarash_gateway.testing.flows import NOW, call_without_look_up
from tarash.tarash_gateway.testing.simulator import tiny_mp4, tiny_png

CLIP = tiny_mp4()
STATUSES = st.sampled_from(
    [200, 200, 200, 203, 204, 206, 302, 307, 400, 403, 404, 416, 429, 500, 503, 599, 999]
)
LENGTHS = st.sampled_from(
    ["0", "1", str(len(CLIP)), "-1", "1e3", "٣", "9" * 400, "", " 7 ", "0x10", "\ud800"]
)
LOCATIONS = st.sampled_from(
    [
        "", "/a.mp4", "//cdn.test/a.mp4", "http://[::1", "https://\ud800/a", "https://a b", "file:///etc/passwd", "data:,x", "https://",
        "https://127.0.0.1/a", "\x00", "https://cdn.test:port/a",
    ]
)  # fmt: skip
KINDS = st.sampled_from(
    ["video/mp4", "VIDEO/MP4; a=b", "text/html", "image/png", "", ";", "\ud800", "x" * 300]
)
CODINGS = st.sampled_from(["identity", "gzip", "br, gzip", "", "\x00"])
HEADERS = st.fixed_dictionaries(
    {},
    optional={
        "content-length": LENGTHS,
        "location": LOCATIONS,
        "content-type": KINDS,
        "content-encoding": CODINGS,
    },
)
BODIES = st.sampled_from(
    [
        CLIP, CLIP[:40], CLIP[:-9], tiny_png(), tiny_png()[:-3], b"", b"<html>no</html>", b'{"error": 1}', b"\x00" * 64,
        b"RIFF\xff\xff\xff\x7fAVI ", b"\x00\x00\x00\x01ftypisom" + b"\xff" * 16,
    ]
)  # fmt: skip
SIZES = st.sampled_from([None, 0, 1, len(CLIP), 10**6])


class OddServer:
    """Answers each download with another odd head and body, and breaks some of them."""

    def __init__(self, data: st.DataObject) -> None:
        self._data = data
        self._seconds = 0.0
        self._chunks: dict[int, list[bytes]] = {}

    def perform(self, step: Step) -> object:
        """Answer one step of the download."""
        match step:
            case ReadClock():
                return Instant(self._seconds, NOW)
            case Sleep():
                self._seconds += step.seconds
            case BlockingCall():
                return call_without_look_up(step.function)
            case OpenDownload():
                return self._opened()
            case ReadChunk():
                return self._chunk(step.handle)
        return None

    def _opened(self) -> DownloadHandle:
        self._seconds += 1
        self._break_now_and_then()
        body, pieces = self._data.draw(BODIES), self._data.draw(st.integers(1, 3))
        size = max(len(body) // pieces, 1)
        key = len(self._chunks)
        self._chunks[key] = [body[at : at + size] for at in range(0, len(body), size)][::-1]
        return DownloadHandle(key, self._data.draw(STATUSES), self._data.draw(HEADERS))

    def _chunk(self, handle: DownloadHandle) -> bytes | None:
        self._break_now_and_then()
        left = self._chunks[handle.key]
        return left.pop() if left else None

    def _break_now_and_then(self) -> None:
        if self._data.draw(st.integers(0, 9)) == 0:
            raise TransportFailure("silence", kind="timeout", request_may_have_arrived=True)


@settings(
    max_examples=int(ASKED_FOR or "200"),
    derandomize=ASKED_FOR is None,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
@given(st.data())
def test_nothing_but_exceptions_of_the_gateway_leaves_a_download(data: st.DataObject) -> None:
    server = OddServer(data)
    limits = SaveLimits(
        kind=data.draw(st.sampled_from(["video", "image", "other"])), size_bytes=data.draw(SIZES)
    )
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "result"
        flow = save_url("https://cdn.test/a.mp4", target, limits, timeout_seconds=60)
        saved: SavedFile | None = None
        try:
            saved = run_flow(flow, server.perform)
        except DownloadError as error:
            assert str(error)  # noqa: PT017 - what is told is checked, whether or not anything is raised
        assert list(Path(folder).iterdir()) == ([] if saved is None else [target])
        if saved is not None:
            assert target.read_bytes()
            assert saved.size_bytes == target.stat().st_size
