"""Azure OpenAI as a provider of its own: OpenAI's hooks, with Azure's environment variables and key header."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from tarash.tarash_gateway.mapping import Catalogue, Lifecycle, Model, Price
from tarash.tarash_gateway.plugin import AuthScheme, ProviderInfo, hookimpl

from .errors import tarash_error
from .models import CATALOGUE as OPENAI_CATALOGUE
from .payload import tarash_map, tarash_submit
from .results import tarash_normalize
from .settings import OpenAISettings
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
    settings=OpenAISettings,
    uploads=True,
    auth=AuthScheme(header="api-key", prefix=""),
    takes_webhook_url=False,
)
_PRICE_MAP = "litellm 1.110.2, entries azure/, 2026-11"
_ENDS: Mapping[str, date] = {
    "sora-2": date(2026, 11, 2),
    "gpt-image-1": date(2026, 10, 23),
    "gpt-image-1-mini": date(2027, 4, 7),
    "gpt-image-1.5": date(2026, 12, 16),
    "gpt-image-2": date(2027, 10, 21),
    "gpt-image-2.5-flare": date(2027, 9, 9),
    "gpt-image-2.5-sunburst": date(2027, 9, 9),
}


def _lifecycle(model: str) -> Lifecycle | None:
    """Return the end of a model on Azure; OpenAI's own dates say nothing about it."""
    day = _ENDS.get(model)
    return None if day is None else Lifecycle(ends_on=day, source=_PRICE_MAP)


def _prices(row: Model) -> tuple[Price, ...]:
    """Return a row's prices on Azure, which asks a tenth more for DALL·E 3 and else what OpenAI does."""
    if row.id != "dall-e-3":
        return row.prices
    return tuple(replace(price, usd=round(price.usd * 1.1, 3), source=_PRICE_MAP) for price in row.prices)


CATALOGUE = Catalogue(
    [replace(row, lifecycle=_lifecycle(row.id), prices=_prices(row)) for row in OPENAI_CATALOGUE.rows]
)


@hookimpl
def tarash_provider() -> ProviderInfo:
    """Describe Azure OpenAI."""
    return PROVIDER


@hookimpl
def tarash_models() -> Catalogue:
    """Return OpenAI's model table with Azure's dates and prices."""
    return CATALOGUE


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
