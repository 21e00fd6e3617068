"""The provider `local` for Tarash Gateway: describes the provider, and imports its hooks for the core."""

from __future__ import annotations

from tarash.tarash_gateway.plugin import ProviderInfo, hookimpl

from .models import tarash_models
from .payload import tarash_map, tarash_submit
from .results import tarash_normalize
from .status import tarash_cancel, tarash_poll

PROVIDER = ProviderInfo(
    id="local",
    title="Local",
    home_page="https://pyav.org/docs/stable/",
    hook_api=1,
    base_url="local:",
    modalities=frozenset({"video", "image"}),
    key_required=False,
    takes_webhook_url=False,
)


@hookimpl
def tarash_provider() -> ProviderInfo:
    """Describe the local renderer, which needs neither a key nor a network."""
    return PROVIDER


__all__ = [
    "PROVIDER",
    "tarash_cancel",
    "tarash_map",
    "tarash_models",
    "tarash_normalize",
    "tarash_poll",
    "tarash_provider",
    "tarash_submit",
]
