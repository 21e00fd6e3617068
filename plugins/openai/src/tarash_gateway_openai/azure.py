"""Azure OpenAI as a provider of its own: the same hooks, with its own environment variables and key header."""

from __future__ import annotations

from tarash.tarash_gateway.plugin import AuthScheme, ProviderInfo, hookimpl

from . import (
    tarash_cancel,
    tarash_error,
    tarash_find_submission,
    tarash_map,
    tarash_models,
    tarash_normalize,
    tarash_poll,
    tarash_submit,
    tarash_webhook,
)

PROVIDER = ProviderInfo(
    id="azure_openai",
    title="Azure OpenAI",
    home_page="https://learn.microsoft.com/azure/ai-foundry/openai",
    api_key_env=("AZURE_OPENAI_API_KEY",),
    # stands for "not given": every resource has an address of its own
    base_url="https://your-resource.openai.azure.com",
    base_url_env=("AZURE_OPENAI_ENDPOINT",),
    modalities=frozenset({"video", "image"}),
    # webhooks tell of responses, not of videos (Azure OpenAI webhook guide, 2026-01-31)
    features=frozenset({"cancel", "find_submission", "uploads", "webhooks"}),
    auth=AuthScheme("api-key", ""),
)


@hookimpl
def tarash_provider() -> ProviderInfo:
    """Return who Azure OpenAI is."""
    return PROVIDER


__all__ = [
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
