"""ByteDance ModelArk for Tarash Gateway: describes the provider, and imports its hooks for the core."""

from __future__ import annotations

from tarash.tarash_gateway.plugin import ProviderInfo, hookimpl

from .errors import tarash_error
from .lost_submissions import tarash_find_submission
from .models import tarash_models
from .payload import tarash_map, tarash_submit
from .results import tarash_normalize
from .servers import SERVERS, USUAL_REGION
from .settings import ByteDanceSettings
from .status import tarash_cancel, tarash_poll

PROVIDER = ProviderInfo(
    id="bytedance",
    title="ByteDance ModelArk",
    home_page="https://docs.byteplus.com/en/docs/ModelArk",
    hook_api=1,
    api_key_env=("ARK_API_KEY",),
    base_url=SERVERS[USUAL_REGION],
    origins=tuple(url.removesuffix("/api/v3") for region, url in SERVERS.items() if region != USUAL_REGION),
    modalities=frozenset({"video", "image"}),
    settings=ByteDanceSettings,
)


@hookimpl
def tarash_provider() -> ProviderInfo:
    """Describe ByteDance ModelArk."""
    return PROVIDER


__all__ = [
    "PROVIDER",
    "ByteDanceSettings",
    "tarash_cancel",
    "tarash_error",
    "tarash_find_submission",
    "tarash_map",
    "tarash_models",
    "tarash_normalize",
    "tarash_poll",
    "tarash_provider",
    "tarash_submit",
]
