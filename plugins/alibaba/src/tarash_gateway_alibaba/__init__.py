"""Alibaba Cloud Model Studio for Tarash Gateway: describes the provider, and imports its hooks for the core."""

from __future__ import annotations

from tarash.tarash_gateway.plugin import ProviderInfo, hookimpl

from .errors import tarash_error
from .models import tarash_models
from .payload import tarash_map, tarash_submit
from .results import tarash_normalize
from .servers import ORIGINS, SINGAPORE_URL
from .settings import AlibabaSettings
from .status import tarash_cancel, tarash_poll

PROVIDER = ProviderInfo(
    id="alibaba",
    title="Alibaba Cloud Model Studio",
    home_page="https://www.alibabacloud.com/help/en/model-studio",
    hook_api=1,
    # the first is the official SDK's own; @ai-sdk/alibaba and litellm read the others
    api_key_env=("DASHSCOPE_API_KEY", "ALIBABA_API_KEY", "QWENCLOUD_API_KEY"),
    base_url=SINGAPORE_URL,
    base_url_env=("DASHSCOPE_HTTP_BASE_URL",),
    origins=ORIGINS,
    modalities=frozenset({"video", "image"}),
    settings=AlibabaSettings,
    uploads=True,
    takes_webhook_url=False,
)


@hookimpl
def tarash_provider() -> ProviderInfo:
    """Describe Alibaba Cloud Model Studio."""
    return PROVIDER


__all__ = [
    "PROVIDER",
    "AlibabaSettings",
    "tarash_cancel",
    "tarash_error",
    "tarash_map",
    "tarash_models",
    "tarash_normalize",
    "tarash_poll",
    "tarash_provider",
    "tarash_submit",
]
