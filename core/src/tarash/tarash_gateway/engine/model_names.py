"""What messages say about a model's name: that no row has it, what was probably meant, and what there is instead."""

from __future__ import annotations

import logging
from collections.abc import Iterator

from ..discovery import Provider, Registry
from ..exceptions import PluginError
from ..mapping.table import ModalityName
from ..models.config import GenerationConfig

log = logging.getLogger(__name__)
NAMES_SHOWN = 20
"""Most names of models that a message lists."""


def name_notice(
    registry: Registry, provider: Provider, config: GenerationConfig, modality: ModalityName
) -> str | None:
    """Return a sentence if a model that only a generic row serves is known for another modality, or its name resembles a known one.

    The name of a mocked provider may resemble a known one, too.
    """
    model, name = config.model, config.provider
    other = _other_modality(provider, model, modality)
    if other is not None:
        return (
            f"{provider.info.title} has {model!r} in its table as a model for {other}, not for {modality}; ask for {other}, or use "
            "another model. It is sent as it is"
        )
    guess = provider.catalogue.guess(model, modality)
    if guess is not None:
        return f"{provider.info.title} has no model {model!r} in its table; did you mean {guess!r}? It is sent as it is"
    close = registry.closest(name) if provider.is_mock and name not in registry.ids() else None
    if close in (None, name):
        return None
    return f"no provider {name!r} is installed or known; did you mean {close!r}? The mock stands in for any"


def _other_modality(provider: Provider, model: str, modality: ModalityName) -> ModalityName | None:
    """Return a modality for which the table has a model, other than the one that is asked for."""
    for other in sorted(provider.info.modalities - {modality}):
        row = provider.catalogue.lookup(model, other)
        if row is not None and not row.generic:
            return other
    return None


def without_row(provider: Provider, config: GenerationConfig, modality: ModalityName) -> str:
    """Return why a provider cannot serve a model that has no row."""
    is_unknown = provider.catalogue.has(modality) or provider.can("tarash_row")
    return f"{provider.info.title} has no {modality} " + (
        f"model {config.model!r}" if is_unknown else "models"
    )


def instead(registry: Registry, provider: Provider, config: GenerationConfig, modality: ModalityName) -> str:
    """Return what may be used instead, as the rest of a sentence."""
    own = [row.example_name for row in provider.catalogue.rows if row.modality == modality]
    if own or provider.can("tarash_row"):
        guess = provider.catalogue.guess(config.model, modality)
        hint = f"; did you mean {guess!r}?" if guess else ""
        return f"{hint or ';'} use one of {_first(own)}" if own else ""
    others = [item.info.id for item in _usable(registry) if modality in item.info.modalities]
    return f"; use one of {', '.join(others)}" if others else ""


def with_provider(registry: Registry, config: GenerationConfig, modality: ModalityName) -> str | None:
    """Return what to write if the name of a model, such as "fal-ai/veo3.1", was taken for provider and model; None if it was not."""
    name = f"{config.provider}/{config.model}"
    for provider in _usable(registry):
        row = provider.catalogue.lookup(name, modality)
        if row is not None and not row.generic:
            return f"{name!r} is a model of {provider.info.title}: write '{provider.info.id}/{name}'"
    return None


def _usable(registry: Registry) -> Iterator[Provider]:
    for provider_id in registry.ids():
        try:
            yield registry.get(provider_id)
        except PluginError:
            log.debug("broken plugin skipped", extra={"provider": provider_id})


def _first(names: list[str]) -> str:
    """Return names for a message; of many, the first ones."""
    more = f", and {len(names) - NAMES_SHOWN} more" if len(names) > NAMES_SHOWN else ""
    return f"{', '.join(names[:NAMES_SHOWN])}{more}"


__all__ = ["instead", "name_notice", "with_provider", "without_row"]
