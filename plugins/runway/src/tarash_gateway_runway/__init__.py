"""Runway for Tarash Gateway: describes the provider, and imports its hooks for the core."""

from __future__ import annotations

from tarash.tarash_gateway.plugin import ProviderInfo, hookimpl

from .errors import tarash_error
from .models import tarash_models
from .payload import tarash_map, tarash_submit
from .results import tarash_normalize
from .status import tarash_cancel, tarash_poll

PROVIDER = ProviderInfo(
    id="runway",
    title="Runway",
    home_page="https://docs.dev.runwayml.com",
    hook_api=1,
    api_key_env=("RUNWAYML_API_SECRET", "RUNWAYML_API_KEY", "RUNWAY_API_KEY"),
    # api.runwayml.com, without "dev", is another system that refuses these keys
    base_url="https://api.dev.runwayml.com",
    base_url_env=("RUNWAYML_BASE_URL",),
    modalities=frozenset({"video", "image"}),
    uploads=True,
    takes_webhook_url=False,
)


@hookimpl
def tarash_provider() -> ProviderInfo:
    """Describe Runway."""
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
