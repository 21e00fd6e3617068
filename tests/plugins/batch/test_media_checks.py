"""A file is decoded to its end, and compared with what was asked for, as the model could take it."""

from __future__ import annotations

import struct
import sys
import zlib
from fractions import Fraction
from pathlib import Path

import av
import pytest

from plugins.batch.simulators_with_clips import clip
from tarash.tarash_gateway import ImageGenerationRequest, VideoGenerationRequest
from tarash.tarash_gateway.exceptions import ValidationError
from tarash.tarash_gateway.mock.sample_media import sample_image
from tarash.tarash_gateway.models import Adjustment
from tarash_gateway_batch.bad_media import MediaPolicy, OnBadMedia
from tarash_gateway_batch.media_checks import Expected
from tarash_gateway_batch.media_facts import MediaFacts, UndecodableError, read_media


def encoded(path: Path, *, seconds: int, sound: bool) -> Path:
    """Write a small MP4 of moving grey, with a tone of silence if asked for."""
    with av.open(str(path), "w", options={"movflags": "faststart"}) as container:
        picture = container.add_stream("mpeg4", rate=10)
        picture.width, picture.height, picture.pix_fmt = 64, 36, "yuv420p"
        # longer than the picture, as with some providers
        track = container.add_stream("aac", rate=8000, layout="mono") if sound else None
        for number in range(seconds * 10):
            frame = av.VideoFrame(64, 36, "yuv420p")
            for plane in frame.planes:
                plane.update(bytes([number * 7 % 256]) * plane.buffer_size)
            frame.pts, frame.time_base = number, Fraction(1, 10)
            container.mux(picture.encode(frame))
        container.mux(picture.encode(None))
        if track is not None:
            for number in range((seconds + 1) * 8):
                heard = av.AudioFrame("fltp", "mono", 1000)
                heard.planes[0].update(bytes(heard.planes[0].buffer_size))
                heard.sample_rate, heard.pts, heard.time_base = 8000, number * 1000, Fraction(1, 8000)
                container.mux(track.encode(heard))
            container.mux(track.encode(None))
    return path


@pytest.mark.parametrize("sound", [True, False])
def test_a_video_is_what_it_is(tmp_path: Path, sound: bool) -> None:
    found = read_media(encoded(tmp_path / "a.mp4", seconds=2, sound=sound), "video", tmp_path / "a.jpg")
    assert (found.width, found.height, found.duration_seconds, found.frames_per_second) == (64, 36, 2.0, 10.0)
    assert (found.video_codec, found.audio_codec) == ("mpeg4", "aac" if sound else None)
    assert read_media(tmp_path / "a.jpg", "image").video_codec == "mjpeg"


def test_a_stream_without_time_stamps_has_a_length(tmp_path: Path) -> None:
    with av.open(str(tmp_path / "a.h264"), "w", format="h264") as container:
        picture = container.add_stream("libx264", rate=10)
        picture.width, picture.height, picture.pix_fmt = 64, 36, "yuv420p"
        for number in range(20):
            frame = av.VideoFrame(64, 36, "yuv420p")
            frame.pts, frame.time_base = number, Fraction(1, 10)
            container.mux(picture.encode(frame))
        container.mux(picture.encode(None))
    assert read_media(tmp_path / "a.h264", "video").duration_seconds == pytest.approx(2.0)


