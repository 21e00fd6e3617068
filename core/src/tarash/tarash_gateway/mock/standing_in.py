"""Replaces a provider with its mock: the real model table and mapping, if installed, with the mock's results."""

from __future__ import annotations

import functools
from dataclasses import replace
from typing import cast

from ..discovery import Provider, Registry
from ..exceptions import PluginError, ProviderNotInstalledError
from ..mapping.apply import Mapped
from ..mapping.catalogue import Catalogue
from ..mapping.table import Model
from ..mapping.values import read_values
from ..models.config import GenerationConfig
from ..models.mock import MockConfig
from ..models.modality import known_modalities
from ..models.request import GenerationRequest
from ..plugin.call import Call
from ..plugin.hook_calls import direct_call
from ..plugin.hookspecs import hookimpl
from ..plugin.info import HOOK_API_VERSION, ProviderInfo
from ..steps import Flow
from .plugin import MockPlugin

MOST_KEPT = 64


class AnyRequest:
    """Maps any request for a provider that is not installed, since its model table is not known."""

    @hookimpl
    def tarash_map(self, request: GenerationRequest) -> Mapped:
        """Return an empty payload with the values of the request."""
        return Mapped({}, read_values(request), generic=True)


class RealMapping:
    """Maps a request as the real provider does."""

    def __init__(self, real: Provider) -> None:
        self._real = real

    @hookimpl
    def tarash_map(self, call: Call, request: GenerationRequest) -> Mapped:
        """Map with the real plugin, which also refuses what the model does not take."""
        if call.row is any_row(call.modality):
            # the row is known to a server only, which a mock does not ask
            return Mapped({}, read_values(request), generic=True)
        arguments = {"call": call, "request": request}
        return cast("Mapped", direct_call(self._real.manager, "tarash_map")(arguments))

    @hookimpl
    def tarash_row(self, call: Call) -> Flow[Model | None] | None:
        """Ask the real plugin for a row that no table holds."""
        flow: Flow[Model | None] | None = self._real.manager.hook.tarash_row(call=call)
        return flow


class MockProviders:
    """The providers of a gateway, each replaced with its mock if the configuration asks for it.

    Args:
        registry: the real providers.
    """

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._made: dict[tuple[str, MockConfig], tuple[Provider | None, Provider]] = {}

    def provider_for(self, config: GenerationConfig) -> Provider:
        """Return the provider that serves a configuration.

        Raises:
            ProviderNotInstalledError, PluginError: it is not mocked, and it is not installed or its plugin is broken.
        """
        mock = config.mock
        if mock is None or not mock.enabled:
            return self._registry.get(config.provider)
        try:
            real = self._registry.get(config.provider)
        except (ProviderNotInstalledError, PluginError):
            real = None
        key = (config.provider, mock)
        kept = self._made.get(key)
        if kept is None or kept[0] is not real:
            if len(self._made) >= MOST_KEPT:
                self._made.clear()
            kept = self._made[key] = (real, self._stand_in(config.provider, real, mock))
        return kept[1]

    def _stand_in(self, provider_id: str, real: Provider | None, mock: MockConfig) -> Provider:
        info = _unknown(provider_id) if real is None else replace(real.info, key_required=False)
        catalogue = _any_model() if real is None else real.catalogue
        mapping = AnyRequest() if real is None else RealMapping(real)
        plugin = MockPlugin(info, catalogue, mock)
        manager = self._registry.build_manager("the mock", provider_id, plugin, mapping)
        implemented = frozenset({"tarash_map", "tarash_submit", "tarash_poll", "tarash_normalize"})
        if real is not None and real.can("tarash_row"):
            implemented |= {"tarash_row"}
        return Provider(info, catalogue, manager, implemented, is_mock=True)


def _unknown(provider_id: str) -> ProviderInfo:
    return ProviderInfo(
        id=provider_id,
        title=provider_id,
        home_page="",
        hook_api=HOOK_API_VERSION,
        base_url="mock:",
        modalities=frozenset(modality.name for modality in known_modalities()),
        key_required=False,
    )


def _any_model() -> Catalogue:
    return Catalogue(any_row(modality.name) for modality in known_modalities())


@functools.cache
def any_row(modality: str) -> Model:
    """Return the row of a model about which nothing is known, always the same one."""
    return Model(id=f"any-{modality}", modality=modality, fields={}, generic=True, source="this module")
