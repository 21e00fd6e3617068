"""Makes the sample clip: checks the arguments and combines picture, encoder and container."""

from __future__ import annotations

from itertools import cycle, islice

from . import h264, mp4
from .bars import bars
from .size import check_size

MAX_DURATION_SECONDS = 3600
MAX_FRAMES_PER_SECOND = 60

_TICKS_PER_PICTURE = 1000  # every duration of whole milliseconds is exact, whatever the frame rate


def sample_video(
    *, duration_seconds: float, width: int, height: int, frames_per_second: int = 8, colour_seed: int = 0
) -> bytes:
    """Make a still MP4 clip of coloured bars (H.264, no sound).

    Args:
        duration_seconds: above 0, up to 3600; exact to a millisecond. If it is not a multiple of the frame
            duration, the last frame is shorter.
        width: width in pixels, 1 to 8192. Odd numbers are rounded up to the next even one, since 4:2:0 video
            has one colour sample per 2 x 2 pixels.
        height: height in pixels; the same applies.
        frames_per_second: 1 to 60. A low rate keeps the clip small: a frame takes about 14 bytes.
        colour_seed: selects the colours; the same arguments always give the same bytes.

    Returns:
        The file: about 1 byte per 340 pixels of the frame, plus 0.7 kB, plus 14 bytes per frame.

    Raises:
        ValueError: a number is out of range, or no level of H.264 allows a frame that large.
    """
    check_size(width, height)
    if not 0 < duration_seconds <= MAX_DURATION_SECONDS:
        raise ValueError(
            f"duration_seconds={duration_seconds} is out of range; "
            f"use more than 0 and at most {MAX_DURATION_SECONDS} seconds"
        )
    if not 1 <= frames_per_second <= MAX_FRAMES_PER_SECOND:
        raise ValueError(
            f"frames_per_second={frames_per_second} is out of range; use 1 to {MAX_FRAMES_PER_SECOND}"
        )
    duration_ticks = max(1, round(duration_seconds * frames_per_second * _TICKS_PER_PICTURE))
    return _video(duration_ticks, width + width % 2, height + height % 2, frames_per_second, colour_seed)


def _video(duration_ticks: int, width: int, height: int, frames_per_second: int, colour_seed: int) -> bytes:
    columns, rows = h264.macroblocks(width), h264.macroblocks(height)
    level_idc = h264.lowest_level(columns, rows, frames_per_second)
    if level_idc is None:
        raise ValueError(f"{width}x{height} is larger than H.264 allows; use at most 8192x4352 or 4352x8192")
    encoded = h264.encode(bars(columns, colour_seed), width=width, height=height, level_idc=level_idc)
    track = mp4.Track(
        width=width,
        height=height,
        level_idc=level_idc,
        sequence_parameter_set=encoded.sequence_parameter_set,
        picture_parameter_set=encoded.picture_parameter_set,
        ticks_per_second=frames_per_second * _TICKS_PER_PICTURE,
        ticks_per_picture=_TICKS_PER_PICTURE,
        duration_ticks=duration_ticks,
    )
    picture_count = -(-duration_ticks // _TICKS_PER_PICTURE)
    return mp4.write(track, [encoded.key_picture, *islice(cycle(encoded.repeat_pictures), picture_count - 1)])
