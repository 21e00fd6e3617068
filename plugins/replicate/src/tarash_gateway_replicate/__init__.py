"""Replicate for Tarash Gateway: describes the provider, and imports its hooks for the core."""

from __future__ import annotations

from tarash.tarash_gateway.plugin import ProviderInfo, hookimpl

from .errors import tarash_error
from .lost_submissions import tarash_find_submission
from .models import tarash_models
from .payload import tarash_map, tarash_submit
from .results import tarash_normalize
from .settings import ReplicateSettings
from .status import tarash_cancel, tarash_poll
from .webhooks import tarash_webhook

PROVIDER = ProviderInfo(
    id="replicate",
    title="Replicate",
    home_page="https://replicate.com/docs",
    hook_api=1,
    api_key_env=("REPLICATE_API_TOKEN",),
    base_url="https://api.replicate.com/v1",
    base_url_env=("REPLICATE_BASE_URL",),
    modalities=frozenset({"video", "image"}),
    settings=ReplicateSettings,
    uploads=True,
)


@hookimpl
def tarash_provider() -> ProviderInfo:
    """Describe Replicate."""
    return PROVIDER


__all__ = [
    "PROVIDER",
    "ReplicateSettings",
    "tarash_cancel",
    "tarash_error",
    "tarash_find_submission",
    "tarash_map",
    "tarash_models",
    "tarash_normalize",
    "tarash_poll",
    "tarash_provider",
    "tarash_submit",
    "tarash_webhook",
]
