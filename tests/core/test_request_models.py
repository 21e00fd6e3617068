"""What a caller may hand in: every form of an image, every spelling of a role, and what it is stored as."""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tarash.tarash_gateway import (
    Gateway,
    ImageGenerationConfig,
    ImageGenerationRequest,
    ImageInput,
    ValidationError,
    VideoGenerationConfig,
    VideoGenerationRequest,
)
from tarash.tarash_gateway.media.inputs import Media, to_media
from tarash.tarash_gateway.media.kinds import extension_for, plain_content_type, sniff_content_type
from tarash.tarash_gateway.media.reading import read_file
from tarash.tarash_gateway.models import read_media
from tarash.tarash_gateway.testing.simulator import tiny_mp4, tiny_png

PNG = tiny_png()
BASE64 = base64.b64encode(PNG).decode()


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "a picture.png"
    path.write_bytes(PNG)
    return path


@pytest.mark.parametrize(
    "form",
    [
        pytest.param(lambda _path: PNG, id="bytes"),
        pytest.param(lambda _path: bytearray(PNG), id="bytearray"),
        pytest.param(lambda _path: memoryview(PNG), id="memoryview"),
        pytest.param(lambda path: path, id="path"),
        pytest.param(str, id="path-as-text"),
        pytest.param(lambda path: path.as_uri(), id="file-url"),
        pytest.param(lambda _path: BASE64, id="base64"),
        pytest.param(lambda _path: BASE64.rstrip("="), id="base64-without-padding"),
        pytest.param(lambda _path: base64.urlsafe_b64encode(PNG).decode(), id="base64-for-urls"),
        pytest.param(lambda _path: f"data:image/png;base64,{BASE64}", id="data-url"),
        pytest.param(lambda _path: base64.encodebytes(PNG).decode(), id="base64-in-lines"),
        pytest.param(lambda _path: f"{BASE64}\r\n", id="base64-with-a-line-break-at-its-end"),
        pytest.param(lambda _path: f"data:image/jpg;charset=x;BASE64,{BASE64}", id="data-url-in-capitals"),
        pytest.param(lambda _path: f"DATA:image/png;base64,{BASE64}\n", id="data-url-with-a-line-break"),
        pytest.param(
            lambda _path: f"data:image/png;base64,{BASE64.rstrip('=')}", id="data-url-without-padding"
        ),
        pytest.param(
            lambda _path: f"data:;base64,{base64.encodebytes(PNG).decode()}", id="data-url-in-lines-untyped"
        ),
        pytest.param(
            lambda _path: f"data:image/png;base64,{base64.urlsafe_b64encode(PNG).decode()}",
            id="data-url-in-the-other-alphabet",
        ),
        pytest.param(
            lambda _path: f"data:image/png;base64,{BASE64.replace('+', '%2B').replace('=', '%3D')}",
            id="data-url-percent-encoded",
        ),
        pytest.param(lambda path: io.BytesIO(path.read_bytes()), id="file-object"),
        pytest.param(lambda _path: {"content": PNG, "content_type": "image/png"}, id="mapping"),
    ],
)
def test_an_image_is_taken_in_any_form(picture: Path, form: Callable[[Path], object]) -> None:
    request = read_media(VideoGenerationRequest(prompt="x", image_list=[{"image": form(picture)}]))
    media = request.image_list[0].image
    assert (media.content, media.content_type, media.url, media.path) == (PNG, "image/png", None, None)
    assert media.filename.endswith(".png")
    assert media.as_data_uri() == f"data:image/png;base64,{BASE64}"
    assert "89PNG" not in repr(media)


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("https://x.example/a.JPG?sig=1", "image/jpeg"),
        ("http://x.example/a", ""),
        ("gs://bucket/clip.mp4", "video/mp4"),
    ],
)
def test_a_url_stays_a_url(url: str, kind: str) -> None:
    media = to_media(url)
    assert (media.url, media.content, media.content_type, media.is_url) == (url, None, kind, True)
    assert media.as_text() == url


