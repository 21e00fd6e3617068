"""The module-level functions for providers and their models: listing, searching and adding them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ..exceptions import ValidationError
from ..models.misuse import described
from ..process_gateway import default_gateway

if TYPE_CHECKING:
    from ..discovery import FoundModel, InstalledProvider
    from ..mapping.field_mapper import FieldMapper
    from ..mapping.table import Model


def providers() -> tuple[InstalledProvider, ...]:
    """Return every installed provider; a broken plugin is listed with its `problem`."""
    return default_gateway().registry.listing()


def find_models(
    provider: str | None = None,
    *,
    modality: str | None = None,
    can: str | None = None,
    duration_seconds: float | None = None,
    aspect_ratio: str | None = None,
    resolution: str | None = None,
    size: str | None = None,
    audio: bool | None = None,
    max_cost_usd: float | None = None,
) -> tuple[FoundModel, ...]:
    """Return the models that can do everything you ask for at once, with fields, allowed values, prices and retirement dates.

    A model is found if it takes such a request as it is, without any adjustment.

    Args:
        provider: provider id; None searches every installed provider and skips broken ones.
        modality: "video" or "image"; None returns all.
        can: task, such as "text-to-video", "image-to-video", "reference-to-video", "video-to-video", "text-to-image",
            "image-to-image" or "inpainting".
        duration_seconds: length in seconds.
        aspect_ratio: width to height, such as "9:16".
        resolution: of a video, such as "1080p".
        size: of an image, such as "1024x1024".
        audio: True for sound, False for silence.
        max_cost_usd: most that exactly this may cost, in US dollars; models without a known price are left out.

    Returns:
        The models in the order of their tables. `estimated_cost_usd` is the cost of what you ask for.

    Raises:
        ValidationError: `can` is not a task, or a value is not one.
        ProviderNotInstalledError, PluginError: `provider` is not installed, or its plugin is broken.
    """
    return default_gateway().find_models(
        provider,
        modality=modality,
        can=can,
        duration_seconds=duration_seconds,
        aspect_ratio=aspect_ratio,
        resolution=resolution,
        size=size,
        audio=audio,
        max_cost_usd=max_cost_usd,
    )


def register_provider(provider_id: str, plugin: object) -> None:
    """Add a provider to this process; it takes precedence over an installed provider with the same id.

    Args:
        provider_id: provider id, as configurations name it.
        plugin: a module or object with the hooks of `tarash.tarash_gateway.plugin`.

    Raises:
        ValidationError: the id is not text, or empty.
        PluginError: the plugin breaks the hook contract; the message names the hook.
    """
    given: object = provider_id
    if not isinstance(given, str) or not given.strip():
        raise ValidationError(
            f"{described('provider_id', provider_id)} is not a provider id; pass text, such as 'acme'"
        )
    default_gateway().registry.register(provider_id, plugin)


def register_extension(extension: object) -> None:
    """Add an extension to this process: it listens to events, supplies keys, or wraps the hooks of providers.

    Raises:
        PluginError: the extension breaks the hook contract; the message names the hook.
    """
    default_gateway().registry.register_extension(extension)


def register_model(
    provider: str,
    key: str | Model,
    mappers: Mapping[str, FieldMapper] | None = None,
    *,
    modality: str = "video",
) -> None:
    """Add a model to a provider in this process, or replace its row.

    Args:
        provider: provider id.
        key: model name or prefix, with `mappers`; or a complete `Model` row, without.
        mappers: field mappers by the provider's parameter name.
        modality: "video" or "image"; a `Model` row has its own.

    Raises:
        ValidationError: `key` is a name and `mappers` is missing, or a mapper is for a field that requests of this modality do not
            have.
        ProviderNotInstalledError, PluginError: the provider is not installed, or its plugin is broken.
    """
    from ..mapping.table import Model

    if isinstance(key, Model):
        row = key
    elif mappers is not None:
        row = Model(id=key, modality=modality, fields=mappers, source="registered at run time")
    else:
        raise ValidationError(
            f"the model {key!r} has no field mappers; pass them after its name, or pass a Model row"
        )
    default_gateway().registry.add_model(provider, row)
