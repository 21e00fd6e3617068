"""Black Forest Labs for Tarash Gateway: describes the provider, and imports its hooks for the core."""

from __future__ import annotations

from tarash.tarash_gateway.plugin import AuthScheme, ProviderInfo, hookimpl

from .errors import tarash_error
from .models import tarash_models
from .payload import tarash_map, tarash_submit
from .results import tarash_normalize
from .servers import SERVERS, USUAL_REGION
from .settings import BFLSettings
from .status import tarash_poll
from .webhooks import tarash_webhook

PROVIDER = ProviderInfo(
    id="bfl",
    title="Black Forest Labs",
    home_page="https://docs.bfl.ai",
    hook_api=1,
    # the second is what other programs read
    api_key_env=("BFL_API_KEY", "BLACK_FOREST_LABS_API_KEY"),
    base_url=SERVERS[USUAL_REGION],
    # jobs are polled at the cluster that has them, whose name is not known beforehand
    origins=("https://*.bfl.ai",),
    auth=AuthScheme(header="x-key", prefix=""),
    modalities=frozenset({"video", "image"}),
    settings=BFLSettings,
)


@hookimpl
def tarash_provider() -> ProviderInfo:
    """Describe Black Forest Labs."""
    return PROVIDER


__all__ = [
    "PROVIDER",
    "BFLSettings",
    "tarash_error",
    "tarash_map",
    "tarash_models",
    "tarash_normalize",
    "tarash_poll",
    "tarash_provider",
    "tarash_submit",
    "tarash_webhook",
]
