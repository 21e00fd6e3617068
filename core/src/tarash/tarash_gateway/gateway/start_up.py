"""The methods of a `Gateway` that load at start-up what the first call would load."""

from __future__ import annotations

from collections.abc import Iterable

from ..models.config import GenerationConfig
from ..models.modality import modality_of
from ..transport.connections import Connections
from .any_modality import AnyModality


class StartUp(AnyModality):
    """Loads ahead of the first call."""

    _connections: Connections

    def prepare(self, *configs: GenerationConfig) -> None:
        """Load now what the first blocking call would load: about 0.3 s of imports, plugins and certificates.

        Call it when a service starts, or before a server forks its workers. It sends nothing and opens no connection.

        Args:
            configs: the configurations that the service uses; the plugins of their fallbacks are loaded, too.

        Raises:
            ProviderNotInstalledError, PluginError: a provider is not installed, or its plugin is broken.
            ValidationError: the environment names certificates that cannot be read.
        """
        self._load(configs)
        self._connections.prepare()

    async def prepare_async(self, *configs: GenerationConfig) -> None:
        """Like `prepare`, for the calls under the running event loop, the first of which would block it meanwhile."""
        self._load(configs)
        await self._connections.prepare_async()

    def _load(self, configs: Iterable[GenerationConfig]) -> None:
        chains = self._factory.chains
        for config in configs:
            modality = modality_of(config)
            for model in (modality.request, modality.response):
                # built on first use
                model.model_rebuild()
            for link in config.chain():
                chains.provider_for(link)


__all__ = ["StartUp"]
