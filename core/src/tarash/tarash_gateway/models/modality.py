"""Modalities: one record for each, with the classes that belong to it. No other code branches on the modality."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from ..exceptions import ValidationError
from .config import GenerationConfig, ImageGenerationConfig, VideoGenerationConfig
from .misuse import unexpected
from .request import GenerationRequest, ImageGenerationRequest, VideoGenerationRequest
from .response import GenerationResponse, ImageGenerationResponse, VideoGenerationResponse


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """A small, real output for the mock.

    Attributes:
        content: the file as bytes.
        content_type: media type, such as "video/mp4".
        width, height: in pixels, or None.
        duration_seconds: length in seconds, or None.
    """

    content: bytes
    content_type: str
    width: int | None = None
    height: int | None = None
    duration_seconds: float | None = None


SampleMaker: TypeAlias = Callable[[Mapping[str, object], int], Sample]
"""Makes a `Sample` from the values of a request, by field name, and a seed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Modality:
    """One kind of output.

    Attributes:
        name: name in rows, calls, assets and saved jobs, such as "video".
        described: name with its article, for messages, such as "a video".
        config, request, response: the classes that users write and read.
        content_type: media type of an output if the provider names none.
        sample: makes the output of the mock; None uses the built-in one (video and image only).
    """

    name: str
    described: str
    config: type[GenerationConfig]
    request: type[GenerationRequest]
    response: type[GenerationResponse]
    content_type: str = ""
    sample: SampleMaker | None = None

    @property
    def count_field(self) -> str:
        """Name of the request field that sets the number of outputs; "" if there is always one."""
        return self.request.count_field


VIDEO = Modality(
    name="video",
    described="a video",
    config=VideoGenerationConfig,
    request=VideoGenerationRequest,
    response=VideoGenerationResponse,
    content_type="video/mp4",
)
IMAGE = Modality(
    name="image",
    described="an image",
    config=ImageGenerationConfig,
    request=ImageGenerationRequest,
    response=ImageGenerationResponse,
    content_type="image/png",
)
_KNOWN = {modality.name: modality for modality in (VIDEO, IMAGE)}


def register_modality(modality: Modality) -> None:
    """Add a modality to this process, or replace the one with the same name.

    From then on, the process accepts its rows, configurations and saved jobs.
    """
    _KNOWN[modality.name] = modality


def forget_modality(name: str) -> None:
    """Remove a registered modality from this process."""
    _KNOWN.pop(name, None)


def known_modalities() -> tuple[Modality, ...]:
    """Return every modality of this process."""
    return tuple(_KNOWN.values())


def modality_named(name: str) -> Modality:
    """Return the modality of a row, a call or a saved job.

    Raises:
        ValidationError: no modality of this name is registered in this process.
    """
    found = _KNOWN.get(name)
    if found is None:
        raise ValidationError(
            f"unknown modality {name!r}; use one of {', '.join(_KNOWN)}, or add it with register_modality"
        )
    return found


def modality_of(config: GenerationConfig, request: GenerationRequest | None = None) -> Modality:
    """Return the modality of a configuration, by its class, and check that the request belongs to it.

    Raises:
        ValidationError: the configuration belongs to no modality, or the request belongs to another.
    """
    found = next((item for item in _KNOWN.values() if isinstance(config, item.config)), None)
    if found is None:
        raise ValidationError(unexpected(config, *(item.config for item in _KNOWN.values())))
    if request is not None and not isinstance(request, found.request):
        raise ValidationError(unexpected(request, found.request))
    return found


__all__ = [
    "IMAGE",
    "VIDEO",
    "Modality",
    "Sample",
    "known_modalities",
    "modality_named",
    "modality_of",
    "register_modality",
]
