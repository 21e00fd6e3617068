"""A provider's answer cannot make us read local files, and bytes that are not the output are not stored as one."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from core.acme import CLIP, Acme, AcmeServer, acme, broken, generation
from tarash.tarash_gateway import DownloadError, TarashException, UnexpectedResponseError
from tarash.tarash_gateway.discovery import Registry
from tarash.tarash_gateway.engine.memory import Memory
from tarash.tarash_gateway.mapping import Catalogue, passthrough_field_mapper
from tarash.tarash_gateway.models import GenerationResponse, VideoGenerationRequest
from tarash.tarash_gateway.plugin import Asset, Call, Flow, Generated, HttpCall, HttpReply, hookimpl
from tarash.tarash_gateway.testing import VirtualTime
from tarash.tarash_gateway.testing.simulator import tiny_mp4, tiny_png


class Gives(Acme):
    """Gives these outputs, whatever the provider said."""

    def __init__(self, *assets: Asset, resolution: str | None = None) -> None:
        super().__init__()
        self.assets = assets
        self.resolution = resolution

    @hookimpl
    def tarash_normalize(self, raw: object) -> Flow[Generated]:
        yield from ()
        return Generated(assets=self.assets, resolution=self.resolution)


def _result(
    asset: Asset, folder: Path, server: AcmeServer, *further: Asset, resolution: str | None = None
) -> GenerationResponse:
    providers = Registry(lambda _group: ())
    providers.register("acme", Gives(asset, *further, resolution=resolution))
    providers.register("other", Acme("other"))
    made = generation(acme(fallback_configs=[acme("other")]), Memory(folder), providers=providers)
    return VirtualTime(server).run(made.generate())


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "FILE:/etc/passwd",
        "file://host/share/a.mp4",
        " file:///dev/zero",
        "fi\nle:/etc/passwd",
    ],
)
def test_an_answer_may_not_name_a_local_file_as_an_output(tmp_path: Path, url: str) -> None:
    server = AcmeServer(job_seconds=0)
    with pytest.raises(UnexpectedResponseError, match="and data: URLs are accepted") as caught:
        _result(Asset(kind="video", url=url), tmp_path, server)
    assert (caught.value.submitted, server.count("submit")) == ("yes", 1)


@pytest.mark.parametrize(
    ("told", "url"),
    [
        ("HTTPS://cdn.example/a.mp4", "https://cdn.example/a.mp4"),
        (" https://cdn.example/a.mp4\n", "https://cdn.example/a.mp4"),
        ("ht\ntps://cdn.example/\ta.mp4", "https://cdn.example/a.mp4"),
        ("https://cdn.example/\x1b[2Ja\x00.mp4", "https://cdn.example/%1B[2Ja%00.mp4"),
        ("https://cdn.example/\ud83d.mp4", "https://cdn.example/%3F.mp4"),
        ("https://cdn.example/ein Boot.mp4", "https://cdn.example/ein Boot.mp4"),
    ],
)
def test_an_oddly_written_url_costs_no_output(tmp_path: Path, told: str, url: str) -> None:
    response = _result(Asset(kind="video", url=told), tmp_path, AcmeServer(job_seconds=0))
    assert response.assets[0].url == url
    assert type(response).model_validate_json(response.model_dump_json()).assets == response.assets


def test_a_fact_of_the_answer_is_without_the_key_and_can_be_saved(tmp_path: Path) -> None:
    asset = Asset(kind="video", url="https://cdn.example/a.mp4")
    response = _result(asset, tmp_path, AcmeServer(job_seconds=0), resolution="720p acme-key-123456 \ud83d")
    assert response.resolution is not None
    assert response.resolution.startswith("720p ")
    assert "acme-key-123456" not in response.model_dump_json()


@pytest.mark.parametrize(
    "content", [b"<html>sorry</html>", b'{"error": 1}', tiny_png(), b""], ids=["html", "json", "png", "empty"]
)
def test_bytes_that_are_not_the_output_are_not_stored(tmp_path: Path, content: bytes) -> None:
    server = AcmeServer(job_seconds=0)
    with pytest.raises(TarashException) as caught:
        _result(Asset(kind="video", content=content), tmp_path, server)
    assert isinstance(caught.value, DownloadError)
    assert (caught.value.submitted, server.count("submit")) == ("yes", 1)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("content", [b"<html>sorry</html>", tiny_png(), b""], ids=["html", "png", "empty"])
@pytest.mark.parametrize("is_first", [True, False])
def test_bytes_that_are_not_the_output_cost_no_other_output(
    tmp_path: Path, content: bytes, *, is_first: bool
) -> None:
    """The answer of a provider that answers at once comes only once, and all of it is paid for."""
    outputs = [Asset(kind="video", content=content), Asset(kind="video", content=tiny_mp4())]
    first, second = outputs if is_first else outputs[::-1]
    response = _result(first, tmp_path, AcmeServer(job_seconds=0), second)
    (stored,) = tmp_path.iterdir()
    assert [asset.url for asset in response.assets] == [stored.as_uri()]
    (warning,) = response.execution_metadata.warnings
    assert warning.startswith("video left out: acme/plain: the downloaded file is not the result")


def test_stored_bytes_get_the_suffix_and_the_type_of_what_they_are(tmp_path: Path) -> None:
    asset = Asset(kind="video", content=tiny_mp4(), content_type="video/webm")
    response = _result(asset, tmp_path, AcmeServer(job_seconds=0))
    (stored,) = tmp_path.iterdir()
    assert (stored.suffix, response.assets[0].content_type) == (".mp4", "video/mp4")
    assert response.assets[0].url == stored.as_uri()


def test_a_file_of_the_plugins_own_is_an_output(tmp_path: Path) -> None:
    clip = tmp_path / "a clip.mp4"
    clip.write_bytes(tiny_mp4())
    response = _result(Asset(kind="video", path=clip), tmp_path, AcmeServer(job_seconds=0))
    assert response.assets[0].url == clip.as_uri()


def test_bytes_that_the_disk_does_not_take_stay_in_the_response(tmp_path: Path) -> None:
    """They may come only once, as from a provider that answers at once."""
    (tmp_path / "folder").write_bytes(b"")
    server = AcmeServer(job_seconds=0)
    response = _result(Asset(kind="video", content=tiny_mp4()), tmp_path / "folder", server)
    (asset,) = response.assets
    assert (asset.url[:22], asset.content_type, asset.size_bytes) == (
        "data:video/mp4;base64,",
        "video/mp4",
        len(tiny_mp4()),
    )
    assert response.save(tmp_path / "clip.mp4").read_bytes() == tiny_mp4()
    (warning,) = response.execution_metadata.warnings
    assert warning.startswith("cannot write")
    assert warning.endswith("save it before the process ends")
    assert server.count("submit") == 1


def test_other_bytes_that_the_disk_does_not_take_are_no_result(tmp_path: Path) -> None:
    (tmp_path / "folder").write_bytes(b"")
    server = AcmeServer(job_seconds=0)
    with pytest.raises(DownloadError, match="cannot write") as caught:
        _result(Asset(kind="video", content=b"<html>sorry</html>"), tmp_path / "folder", server)
    assert (caught.value.submitted, server.count("submit")) == ("yes", 1)
    assert caught.value.job is not None
    assert caught.value.job.position == 0  # type: ignore[attr-defined] # a `Job`, of which exceptions know little


class GivesTwo(Acme):
    """Gives two outputs that are downloaded with the key, however many are asked for."""

    @hookimpl
    def tarash_models(self) -> Catalogue:
        return Catalogue(
            replace(row, fields={**row.fields, "n": passthrough_field_mapper("number_of_videos")})
            for row in super().tarash_models().rows
        )

    @hookimpl
    def tarash_normalize(self, call: Call, raw: object) -> Flow[Generated]:  # type: ignore[override]  # hooks name what they need
        yield from ()
        names = ("first", "second")
        assets = tuple(
            Asset(kind="video", download=call.request("GET", f"/files/{name}", timeout_seconds=900))
            for name in names
        )
        return Generated(assets=assets, raw=raw)


class GivesThumbnail(Acme):
    """Gives a thumbnail, then the clip; both are downloaded with the key."""

    @hookimpl
    def tarash_normalize(self, call: Call, raw: object) -> Flow[Generated]:  # type: ignore[override]  # hooks name what they need
        yield from ()
        assets = tuple(
            Asset(kind=kind, download=call.request("GET", f"/files/{kind}", timeout_seconds=900))
            for kind in ("thumbnail", "video")
        )
        return Generated(assets=assets, raw=raw)


class LostThumbnail(AcmeServer):
    """Acme's server; the thumbnail is answered with `lost`, or not at all if it is None."""

    def __init__(self, lost: HttpReply | None) -> None:
        super().__init__(job_seconds=0)
        self.lost = lost

    def __call__(self, call: HttpCall, now: float) -> HttpReply:
        if "/files/" not in call.url:
            return super().__call__(call, now)
        if call.url.endswith("video"):
            return HttpReply(200, {"content-type": "video/mp4"}, tiny_mp4())
        if self.lost is None:
            raise broken("timeout")
        return self.lost


