"""What a mock answers: the settings of `mock=MockConfig(enabled=True)`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pydantic

from .. import exceptions
from ..exceptions import TarashException
from ..media.inputs import Media
from .media_field import ReadMediaField
from .request import MediaSource
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
    video: ReadMediaField | None = None
    image: ReadMediaField | None = None

    if TYPE_CHECKING:

        def __init__(
            self,
            *,
            weight: float = 1.0,
            error: TarashException | type[TarashException] | str | None = None,
            video: MediaSource | None = None,
            image: MediaSource | None = None,
        ) -> None: ...

    @pydantic.field_validator("error", mode="before")
    @classmethod
    def _by_name(cls, value: object) -> object:
        """Take the name of an exception class, which is how saved jobs hold an error."""
        if not isinstance(value, str):
            return value
        found = getattr(exceptions, value, None)
        if isinstance(found, type) and issubclass(found, TarashException):
            return found
        raise ValueError(f"{value!r} is not an exception of the gateway; use a name such as 'RateLimitError'")

    @pydantic.field_serializer("error", when_used="json")
    def _error_name(self, value: TarashException | type[TarashException] | None) -> str | None:
        if value is None:
            return None
        return value.__name__ if isinstance(value, type) else type(value).__name__

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

    if TYPE_CHECKING:

        def __init__(
            self,
            *,
            enabled: bool = True,
            responses: Sequence[MockResponse] = (),
            seed: int | None = None,
            progress: Sequence[float] = ...,
            delay_seconds: float = 0.0,
        ) -> None: ...

    @pydantic.field_validator("progress")
    @classmethod
    def _rising(cls, value: tuple[float, ...]) -> tuple[float, ...]:
        if any(not 0 <= percent <= 100 for percent in value) or list(value) != sorted(value):
            raise ValueError("percentages are 0 to 100 and rising, such as (0, 50)")
        return value
