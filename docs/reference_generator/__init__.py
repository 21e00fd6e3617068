"""Writes the reference pages from the code and the model tables.

    make reference

Each page depends only on what is installed, so a test can detect when a checked-in page is out of date.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tarash.tarash_gateway.discovery import Registry

from .api_page import api_page
from .configuration_page import configuration_page
from .conformance_page import conformance_page
from .directory_page import workspace_directory
from .errors_page import errors_page
from .hooks_page import hooks_page
from .matrix_page import matrix_page
from .plugin_api_page import plugin_api_page, transport_api_page
from .provider_page import provider_pages, providers_index


def reference_pages(provider_ids: Sequence[str] | None = None) -> Mapping[str, str]:
    """Return every page as Markdown, by its path below the reference folder.

    Args:
        provider_ids: providers to describe; None describes all installed ones.

    Raises:
        ProviderNotInstalledError, PluginError: a provider is not installed, or its plugin is broken.
    """
    registry = Registry()
    providers = [
        registry.get(name) for name in sorted(registry.ids() if provider_ids is None else provider_ids)
    ]
    pages = {
        f"providers/{name}": text for provider in providers for name, text in provider_pages(provider).items()
    }
    return {
        "api.md": api_page(),
        "configuration.md": configuration_page(providers),
        "conformance.md": conformance_page(),
        "errors.md": errors_page(),
        "hooks.md": hooks_page(),
        "matrix.md": matrix_page(providers),
        "plugin-api.md": plugin_api_page(),
        "plugins.md": workspace_directory(providers),
        "providers/index.md": providers_index(providers),
        "transport-api.md": transport_api_page(),
        **pages,
    }


__all__ = ["reference_pages"]
