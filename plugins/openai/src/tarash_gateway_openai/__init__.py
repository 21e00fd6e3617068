"""OpenAI for Tarash Gateway: describes the provider, and imports its hooks for the core; `azure` does so for Azure OpenAI."""

from __future__ import annotations

from tarash.tarash_gateway.plugin import ProviderInfo, hookimpl

from .errors import tarash_error
from .models import tarash_models
from .payload import tarash_map, tarash_submit
from .results import tarash_normalize
from .settings import OpenAISettings
from .status import tarash_cancel, tarash_poll
from .webhooks import tarash_webhook

PROVIDER = ProviderInfo(
    id="openai",
    title="OpenAI",
    home_page="https://developers.openai.com/api/docs",
    hook_api=1,
    api_key_env=("OPENAI_API_KEY",),
    base_url="https://api.openai.com/v1",
    base_url_env=("OPENAI_BASE_URL",),
    modalities=frozenset({"video", "image"}),
    settings=OpenAISettings,
    uploads=True,
    takes_webhook_url=False,
)


@hookimpl
def tarash_provider() -> ProviderInfo:
    """Describe OpenAI."""
    return PROVIDER


__all__ = [
    "PROVIDER",
    "OpenAISettings",
    "tarash_cancel",
    "tarash_error",
    "tarash_map",
    "tarash_models",
    "tarash_normalize",
    "tarash_poll",
    "tarash_provider",
    "tarash_submit",
    "tarash_webhook",
]
