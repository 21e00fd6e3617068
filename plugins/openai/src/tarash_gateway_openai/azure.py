"""Azure OpenAI as a provider of its own: OpenAI's hooks, with Azure's environment variables and key header."""

from __future__ import annotations

from tarash.tarash_gateway.plugin import AuthScheme, ProviderInfo, hookimpl

from .errors import tarash_error
from .models import tarash_models
from .payload import tarash_map, tarash_submit
from .results import tarash_normalize
from .settings import Settings
from .status import tarash_cancel, tarash_poll
from .webhooks import tarash_webhook

PROVIDER = ProviderInfo(
    id="azure_openai",
    title="Azure OpenAI",
    home_page="https://learn.microsoft.com/azure/ai-foundry/openai",
    hook_api=1,
    api_key_env=("AZURE_OPENAI_API_KEY",),
    # means "not given": every resource has its own address
    base_url="https://your-resource.openai.azure.com",
    base_url_env=("AZURE_OPENAI_ENDPOINT",),
    modalities=frozenset({"video", "image"}),
    settings=Settings,
    uploads=True,
    auth=AuthScheme("api-key", ""),
)


@hookimpl
def tarash_provider() -> ProviderInfo:
    """Return what Azure OpenAI is and where to find it."""
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
    "tarash_webhook",
]
