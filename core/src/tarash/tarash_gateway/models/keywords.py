"""The keywords of a call in one line, and what they become: a configuration and a request."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Literal, Required, TypedDict, TypeVar, cast

import pydantic

from ..exceptions import ValidationError
from .config import (
    FallbackReason,
    GenerationConfig,
    ImageGenerationConfig,
    Unsupported,
    VideoGenerationConfig,
    split_name,
)
from .mock import MockConfig
from .request import (
    GenerationRequest,
    ImageGenerationRequest,
    ImageSource,
    MediaSource,
    VideoGenerationRequest,
)

ConfigT = TypeVar("ConfigT", bound=GenerationConfig)
RequestT = TypeVar("RequestT", bound=GenerationRequest)
T = TypeVar("T")

VIDEO_KINDS = (VideoGenerationConfig, VideoGenerationRequest)
IMAGE_KINDS = (ImageGenerationConfig, ImageGenerationRequest)


class ConfigKeywords(TypedDict, total=False):
    """The fields of a configuration besides provider and model; `GenerationConfig` describes them."""

    api_key: str | pydantic.SecretStr | None
    base_url: str | None
    api_version: str | None
    timeout: float
    max_poll_attempts: int | None
    poll_interval: float | None
    mock: MockConfig | None
    provider_config: Mapping[str, object]
    account: str | None
    unsupported: Unsupported
    fallback_on: Iterable[FallbackReason]
    on_unknown_submission: Literal["fallback", "raise"]
    on_timeout: Literal["cancel", "detach"]
    max_cost_usd: float | None
    allow_unknown_cost: bool
    webhook_url: str | None


class RequestKeywords(ConfigKeywords, total=False):
    """The fields of every request; `GenerationRequest` describes them."""

    prompt: Required[str]
    negative_prompt: str | None
    aspect_ratio: str | None
    seed: int | None
    image_list: Iterable[ImageSource] | None
    image: MediaSource | None
    extra_params: Mapping[str, object]


class VideoKeywords(RequestKeywords, total=False):
    """The keywords of `generate_video("provider/model", …)`; `VideoGenerationRequest` and `VideoGenerationConfig` describe them."""

    fallbacks: Sequence[VideoGenerationConfig | str] | None
    duration_seconds: float | None
    resolution: str | None
    generate_audio: bool | None
    video: MediaSource | None
    number_of_videos: int | None
    enhance_prompt: bool | None


class ImageKeywords(RequestKeywords, total=False):
    """The keywords of `generate_image("provider/model", …)`; `ImageGenerationRequest` and `ImageGenerationConfig` describe them."""

    fallbacks: Sequence[ImageGenerationConfig | str] | None
    size: str | None
    quality: str | None
    style: str | None
    n: int | None
    mask_image: MediaSource | None


def read_call(
    kinds: tuple[type[ConfigT], type[RequestT]],
    config: ConfigT | str,
    request: RequestT | None,
    keywords: Mapping[str, object],
) -> tuple[ConfigT, RequestT]:
    """Return the configuration and the request of a call, whether they are given as objects or in one line.

    Args:
        kinds: the classes of the configuration and the request.
        config: a configuration, or "provider/model".
        request: a request, or None if the keywords are its fields.
        keywords: fields of the request, and of the configuration if that is a text.

    Raises:
        ValidationError: an argument has another type, or a keyword is unknown or given twice.
    """
    config_type, request_type = kinds
    settings = {name: value for name, value in keywords.items() if _configures(kinds, name)}
    fields = {name: value for name, value in keywords.items() if name not in settings}
    if isinstance(config, str):
        config = _made(config_type, {**_split(config), **settings})
    elif settings:
        raise ValidationError(
            f'{", ".join(settings)} cannot be given beside a configuration; set it there, or pass "provider/model" instead'
        )
    if request is None:
        request = _made(request_type, fields)
    elif fields:
        raise ValidationError(
            f"{', '.join(fields)} cannot be given beside a request; set it there, or leave the request out"
        )
    for value, kind in ((config, config_type), (request, request_type)):
        if not isinstance(value, kind):
            raise ValidationError(
                f"expected {kind.__name__}, got {type(value).__name__}; the order is (config, request)"
            )
    return config, request


def _configures(kinds: tuple[type[GenerationConfig], type[GenerationRequest]], name: str) -> bool:
    """Return whether a keyword is for the configuration; an unknown one is for the request, which suggests the right name."""
    config_type, request_type = kinds
    if name in request_type.model_fields or name in request_type.accepted_names:
        return False
    known = (config_type.model_fields, config_type.accepted_names, config_type.other_spellings)
    return any(name in names for names in known)


def _made(kind: type[T], values: Mapping[str, object]) -> T:
    return cast("Callable[..., T]", kind)(**values)


def _split(name: str) -> dict[str, object]:
    try:
        return split_name(name)
    except ValueError as error:
        raise ValidationError(str(error)) from None