@pytest.mark.parametrize(
    "lost",
    [HttpReply(404, {}, b""), HttpReply(200, {"content-type": "text/html"}, b"<html>sorry</html>"), None],
    ids=["gone", "an error page", "silent"],
)
def test_a_thumbnail_that_is_not_there_costs_no_clip(tmp_path: Path, lost: HttpReply | None) -> None:
    providers = Registry(lambda _group: ())
    providers.register("acme", GivesThumbnail())
    server = LostThumbnail(lost)
    made = generation(acme(timeout=30), Memory(tmp_path), providers=providers)
    response = VirtualTime(server).run(made.generate())
    (clip,) = response.assets
    assert (clip.kind, server.count("submit")) == ("video", 1)
    assert Path(clip.url.removeprefix("file://")).read_bytes() == tiny_mp4()
    (warning,) = response.execution_metadata.warnings
    assert warning.startswith("thumbnail left out: acme/")


class GoneFiles(AcmeServer):
    """Acme's server; these of its two files are answered with this status."""

    def __init__(self, status: int, *gone: str) -> None:
        super().__init__(job_seconds=0)
        self.status = status
        self.gone = gone

    def __call__(self, call: HttpCall, now: float) -> HttpReply:
        if "/files/" not in call.url:
            return super().__call__(call, now)
        if call.url.rpartition("/")[2] in self.gone:
            return HttpReply(self.status, {}, b"")
        return HttpReply(200, {"content-type": "video/mp4"}, tiny_mp4())


