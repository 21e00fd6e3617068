"""A file that a request names stays unread until the request is prepared, where a policy may forbid it."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from core.chains import fal_video
from core.mapping.rows import map_video
from execution import Run
from simulators.fal import FalSimulator
from tarash.tarash_gateway import Gateway, ImageGenerationRequest, ValidationError, VideoGenerationRequest
from tarash.tarash_gateway.mapping import MediaEncoding, single_image_field_mapper
from tarash.tarash_gateway.media.inputs import Media, to_media
from tarash.tarash_gateway.models import read_media
from tarash.tarash_gateway.testing.simulator import tiny_mp4, tiny_png

PNG = tiny_png()


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "a picture.png"
    path.write_bytes(PNG)
    return path


def _request(image: object) -> VideoGenerationRequest:
    return VideoGenerationRequest.model_validate(
        {"prompt": "x", "image_list": [{"image": image, "type": "first_frame"}]}
    )


@pytest.mark.parametrize("form", [Path, str, lambda path: path.as_uri()], ids=["path", "text", "file-url"])
def test_a_file_is_read_when_the_request_is_prepared(picture: Path, form: Callable[[Path], object]) -> None:
    request = _request(form(picture))
    unread = request.image_list[0].image
    assert (unread.path, unread.content, unread.url) == (picture, None, None)
    assert (unread.content_type, unread.filename) == ("image/png", "a picture.png")
    picture.write_bytes(PNG + b"later")
    read = read_media(request).image_list[0].image
    assert (read.path, read.content) == (None, PNG + b"later")
    assert request.image_list[0].image is unread, "a request does not change"


def test_every_file_of_a_request_is_read(picture: Path, tmp_path: Path) -> None:
    clip = tmp_path / "clip.mp4"
    clip.write_bytes(tiny_mp4())
    video = read_media(VideoGenerationRequest(prompt="x", video=clip, image_list=[{"image": picture}]))
    assert video.video is not None
    assert (video.video.content, video.image_list[0].image.content) == (tiny_mp4(), PNG)
    image = read_media(ImageGenerationRequest(prompt="x", mask_image=picture))
    assert image.mask_image is not None
    assert image.mask_image.content == PNG


def test_a_request_without_files_is_returned_itself() -> None:
    request = VideoGenerationRequest(prompt="x", image_list=[{"image": PNG}], video="https://x.example/a.mp4")
    assert read_media(request) is request


@pytest.mark.parametrize(
    ("name", "told"),
    [
        pytest.param("missing.png", "No such file or directory; check the path", id="missing"),
        pytest.param("folder", "it is not a regular file", id="folder"),
        pytest.param("pipe", "it is not a regular file", id="pipe"),
        pytest.param("loop", "cannot be read", id="link-to-itself"),
        pytest.param("empty.png", "0 bytes", id="empty"),
        pytest.param("notes", "the format of 'notes'", id="unknown-format"),
        pytest.param("nul\x00byte", "cannot be read", id="nul"),
        pytest.param("x" * 300, "cannot be read", id="too-long"),
    ],
)
def test_a_file_that_cannot_be_taken_is_told_before_anything_is_sent(
    run: Run, gateway: Gateway, fal: FalSimulator, tmp_path: Path, name: str, told: str
) -> None:
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    (tmp_path / "empty.png").write_bytes(b"")
    (tmp_path / "notes").write_bytes(b"not media at all")
    request = _request(tmp_path / name)
    with pytest.raises(ValidationError, match=told):
        read_media(request)
    with pytest.raises(ValidationError, match=told):
        run(gateway, "generate_video", fal_video(fal), request)
    assert fal.requests == []


def test_a_home_directory_is_expanded_in_every_form(picture: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(picture.parent))
    for form in ("~/a picture.png", Path("~/a picture.png"), "file://~/a%20picture.png"):
        assert read_media(_request(form)).image_list[0].image.content == PNG


def test_the_home_of_nobody_is_told_when_it_is_read() -> None:
    with pytest.raises(ValidationError, match="cannot be read"):
        read_media(_request(Path("~nobody-of-that-name/a.png")))


def test_a_policy_sees_where_a_path_leads_and_may_forbid_it(picture: Path, tmp_path: Path) -> None:
    allowed = tmp_path / "allowed"
    allowed.mkdir()
    (allowed / "own.png").write_bytes(PNG)
    (allowed / "link.png").symlink_to(picture)

    def within(path: Path) -> bool:
        return path.is_relative_to(allowed.resolve())

    assert read_media(_request(allowed / "own.png"), may_read=within).image_list[0].image.content == PNG
    for path in (picture, allowed / "link.png", allowed / ".." / picture.name):
        with pytest.raises(ValidationError, match="may not be read here; pass a URL or the bytes"):
            read_media(_request(path), may_read=within)
    with pytest.raises(ValidationError, match="may not be read here"):
        read_media(_request(tmp_path / "missing.png"), may_read=within)  # whether it exists is not told
    # media that is not a file is not the policy's matter
    assert read_media(_request(PNG), may_read=lambda _path: False) == _request(PNG)


@pytest.mark.parametrize("encoding", ["data_uri", "base64", "url", "upload"])
def test_an_unread_file_never_reaches_a_payload(picture: Path, encoding: MediaEncoding) -> None:
    mapper = single_image_field_mapper("first_frame", encoding=encoding)
    with pytest.raises(ValidationError, match="has not been read; pass the request through read_media"):
        map_video(mapper, image_list=[{"image": picture, "type": "first_frame"}])


def test_an_unread_file_has_no_bytes_to_encode(picture: Path) -> None:
    with pytest.raises(ValidationError, match="has not been read"):
        to_media(picture).as_data_uri()


def test_an_unread_file_is_shown_and_stored_without_its_content(picture: Path) -> None:
    media = to_media(picture)
    assert media.summary() == "<image/png, file a picture.png>"
    assert media.as_text() == picture.as_uri()
    again = VideoGenerationRequest.model_validate_json(_request(picture).model_dump_json())
    # what comes from JSON may come from a stranger
    assert again.image_list[0].image == replace(media, is_named_by_text=True)


def test_media_of_a_relative_path_is_stored_as_an_absolute_one(
    picture: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(picture.parent)
    media = to_media(picture.name)
    assert media == Media(
        path=Path(picture.name), content_type="image/png", filename=picture.name, is_named_by_text=True
    )
    assert media.as_text() == picture.as_uri()
