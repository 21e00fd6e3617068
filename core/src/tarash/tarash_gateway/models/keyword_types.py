"""The types of the keywords of a call in one line; only type checkers and `help` read them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, Required, TypedDict

import pydantic

from .config import FallbackReason, ImageGenerationConfig, Unsupported, VideoGenerationConfig
from .mock import MockConfig
from .request import ImageSource, MediaSource
from .settings_object import SettingsObject


class ConfigKeywords(TypedDict, total=False):
    """The fields of a configuration besides provider and model; `GenerationConfig` describes them."""

    api_key: str | pydantic.SecretStr | None
    base_url: str | None
    api_version: str | None
    timeout: float
    request_timeout: float | None
    max_poll_attempts: int | None
    poll_interval: float | None
    mock: MockConfig | None
    provider_config: Mapping[str, object] | SettingsObject
    account: str | None
    unsupported: Unsupported
    fallback_on: Iterable[FallbackReason]
    on_unknown_submission: Literal["fallback", "raise"]
    on_timeout: Literal["cancel", "detach"]
    on_interrupt: Literal["cancel", "detach"]
    max_cost_usd: float | None
    allow_unknown_cost: bool
    webhook_url: str | None
    headers: Mapping[str, str | pydantic.SecretStr]


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
    duration: float | None
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
