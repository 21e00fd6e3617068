"""Stability AI for Tarash Gateway: describes the provider, and imports its hooks for the core."""

from __future__ import annotations

from tarash.tarash_gateway.plugin import ProviderInfo, hookimpl

from .errors import tarash_error
from .models import tarash_models
from .payload import tarash_map, tarash_submit
from .results import tarash_normalize
from .settings import StabilitySettings
from .status import tarash_poll

PROVIDER = ProviderInfo(
    id="stability",
    title="Stability AI",
    home_page="https://platform.stability.ai/docs",
    hook_api=1,
    api_key_env=("STABILITY_API_KEY",),
    base_url="https://api.stability.ai",
    base_url_env=("STABILITY_API_BASE",),
    # Stable Video was switched off on 2025-07-24 (Stability's release notes)
    modalities=frozenset({"image"}),
    settings=StabilitySettings,
    uploads=True,
    takes_webhook_url=False,
)


@hookimpl
def tarash_provider() -> ProviderInfo:
    """Describe Stability AI."""
    return PROVIDER


__all__ = [
    "PROVIDER",
    "StabilitySettings",
    "tarash_error",
    "tarash_map",
    "tarash_models",
    "tarash_normalize",
    "tarash_poll",
    "tarash_provider",
    "tarash_submit",
]
