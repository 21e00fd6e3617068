"""The samples of the mock provider, judged by real decoders: FFmpeg through PyAV, and Pillow."""

from __future__ import annotations

import io
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

import av
import av.error
import av.logging
import pytest
from PIL import Image

from tarash.tarash_gateway.mock.sample_media import sample_image, sample_video
from tarash.tarash_gateway.mock.sample_media.bars import bars
from tarash.tarash_gateway.mock.sample_media.h264 import Samples, samples_of
from tarash.tarash_gateway.mock.samples import sample_maker
from tarash.tarash_gateway.models.modality import IMAGE, VIDEO, Modality

STRICT = {"err_detect": "explode+crccheck+bitstream+buffer+compliant+aggressive"}


@dataclass(frozen=True)
class Clip:
    """What a strict decoder saw."""

    width: int
    height: int
    container_size: tuple[int, int]
    sample_aspect_ratio: Fraction | None
    profile: str | None
    level_idc: int
    container_seconds: Fraction
    stream_seconds: Fraction
    picture_times: tuple[Fraction, ...]
    first_middle_row: tuple[Samples, ...]
    last_middle_row: tuple[Samples, ...]
    complaints: tuple[str, ...]


@pytest.fixture(autouse=True)
def _decoder_warnings() -> Iterator[None]:
    before = av.logging.get_level()
    av.logging.set_level(av.logging.WARNING)
    yield
    av.logging.set_level(before)


def decode(data: bytes) -> Clip:
    with av.logging.Capture(local=False) as complaints, av.open(io.BytesIO(data), mode="r") as container:
        stream = container.streams.video[0]
        # a decoder of our own, so that it is certainly opened with the strict options
        decoder = av.CodecContext.create("h264", "r")
        assert isinstance(decoder, av.VideoCodecContext)
        decoder.extradata = stream.codec_context.extradata
        decoder.options = STRICT
        decoder.thread_type = "NONE"
        pictures = [picture for packet in container.demux(stream) for picture in decoder.decode(packet)]
        # FFmpeg passes over some damage without a word and only marks the picture.
        assert not any(picture.is_corrupt for picture in pictures), "a picture is damaged"
        assert container.duration is not None
        assert stream.duration is not None
        assert stream.time_base is not None
        assert decoder.extradata is not None
        return Clip(
            width=decoder.width,
            height=decoder.height,
            container_size=(stream.codec_context.width, stream.codec_context.height),
            sample_aspect_ratio=stream.sample_aspect_ratio,
            profile=decoder.profile,
            level_idc=decoder.extradata[3],
            container_seconds=Fraction(container.duration, av.time_base),
            stream_seconds=stream.duration * stream.time_base,
            picture_times=tuple(
                picture.pts * stream.time_base for picture in pictures if picture.pts is not None
            ),
            first_middle_row=middle_row(pictures[0]),
            last_middle_row=middle_row(pictures[-1]),
            complaints=tuple(message for _, _, message in complaints),
        )


