"""Prepares chains: finds the rows of the models, reads the media of a request, and maps every attempt before one is sent."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial

from ..discovery import FoundModel, Registry
from ..exceptions import TarashException
from ..mapping.media_parameters import media_parameters, read_media_parameters
from ..media.permissions import OF_SAVED_JOBS, Permissions
from ..mock.standing_in import MockProviders
from ..models.config import GenerationConfig
from ..models.media_field import is_large, read_media
from ..models.modality import Modality, modality_of
from ..models.request import GenerationRequest
from ..steps import Flow, run_blocking
from .chain import Chain, Preparation
from .rows import find_rows


class ChainFactory:
    """Prepares the chains of one gateway.

    Args:
        registry: the installed providers.
        environ: environment variables for keys and base URLs; None reads the process's own at each call.
        permissions: which files the texts of a request may name, and whether private networks may be reached.
    """

    def __init__(
        self, registry: Registry, environ: Mapping[str, str] | None, permissions: Permissions
    ) -> None:
        self._registry = registry
        self._environ = environ
        self._permissions = permissions
        self.provider_for = MockProviders(registry).provider_for

    def environment(self) -> Mapping[str, str]:
        """Return the environment variables in use."""
        return os.environ if self._environ is None else self._environ

    def planned(self, config: GenerationConfig, request: GenerationRequest) -> Flow[Chain]:
        """Return the chain as it would be sent, without needing a key.

        Raises:
            ValidationError, ProviderNotInstalledError, PluginError: the chain cannot work.
        """
        preparation = self.preparation(request, modality_of(config, request))
        return self.prepare(replace(preparation, needs_keys=False), config.chain())

    def row(self, config: GenerationConfig) -> Flow[FoundModel]:
        """Return the row that serves the model of a configuration, without its fallbacks; see `Gateway.find_model`."""
        modality = modality_of(config)
        # what is generated does not matter to a row
        preparation = replace(
            self.preparation(modality.request.model_construct(), modality), needs_keys=False
        )
        preparation = replace(preparation, found=(yield from find_rows(preparation, (config,))))
        return FoundModel(config.provider, preparation.require_row(0, config))

    def preparation(self, request: GenerationRequest, modality: Modality) -> Preparation:
        """Return what is needed to prepare the chain of a request."""
        return Preparation(
            request=request,
            modality=modality,
            provider_for=self.provider_for,
            registry=self._registry,
            environ=self.environment(),
            today=datetime.now(UTC).date(),
            allow_private_hosts=self._permissions.private_hosts,
            local_files=self._permissions.local_files,
        )

    def prepare(self, preparation: Preparation, configs: tuple[GenerationConfig, ...]) -> Flow[Chain]:
        """Find the rows of the models, read the media of the request, and map every attempt."""
        found = yield from find_rows(preparation, configs)
        if found:
            preparation = replace(preparation, found=found)
        if not is_large(preparation.request):
            return self._mapped(preparation, configs)
        # the asynchronous driver reads and encodes media in a worker thread
        return (yield from run_blocking(partial(self._mapped, preparation, configs)))

    def _mapped(self, preparation: Preparation, configs: tuple[GenerationConfig, ...]) -> Chain:
        request = self._read(preparation, configs)
        if request is not preparation.request:
            preparation = replace(preparation, request=request)
        return preparation.chain(configs)

    def _read(self, preparation: Preparation, configs: tuple[GenerationConfig, ...]) -> GenerationRequest:
        """Return the request with the content of its files, those among the parameters of the chain's models included."""
        request, names = preparation.request, frozenset[str]()
        permissions = self._permissions if preparation.carried_on is None else OF_SAVED_JOBS
        for position, config in enumerate(configs if request.extra_params else ()):
            # its attempt reports a provider that is missing or broken
            with contextlib.suppress(TarashException):
                row = preparation.row_of(position, config)
                names |= frozenset() if row is None else media_parameters(row)
        return read_media_parameters(read_media(request, permissions=permissions), names, permissions)


__all__ = ["ChainFactory"]
