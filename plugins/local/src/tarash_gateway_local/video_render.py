"""Owns writing a clip: H.264 and AAC into an MP4 that appears under its name only when it is complete."""

from __future__ import annotations

import time
import uuid
from array import array
from fractions import Fraction
from pathlib import Path

import av
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.video.stream import VideoStream

from .ambience import SAMPLE_RATE, Ambience
from .spec import VideoSpec
from .storyboard import Storyboard
from .theme import read_theme

_AUDIO_BLOCK = 1024
_BT709 = 1
_LIMITED_RANGE = 1


class VideoRender:
    """A clip being written, a few frames with each call of `advance`.

    The same spec gives the same bytes on the same machine and library versions. The first `advance` raises
    ValueError when an image of the spec does not decode.
    """

    def __init__(self, spec: VideoSpec, path: Path | str) -> None:
        self._spec, self._path = spec, Path(path)
        self._part = self._path.with_name(f".{self._path.name}.{uuid.uuid4().hex[:12]}.part")
        self._frames_done = 0
        self._samples_done = 0
        self._sample_count = (
            round(spec.frame_count * SAMPLE_RATE / spec.frames_per_second) if spec.audio else 0
        )
        self._storyboard: Storyboard | None = None
        self._ambience: Ambience | None = None
        self._container: OutputContainer | None = None
        self._is_finished = False
        self._is_abandoned = False

    @property
    def path(self) -> Path:
        """Where the finished file is, or will be."""
        return self._path

    @property
    def fraction(self) -> float:
        """How much is done, 0 to 1; 1.0 means that the file is complete."""
        if self._is_finished:
            return 1.0
        return min(0.999, self._frames_done / self._spec.frame_count)

    def advance(self, budget_seconds: float) -> float:
        """Encode frames until the budget is used up, one at least, and return the fraction done."""
        if self._is_abandoned:
            raise ValueError("this render was abandoned; start a new one from the same spec")
        if self._is_finished:
            return 1.0
        end = time.perf_counter() + budget_seconds
        try:
            storyboard, container = self._started()
            while self._frames_done < self._spec.frame_count:
                self._encode_frame(storyboard, container)
                if time.perf_counter() >= end and self._frames_done < self._spec.frame_count:
                    return self.fraction
            self._finish(container)
        except BaseException:
            self.abandon()
            raise
        return 1.0

    def abandon(self) -> None:
        """Stop, close the encoder and delete the unfinished file; a finished file stays."""
        if self._is_finished or self._is_abandoned:
            return
        self._is_abandoned = True
        container, self._container = self._container, None
        self._storyboard = self._ambience = None
        try:
            if container is not None:
                container.close()
        finally:
            self._part.unlink(missing_ok=True)

    def _started(self) -> tuple[Storyboard, OutputContainer]:
        if self._storyboard is not None and self._container is not None:
            return self._storyboard, self._container
        storyboard = Storyboard(self._spec)
        # The index goes to the front so that a player can start before it has the whole file; bitexact leaves
        # out the version strings of the writer.
        container = av.open(
            str(self._part), "w", format="mp4", options={"movflags": "+faststart", "fflags": "+bitexact"}
        )
        self._storyboard, self._container = storyboard, container
        self._video = self._add_video(container)
        if self._spec.audio:
            self._audio = self._add_audio(container)
            self._ambience = Ambience(
                read_theme(self._spec.prompt), seed=self._spec.seed, sample_count=self._sample_count
            )
        return storyboard, container

    def _add_video(self, container: OutputContainer) -> VideoStream:
        rate = self._spec.frames_per_second
        stream = container.add_stream("libx264", rate=rate)
        stream.width, stream.height = self._spec.frame_size
        stream.pix_fmt = "yuv420p"
        context = stream.codec_context
        context.time_base = Fraction(1, rate)
        context.gop_size = rate * 2
        context.thread_count = 1
        context.color_primaries = context.color_trc = context.colorspace = _BT709
        context.color_range = _LIMITED_RANGE
        # No B-frames: their reordering would shift the first timestamp and need an edit list.
        context.options = {"preset": "veryfast", "crf": "20", "bf": "0", "threads": "1"}
        return stream

    def _add_audio(self, container: OutputContainer) -> AudioStream:
        stream = container.add_stream("aac", rate=SAMPLE_RATE, layout="stereo")
        stream.codec_context.bit_rate = 96_000
        stream.codec_context.options = {"flags": "+bitexact"}
        return stream

    def _encode_frame(self, storyboard: Storyboard, container: OutputContainer) -> None:
        picture: av.VideoFrame = av.VideoFrame.from_image(  # type: ignore[no-untyped-call]  # PyAV leaves it bare
            storyboard.draw(self._frames_done)
        )
        # one thread, as for the encoder: by default there is one for each processor
        frame = picture.reformat(format="yuv420p", dst_colorspace="ITU709", threads=1)
        frame.pts, frame.time_base = self._frames_done, Fraction(1, self._spec.frames_per_second)
        container.mux(self._video.encode(frame))
        self._frames_done += 1
        self._encode_audio(container, until=self._frames_done * SAMPLE_RATE // self._spec.frames_per_second)

    def _encode_audio(self, container: OutputContainer, *, until: int) -> None:
        if self._ambience is None:
            return
        is_last = self._frames_done == self._spec.frame_count
        while self._samples_done < self._sample_count:
            count = min(_AUDIO_BLOCK, self._sample_count - self._samples_done)
            if self._samples_done + count > until and not is_last:
                return
            left, right = self._ambience.block(self._samples_done, count)
            container.mux(self._audio.encode(self._audio_frame(left, right)))
            self._samples_done += count

    def _audio_frame(self, left: array[float], right: array[float]) -> av.AudioFrame:
        frame = av.AudioFrame(format="fltp", layout="stereo", samples=len(left))
        for plane, samples in zip(frame.planes, (left, right), strict=True):
            content = samples.tobytes()
            plane.update(content.ljust(plane.buffer_size, b"\0"))
        frame.sample_rate, frame.pts = SAMPLE_RATE, self._samples_done
        frame.time_base = Fraction(1, SAMPLE_RATE)
        return frame

    def _finish(self, container: OutputContainer) -> None:
        container.mux(self._video.encode(None))
        if self._ambience is not None:
            container.mux(self._audio.encode(None))
        container.close()
        self._container = self._storyboard = self._ambience = None
        self._part.replace(self._path)
        self._is_finished = True
