"""Luma for Tarash Gateway: describes the provider, and imports its hooks for the core."""

from __future__ import annotations

from tarash.tarash_gateway.plugin import ProviderInfo, hookimpl

from .apis import AGENTS_URL
from .errors import tarash_error
from .models import tarash_models
from .payload import tarash_map, tarash_submit
from .results import tarash_normalize
from .status import tarash_cancel, tarash_poll

PROVIDER = ProviderInfo(
    id="luma",
    title="Luma",
    home_page="https://docs.agents.lumalabs.ai",
    hook_api=1,
    # the first two are the official clients' own, one per API; the others are what other programs read
    api_key_env=("LUMA_AGENTS_API_KEY", "LUMAAI_API_KEY", "LUMA_API_KEY", "LUMALABS_API_KEY"),
    base_url=AGENTS_URL,
    # the Dream Machine API's server, which takes the key too (default base URL of lumaai 1.21.0)
    origins=("https://api.lumalabs.ai",),
    modalities=frozenset({"video", "image"}),
    uploads=True,
)


@hookimpl
def tarash_provider() -> ProviderInfo:
    """Describe Luma."""
    return PROVIDER


__all__ = [
    "PROVIDER",
    "tarash_cancel",
    "tarash_error",
    "tarash_map",
    "tarash_models",
    "tarash_normalize",
    "tarash_poll",
    "tarash_provider",
    "tarash_submit",
]
