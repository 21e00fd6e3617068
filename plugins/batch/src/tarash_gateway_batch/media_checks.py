"""Compares an output with what was asked for: length, shape, size and sound."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from tarash.tarash_gateway.mapping import Ratio, Size
from tarash.tarash_gateway.models import Adjustment, GenerationRequest

from .media_facts import MediaFacts

DURATION_TOLERANCE_SECONDS = 0.5
SHAPE_TOLERANCE = 0.05
"""Codecs work in blocks of 16 pixels: 832x480 counts as 16:9."""
SIDE_TOLERANCE, AREA_TOLERANCE = 0.1, 0.25
"""Providers name a frame by its short side (1280x720 is "720p"), by its long side (3840x3840 is "4k"), or by its area (960x960 is
"720p"); the next step is more than this away."""


@dataclass(frozen=True, slots=True)
class Expected:
    """What an output must be; None stands for anything.

    Attributes:
        kind: "video" or "image".
        duration_seconds: length in seconds.
        shape: aspect ratio.
        size: "720p", "2k", or exact pixels such as "1280x720".
        sound: whether it has sound.
    """

    kind: str
    duration_seconds: float | None = None
    shape: Ratio | None = None
    size: str | None = None
    sound: bool = False

    @classmethod
    def of(
        cls, kind: str, request: GenerationRequest, adjustments: Iterable[Adjustment], *, is_mock: bool
    ) -> Self:
        """Return what was asked for, as adjusted to the model that made it.

        The clips of the mock are silent. An input video decides on length and shape: it is edited, or extended by what was asked for.
        """
        used: dict[str, object] = {item.field: item.used for item in adjustments}

        def asked(*names: str) -> object:
            found = next((name for name in names if name in type(request).model_fields), None)
            return None if found is None else used.get(found, getattr(request, found))

        sound = asked("generate_audio") is True and not is_mock
        if asked("video") is not None:
            return cls(kind, sound=sound)
        seconds, shape, size = asked("duration_seconds"), asked("aspect_ratio"), asked("resolution", "size")
        return cls(
            kind,
            float(seconds) if isinstance(seconds, int | float) else None,
            Ratio.of(shape) if isinstance(shape, str) else None,
            size if isinstance(size, str) else None,
            sound,
        )

    def problems(self, facts: MediaFacts, kind: str) -> tuple[str, ...]:
        """Return what is wrong with an output; only those of the kind that was asked for are compared."""
        if kind != self.kind or facts.width is None or facts.height is None:
            return ()
        found = Size(facts.width, facts.height)
        checks = (self._duration(facts), self._size(found), self._sound(facts))
        return tuple(problem for problem in checks if problem is not None)

    def _duration(self, facts: MediaFacts) -> str | None:
        asked, found = self.duration_seconds, facts.duration_seconds
        if asked is None or found is None or abs(found - asked) <= DURATION_TOLERANCE_SECONDS:
            return None
        return f"it lasts {found:g} s, not {asked:g} s"

    def _size(self, found: Size) -> str | None:
        exact = Size.parse(self.size or "")
        # exact pixels take precedence over a shape, as in a request
        shape = self.shape if exact is None else exact.ratio
        if shape is not None and not found.ratio.is_close(shape, tolerance=SHAPE_TOLERANCE):
            return f"it has {found} pixels, not the shape {shape}"
        if self.size is not None and not _is_about(found, self.size, self.kind):
            return f"it has {found} pixels, not {self.size}"
        return None

    def _sound(self, facts: MediaFacts) -> str | None:
        return "it has no sound" if self.sound and facts.audio_codec is None else None


def _is_about(found: Size, word: str, kind: str) -> bool:
    exact = Size.parse(word)
    if exact is not None:
        return _is_near(found.pixels, exact.pixels, AREA_TOLERANCE)
    side = Size.short_side_of(word)
    if side is None:
        return True
    frame = Size.of_frame(word, None)
    areas = [float(frame.pixels)]
    if kind == "image" and word.endswith("k"):
        # of images, "2k" is also the area of a square of 2048 pixels
        areas.append((float(word[:-1]) * 1024) ** 2)
    return (
        _is_near(found.short_side, side, SIDE_TOLERANCE)
        or _is_near(found.long_side, frame.long_side, SIDE_TOLERANCE)
        or any(_is_near(found.pixels, area, AREA_TOLERANCE) for area in areas)
    )


def _is_near(found: float, wanted: float, tolerance: float) -> bool:
    return abs(found / wanted - 1) <= tolerance


__all__ = ["DURATION_TOLERANCE_SECONDS", "Expected"]
