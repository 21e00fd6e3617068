"""A minimal MP4 writer: one H.264 track, with all boxes before the data so that playback can start at once.

Clause numbers refer to ISO/IEC 14496-12:2015 unless ISO/IEC 14496-15:2017 is named. Every time stamp is 0, so
the same input gives the same bytes.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass

from .h264 import PROFILE_COMPATIBILITY, PROFILE_IDC

# 8.2.2: the transformation matrix that changes nothing, 16.16 fixed point except the last column (2.30).
_UNITY_MATRIX = struct.pack(">9I", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)

_TRACK_ID = 1
_BOX_HEADER_BYTES = 8  # size and type (4.2)
_LENGTH_FIELD_BYTES = 4  # in front of each NAL unit (ISO/IEC 14496-15, 5.3.3)


@dataclass(frozen=True, slots=True)
class Track:
    """The properties of the only track; times are in ticks of 1 / `ticks_per_second` seconds."""

    width: int
    height: int
    level_idc: int
    sequence_parameter_set: bytes
    picture_parameter_set: bytes
    ticks_per_second: int
    ticks_per_picture: int
    duration_ticks: int
    """The end of the last picture, which lasts as long as the others, or shorter."""


def write(track: Track, pictures: Sequence[bytes]) -> bytes:
    """Write a file with `pictures`, one NAL unit each; only the first can be decoded on its own."""
    samples = [struct.pack(">I", len(picture)) + picture for picture in pictures]
    sizes = [len(sample) for sample in samples]
    # 4.3: brands. "isom" with "avc1" means that AVC extensions may be used.
    file_type = _box(b"ftyp", b"isom", struct.pack(">I", 0x200), b"isomiso2avc1mp41")
    # The boxes hold the position of the data, and their own size does not depend on it.
    size_before_data = len(file_type) + len(_movie(track, sizes, 0))
    return file_type + _movie(track, sizes, size_before_data + _BOX_HEADER_BYTES) + _box(b"mdat", *samples)


def _box(kind: bytes, *parts: bytes) -> bytes:
    """Return a box (4.2): size and type, then the content."""
    content = b"".join(parts)
    return struct.pack(">I4s", _BOX_HEADER_BYTES + len(content), kind) + content


def _full_box(kind: bytes, *parts: bytes, flags: int = 0) -> bytes:
    """Return a box of version 0 with 24 bits of flags (4.2)."""
    return _box(kind, struct.pack(">I", flags), *parts)


def _movie(track: Track, sizes: Sequence[int], data_offset: int) -> bytes:
    header = _full_box(  # 8.2.2
        b"mvhd",
        struct.pack(">4I", 0, 0, track.ticks_per_second, track.duration_ticks),
        struct.pack(">IH10x", 0x10000, 0x100),  # rate 1.0, volume 1.0, reserved
        _UNITY_MATRIX,
        struct.pack(">24xI", _TRACK_ID + 1),  # next_track_ID
    )
    track_header = _full_box(  # 8.3.2
        b"tkhd",
        struct.pack(">5I", 0, 0, _TRACK_ID, 0, track.duration_ticks),
        bytes(8 + 2 + 2 + 2 + 2),  # reserved, layer, alternate_group, volume (0 for video), reserved
        _UNITY_MATRIX,
        struct.pack(">2I", track.width << 16, track.height << 16),
        flags=0b11,  # enabled, in the presentation
    )
    return _box(b"moov", header, _box(b"trak", track_header, _media(track, sizes, data_offset)))


def _media(track: Track, sizes: Sequence[int], data_offset: int) -> bytes:
    undetermined_language = 0x55C4  # "und", three letters of five bits (8.4.2.3)
    header = _full_box(
        b"mdhd",
        struct.pack(">4I2H", 0, 0, track.ticks_per_second, track.duration_ticks, undetermined_language, 0),
    )
    handler = _full_box(b"hdlr", struct.pack(">I4s12x", 0, b"vide"), b"VideoHandler\0")  # 8.4.3
    video_header = _full_box(b"vmhd", bytes(8), flags=1)  # 12.1.2
    in_this_file = _full_box(b"url ", flags=1)  # 8.7.2
    data_information = _box(b"dinf", _full_box(b"dref", struct.pack(">I", 1), in_this_file))
    information = _box(b"minf", video_header, data_information, _sample_table(track, sizes, data_offset))
    return _box(b"mdia", header, handler, information)


def _sample_table(track: Track, sizes: Sequence[int], data_offset: int) -> bytes:
    count = len(sizes)
    last_ticks = track.duration_ticks - (count - 1) * track.ticks_per_picture
    runs = [(count - 1, track.ticks_per_picture)] * (count > 1) + [(1, last_ticks)]
    return _box(
        b"stbl",
        _full_box(b"stsd", struct.pack(">I", 1), _sample_entry(track)),  # 8.5.2
        _full_box(
            b"stts", struct.pack(">I", len(runs)), *(struct.pack(">2I", *run) for run in runs)
        ),  # 8.6.1.2
        _full_box(b"stss", struct.pack(">2I", 1, 1)),  # 8.6.2: players can seek to the first picture only
        _full_box(b"stsc", struct.pack(">4I", 1, 1, count, 1)),  # 8.7.4: one chunk
        _full_box(b"stsz", struct.pack(f">2I{count}I", 0, count, *sizes)),  # 8.7.3
        _full_box(b"stco", struct.pack(">2I", 1, data_offset)),  # 8.7.5
    )


def _sample_entry(track: Track) -> bytes:
    """Return the visual sample entry (12.1.3) with the decoder's parameter sets."""
    pixels_per_inch = 72 << 16
    no_colour_table = 0xFFFF
    return _box(
        b"avc1",
        struct.pack(">6xH16x", 1),  # data_reference_index
        struct.pack(">2H", track.width, track.height),
        struct.pack(">2I4xH", pixels_per_inch, pixels_per_inch, 1),  # one frame per sample
        bytes(32),  # compressorname
        struct.pack(">2H", 24, no_colour_table),  # depth: colour without alpha
        _decoder_configuration(track),
        _box(b"pasp", struct.pack(">2I", 1, 1)),  # 12.1.4: square pixels
    )


def _decoder_configuration(track: Track) -> bytes:
    """Return the AVCDecoderConfigurationRecord (ISO/IEC 14496-15, 5.3.3.1); the bits set to 1 are reserved."""
    first, second = track.sequence_parameter_set, track.picture_parameter_set
    return _box(
        b"avcC",
        bytes([1, PROFILE_IDC, PROFILE_COMPATIBILITY, track.level_idc]),
        bytes([0b1111_1100 | _LENGTH_FIELD_BYTES - 1]),
        struct.pack(">BH", 0b1110_0000 | 1, len(first)) + first,
        struct.pack(">BH", 1, len(second)) + second,
    )
