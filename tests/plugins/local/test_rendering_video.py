"""Clips of the local provider, decoded again and looked at."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import pytest
from PIL import Image

from plugins.local.pictures import difference, encoded
from tarash_gateway_local.spec import VideoSpec
from tarash_gateway_local.video_render import VideoRender

PROMPT = "A calm mountain lake at sunrise, mist over the water"


def spec_of(**changes: Any) -> VideoSpec:
    small = VideoSpec(prompt=PROMPT, duration_seconds=0.5, width=160, height=90, frames_per_second=12)
    return replace(small, **changes)


def render(spec: VideoSpec, path: Path) -> bytes:
    assert VideoRender(spec, path).advance(60.0) == 1.0
    return path.read_bytes()


def decoded_frames(path: Path) -> list[Image.Image]:
    with av.open(str(path)) as container:
        return [
            frame.to_image()  # type: ignore[no-untyped-call]  # PyAV leaves it bare
            for frame in container.decode(video=0)
        ]


def photo(
    left: tuple[int, int, int], right: tuple[int, int, int], size: tuple[int, int] = (160, 90)
) -> Image.Image:
    picture = Image.new("RGB", size, left)
    picture.paste(right, (size[0] // 2, 0, *size))
    return picture


GREEN = photo((20, 120, 60), (40, 160, 90))
VIOLET = photo((120, 30, 140), (150, 60, 170))


@pytest.mark.parametrize(
    ("width", "height", "expected_size"),
    [
        pytest.param(160, 90, (160, 90), id="16:9"),
        pytest.param(90, 160, (90, 160), id="9:16"),
        pytest.param(120, 120, (120, 120), id="1:1"),
        pytest.param(64, 64, (64, 64), id="tiny"),
        pytest.param(16, 16, (16, 16), id="smallest"),
        pytest.param(161, 91, (160, 90), id="odd"),
        pytest.param(240, 34, (240, 34), id="very wide"),
        pytest.param(34, 240, (34, 240), id="very tall"),
    ],
)
def test_a_clip_of_any_shape_is_h264_of_the_asked_size(
    width: int, height: int, expected_size: tuple[int, int], tmp_path: Path
) -> None:
    path = tmp_path / "clip.mp4"
    render(spec_of(width=width, height=height), path)
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        assert stream.codec_context.name == "h264"
        assert stream.codec_context.pix_fmt == "yuv420p"
        assert (stream.width, stream.height) == expected_size
        assert not container.streams.audio


@pytest.mark.parametrize(
    ("seconds", "rate", "frames"),
    [(0.5, 24, 12), (1.0, 10, 10), (0.01, 24, 1), (0.7, 30, 21), (1.02, 25, 26)],
)
def test_duration_is_exact_to_a_frame(seconds: float, rate: int, frames: int, tmp_path: Path) -> None:
    path = tmp_path / "clip.mp4"
    render(spec_of(duration_seconds=seconds, frames_per_second=rate, width=32, height=32), path)
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        assert stream.average_rate == rate
        assert stream.duration is not None
        assert stream.time_base is not None
        assert stream.duration * stream.time_base == Fraction(frames, rate)
    assert len(decoded_frames(path)) == frames


@pytest.mark.parametrize("seconds", [0.05, 0.5, 2.5])
def test_the_sound_is_as_long_as_the_picture_and_not_silent(seconds: float, tmp_path: Path) -> None:
    path = tmp_path / "clip.mp4"
    spec = spec_of(audio=True, duration_seconds=seconds, width=32, height=32, frames_per_second=20)
    render(spec, path)
    with av.open(str(path)) as container:
        stream = container.streams.audio[0]
        assert stream.codec_context.name == "aac"
        assert stream.duration is not None
        assert stream.time_base is not None
        assert abs(stream.duration * stream.time_base - Fraction(spec.frame_count, 20)) <= Fraction(
            1024, 48_000
        )
        loudest = max(
            max(abs(v) for v in memoryview(frame.planes[0]).cast("B").cast("f"))
            for frame in container.decode(audio=0)
        )
    assert 0.001 < loudest < 0.9


def test_the_index_stands_before_the_media_so_that_the_file_streams(tmp_path: Path) -> None:
    content = render(spec_of(audio=True), tmp_path / "clip.mp4")
    assert 0 < content.find(b"moov") < content.find(b"mdat")


def test_the_same_spec_gives_the_same_bytes(tmp_path: Path) -> None:
    spec = spec_of(audio=True, first_frame=encoded(GREEN), references=(encoded(VIOLET),))
    again = VideoSpec.from_dict(spec.to_dict())
    assert again == spec
    assert render(spec, tmp_path / "a.mp4") == render(again, tmp_path / "b.mp4")


def test_small_steps_and_one_big_step_give_the_same_bytes(tmp_path: Path) -> None:
    stepwise = VideoRender(spec_of(audio=True), tmp_path / "steps.mp4")
    while stepwise.advance(0.0) < 1.0:
        pass
    assert stepwise.path.read_bytes() == render(spec_of(audio=True), tmp_path / "once.mp4")


def test_another_seed_gives_another_landscape(tmp_path: Path) -> None:
    render(spec_of(seed=1), tmp_path / "a.mp4")
    render(spec_of(seed=2), tmp_path / "b.mp4")
    assert difference(decoded_frames(tmp_path / "a.mp4")[3], decoded_frames(tmp_path / "b.mp4")[3]) > 4


def test_the_picture_moves(tmp_path: Path) -> None:
    render(spec_of(duration_seconds=2, frames_per_second=4), tmp_path / "a.mp4")
    frames = decoded_frames(tmp_path / "a.mp4")
    assert difference(frames[0], frames[-1]) > 2


@pytest.mark.parametrize(("first", "last"), [(True, True), (True, False), (False, True)])
def test_first_and_last_frame_are_shown_untouched_at_the_ends(
    first: bool, last: bool, tmp_path: Path
) -> None:
    path = tmp_path / "clip.mp4"
    render(
        spec_of(
            duration_seconds=1.0,
            first_frame=encoded(GREEN) if first else None,
            last_frame=encoded(VIOLET) if last else None,
            references=(encoded(VIOLET),),
        ),
        path,
    )
    frames = decoded_frames(path)
    assert (difference(frames[0], GREEN) < 4) is first
    assert (difference(frames[-1], VIOLET) < 4) is last


def test_references_appear_as_cards(tmp_path: Path) -> None:
    render(spec_of(), tmp_path / "a.mp4")
    render(spec_of(references=(encoded(VIOLET),)), tmp_path / "b.mp4")
    corner = (110, 0, 160, 40)
    first, second = (decoded_frames(tmp_path / name)[-1].crop(corner) for name in ("a.mp4", "b.mp4"))
    assert difference(first, second) > 15


def test_progress_only_grows_and_each_step_encodes_at_least_one_frame(tmp_path: Path) -> None:
    spec = spec_of()
    work = VideoRender(spec, tmp_path / "clip.mp4")
    fractions = [work.fraction]
    while fractions[-1] < 1.0:
        assert not work.path.exists()
        fractions.append(work.advance(0.0))
    assert fractions == sorted(set(fractions))
    assert len(fractions) == spec.frame_count + 1
    assert [file.name for file in tmp_path.iterdir()] == ["clip.mp4"]
    assert work.advance(0.0) == 1.0


def test_abandoning_leaves_no_file_behind_and_ends_the_render(tmp_path: Path) -> None:
    work = VideoRender(spec_of(audio=True), tmp_path / "clip.mp4")
    work.advance(0.0)
    assert list(tmp_path.iterdir())
    work.abandon()
    work.abandon()
    assert not list(tmp_path.iterdir())
    with pytest.raises(ValueError, match="abandoned"):
        work.advance(0.0)


def test_abandoning_before_the_first_step_is_fine(tmp_path: Path) -> None:
    VideoRender(spec_of(), tmp_path / "clip.mp4").abandon()
    assert not list(tmp_path.iterdir())


def test_abandoning_a_finished_render_keeps_the_file(tmp_path: Path) -> None:
    work = VideoRender(spec_of(), tmp_path / "clip.mp4")
    work.advance(60.0)
    work.abandon()
    assert work.path.exists()


@pytest.mark.parametrize("field", ["first_frame", "last_frame", "references"])
def test_an_image_that_does_not_decode_is_named_and_leaves_nothing_behind(field: str, tmp_path: Path) -> None:
    junk = b"this is no picture"
    spec = spec_of(**{field: (junk,) if field == "references" else junk})
    with pytest.raises(ValueError, match=rf"{field}.* is not an image"):
        VideoRender(spec, tmp_path / "clip.mp4").advance(1.0)
    assert not list(tmp_path.iterdir())


def test_a_truncated_image_is_refused(tmp_path: Path) -> None:
    spec = spec_of(first_frame=encoded(GREEN)[:80])
    with pytest.raises(ValueError, match="first_frame is not an image"):
        VideoRender(spec, tmp_path / "clip.mp4").advance(1.0)
