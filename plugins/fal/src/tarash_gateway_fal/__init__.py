"""fal for Tarash Gateway: describes the provider, and imports its hooks for the core."""

from __future__ import annotations

from tarash.tarash_gateway.plugin import AuthScheme, ProviderInfo, hookimpl

from .errors import tarash_error
from .models import tarash_models
from .payload import tarash_map, tarash_submit
from .results import tarash_normalize
from .settings import FalSettings
from .status import tarash_cancel, tarash_poll, tarash_stream
from .uploads import STORAGE_URL
from .webhooks import tarash_webhook

PROVIDER = ProviderInfo(
    id="fal",
    title="fal",
    home_page="https://fal.ai/docs",
    hook_api=1,
    api_key_env=("FAL_KEY",),
    base_url="https://queue.fal.run",
    origins=(STORAGE_URL,),
    modalities=frozenset({"video", "image"}),
    settings=FalSettings,
    uploads=True,
    # the scheme is "Key", not "Bearer" (fal-client 1.0.3, auth.py)
    auth=AuthScheme(prefix="Key "),
)


@hookimpl
def tarash_provider() -> ProviderInfo:
    """Describe fal."""
    return PROVIDER


__all__ = [
    "PROVIDER",
    "FalSettings",
    "tarash_cancel",
    "tarash_error",
    "tarash_map",
    "tarash_models",
    "tarash_normalize",
    "tarash_poll",
    "tarash_provider",
    "tarash_stream",
    "tarash_submit",
    "tarash_webhook",
]
