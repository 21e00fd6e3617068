"""Builds the library's configurations and requests from the options of the command line."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Mapping
from typing import TypeVar, cast
from urllib.parse import urlsplit

from ..api import find_models
from ..exceptions import ValidationError
from ..mapping.table import ModalityName
from ..models.config import GenerationConfig, ImageGenerationConfig, VideoGenerationConfig
from ..models.mock import MockConfig
from ..models.request import ImageGenerationRequest, ImageInput, VideoGenerationRequest
from .key_values import read_image, read_pairs
from .options import ImageOptions, ProviderOptions, RequestOptions, VideoOptions

T = TypeVar("T")
ConfigT = TypeVar("ConfigT", bound=GenerationConfig)

DEFAULT_PROVIDER = "local"
DEFAULT_MODELS: Mapping[ModalityName, str] = {"video": "animatic", "image": "still"}
MODELS_SHOWN = 20


def video_request(options: VideoOptions) -> VideoGenerationRequest:
    """Return the video request."""
    values = {
        "duration_seconds": options.duration,
        "resolution": options.resolution,
        "generate_audio": options.audio,
        "video": options.video,
        "enhance_prompt": options.enhance_prompt,
        "number_of_videos": options.count,
    }
    return construct(VideoGenerationRequest, {**_shared(options), **values})


def image_request(options: ImageOptions) -> ImageGenerationRequest:
    """Return the image request."""
    values = {
        "size": options.size,
        "quality": options.quality,
        "style": options.style,
        "mask_image": options.mask,
        "n": options.count,
    }
    return construct(ImageGenerationRequest, {**_shared(options), **values})


def video_config(options: ProviderOptions, *, detach: bool = False) -> VideoGenerationConfig:
    """Return the configuration for a video."""
    return _config(VideoGenerationConfig, options, "video", detach=detach)


def image_config(options: ProviderOptions, *, detach: bool = False) -> ImageGenerationConfig:
    """Return the configuration for images."""
    return _config(ImageGenerationConfig, options, "image", detach=detach)


def construct(kind: type[T], values: Mapping[str, object]) -> T:
    """Create one of the library's models from untyped values, which the model checks.

    Raises:
        ValidationError: a value is not allowed.
    """
    return cast("Callable[..., T]", kind)(**values)


def is_loopback(url: str | None) -> bool:
    """Return whether the host of `url` is this machine; then a result may come from it, too."""
    host = urlsplit(url or "").hostname or ""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _shared(options: RequestOptions) -> dict[str, object]:
    return {
        "prompt": options.prompt,
        "negative_prompt": options.negative_prompt,
        "aspect_ratio": options.aspect_ratio,
        "seed": options.seed,
        "image_list": tuple(construct(ImageInput, read_image(word)) for word in options.image or ()),
        "extra_params": read_pairs(options.param or (), option="--param"),
    }


def _config(
    kind: type[ConfigT], options: ProviderOptions, modality: ModalityName, *, detach: bool
) -> ConfigT:
    if options.provider is None and options.model is not None:
        raise ValidationError(
            f"--model {options.model} needs --provider; run 'tarash providers' to list them"
        )
    provider = (options.provider or DEFAULT_PROVIDER).strip().lower()
    limits: dict[str, object] = {
        "account": options.account,
        "timeout": options.timeout,
        "unsupported": options.unsupported,
        # a detached job is not cancelled at its deadline: the user resumes it
        "on_timeout": "detach" if detach else "cancel",
        "mock": MockConfig(enabled=True) if options.mock else None,
    }
    own = {
        "base_url": options.base_url,
        "api_version": options.api_version,
        "provider_config": read_pairs(options.provider_config or (), option="--provider-config"),
        "fallback_configs": tuple(_fallback(kind, word, modality, limits) for word in options.fallback or ()),
    }
    model = _model(provider, options.model, modality)
    return construct(kind, {"provider": provider, "model": model, **limits, **own})


def _fallback(
    kind: type[ConfigT], word: str, modality: ModalityName, limits: Mapping[str, object]
) -> ConfigT:
    # split at the first colon: model names may have more
    provider, _, model = word.partition(":")
    model = _model(provider, model, modality)
    return construct(kind, {"provider": provider, "model": model, **limits})


def _model(provider: str, model: str | None, modality: ModalityName) -> str:
    if model:
        return model
    if provider == DEFAULT_PROVIDER:
        return DEFAULT_MODELS[modality]
    names = [
        found.model.example_name
        for found in find_models(provider, modality=modality)
        if not found.model.generic
    ]
    shown = ", ".join(names[:MODELS_SHOWN]) or "none known by name"
    more = (
        f", and {len(names) - MODELS_SHOWN} more ('tarash models {provider}')"
        if len(names) > MODELS_SHOWN
        else ""
    )
    raise ValidationError(
        f"provider {provider!r} needs a model: use --model NAME, or {provider}:NAME for a fallback; "
        f"its {modality} models: {shown}{more}"
    )
