"""Results reach the disk whole or not at all, within a size, and never from a private network by accident."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from core.chains import BOAT, fal_video, replicate_video
from execution import Run
from simulators.fal import FalSimulator
from simulators.replicate import ReplicateSimulator
from tarash.tarash_gateway import (
    DownloadError,
    ExecutionMetadata,
    Gateway,
    ValidationError,
    VideoGenerationResponse,
)
from tarash.tarash_gateway.media.saving import SavedFile, SaveLimits, SaveProgress, origin_of, save_flow
from tarash.tarash_gateway.models import ResponseAsset
from tarash.tarash_gateway.steps import HttpCall, TransportFailure
from tarash.tarash_gateway.testing.simulator import (
    Answer,
    Fault,
    RecordedRequest,
    Route,
    Simulator,
    Status,
    TruncatedJson,
    tiny_mp4,
)

LEDGER = ExecutionMetadata(
    total_attempts=1,
    successful_attempt=1,
    attempts=(),
    fallback_triggered=False,
    configs_in_chain=1,
    total_elapsed_seconds=0.0,
)


class Cdn(Simulator):
    """Serves a clip, redirects, and notes who shows a key."""

    def routes(self) -> list[Route]:
        return [
            Route("clip", "GET", "/clip.mp4", lambda _request: self._clip(), public=True),
            Route("hop", "GET", "/hop/{left:.+}", self._hop, public=True),
        ]

    def _clip(self) -> Answer:
        return Answer(200, tiny_mp4(), {}, "video/mp4")

    def _hop(self, request: RecordedRequest) -> Answer:
        left = request.parameters["left"]
        if not left.isdigit():
            return Answer(302, b"", {"Location": left.replace("http:/127", "http://127")})
        return Answer(302, b"", {"Location": f"/hop/{int(left) - 1}" if int(left) else "/clip.mp4"})


@pytest.fixture
def cdn() -> Iterator[Cdn]:
    with Cdn() as running:
        yield running


def _response(url: str) -> VideoGenerationResponse:
    return VideoGenerationResponse(
        request_id="job/1?x",
        provider="fal",
        model="m",
        video=url,
        content_type="video/mp4",
        assets=(ResponseAsset(kind="video", url=url, content_type="video/mp4"),),
        execution_metadata=LEDGER,
    )


def test_a_clip_is_streamed_to_disk_with_progress(run: Run, cdn: Cdn, tmp_path: Path) -> None:
    told: list[SaveProgress] = []
    target = tmp_path / "new" / "folder" / "clip.mp4"
    saved = run(
        _response(f"{cdn.url}/clip.mp4"), "save", target, allow_private_hosts=True, on_progress=told.append
    )
    assert (saved, target.read_bytes()) == (target, tiny_mp4())
    assert told[-1] == SaveProgress(len(tiny_mp4()), len(tiny_mp4()))
    assert list(target.parent.iterdir()) == [target]


def test_into_a_folder_the_name_is_made_of_the_request_id(run: Run, cdn: Cdn, tmp_path: Path) -> None:
    saved = run(_response(f"{cdn.url}/clip.mp4"), "save", str(tmp_path), allow_private_hosts=True)
    assert saved == tmp_path / "job_1_x.mp4"


def _once(gateway: Gateway, url: str, path: Path, kind: str = "video") -> SavedFile:
    """Save without another try."""
    limits = SaveLimits(allow_private_hosts=True, kind=kind)
    return gateway.run_blocking(save_flow(HttpCall(method="GET", url=url), path, limits))


def test_an_existing_file_is_replaced_at_the_end_only(
    run: Run, gateway: Gateway, cdn: Cdn, tmp_path: Path
) -> None:
    target = tmp_path / "clip.mp4"
    target.write_bytes(b"old")
    cdn.inject("clip", TruncatedJson())
    with pytest.raises(TransportFailure):
        _once(gateway, f"{cdn.url}/clip.mp4", target)
    assert (target.read_bytes(), list(tmp_path.iterdir())) == (b"old", [target])
    run(_response(f"{cdn.url}/clip.mp4"), "save", target, overwrite=True, allow_private_hosts=True)
    assert target.read_bytes() == tiny_mp4()


def test_a_saved_file_has_the_permissions_of_any_new_file(run: Run, cdn: Cdn, tmp_path: Path) -> None:
    (tmp_path / "plain").write_bytes(b"")
    saved = run(_response(f"{cdn.url}/clip.mp4"), "save", tmp_path / "clip.mp4", allow_private_hosts=True)
    assert stat.S_IMODE(saved.stat().st_mode) == stat.S_IMODE((tmp_path / "plain").stat().st_mode)


@pytest.mark.parametrize("name", ["max_bytes", "timeout_seconds"])
@pytest.mark.parametrize("given", ["10", 0, -1, float("nan"), True])
def test_a_limit_that_is_none_is_told(run: Run, cdn: Cdn, tmp_path: Path, name: str, given: object) -> None:
    with pytest.raises(ValidationError, match=f"{name}=.* is not allowed; use a number above 0"):
        run(_response(f"{cdn.url}/clip.mp4"), "save", tmp_path / "clip.mp4", **{name: given})
    assert cdn.requests == []


@pytest.mark.parametrize("max_bytes", [1, len(tiny_mp4()) - 1])
def test_more_than_the_limit_is_not_kept(run: Run, cdn: Cdn, tmp_path: Path, max_bytes: int) -> None:
    with pytest.raises(DownloadError, match=f"the limit is {max_bytes}; raise max_bytes"):
        run(
            _response(f"{cdn.url}/clip.mp4"),
            "save",
            tmp_path / "clip.mp4",
            allow_private_hosts=True,
            max_bytes=max_bytes,
        )
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("url", "told"),
    [
        pytest.param("http://93.184.215.14/clip.mp4", "is not https", id="plain-http"),
        pytest.param("https://127.0.0.1/clip.mp4", "on a private network", id="loopback"),
        pytest.param("https://localhost/clip.mp4", "on a private network", id="loopback-by-name"),
        pytest.param("https://[::1]/clip.mp4", "on a private network", id="loopback-6"),
        pytest.param("https://10.1.2.3/clip.mp4", "on a private network", id="private"),
        pytest.param("https://169.254.169.254/latest/meta-data", "on a private network", id="cloud-metadata"),
        pytest.param("https://[fd00::1]/a", "on a private network", id="private-6"),
        pytest.param("https://[::ffff:127.0.0.1]/a", "on a private network", id="mapped"),
        pytest.param("https://0.0.0.0/a", "on a private network", id="unspecified"),
        pytest.param("https://nowhere.invalid/a", "cannot find the host", id="unknown-host"),
        pytest.param("ftp://x.example/a", "is not an http", id="other-scheme"),
        pytest.param("https:///a", "is not an http", id="no-host"),
        pytest.param("relative.mp4", "is not an http", id="no-url"),
    ],
)
def test_a_host_that_no_result_should_come_from_is_refused(
    run: Run, tmp_path: Path, url: str, told: str
) -> None:
    with pytest.raises(DownloadError, match=told):
        run(_response(url), "save", tmp_path / "clip.mp4")
    assert list(tmp_path.iterdir()) == []


def test_redirects_are_followed_and_bounded(run: Run, cdn: Cdn, tmp_path: Path) -> None:
    run(_response(f"{cdn.url}/hop/4"), "save", tmp_path / "clip.mp4", allow_private_hosts=True)
    assert (tmp_path / "clip.mp4").read_bytes() == tiny_mp4()
    with pytest.raises(DownloadError, match="more than 5 redirects"):
        run(_response(f"{cdn.url}/hop/9"), "save", tmp_path / "other.mp4", allow_private_hosts=True)


def _download(gateway: Gateway, url: str, path: Path, key: str, trusted: str) -> Path:
    call = HttpCall(method="GET", url=url, headers={"Authorization": f"Key {key}"})
    limits = replace(SaveLimits(), trusted_origin=origin_of(trusted))
    return gateway.run_blocking(save_flow(call, path, limits)).path


def test_the_key_goes_to_the_providers_own_origin_only(gateway: Gateway, cdn: Cdn, tmp_path: Path) -> None:
    saved = _download(gateway, f"{cdn.url}/hop/1", tmp_path / "a.mp4", "a-key", cdn.url)
    assert saved.read_bytes() == tiny_mp4()
    assert [request.headers["Authorization"] for request in cdn.requests] == ["Key a-key"] * 3


def test_a_redirect_from_the_provider_to_this_machine_is_refused(
    gateway: Gateway, cdn: Cdn, tmp_path: Path
) -> None:
    with Cdn() as inside:
        url = f"{cdn.url}/hop/{inside.url}/clip.mp4"
        with pytest.raises(DownloadError, match="is not https"):
            _download(gateway, url, tmp_path / "a.mp4", "a-key", cdn.url)
        assert inside.requests == []


def test_a_redirect_elsewhere_goes_without_the_key(gateway: Gateway, cdn: Cdn, tmp_path: Path) -> None:
    with Cdn() as elsewhere:
        call = HttpCall(
            method="GET",
            url=f"{cdn.url}/hop/{elsewhere.url}/clip.mp4",
            headers={"Authorization": "Key a-key"},
        )
        limits = SaveLimits(trusted_origin=origin_of(cdn.url), allow_private_hosts=True)
        gateway.run_blocking(save_flow(call, tmp_path / "a.mp4", limits))
        assert "Authorization" in cdn.requests[0].headers
        assert "Authorization" not in elsewhere.requests[0].headers


@pytest.mark.parametrize("status", [403, 404, 410])
def test_an_expired_link_is_told_to_be_one(run: Run, cdn: Cdn, tmp_path: Path, status: int) -> None:
    cdn.inject("clip", Status(status))
    with pytest.raises(DownloadError, match="the link has probably expired: generate again") as caught:
        run(_response(f"{cdn.url}/clip.mp4"), "save", tmp_path / "clip.mp4", allow_private_hosts=True)
    assert caught.value.status_code == status


def test_a_server_error_is_no_expiry(gateway: Gateway, cdn: Cdn, tmp_path: Path) -> None:
    cdn.inject("clip", Status(500))
    with pytest.raises(DownloadError, match="HTTP 500") as caught:
        _once(gateway, f"{cdn.url}/clip.mp4", tmp_path / "clip.mp4")
    assert caught.value.is_retryable
    assert "expired" not in caught.value.message


def test_a_signed_link_is_not_shown_whole(run: Run, cdn: Cdn, tmp_path: Path) -> None:
    cdn.inject("clip", Status(403))
    url = f"{cdn.url}/clip.mp4?X-Amz-Signature=0123456789abcdef"
    with pytest.raises(DownloadError) as caught:
        run(_response(url), "save", tmp_path / "clip.mp4", allow_private_hosts=True)
    assert "0123456789abcdef" not in str(caught.value)


@pytest.mark.parametrize(
    "fault", [TruncatedJson(), Status(500), Status(429), Status(204), Status(206)], ids=str
)
def test_a_download_that_fails_for_now_is_tried_again(
    run: Run, cdn: Cdn, tmp_path: Path, fault: Fault
) -> None:
    cdn.inject("clip", fault)
    saved = run(_response(f"{cdn.url}/clip.mp4"), "save", tmp_path / "clip.mp4", allow_private_hosts=True)
    assert (saved.read_bytes(), list(tmp_path.iterdir())) == (tiny_mp4(), [saved])


def test_a_folder_that_cannot_be_written_is_told(run: Run, cdn: Cdn, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(DownloadError, match="cannot write"):
        run(
            _response(f"{cdn.url}/clip.mp4"), "save", tmp_path / "file" / "clip.mp4", allow_private_hosts=True
        )


@pytest.mark.parametrize("kind", ["file", "data"])
def test_local_results_are_saved_without_a_network(run: Run, tmp_path: Path, kind: str) -> None:
    source = tmp_path / "a clip.mp4"
    source.write_bytes(tiny_mp4())
    url = source.as_uri() if kind == "file" else "data:video/mp4;base64,AAAAGGZ0eXBpc29t"
    saved = run(_response(url), "save", tmp_path / "copy.mp4")
    assert saved.read_bytes() == (tiny_mp4() if kind == "file" else b"\x00\x00\x00\x18ftypisom")


@pytest.mark.parametrize(
    ("url", "told"),
    [("data:video/mp4;base64,%%%", "not valid base64"), ("file:///no/such/clip.mp4", "cannot read clip.mp4")],
)
def test_a_broken_local_result_is_told(run: Run, tmp_path: Path, url: str, told: str) -> None:
    with pytest.raises(DownloadError, match=told):
        run(_response(url), "save", tmp_path / "copy.mp4")


@pytest.mark.parametrize("kind", ["file", "data"])
def test_the_limit_holds_for_local_results_too(run: Run, tmp_path: Path, kind: str) -> None:
    source = tmp_path / "clip.mp4"
    source.write_bytes(tiny_mp4())
    url = source.as_uri() if kind == "file" else "data:video/mp4;base64,AAAAGGZ0eXBpc29t"
    with pytest.raises(DownloadError, match="the limit is 5"):
        run(_response(url), "save", tmp_path / "copy.mp4", max_bytes=5)


def test_results_of_both_providers_are_saved(
    run: Run, gateway: Gateway, fal: FalSimulator, replicate: ReplicateSimulator, tmp_path: Path
) -> None:
    for config in (fal_video(fal), replicate_video(replicate)):
        response = run(gateway, "generate_video", config, BOAT)
        saved = run(response, "save", tmp_path / f"{config.provider}.mp4", allow_private_hosts=True)
        assert saved.read_bytes() == tiny_mp4()
