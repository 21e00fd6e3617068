"""The clips and images that the mock returns: small and real, with the requested length and shape."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from ..exceptions import ValidationError
from ..models.dimensions import Ratio, Size
from ..models.modality import Modality, Sample, SampleMaker
from .sample_media import sample_image, sample_video

DEFAULT_SECONDS = 4.0
DEFAULT_SHORT_SIDE = 360
LARGEST_SIDE = 2048
MOST_KEPT = 32
"""How many clips and pictures are kept: tests ask for the same few again and again."""


def sample_maker(modality: Modality) -> SampleMaker:
    """Return the function that makes the mock's outputs of a modality.

    Raises:
        ValidationError: the mock cannot make outputs of this modality.
    """
    found = modality.sample or _MAKERS.get(modality.name)
    if found is None:
        raise ValidationError(f"the mock cannot make {modality.described}; set `sample` in its Modality")
    return found


def _clip(values: Mapping[str, object], seed: int) -> Sample:
    asked = values.get("duration_seconds")
    seconds = float(asked) if isinstance(asked, int | float) else DEFAULT_SECONDS
    return _clip_of(seconds, _text(values, "resolution"), _text(values, "aspect_ratio"), seed)


@lru_cache(maxsize=MOST_KEPT)
def _clip_of(seconds: float, resolution: str | None, aspect_ratio: str | None, seed: int) -> Sample:
    frame = _frame(resolution, aspect_ratio, default_ratio=Ratio(16, 9))
    content = sample_video(duration_seconds=seconds, width=frame.width, height=frame.height, colour_seed=seed)
    return Sample(
        content=content,
        content_type="video/mp4",
        width=frame.width,
        height=frame.height,
        duration_seconds=seconds,
    )


def _picture(values: Mapping[str, object], seed: int) -> Sample:
    return _picture_of(_text(values, "size"), _text(values, "aspect_ratio"), seed)


@lru_cache(maxsize=MOST_KEPT)
def _picture_of(size: str | None, aspect_ratio: str | None, seed: int) -> Sample:
    frame = _frame(size, aspect_ratio, default_ratio=Ratio(1, 1))
    content = sample_image(width=frame.width, height=frame.height, colour_seed=seed)
    return Sample(content=content, content_type="image/png", width=frame.width, height=frame.height)


_MAKERS: Mapping[str, SampleMaker] = {"video": _clip, "image": _picture}


def _text(values: Mapping[str, object], name: str) -> str | None:
    value = values.get(name)
    return value if isinstance(value, str) else None


def _frame(size: str | None, aspect_ratio: str | None, *, default_ratio: Ratio) -> Size:
    return Size.of_frame(
        size,
        aspect_ratio,
        default_ratio=default_ratio,
        default_short_side=DEFAULT_SHORT_SIDE,
        largest_side=LARGEST_SIDE,
    )
