"""What is generated: a record for each modality, which knows its models. Nothing else branches on the modality."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from ..exceptions import ValidationError
from .config import GenerationConfig, ImageGenerationConfig, VideoGenerationConfig
from .request import GenerationRequest, ImageGenerationRequest, VideoGenerationRequest
from .response import GenerationResponse, ImageGenerationResponse, VideoGenerationResponse


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """A small, real output for the mock.

    Attributes:
        content: the bytes.
        content_type: media type, such as "video/mp4".
        width, height: in pixels, where it has a frame.
        duration_seconds: where it has a length.
    """

    content: bytes
    content_type: str
    width: int | None = None
    height: int | None = None
    duration_seconds: float | None = None


SampleMaker: TypeAlias = Callable[[Mapping[str, object], int], Sample]
"""Makes a `Sample` of the request in unified terms and a seed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Modality:
    """One kind of output.

    Attributes:
        name: the word that rows, calls, assets and saved jobs carry, such as "video".
        described: the word with its article, for messages: "a video".
        config, request, response: the models users write and read.
        content_type: what an output is taken for when the provider does not say.
        sample: makes what the mock answers with; None where the mock has one of its own (video, image) or cannot answer.
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
        """Name of the request's field that says how many outputs are wanted; "" for always one."""
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
    """Add a modality to this process, or replace the one of that name.

    Its rows, its configurations and its saved jobs are understood from then on.
    """
    _KNOWN[modality.name] = modality


def forget_modality(name: str) -> None:
    """Take a modality that was registered out of this process again."""
    _KNOWN.pop(name, None)


def known_modalities() -> tuple[Modality, ...]:
    """Return every modality of this process."""
    return tuple(_KNOWN.values())


def modality_named(name: str) -> Modality:
    """Return the modality of a row, a call or a saved job.

    Raises:
        ValidationError: nobody registered it in this process.
    """
    found = _KNOWN.get(name)
    if found is None:
        raise ValidationError(
            f"modality {name!r} is not known here (known: {', '.join(_KNOWN)}); register_modality adds one"
        )
    return found


def modality_of(config: GenerationConfig, request: GenerationRequest | None = None) -> Modality:
    """Return the modality that a configuration's class belongs to, once the request is seen to belong to it too.

    Raises:
        ValidationError: the class belongs to none, or the request belongs to another.
    """
    found = next((item for item in _KNOWN.values() if isinstance(config, item.config)), None)
    if found is None:
        kinds = " or ".join(item.config.__name__ for item in _KNOWN.values())
        raise ValidationError(
            f"expected {kinds}, got {type(config).__name__}; the order is (config, request)"
        )
    if request is not None and not isinstance(request, found.request):
        raise ValidationError(
            f"expected {found.request.__name__}, got {type(request).__name__}; the order is (config, request)"
        )
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