def test_an_open_file_is_read_at_once(picture: Path) -> None:
    with picture.open("rb") as file:
        item = ImageInput(image=file)
    assert (item.image.content, item.image.filename) == (PNG, "a picture.png")


@pytest.mark.parametrize(
    ("value", "told"),
    [
        pytest.param(b"", "0 bytes", id="empty"),
        pytest.param(b"not media at all", "not recognised", id="unknown-format"),
        pytest.param("", "is not a URL, an existing file or recognised base64", id="empty-text"),
        pytest.param("missing.png", "check the path", id="missing-file"),
        pytest.param("data:image/png;base64", "has no comma", id="data-url-without-comma"),
        pytest.param("data:image/png;base64,%%%", "not valid base64", id="data-url-without-base64"),
        pytest.param(io.StringIO("text"), "StringIO", id="text-file"),
        pytest.param(None, "NoneType", id="none"),
        pytest.param(".", "not a URL, an existing file", id="folder-as-text"),
        pytest.param("x" * 5000 + ".png", "not a URL", id="longer-than-any-path"),
        pytest.param("x" * 300 + ".png", "not a URL", id="longer-than-any-name"),
        pytest.param("nul\x00byte.png", "not a URL", id="nul"),
        pytest.param("lone\udc80surrogate.png", "not a URL", id="lone-surrogate"),
        pytest.param("~nobody-of-that-name/a.png", "not a URL", id="home-of-nobody"),
        pytest.param("https://[broken", "not a valid URL", id="url-that-cannot-be-split"),
        pytest.param("https://x.example/\udc80.png", "not a valid URL", id="url-that-cannot-be-sent"),
        pytest.param("data:image/png;base64,ü", "not valid base64", id="data-url-beyond-ascii"),
        pytest.param("data:image/png,\udc80", "not valid base64 or", id="data-url-with-a-lone-surrogate"),
        pytest.param(b"<!DOCTYPE html><title>404</title>", "is HTML, not media", id="page"),
        pytest.param("data:image/png;base64,eyJlcnJvciI6Im5vIn0=", "is JSON, not media", id="json-error"),
        pytest.param("a red boat\nat dusk, " * 400, "not a URL, an existing file", id="prose"),
        pytest.param(
            b"BMW makes cars and motor bikes", "not recognised", id="text-that-begins-like-a-bitmap"
        ),
    ],
)
def test_what_is_not_media_is_told(value: object, told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        read_file(to_media(value))


def test_a_file_object_that_cannot_be_read_is_told(picture: Path) -> None:
    with picture.open("rb") as closed:
        pass
    with picture.open("ab") as written, pytest.raises(ValidationError, match="cannot be read"):
        to_media(written)
    with pytest.raises(ValidationError, match="cannot be read"):
        to_media(closed)


def test_a_long_text_that_is_not_media_is_not_repeated() -> None:
    with pytest.raises(ValidationError) as caught:
        to_media("A" * 100_000)
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize(
    ("spelling", "role"),
    [
        ("start_frame", "first_frame"),
        ("first_frame", "first_frame"),
        ("end_frame", "last_frame"),
        ("last_frame", "last_frame"),
        ("reference", "reference"),
        ("asset", "asset"),
        ("style", "style"),
    ],
)
def test_a_role_has_its_spellings(spelling: str, role: str) -> None:
    request = VideoGenerationRequest(prompt="x", image_list=[{"image": PNG, "type": spelling}])
    assert [item.type for item in request.image_list] == [role]
    assert request.images("first_frame", "last_frame", "reference", "asset", "style") == request.image_list


def test_an_image_without_a_role_is_a_reference() -> None:
    assert VideoGenerationRequest(prompt="x", image_list=[{"image": PNG}]).image_list[0].type == "reference"


@pytest.mark.parametrize("none", [None, (), []])
def test_no_images_may_be_said_in_any_way(none: object) -> None:
    assert VideoGenerationRequest(prompt="x", image_list=none).image_list == ()  # type: ignore[arg-type]


@pytest.mark.parametrize("word", ["720P", " 1080p ", "4K", "1280X720", "768p"])
def test_resolutions_are_written_in_small_letters(word: str) -> None:
    assert VideoGenerationRequest(prompt="x", resolution=word).resolution == word.strip().lower()


def test_requests_survive_json(picture: Path) -> None:
    request = VideoGenerationRequest(
        prompt="x",
        image_list=[{"image": picture, "type": "first_frame"}, {"image": "https://x.example/a.png"}],
        video=tiny_mp4(),
        extra_params={"cfg": {"scale": [1, 2]}},
    )
    again = VideoGenerationRequest.model_validate_json(request.model_dump_json())
    assert [item.image.as_text() for item in again.image_list] == [
        item.image.as_text() for item in request.image_list
    ]
    assert again.video is not None
    assert again.video.content == tiny_mp4()
    assert again.extra_params == request.extra_params


def test_configurations_survive_json_without_their_key() -> None:
    config = VideoGenerationConfig(
        provider=" FAL ",
        model="m",
        api_key="a-key-of-somebody",
        fallback_configs=[VideoGenerationConfig(provider="replicate", model="o/m")],
    )
    text = config.model_dump_json(exclude={"api_key"})
    assert "a-key-of-somebody" not in config.model_dump_json()
    again = VideoGenerationConfig.model_validate_json(text)
    assert [link.provider for link in again.chain()] == ["fal", "replicate"]
    assert isinstance(again.fallback_configs[0], VideoGenerationConfig)


@pytest.mark.parametrize("kind", [VideoGenerationConfig, ImageGenerationConfig])
def test_the_mask_that_json_shows_is_not_taken_for_a_key(
    kind: type[VideoGenerationConfig | ImageGenerationConfig],
) -> None:
    """What is dumped with its key reads back as ten stars, which no provider must ever be sent."""
    masked = kind(provider="fal", model="m", api_key="a-key-of-somebody").model_dump_json()
    with pytest.raises(ValidationError, match=r"mask .* pass the key itself, or leave it out"):
        kind.model_validate_json(masked)
    with pytest.raises(ValidationError, match="mask"):
        kind(provider="fal", model="m", api_key=" ********** ")
    nested = {"provider": "fal", "model": "m", "fallback_configs": [json.loads(masked)]}
    with pytest.raises(ValidationError, match=r"fallback_configs\[0\].*mask"):
        kind.model_validate(nested)


def test_the_mask_is_not_taken_for_a_key_by_a_resume_either(gateway: Gateway) -> None:
    config = VideoGenerationConfig.model_validate(
        {"provider": "fal", "model": "fal-ai/veo3.1", "mock": {"enabled": True}}
    )
    job = gateway.submit_video(config, VideoGenerationRequest(prompt="x"))
    with pytest.raises(ValidationError, match=r"api_keys\['fal'\]: the key is the mask"):
        gateway.resume(job, api_keys={"fal": "**********"})


def test_a_mask_is_media_too() -> None:
    mask = ImageGenerationRequest(prompt="x", mask_image=PNG).mask_image
    assert mask is not None
    assert mask.content_type == "image/png"


@pytest.mark.parametrize(
    ("first_bytes", "kind"),
    [
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"GIF89a", "image/gif"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "image/webp"),
        (b"\x00\x00\x00\x18ftypisom", "video/mp4"),
        (b"\x00\x00\x00\x18ftypqt  ", "video/quicktime"),
        (b"\x1a\x45\xdf\xa3", "video/webm"),
        (b"RIFF\x00\x00\x00\x00WAVEfmt ", "audio/wav"),
        (b"RIFF\x00\x00\x00\x00AVI LIST", "video/x-msvideo"),
        (b"\x1a\x45\xdf\xa3\x93\x42\x82\x88matroska", "video/x-matroska"),
        (b"BM\x36\x00\x00\x00\x00\x00\x00\x00\x36\x00\x00\x00", "image/bmp"),
        (b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"/>', "image/svg+xml"),
        (b"BM without reserved bytes", None),
        (b"1234WEBP", None),
        (b"plain", None),
        (b"", None),
    ],
)
def test_the_first_bytes_tell_the_format(first_bytes: bytes, kind: str | None) -> None:
    assert sniff_content_type(first_bytes) == kind


@pytest.mark.parametrize(
    ("major", "compatible", "kind"),
    [
        pytest.param(b"heic", b"mif1heic", "image/heic", id="iphone"),
        pytest.param(b"heix", b"mif1heix", "image/heic", id="ten-bit"),
        pytest.param(b"hevc", b"msf1hevc", "image/heic-sequence", id="burst"),
        pytest.param(b"mif1", b"mif1heic", "image/heif", id="heif"),
        pytest.param(b"msf1", b"msf1hevc", "image/heif-sequence", id="heif-sequence"),
        pytest.param(b"mif1", b"mif1avifmiaf", "image/avif", id="avif-among-the-compatible-brands"),
        pytest.param(b"avis", b"avismsf1", "image/avif", id="animated-avif"),
        pytest.param(b"M4A ", b"M4A mp42isom", "audio/mp4", id="sound"),
        pytest.param(b"qt  ", b"qt  ", "video/quicktime", id="quicktime"),
        pytest.param(b"3gp5", b"3gp5isom", "video/3gpp", id="phone"),
        pytest.param(b"isom", b"isomiso2avc1mp41", "video/mp4", id="ffmpeg"),
        pytest.param(b"XAVC", b"XAVCmp42", "video/mp4", id="maker's-own-brand"),
        pytest.param(b"newb", b"heic", "image/heic", id="unknown-brand-with-a-known-compatible-one"),
        pytest.param(b"newb", b"", "video/mp4", id="unknown"),
    ],
)
def test_the_brands_tell_which_iso_file_it_is(major: bytes, compatible: bytes, kind: str) -> None:
    size = (16 + len(compatible)).to_bytes(4, "big")
    # what follows the box must not be read as brands
    assert sniff_content_type(size + b"ftyp" + major + bytes(4) + compatible + b"avifavif") == kind


@pytest.mark.parametrize(
    ("declared", "kind"),
    [
        ("image/jpg", "image/jpeg"),
        ("IMAGE/JPEG", "image/jpeg"),
        ("image/png; charset=binary", "image/png"),
        ("audio/x-wav", "audio/wav"),
        ("application/octet-stream", ""),
        (None, ""),
    ],
)
def test_a_declared_media_type_is_the_registered_one(declared: str | None, kind: str) -> None:
    assert plain_content_type(declared) == kind
    assert Media(url="https://x.example/a", content_type=declared or "").content_type == kind


@pytest.mark.parametrize("declared", ["image/jpg", "video/mp4", "text/plain", ""])
def test_the_bytes_count_more_than_what_was_declared(tmp_path: Path, declared: str) -> None:
    assert to_media({"content": PNG, "content_type": declared}).content_type == "image/png"
    misnamed = tmp_path / "a.jpg"
    misnamed.write_bytes(PNG)
    assert read_file(to_media(misnamed)).content_type == "image/png"


@pytest.mark.parametrize(
    ("kind", "suffix"),
    [("video/mp4", ".mp4"), ("IMAGE/PNG; q=1", ".png"), ("application/x-new", ".bin"), ("", ".bin")],
)
def test_a_media_type_has_its_usual_suffix(kind: str, suffix: str) -> None:
    assert extension_for(kind) == suffix
