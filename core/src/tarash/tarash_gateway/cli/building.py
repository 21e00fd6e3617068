"""Builds the library's configurations and requests from the options of the command line."""

from __future__ import annotations

import ipaddress
import itertools
import re
from collections.abc import Iterator, Mapping
from typing import TypeVar
from urllib.parse import urlsplit

from ..api import find_models
from ..exceptions import ValidationError
from ..mapping.table import ModalityName
from ..models.config import GenerationConfig, ImageGenerationConfig, VideoGenerationConfig
from ..models.local import LOCAL, LOCAL_MODELS
from ..models.mock import MockConfig
from ..models.request import ImageGenerationRequest, ImageInput, VideoGenerationRequest
from ..models.strict import construct
from ..process_gateway import default_gateway
from .key_values import read_image, read_pairs
from .option_groups import check_filled
from .options import ImageOptions, ProviderOptions, RequestOptions, VideoOptions
from .settings import BUILT_IN_SOURCE, Setting, default_model

ConfigT = TypeVar("ConfigT", bound=GenerationConfig)

MODELS_SHOWN = 20


def video_request(options: VideoOptions) -> VideoGenerationRequest:
    """Return the video request.

    Raises:
        ValidationError: an option is empty, or has a wrong value.
    """
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
    """Return the image request.

    Raises:
        ValidationError: an option is empty, or has a wrong value.
    """
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
    # as in the library, an empty text is no wish
    check_filled(options, may_be_empty=("negative_prompt",))
    return {
        "prompt": options.prompt,
        "negative_prompt": options.negative_prompt,
        "aspect_ratio": options.aspect_ratio,
        "seed": options.seed,
        "image_list": tuple(_input_image(word) for word in options.image or ()),
        "extra_params": read_pairs(options.param or (), option="--param"),
    }


def _input_image(word: str) -> ImageInput:
    fields = read_image(word)
    try:
        return ImageInput.model_validate(fields)
    except ValidationError as error:
        reason = error.message.partition("media ")[2] or error.message
        raise ValidationError(f"--image {reason}") from error


def _config(
    kind: type[ConfigT], options: ProviderOptions, modality: ModalityName, *, detach: bool
) -> ConfigT:
    check_filled(options)
    provider, model = chosen_model(options.provider, options.model, modality)
    limits: dict[str, object] = {
        "account": options.account,
        "timeout": options.timeout,
        "unsupported": options.unsupported,
        # a detached job is not cancelled at its deadline: the user resumes it
        "on_timeout": "detach" if detach else "cancel",
        "mock": MockConfig() if options.mock else None,
    }
    own = {
        "base_url": options.base_url,
        "api_version": options.api_version,
        "provider_config": read_pairs(options.provider_config or (), option="--provider-config"),
        "fallback_configs": tuple(_fallback(kind, word, modality, limits) for word in options.fallback or ()),
    }
    return construct(kind, {"provider": provider, "model": model, **limits, **own})


def chosen_model(provider: str | None, model: str | None, modality: ModalityName) -> tuple[str, str]:
    """Return the provider and the model that the options name, or that the settings choose.

    Without a provider, a model is "provider/model", a provider alone, or a model of the provider in the settings.

    Raises:
        ValidationError: the options do not say which model.
    """
    default = default_model(modality)
    if provider is None and model is not None:
        if model.strip().lower() not in default_gateway().registry.ids():
            return _split_model(model.strip(), default, modality)
        provider, model = model, None
    if provider is None:
        return default.names
    name = provider.strip().lower()
    is_default = not model and default.names[0] == name
    return name, default.names[1] if is_default else _model(name, model, modality)


def _split_model(name: str, default: Setting, modality: ModalityName) -> tuple[str, str]:
    """Return the provider and the model of "provider/model", or of a model of the provider in the settings."""
    registry = default_gateway().registry
    start, slash, rest = name.partition("/")
    if slash and rest and start.lower() in registry.ids():
        return start.lower(), rest
    has_default = default.source != BUILT_IN_SOURCE
    if has_default and _knows(default.names[0], name, modality):
        return default.names[0], name
    # owners of models look like providers: "fal-ai/veo3.1" is fal's
    meant = registry.closest(start.lower()) if slash and rest else None
    if has_default and meant in (None, default.names[0]):
        return default.names[0], name
    if meant == start.lower():
        # known, but not installed: the error says how to get it
        return meant, rest
    # resembling names of models are the last resort: a provider that is misspelt says more
    likely = () if meant is None else (f"{meant}/{name if _knows(meant, name, modality) else rest}",)
    full = next(itertools.chain(likely, _similar(name, rest, modality)), None)
    guess = "" if full is None else f"; did you mean {full!r}?"
    if slash and start and rest:
        listed = ", ".join(registry.ids())
        raise ValidationError(
            f"--model {name}: no provider {start!r} is installed{guess} (installed: {listed})"
        )
    raise ValidationError(
        f"--model {name} names no provider{guess or ';'} write --model PROVIDER/MODEL; run 'tarash models --search {name}' to find it"
    )


def _similar(name: str, rest: str, modality: ModalityName) -> Iterator[str]:
    """Yield the full names of models that a name without its provider may mean: first those that have it, then those that resemble it."""
    registry = default_gateway().registry
    usable = [item.id for item in registry.listing() if item.info is not None]
    words = [word for word in (name, rest) if word]
    yield from (f"{item}/{word}" for item in usable for word in words if _knows(item, word, modality))
    for item in usable:
        for word in words:
            if (guess := registry.get(item).catalogue.guess(word, modality)) is not None:
                yield f"{item}/{guess}"


def _knows(provider: str, model: str, modality: ModalityName) -> bool:
    """Return whether an installed provider has a row for this model, and not only one for all that it does not know."""
    registry = default_gateway().registry
    row = registry.get(provider).catalogue.lookup(model, modality) if provider in registry.ids() else None
    return row is not None and not row.generic


def _fallback(
    kind: type[ConfigT], word: str, modality: ModalityName, limits: Mapping[str, object]
) -> ConfigT:
    # split at the first colon or slash: model names may have more
    provider, _, model = re.sub(r"[:/]", "\n", word.strip(), count=1).partition("\n")
    model = _model(provider, model, modality)
    return construct(kind, {"provider": provider, "model": model, **limits})


def _model(provider: str, model: str | None, modality: ModalityName) -> str:
    if model:
        return model
    if provider == LOCAL:
        return LOCAL_MODELS[modality]
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
        f"provider {provider!r} needs a model: use --model NAME, or {provider}/NAME for a fallback; "
        f"its {modality} models: {shown}{more}"
    )
