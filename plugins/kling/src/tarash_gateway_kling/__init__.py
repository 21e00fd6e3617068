"""Kling AI for Tarash Gateway: describes the provider, and imports its hooks for the core."""

from __future__ import annotations

from tarash.tarash_gateway.plugin import ProviderInfo, hookimpl

from .auth import tarash_sign
from .errors import tarash_error
from .lost_submissions import tarash_find_submission
from .models import tarash_models
from .payload import tarash_map, tarash_submit
from .results import tarash_normalize
from .settings import KlingSettings
from .status import tarash_poll
from .webhooks import tarash_webhook

PROVIDER = ProviderInfo(
    id="kling",
    title="Kling AI",
    home_page="https://kling.ai/document-api",
    hook_api=1,
    # there is no official client library, and so no official names; these are in use
    api_key_env=("KLING_API_KEY", "KLINGAI_API_KEY"),
    key_parts={
        "access_key": ("KLINGAI_ACCESS_KEY", "KLING_ACCESS_KEY"),
        "secret_key": ("KLINGAI_SECRET_KEY", "KLING_SECRET_KEY"),
    },
    base_url="https://api-singapore.klingai.com",
    modalities=frozenset({"video", "image"}),
    settings=KlingSettings,
)


@hookimpl
def tarash_provider() -> ProviderInfo:
    """Describe Kling AI."""
    return PROVIDER


__all__ = [
    "PROVIDER",
    "KlingSettings",
    "tarash_error",
    "tarash_find_submission",
    "tarash_map",
    "tarash_models",
    "tarash_normalize",
    "tarash_poll",
    "tarash_provider",
    "tarash_sign",
    "tarash_submit",
    "tarash_webhook",
]