def test_an_image_is_what_it_is(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(sample_image(width=160, height=90, colour_seed=1))
    found = read_media(tmp_path / "a.png", "image")
    assert found == MediaFacts(width=160, height=90, video_codec="png")


def test_a_file_that_cannot_be_decoded_says_why(tmp_path: Path) -> None:
    whole = encoded(tmp_path / "a.mp4", seconds=4, sound=False).read_bytes()
    cut = len(whole) * 3 // 4
    broken = {
        "page.mp4": (b"<html>gone</html>", "cannot be decoded"),
        "empty.mp4": (b"", "cannot be decoded"),
        "cut.mp4": (whole[:cut], "it ends after|cannot be decoded"),
        "headers.mp4": (clip()[:600], "no frame that can be decoded"),
    }
    for name, (content, reason) in broken.items():
        (tmp_path / name).write_bytes(content)
        with pytest.raises(UndecodableError, match=reason):
            read_media(tmp_path / name, "video")


def test_a_file_that_would_take_all_memory_is_not_decoded(tmp_path: Path) -> None:
    small = sample_image(width=160, height=90, colour_seed=1)
    header = b"IHDR" + struct.pack(">II", 12_000, 12_000) + small[24:29]
    huge = small[:12] + header + struct.pack(">I", zlib.crc32(header)) + small[33:]
    (tmp_path / "a.png").write_bytes(huge)
    with pytest.raises(UndecodableError, match="too large: 12000x12000"):
        read_media(tmp_path / "a.png", "image")


def test_a_still_in_place_of_a_video_has_another_length(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(sample_image(width=160, height=90, colour_seed=1))
    found = read_media(tmp_path / "a.png", "video")
    expected = Expected("video", duration_seconds=5)
    assert expected.problems(found, "video") == (f"it lasts {found.duration_seconds:g} s, not 5 s",)


VIDEO = MediaFacts(width=1280, height=720, duration_seconds=5.0, video_codec="h264", audio_codec="aac")


@pytest.mark.parametrize(
    ("asked", "facts", "problems"),
    [
        ({}, {}, ()),
        ({"duration_seconds": 5}, {"duration_seconds": 5.5}, ()),
        ({"duration_seconds": 5}, {"duration_seconds": 5.51}, ("it lasts 5.51 s, not 5 s",)),
        ({"duration_seconds": 5}, {"duration_seconds": 4.4}, ("it lasts 4.4 s, not 5 s",)),
        ({"aspect_ratio": "16:9", "resolution": "480p"}, {"width": 832, "height": 480}, ()),
        ({"aspect_ratio": "9:16"}, {}, ("it has 1280x720 pixels, not the shape 9:16",)),
        ({"aspect_ratio": "auto"}, {}, ()),
        ({"resolution": "720p", "aspect_ratio": "1:1"}, {"width": 960, "height": 960}, ()),
        ({"resolution": "4k", "aspect_ratio": "4:3"}, {"width": 3840, "height": 2880}, ()),
        ({"resolution": "1080p"}, {}, ("it has 1280x720 pixels, not 1080p",)),
        ({"resolution": "480p"}, {}, ("it has 1280x720 pixels, not 480p",)),
        ({"resolution": "1280x720"}, {"width": 1280, "height": 704}, ()),
        ({"resolution": "1280x720"}, {"width": 720, "height": 1280}, ("it has 720x1280 pixels, not the shape 1280:720",)),
        ({"generate_audio": True}, {}, ()),
        ({"generate_audio": True}, {"audio_codec": None}, ("it has no sound",)),
        ({"generate_audio": False}, {}, ()),
    ],
)  # fmt: skip
def test_a_video_is_compared_with_what_was_asked_for(
    asked: dict[str, object], facts: dict[str, object], problems: tuple[str, ...]
) -> None:
    request = VideoGenerationRequest.model_validate({"prompt": "a boat", **asked})
    expected = Expected.of("video", request, (), is_mock=False)
    assert expected.problems(VIDEO.model_copy(update=facts), "video") == problems
    assert expected.problems(MediaFacts(width=1, height=1), "thumbnail") == ()


@pytest.mark.parametrize(
    ("size", "found", "fits"),
    [
        ("2k", (2048, 2048), True),
        ("2k", (2560, 1440), True),
        ("2k", (1440, 1440), True),
        ("2k", (1024, 1024), False),
        ("1024x1536", (1024, 1536), True),
        ("1024x1536", (1024, 1024), False),
        ("auto", (10, 10), True),
    ],
)
def test_an_image_is_compared_by_its_area(size: str, found: tuple[int, int], fits: bool) -> None:
    expected = Expected.of("image", ImageGenerationRequest(prompt="a boat", size=size), (), is_mock=False)
    facts = MediaFacts(width=found[0], height=found[1], video_codec="png")
    assert (expected.problems(facts, "image") == ()) == fits


def test_what_was_adjusted_counts_as_adjusted() -> None:
    request = VideoGenerationRequest(
        prompt="a boat", duration_seconds=6, resolution="1080p", generate_audio=True
    )
    adjustments = [
        Adjustment(field="duration_seconds", requested=6, used=5),
        Adjustment(field="resolution", requested="1080p", used="720p"),
        Adjustment(field="generate_audio", requested=True),
    ]
    expected = Expected.of("video", request, adjustments, is_mock=False)
    assert expected.problems(VIDEO.model_copy(update={"audio_codec": None}), "video") == ()


def test_an_input_video_decides_on_length_and_shape() -> None:
    request = VideoGenerationRequest(
        prompt="a boat",
        duration_seconds=7,
        aspect_ratio="9:16",
        generate_audio=True,
        video="https://example.com/a.mp4",
    )
    expected = Expected.of("video", request, (), is_mock=False)
    assert expected.problems(VIDEO, "video") == ()
    assert expected.problems(VIDEO.model_copy(update={"audio_codec": None}), "video") == ("it has no sound",)


def test_without_the_decoder_nothing_is_checked_unless_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    assert MediaPolicy.of(None, "keep", 1).is_checked
    assert not MediaPolicy.of(False, "keep", 1).is_checked
    monkeypatch.setitem(sys.modules, "av", None)
    assert not MediaPolicy.of(None, "keep", 1).is_checked
    needed: list[tuple[bool | None, OnBadMedia]] = [(True, "keep"), (None, "retry")]
    for check, policy in needed:
        with pytest.raises(ValidationError, match="install the extra check"):
            MediaPolicy.of(check, policy, 1)
