"""xAI for Tarash Gateway: describes the provider, and imports its hooks for the core."""

from __future__ import annotations

from tarash.tarash_gateway.plugin import ProviderInfo, hookimpl

from .errors import tarash_error
from .models import tarash_models
from .payload import tarash_map, tarash_submit
from .results import tarash_normalize
from .status import tarash_poll

PROVIDER = ProviderInfo(
    id="xai",
    title="xAI",
    home_page="https://docs.x.ai",
    hook_api=1,
    api_key_env=("XAI_API_KEY",),
    base_url="https://api.x.ai/v1",
    modalities=frozenset({"video", "image"}),
    takes_webhook_url=False,
)


@hookimpl
def tarash_provider() -> ProviderInfo:
    """Describe xAI."""
    return PROVIDER


__all__ = [
    "PROVIDER",
    "tarash_error",
    "tarash_map",
    "tarash_models",
    "tarash_normalize",
    "tarash_poll",
    "tarash_provider",
    "tarash_submit",
]