@pytest.mark.parametrize("gone", ["first", "second"])
@pytest.mark.parametrize("status", [404, 410])
def test_an_output_that_is_gone_does_not_cost_the_others(tmp_path: Path, status: int, gone: str) -> None:
    """Nobody can get it again, so the same error would meet every later look at the job."""
    response = _downloaded(GoneFiles(status, gone), tmp_path)
    (clip,) = response.assets
    assert Path(clip.url.removeprefix("file://")).read_bytes() == tiny_mp4()
    (warning,) = response.execution_metadata.warnings
    assert warning.startswith("video left out: acme/")
    assert f"HTTP {status}" in warning


def test_outputs_that_are_all_gone_are_an_error(tmp_path: Path) -> None:
    with pytest.raises(DownloadError, match="HTTP 404") as caught:
        _downloaded(GoneFiles(404, "first", "second"), tmp_path)
    assert caught.value.submitted == "yes"


def test_an_output_that_is_refused_is_not_given_up(tmp_path: Path) -> None:
    """Another key may read it later, so the job is handed back whole."""
    with pytest.raises(TarashException) as caught:
        _downloaded(GoneFiles(403, "second"), tmp_path)
    assert (caught.value.submitted, caught.value.job is None) == ("yes", False)


@pytest.mark.parametrize(
    ("asked", "told"),
    [(None, []), (2, []), (3, ["number_of_videos=3 was asked for, and 2 came"])],
    ids=["none", "as many", "more"],
)
def test_fewer_outputs_than_were_asked_for_are_told(
    tmp_path: Path, asked: int | None, told: list[str]
) -> None:
    request = CLIP.model_copy(update={"number_of_videos": asked})
    response = _downloaded(GoneFiles(404), tmp_path, request)
    assert list(response.execution_metadata.warnings) == told


class HangingFiles(AcmeServer):
    """Acme's server; the second file stays silent for the first `hangs` downloads."""

    def __init__(self, hangs: int) -> None:
        super().__init__(job_seconds=0)
        self.hangs = hangs
        self.asked: list[tuple[str, float]] = []

    def __call__(self, call: HttpCall, now: float) -> HttpReply:
        if "/files/" not in call.url:
            return super().__call__(call, now)
        name = call.url.rpartition("/")[2]
        self.asked.append((name, now))
        if name == "second" and self.hangs:
            self.hangs -= 1
            raise broken("timeout")
        return HttpReply(200, {"content-type": "video/mp4"}, tiny_mp4())


def _downloaded(
    server: AcmeServer, folder: Path, request: VideoGenerationRequest = CLIP
) -> GenerationResponse:
    providers = Registry(lambda _group: ())
    providers.register("acme", GivesTwo())
    made = generation(acme(timeout=30), Memory(folder), request=request, providers=providers)
    return VirtualTime(server).run(made.generate())


def test_a_download_that_hangs_costs_one_try_and_only_its_own_output(tmp_path: Path) -> None:
    server = HangingFiles(hangs=3)
    response = _downloaded(server, tmp_path)
    assert [Path(asset.url.removeprefix("file://")).read_bytes() for asset in response.assets] == [
        tiny_mp4()
    ] * 2
    assert len(list(tmp_path.iterdir())) == 2
    assert [name for name, _ in server.asked] == ["first", *["second"] * 4]
    began, ended = server.asked[1][1], server.asked[-1][1]
    assert 180 <= ended - began < 200, "each hang ends after a minute of silence"


def test_a_download_that_only_hangs_is_tried_until_the_time_is_up(tmp_path: Path) -> None:
    server = HangingFiles(hangs=1000)
    with pytest.raises(TarashException) as caught:
        _downloaded(server, tmp_path)
    assert (caught.value.submitted, caught.value.job is None, server.count("submit")) == ("yes", False, 1)
    tries = [at for name, at in server.asked if name == "second"]
    assert 4 <= len(tries) <= 6
    assert tries[-1] < tries[0] + 300
