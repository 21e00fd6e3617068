"""The settings of the mock, as in `mock=MockConfig()`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, Self

import pydantic

from .. import exceptions
from ..exceptions import TarashException
from ..media.inputs import Media
from .deferral import built_on_first_use
from .media_field import ReadMediaField
from .request import MediaSource
from .strict import StrictModel


@built_on_first_use
class MockResponse(StrictModel):
    """One possible outcome of a mocked generation.

    Attributes:
        weight: how often it is drawn, relative to the weights of the other outcomes; above 0.
        error: exception (instance, class or class name) to raise instead of returning a result; it triggers fallbacks like a
            real one.
        video: clip to return (URL, path, bytes, …); None makes one with the requested duration and aspect ratio. Also accepted as
            `output_video`.
        image: image to return; None makes one with the requested size.

    Raises:
        ValidationError: both an error and an output are given.
    """

    accepted_names: ClassVar[dict[str, str]] = {"output_video": "video"}

    weight: float = pydantic.Field(default=1.0, gt=0, allow_inf_nan=False)
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
            # another name of `video`: one of them, not both
            output_video: MediaSource | None = None,
        ) -> None: ...

    @pydantic.field_validator("error", mode="before")
    @classmethod
    def _by_name(cls, value: object) -> object:
        """Accept the name of an exception class, which is how saved jobs store an error."""
        if not isinstance(value, str):
            return value
        found = getattr(exceptions, value, None)
        if isinstance(found, type) and issubclass(found, TarashException):
            return found
        raise ValueError(f"{value[:80]!r} is not a gateway exception; use a name such as 'RateLimitError'")

    @pydantic.field_serializer("error", when_used="json")
    def _error_name(self, value: TarashException | type[TarashException] | None) -> str | None:
        if value is None:
            return None
        return value.__name__ if isinstance(value, type) else type(value).__name__

    @pydantic.model_validator(mode="after")
    def _one_outcome(self) -> Self:
        if self.error is not None and (self.video is not None or self.image is not None):
            raise ValueError(
                "an outcome is an error or an output; leave out one of them, or give two responses"
            )
        return self

    def media(self, modality: str) -> Media | None:
        """Return the output of this outcome, or None if the mock makes one."""
        return self.video if modality == "video" else self.image


@built_on_first_use
class MockConfig(StrictModel):
    """Test without keys, cost or network: the mock checks the request against the real model table and returns a real file.

    It reports progress like a real provider.

    Attributes:
        enabled: False uses the real provider.
        responses: possible outcomes, drawn by weight; empty always returns a generated clip or image.
        seed: makes the draws repeatable; None draws differently each time.
        progress: percentages to report before the end, rising, each 0 to 100.
        delay_seconds: pause between two progress updates, in seconds, up to 86,400 (1 day).
    """

    enabled: bool = True
    responses: tuple[MockResponse, ...] = ()
    seed: int | None = pydantic.Field(default=None, ge=-(2**63), lt=2**64)
    progress: tuple[float, ...] = (0.0, 25.0, 50.0, 75.0)
    delay_seconds: float = pydantic.Field(default=0.0, ge=0, le=24 * 3600)

    if TYPE_CHECKING:

        def __init__(
            self,
            *,
            enabled: bool = True,
            responses: Sequence[MockResponse] | None = (),
            seed: int | None = None,
            progress: Sequence[float] = ...,
            delay_seconds: float = 0.0,
        ) -> None: ...

    @pydantic.field_validator("responses", mode="before")
    @classmethod
    def _none_is_empty(cls, value: object) -> object:
        return () if value is None else value

    @pydantic.field_validator("progress")
    @classmethod
    def _rising(cls, value: tuple[float, ...]) -> tuple[float, ...]:
        if any(not 0 <= percent <= 100 for percent in value) or list(value) != sorted(value):
            raise ValueError("percentages must rise from 0 to at most 100, such as (0, 50)")
        return value
