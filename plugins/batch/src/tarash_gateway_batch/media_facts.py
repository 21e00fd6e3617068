"""Reads what an output really is, by decoding all of it with PyAV."""

from __future__ import annotations

import contextlib
import importlib.util
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pydantic

if TYPE_CHECKING:
    import av

MOST_PIXELS = 10_000 * 10_000
"""Larger frames are not decoded: a damaged or hostile file must not take all memory."""
POSTER_PIXELS = 640
"""Longest side of a poster."""
POSTER_SECONDS = 0.5
"""When the poster of a video is taken, in seconds: many clips begin in black."""
CUT_SECONDS = 0.5
"""How much shorter than its container says a clip may be, in seconds."""


class MediaFacts(pydantic.BaseModel):
    """What a file is, as decoded.

    Attributes:
        width, height: displayed size in pixels; None for sound alone.
        duration_seconds: length in seconds; None for an image.
        frames_per_second: mean frame rate; None for an image.
        video_codec: name of the codec of the picture, such as "h264" or "png"; None for sound alone.
        audio_codec: name of the codec of the sound, such as "aac"; None if there is no sound.
    """

    model_config = pydantic.ConfigDict(frozen=True)

    width: int | None = None
    height: int | None = None
    duration_seconds: float | None = None
    frames_per_second: float | None = None
    video_codec: str | None = None
    audio_codec: str | None = None


class UndecodableError(Exception):
    """A file cannot be decoded to its end; the text says why."""


def is_decoder_installed() -> bool:
    """Return whether PyAV is installed."""
    return importlib.util.find_spec("av") is not None


def read_media(path: Path, kind: str, poster: Path | None = None) -> MediaFacts:
    """Decode a file from its first to its last frame, and return what it is.

    Args:
        path: the file.
        kind: "video", "image" or "audio".
        poster: where a JPEG of an early frame is written if one can be made, or None.

    Raises:
        UndecodableError: it cannot be decoded, or it ends too early.
    """
    import av

    try:
        with av.open(str(path)) as container:
            return _read(container, kind, poster)
    except UndecodableError:
        raise
    except Exception as error:
        # a foreign decoder on a foreign file: whatever it raises, the other rows go on
        raise UndecodableError(f"it cannot be decoded: {_words(error)}") from error


@dataclass(slots=True)
class _Seen:
    """What has been decoded so far."""

    frames: int = 0
    first_seconds: float | None = None
    last_seconds: float = 0.0
    sounds: int = 0
    sound_seconds: float = 0.0
    size: tuple[int, int] | None = None
    still: av.VideoFrame | None = None

    def picture(self, frame: av.VideoFrame, frame_seconds: float) -> None:
        # some streams have no time stamps
        at = self.last_seconds if frame.pts is None else float(frame.time)
        self.frames += 1
        if self.first_seconds is None:
            self.first_seconds = at
            is_turned = frame.rotation % 180 != 0
            self.size = (frame.height, frame.width) if is_turned else (frame.width, frame.height)
        if self.still is None or at - self.first_seconds <= POSTER_SECONDS:
            self.still = frame
        self.last_seconds = max(self.last_seconds, at + (_length(frame) or frame_seconds))

    def sound(self, frame: av.AudioFrame) -> None:
        self.sounds += 1
        self.sound_seconds += frame.samples / frame.sample_rate


def _read(container: av.container.InputContainer, kind: str, poster: Path | None) -> MediaFacts:
    found = container.streams.best("video") if kind != "audio" else None
    picture = cast("av.VideoStream | None", found)
    sounds = container.streams.audio if kind != "image" else ()
    if picture is None and kind != "audio":
        raise UndecodableError("it has no picture")
    if picture is None and not sounds:
        raise UndecodableError("it has no sound")
    rate = float((picture and picture.average_rate) or 0.0)
    seen = _Seen()
    if picture is not None:
        _check_size(picture)
        picture.thread_type = "AUTO"
    for frame in _frames(container, [item for item in (picture, *sounds) if item is not None]):
        if hasattr(frame, "samples"):
            seen.sound(frame)
        else:
            seen.picture(frame, 1 / rate if rate else 0.0)
    if picture is not None and not seen.frames:
        raise UndecodableError("it has no frame that can be decoded")
    facts = _facts(seen, picture, sounds, kind)
    _check_whole(facts, _told_seconds(picture or next(iter(sounds))))
    if poster is not None and seen.still is not None:
        # a video is no worse for lacking a poster
        with contextlib.suppress(Exception):
            _write_poster(seen.still, poster)
    return facts


def _frames(container: av.container.InputContainer, streams: list[Any]) -> Iterator[Any]:
    for packet in container.demux(streams):
        yield from packet.decode()


def _check_size(picture: Any) -> None:
    if picture.width * picture.height > MOST_PIXELS:
        raise UndecodableError(f"its frames are too large: {picture.width}x{picture.height}")


def _facts(seen: _Seen, picture: Any, sounds: Iterable[Any], kind: str) -> MediaFacts:
    is_moving = kind == "video"
    seconds = seen.last_seconds - (seen.first_seconds or 0.0) if is_moving else seen.sound_seconds
    return MediaFacts(
        width=seen.size[0] if seen.size else None,
        height=seen.size[1] if seen.size else None,
        duration_seconds=None if kind == "image" else round(seconds, 3),
        frames_per_second=round(seen.frames / seconds, 3) if is_moving and seconds > 0 else None,
        video_codec=None if picture is None else picture.codec_context.name,
        audio_codec=next((item.codec_context.name for item in sounds), None) if seen.sounds else None,
    )


def _told_seconds(stream: Any) -> float | None:
    """Return how long the container says a stream is; that of the whole file counts sound that is longer than the picture."""
    return None if stream.duration is None else float(stream.duration * stream.time_base)


def _check_whole(facts: MediaFacts, told: float | None) -> None:
    """Check that the frames last as long as the container says: the end of a file may be missing."""
    if facts.duration_seconds is None or told is None:
        return
    if facts.duration_seconds < told - CUT_SECONDS:
        raise UndecodableError(f"it ends after {facts.duration_seconds:g} of {told:g} seconds")


def _length(frame: av.VideoFrame) -> float:
    if not frame.duration or frame.time_base is None:
        return 0.0
    return float(frame.duration * frame.time_base)


def _write_poster(frame: av.VideoFrame, poster: Path) -> None:
    shrink = max(frame.width, frame.height) / POSTER_PIXELS
    width, height = (max(round(side / max(shrink, 1.0) / 2) * 2, 2) for side in (frame.width, frame.height))
    frame.reformat(width=width, height=height, format="yuvj420p").save(str(poster))


def _words(error: Exception) -> str:
    return str(getattr(error, "strerror", None) or error)[:200]


__all__ = ["MediaFacts", "UndecodableError", "is_decoder_installed", "read_media"]