def middle_row(picture: av.VideoFrame) -> tuple[Samples, ...]:
    assert picture.format.name == "yuv420p"
    luma, blue, red = (bytes(plane) for plane in picture.planes)
    luma_at, blue_at, red_at = (
        row * plane.line_size
        for row, plane in zip(
            (picture.height // 2, picture.height // 4, picture.height // 4), picture.planes, strict=True
        )
    )
    return tuple(
        Samples(luma[luma_at + x], blue[blue_at + x // 2], red[red_at + x // 2]) for x in range(picture.width)
    )


def expected_row(width: int, colour_seed: int) -> tuple[Samples, ...]:
    blocks = [samples_of(bar.colour) for bar in bars(-(-width // 16), colour_seed) for _ in range(bar.width)]
    return tuple(block for block in blocks for _ in range(16))[:width]


@pytest.mark.parametrize(
    ("asked", "made"),
    [
        pytest.param((16, 16), (16, 16), id="one macroblock"),
        pytest.param((1, 1), (2, 2), id="smallest"),
        pytest.param((1, 1079), (2, 1080), id="narrowest"),
        pytest.param((1920, 1080), (1920, 1080), id="16:9"),
        pytest.param((1080, 1920), (1080, 1920), id="9:16"),
        pytest.param((1280, 720), (1280, 720), id="720p"),
        pytest.param((854, 480), (854, 480), id="480p"),
        pytest.param((640, 480), (640, 480), id="4:3"),
        pytest.param((1024, 1024), (1024, 1024), id="1:1"),
        pytest.param((2520, 1080), (2520, 1080), id="21:9"),
        pytest.param((3840, 2160), (3840, 2160), id="4K"),
        pytest.param((1081, 607), (1082, 608), id="both sides odd"),
        pytest.param((853, 480), (854, 480), id="odd width"),
        pytest.param((34, 30), (34, 30), id="cropped on both sides"),
        pytest.param((8192, 16), (8192, 16), id="widest"),
        pytest.param((4352, 8192), (4352, 8192), id="largest"),
    ],
)
def test_a_clip_has_the_asked_size_with_odd_sides_raised_to_even_ones(
    asked: tuple[int, int], made: tuple[int, int]
) -> None:
    clip = decode(sample_video(duration_seconds=0.5, width=asked[0], height=asked[1]))
    assert (clip.width, clip.height) == clip.container_size == made
    assert clip.sample_aspect_ratio == 1
    assert clip.profile == "Constrained Baseline"
    assert clip.complaints == ()
    assert clip.first_middle_row == clip.last_middle_row == expected_row(made[0], 0)


def test_every_small_size_decodes_without_a_complaint() -> None:
    for width in range(2, 100, 6):
        for height in range(2, 100, 10):
            clip = decode(
                sample_video(duration_seconds=2.25, width=width, height=height, colour_seed=width + height)
            )
            assert (clip.width, clip.height, clip.complaints) == (width, height, ())
            assert clip.first_middle_row == clip.last_middle_row == expected_row(width, width + height)


@pytest.mark.parametrize(
    ("duration_seconds", "frames_per_second", "picture_count"),
    [
        (5, 8, 40),
        (4, 24, 96),
        (5.3, 8, 43),
        (8.01, 12, 97),
        (0.001, 8, 1),
        (1 / 3, 24, 8),
        (10.417, 7, 73),
        (60, 8, 480),
        (60, 60, 3600),
        (3600, 1, 3600),
    ],
)
def test_a_clip_lasts_exactly_as_long_as_asked(
    duration_seconds: float, frames_per_second: int, picture_count: int
) -> None:
    clip = decode(
        sample_video(
            duration_seconds=duration_seconds, width=64, height=36, frames_per_second=frames_per_second
        )
    )
    asked = Fraction(duration_seconds)
    assert abs(clip.stream_seconds - asked) <= Fraction(1, 2000 * frames_per_second)
    assert abs(clip.container_seconds - clip.stream_seconds) <= Fraction(1, av.time_base)
    assert clip.picture_times == tuple(Fraction(index, frames_per_second) for index in range(picture_count))
    assert clip.complaints == ()


@pytest.mark.parametrize("milliseconds", [1, 999, 4_200, 5_041, 3_599_999])
def test_a_duration_in_whole_milliseconds_is_met_exactly(milliseconds: int) -> None:
    clip = decode(
        sample_video(duration_seconds=milliseconds / 1000, width=32, height=18, frames_per_second=3)
    )
    assert clip.stream_seconds == clip.container_seconds == Fraction(milliseconds, 1000)


@pytest.mark.parametrize("colour_seed", [0, 1, 2, 3, -1, 12_345, 10**30])
def test_the_colour_seed_picks_the_colours_of_the_clip_to_the_last_bit(colour_seed: int) -> None:
    clip = decode(sample_video(duration_seconds=0.5, width=320, height=180, colour_seed=colour_seed))
    assert clip.first_middle_row == clip.last_middle_row == expected_row(320, colour_seed)


def test_neighbouring_seeds_look_different() -> None:
    looks = {samples_of(bars(100, colour_seed)[0].colour) for colour_seed in range(50)}
    assert len(looks) == 50


def test_any_pair_of_colours_survives_the_coding() -> None:
    for colour_seed in range(300):
        clip = decode(sample_video(duration_seconds=0.1, width=64, height=16, colour_seed=colour_seed))
        assert clip.first_middle_row == expected_row(64, colour_seed), colour_seed
        assert clip.complaints == ()


# Table A-1 of ITU-T H.264: the lowest level for the picture's macroblocks and macroblocks per second.
@pytest.mark.parametrize(
    ("width", "height", "frames_per_second", "level_idc"),
    [
        (176, 144, 15, 10),
        (176, 144, 16, 11),
        (352, 288, 30, 13),
        (720, 480, 30, 30),
        (1280, 720, 30, 31),
        (1280, 720, 60, 32),
        (1920, 1080, 30, 40),
        (1920, 1080, 60, 42),
        (3840, 2160, 30, 51),
        (3840, 2160, 60, 52),
        (8192, 4352, 60, 61),
        (8192, 16, 1, 51),
    ],
)
def test_the_level_is_the_lowest_that_allows_the_picture(
    width: int, height: int, frames_per_second: int, level_idc: int
) -> None:
    data = sample_video(duration_seconds=0.1, width=width, height=height, frames_per_second=frames_per_second)
    assert decode(data).level_idc == level_idc


@pytest.mark.parametrize(
    ("duration_seconds", "width", "height", "most_bytes"),
    [(5, 16, 16, 1_500), (5, 1280, 720, 4_500), (5, 1920, 1080, 8_000), (60, 1920, 1080, 14_000)],
)
def test_a_clip_is_small(duration_seconds: int, width: int, height: int, most_bytes: int) -> None:
    assert len(sample_video(duration_seconds=duration_seconds, width=width, height=height)) <= most_bytes


def test_a_clip_says_all_about_itself_before_its_pictures() -> None:
    data = sample_video(duration_seconds=1, width=64, height=64)
    assert data[4:8] == b"ftyp"
    assert data.index(b"moov") < data.index(b"mdat")


@pytest.mark.parametrize("offset", [50, 100, 300, 301, 400, 600])
def test_the_strict_decoder_would_notice_a_damaged_clip(offset: int) -> None:
    data = bytearray(sample_video(duration_seconds=1, width=640, height=360))
    start = data.index(b"mdat") + offset
    data[start : start + 8] = bytes(8)
    with pytest.raises(
        (av.error.InvalidDataError, AssertionError), match=r"Invalid data|a picture is damaged"
    ):
        decode(bytes(data))


@pytest.mark.parametrize(
    ("width", "height"), [(1, 1), (16, 16), (3, 200), (1024, 1024), (1920, 1080), (1081, 607), (8192, 2)]
)
def test_a_picture_has_the_asked_size_and_colours(width: int, height: int) -> None:
    data = sample_image(width=width, height=height, colour_seed=7)
    with Image.open(io.BytesIO(data)) as image:
        image.load()
        assert (image.format, image.mode, image.size) == ("PNG", "RGB", (width, height))
        shown = bars(width, 7)
        for x, bar in ((0, shown[0]), (width - 1, shown[-1])):
            assert {image.getpixel((x, y)) for y in range(height)} == {bar.colour}


def test_a_png_passes_the_checksum_test_of_its_reader() -> None:
    with Image.open(io.BytesIO(sample_image(width=200, height=100))) as image:
        image.verify()


def test_a_picture_is_small_and_its_colours_follow_the_seed() -> None:
    made = {sample_image(width=1024, height=1024, colour_seed=seed) for seed in range(20)}
    assert len(made) == 20
    assert max(map(len, made)) < 8_000


@pytest.mark.parametrize(
    ("duration_seconds", "width", "height", "frames_per_second", "said"),
    [
        (0, 64, 64, 8, "duration_seconds=0 "),
        (-1, 64, 64, 8, "duration_seconds=-1 "),
        (3601, 64, 64, 8, "at most 3600 seconds"),
        (float("nan"), 64, 64, 8, "duration_seconds=nan "),
        (float("inf"), 64, 64, 8, "duration_seconds=inf "),
        (1, 0, 64, 8, "width=0 "),
        (1, 64, -2, 8, "height=-2 "),
        (1, 8193, 64, 8, "use 1 to 8192 pixels"),
        (1, 8192, 8192, 8, "8192x8192 is larger than H.264 allows"),
        (1, 64, 64, 0, "frames_per_second=0 "),
        (1, 64, 64, 61, "use 1 to 60"),
    ],
)
def test_a_clip_that_cannot_be_made_is_refused_with_the_allowed_values(
    duration_seconds: float, width: int, height: int, frames_per_second: int, said: str
) -> None:
    with pytest.raises(ValueError, match=said):
        sample_video(
            duration_seconds=duration_seconds, width=width, height=height, frames_per_second=frames_per_second
        )


@pytest.mark.parametrize(("width", "height", "said"), [(0, 1, "width=0 "), (1, 8193, "height=8193 ")])
def test_a_picture_that_cannot_be_made_is_refused_with_the_allowed_values(
    width: int, height: int, said: str
) -> None:
    with pytest.raises(ValueError, match=said):
        sample_image(width=width, height=height)


def test_another_process_makes_the_same_bytes_with_the_standard_library_alone() -> None:
    program = (
        "import sys, hashlib\n"
        "from tarash.tarash_gateway.mock.sample_media import sample_image, sample_video\n"
        "made = sample_video(duration_seconds=5, width=1920, height=1080, colour_seed=3)\n"
        "made += sample_image(width=640, height=480, colour_seed=3)\n"
        "print(hashlib.sha256(made).hexdigest(), sorted({'av', 'PIL', 'numpy'} & set(sys.modules)))\n"
    )
    printed = {
        subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
        for _ in range(2)
    }
    assert len(printed) == 1
    assert printed.pop().endswith(" []\n")


@pytest.mark.parametrize("modality", [VIDEO, IMAGE])
def test_the_same_request_is_answered_from_memory(modality: Modality) -> None:
    make = sample_maker(modality)
    values = {"duration_seconds": 2, "resolution": "1080p", "aspect_ratio": "16:9"}
    assert make(values, 1) is make(values, 1)
