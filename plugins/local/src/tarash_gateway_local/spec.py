"""Owns the descriptions of what to render: plain data that survives a trip through JSON."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Literal, TypeAlias, TypeVar

from tarash.tarash_gateway.plugin import wrong_field

ImageFormat: TypeAlias = Literal["png", "jpeg", "webp"]
IMAGE_FORMATS: tuple[ImageFormat, ...] = ("png", "jpeg", "webp")

SMALLEST_SIDE_PIXELS = 16
LARGEST_SIDE_PIXELS = 8192
LONGEST_DURATION_SECONDS = 3600.0
HIGHEST_FRAMES_PER_SECOND = 120

SpecT = TypeVar("SpecT", "VideoSpec", "StillSpec")


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoSpec:
    """One clip to render. Images are encoded files (PNG, JPEG, WebP, ...), not pixels."""

    prompt: str
    duration_seconds: float
    width: int
    height: int
    frames_per_second: int = 24
    seed: int = 0
    audio: bool = False
    first_frame: bytes | None = None
    last_frame: bytes | None = None
    references: tuple[bytes, ...] = ()

    def __post_init__(self) -> None:
        _require_size(self.width, self.height)
        if not 0 < self.duration_seconds <= LONGEST_DURATION_SECONDS:
            raise ValueError(
                wrong_field("duration_seconds", self.duration_seconds)
                + f" cannot be rendered; use more than 0 and at most {LONGEST_DURATION_SECONDS:g}"
            )
        if not 1 <= self.frames_per_second <= HIGHEST_FRAMES_PER_SECOND:
            raise ValueError(
                f"frames_per_second={self.frames_per_second} cannot be rendered; "
                f"use 1 to {HIGHEST_FRAMES_PER_SECOND}"
            )

    @property
    def frame_count(self) -> int:
        """Number of frames of the clip, at least one."""
        return max(1, round(self.duration_seconds * self.frames_per_second))

    @property
    def frame_size(self) -> tuple[int, int]:
        """Width and height rounded down to even pixels, as 4:2:0 chroma demands."""
        return self.width - self.width % 2, self.height - self.height % 2

    def to_dict(self) -> dict[str, object]:
        """Describe the clip as JSON data, images as base64."""
        return _to_dict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, object]) -> VideoSpec:
        """Read back what `to_dict` wrote; raises ValueError on anything else."""
        return _from_dict(cls, data)


@dataclass(frozen=True, slots=True, kw_only=True)
class StillSpec:
    """One picture to render; `source` with `mask` repaints a part of an existing picture.

    The mask's transparent pixels (or, where it has no alpha channel, its white ones) are repainted.
    """

    prompt: str
    width: int
    height: int
    seed: int = 0
    format: ImageFormat = "png"
    references: tuple[bytes, ...] = ()
    source: bytes | None = None
    mask: bytes | None = None

    def __post_init__(self) -> None:
        _require_size(self.width, self.height)
        if self.format not in IMAGE_FORMATS:
            raise ValueError(f"format={self.format!r} cannot be rendered; use {', '.join(IMAGE_FORMATS)}")
        if self.mask is not None and self.source is None:
            raise ValueError(
                "a mask was given without a picture to repaint; give one as "
                + wrong_field("first_frame", code="an image of type 'first_frame'")
            )

    def to_dict(self) -> dict[str, object]:
        """Describe the picture as JSON data, images as base64."""
        return _to_dict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, object]) -> StillSpec:
        """Read back what `to_dict` wrote; raises ValueError on anything else."""
        return _from_dict(cls, data)


_IMAGE_FIELDS = frozenset({"first_frame", "last_frame", "source", "mask"})
_KINDS: dict[str, tuple[type, ...]] = {
    "prompt": (str,),
    "format": (str,),
    "duration_seconds": (int, float),
    "audio": (bool,),
}


def _require_size(width: int, height: int) -> None:
    for name, value in (("width", width), ("height", height)):
        if not SMALLEST_SIDE_PIXELS <= value <= LARGEST_SIDE_PIXELS:
            raise ValueError(
                f"{name}={value} cannot be rendered; "
                f"use {SMALLEST_SIDE_PIXELS} to {LARGEST_SIDE_PIXELS} pixels"
            )


def _to_dict(spec: VideoSpec | StillSpec) -> dict[str, object]:
    data: dict[str, object] = {}
    for field in fields(spec):
        value: object = getattr(spec, field.name)
        if isinstance(value, bytes):
            value = _encode(value)
        elif isinstance(value, tuple):
            value = [_encode(item) for item in value]
        data[field.name] = value
    return data


def _from_dict(cls: type[SpecT], data: Mapping[str, object]) -> SpecT:
    known = {field.name for field in fields(cls)}
    unknown = sorted(set(data) - known)
    if unknown:
        raise ValueError(
            f"unknown field {unknown[0]!r} in a render description; it has {', '.join(sorted(known))}"
        )
    # `_read` has checked each value against the type of its field.
    arguments: dict[str, Any] = {name: _read(name, value) for name, value in data.items()}
    try:
        return cls(**arguments)
    except TypeError as error:
        raise ValueError(f"incomplete render description: {error}") from error


def _read(name: str, value: object) -> object:
    if name == "references":
        if not isinstance(value, (list, tuple)):
            raise ValueError("references must be a list of base64 strings")
        return tuple(_decode(name, item) for item in value)
    if name in _IMAGE_FIELDS:
        return None if value is None else _decode(name, value)
    kinds = _KINDS.get(name, (int,))
    if not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds):
        raise ValueError(
            f"{name} must be {' or '.join(kind.__name__ for kind in kinds)}, not {type(value).__name__}"
        )
    return value


def _encode(content: bytes) -> str:
    return base64.b64encode(content).decode("ascii")


def _decode(name: str, text: object) -> bytes:
    if not isinstance(text, str):
        raise ValueError(f"{name} must hold base64 text, not {type(text).__name__}")  # noqa: TRY004  # one type for bad data
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise ValueError(f"{name} is not valid base64") from error
