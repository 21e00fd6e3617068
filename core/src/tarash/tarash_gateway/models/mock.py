"""What a mock answers: the settings of `mock=MockConfig(enabled=True)`."""

from __future__ import annotations

import pydantic

from ..exceptions import TarashException
from ..media import Media
from .media_types import MediaField
from .strict import StrictModel


class MockResponse(StrictModel):
    """One possible outcome.

    Attributes:
        weight: how often, relative to the other outcomes' weights (> 0).
        error: an exception (instance or class) raised in place of a result; it takes part in fallback like a real one.
        video: the clip to answer with (URL, path, bytes, …); None makes one of the asked duration and aspect ratio.
        image: the picture to answer with; None makes one of the asked size.
    """

    weight: float = pydantic.Field(default=1.0, gt=0)
    error: TarashException | type[TarashException] | None = None
    video: MediaField | None = None
    image: MediaField | None = None

    def media(self, modality: str) -> Media | None:
        """Return what this outcome answers with, or None when it is to be made."""
        return self.video if modality == "video" else self.image


class MockConfig(StrictModel):
    """Answer without calling anyone: instant, free, offline.

    The installed provider's own tables still check the request. Progress updates are sent as a real provider sends them.

    Attributes:
        enabled: False leaves the provider real.
        responses: possible outcomes, drawn by weight; empty means: always a made clip or picture.
        seed: makes the drawing repeatable; None draws anew each time.
        progress: the percentages reported before the end, each 0–100, rising.
        delay_seconds: pause between two progress updates, in seconds.
    """

    enabled: bool = True
    responses: tuple[MockResponse, ...] = ()
    seed: int | None = None
    progress: tuple[float, ...] = (0.0, 25.0, 50.0, 75.0)
    delay_seconds: float = pydantic.Field(default=0.0, ge=0)

    @pydantic.field_validator("progress")
    @classmethod
    def _rising(cls, value: tuple[float, ...]) -> tuple[float, ...]:
        if any(not 0 <= percent <= 100 for percent in value) or list(value) != sorted(value):
            raise ValueError("percentages are 0 to 100 and rising, such as (0, 50)")
        return value
